//! The outcome of a removal, as it is reported and journaled.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::clock::{text, timestamp};
use super::lookup::Lookup;
use super::queue::{Job, Past};
use crate::graph::{ChatId, GraphResponse, Removal};
use crate::identity::{Objection, SignInError};

/// How a removal ended. Only `Removed` means that the service confirmed it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Graph confirmed the removal (204).
    Removed,
    /// Confirmed earlier, in the same run or in the journal. No request was sent; `completed` and
    /// `request_id` are those of the last confirmation.
    AlreadyRemoved,
    /// Graph knows no such chat or user (404).
    NotFound,
    /// The permission is missing, or Graph denied the signed-in user access (403).
    Denied,
    /// The account has no token that Graph accepts (401).
    Unauthorized,
    /// Graph throttled the removal until its time was over (429).
    Throttled,
    /// Not removed, for another reason.
    Failed,
    /// A request was sent, and no response settled whether it removed the access.
    Uncertain,
    /// Not sent, because the run was stopped.
    Cancelled,
    /// An id can't be used. No request was sent.
    Invalid,
}

impl Status {
    /// Returns whether the service confirmed, now or earlier, that the user has no access.
    pub fn is_removed(self) -> bool {
        matches!(self, Self::Removed | Self::AlreadyRemoved)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The outcome of one removal. All text in it is safe to print and contains no secret.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// The removal's number in its run, counted from 1.
    pub item: u64,
    /// Tenant of the user, a GUID in its standard form.
    pub tenant_id: String,
    /// Object id of the user, a GUID in its standard form; the name of a user who was not found.
    pub user_id: String,
    /// User principal name, if the caller named the user by it.
    pub user_principal_name: Option<String>,
    /// Id of the chat.
    pub thread_id: String,
    /// How the removal ended.
    pub status: Status,
    /// HTTP status of the last response.
    pub http_status: Option<u16>,
    /// Graph's error code.
    pub code: Option<String>,
    /// What happened: Graph's message or this library's.
    pub message: Option<String>,
    /// What to do next, if anything.
    pub next_step: Option<String>,
    /// Graph's id of the last request, or of the request that confirmed the removal earlier.
    pub request_id: Option<String>,
    /// This library's id of the last request.
    pub client_request_id: Option<String>,
    /// Number of requests sent.
    pub attempts: u32,
    /// Milliseconds from the first request to the end.
    pub duration_ms: u64,
    /// When the removal ended, or was confirmed earlier: RFC 3339, UTC.
    pub completed: String,
    /// User principal name of the signed-in account whose token the last request contained, or its
    /// object id; `None` without a request, or with a token that can't be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// How often evidence showed the chat again after a confirmed removal.
    #[serde(skip_serializing_if = "is_zero")]
    pub times_returned: u32,
    /// When the service had last confirmed the removal before this request: RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previously_removed: Option<String>,
    /// The service's time in the last response, and how many milliseconds that response took. For
    /// the journal, which compares later evidence with them.
    #[serde(skip)]
    pub(super) service_time: Option<Timestamp>,
    #[serde(skip)]
    pub(super) request_ms: u64,
}

/// Returns whether a number is left out of outcomes and records.
#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
pub(super) fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Outcome {
    /// Creates the outcome of a removal without a request.
    pub(super) fn unsent(job: &Job, conclusion: Conclusion) -> Self {
        let Removal {
            tenant_id,
            user_id,
            thread_id,
        } = &job.removal;
        let name = job.user_principal_name.as_deref().map(Into::into);
        let ids = [tenant_id.to_string(), user_id.to_string()];
        let mut outcome = Self::new(job.item, ids, name, thread_id, conclusion);
        if let Some(past) = job.past {
            outcome.times_returned = past.times_returned;
            if outcome.status != Status::AlreadyRemoved {
                outcome.previously_removed = Some(text(past.removed_at));
            }
            if past.returned {
                outcome.message = Some(came_back(&past, job.last_seen, outcome.message));
            }
        }
        outcome
    }

    /// Creates the outcome of a removal whose user was not found.
    pub(super) fn without_user(lookup: &Lookup, conclusion: Conclusion) -> Self {
        let name = lookup.name.to_string();
        let ids = [lookup.tenant_id.to_string(), name.clone()];
        Self::new(lookup.item, ids, Some(name), &lookup.thread_id, conclusion)
    }

    fn new(
        item: u64,
        [tenant_id, user_id]: [String; 2],
        user_principal_name: Option<String>,
        thread_id: &ChatId,
        conclusion: Conclusion,
    ) -> Self {
        Self {
            item,
            tenant_id,
            user_id,
            user_principal_name,
            thread_id: thread_id.as_str().into(),
            status: conclusion.status,
            http_status: conclusion.http_status,
            code: conclusion.code,
            message: conclusion.message,
            next_step: conclusion.next_step.map(Into::into),
            request_id: conclusion.request_id,
            client_request_id: None,
            attempts: 0,
            duration_ms: 0,
            completed: timestamp(),
            account: None,
            times_returned: 0,
            previously_removed: None,
            service_time: None,
            request_ms: 0,
        }
    }
}

/// Says that a chat had come back, after what happened to the request.
fn came_back(past: &Past, seen: Option<Timestamp>, message: Option<String>) -> String {
    let before = message.map(|text| text + " ").unwrap_or_default();
    let evidence = match seen {
        Some(seen) => format!("it was seen at {seen}"),
        None => "an earlier run found evidence of it".into(),
    };
    format!(
        "{before}The chat had come back (times so far: {}): {evidence}, after its removal was confirmed at {}.",
        past.times_returned,
        text(past.removed_at)
    )
}

/// The part of an outcome that the last response, or its absence, determines.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Conclusion {
    pub(super) status: Status,
    pub(super) http_status: Option<u16>,
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) next_step: Option<&'static str>,
    pub(super) request_id: Option<String>,
}

impl Conclusion {
    /// Creates a conclusion without a response.
    pub(super) fn new(
        status: Status,
        message: impl Into<Option<String>>,
        next_step: Option<&'static str>,
    ) -> Self {
        Self {
            status,
            http_status: None,
            code: None,
            message: message.into(),
            next_step,
            request_id: None,
        }
    }

    /// Creates a conclusion from Graph's response.
    pub(super) fn from_response(
        status: Status,
        response: &GraphResponse,
        next_step: Option<&'static str>,
    ) -> Self {
        Self {
            status,
            http_status: Some(response.status),
            code: response.code.clone(),
            message: response.message.clone(),
            next_step,
            request_id: response.request_id.clone(),
        }
    }
}

impl From<Objection> for Conclusion {
    fn from(objection: Objection) -> Self {
        let status = if objection.unauthorized {
            Status::Unauthorized
        } else {
            Status::Denied
        };
        Self::new(status, objection.message, Some(objection.next_step))
    }
}

/// The conclusion when the account has no token to send.
impl From<&SignInError> for Conclusion {
    fn from(error: &SignInError) -> Self {
        let mut conclusion = Self::new(
            Status::Unauthorized,
            error.to_string(),
            Some(error.next_step()),
        );
        conclusion.code = Some(error.id());
        conclusion
    }
}

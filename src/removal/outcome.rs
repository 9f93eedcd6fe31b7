//! What became of a removal, in terms that an administrator can act on.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::graph::{Answer, ExchangeError, Removal};
use crate::http;
use crate::identity::Objection;

/// How a removal ended. Only `Removed` says that the service confirmed it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Graph confirmed the removal (204).
    Removed,
    /// Confirmed before, by the same run or by the journal: nothing was sent.
    AlreadyRemoved,
    /// Graph knows no such chat or user (404).
    NotFound,
    /// The permission is missing, or Graph refused the signed-in user (403).
    Denied,
    /// There is no token that Graph takes (401).
    Unauthorized,
    /// Graph asked to wait until the item's time was over (429).
    Throttled,
    /// Not removed, for another reason.
    Failed,
    /// The request went out and no answer settled whether it had its effect.
    Uncertain,
    /// Not sent: the run was stopped first.
    Cancelled,
    /// The ids can't be used: nothing was sent.
    Invalid,
}

impl Status {
    /// The user has no access any more, as far as the service confirmed.
    pub fn is_removed(self) -> bool {
        matches!(self, Self::Removed | Self::AlreadyRemoved)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// One removal's end. All text in it is safe to print and holds no secret.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// The number that the removal got when it was queued, from 1.
    pub item: u64,
    /// As given, where the ids could not be used; in their standard form otherwise.
    pub tenant_id: String,
    /// See `tenant_id`.
    pub user_id: String,
    /// See `tenant_id`.
    pub thread_id: String,
    /// How it ended.
    pub status: Status,
    /// HTTP status of the last answer.
    pub http_status: Option<u16>,
    /// Graph's error code.
    pub code: Option<String>,
    /// What happened: Graph's message or this library's.
    pub message: Option<String>,
    /// What to do next, where there is something to do.
    pub next_step: Option<String>,
    /// Graph's id of the last request.
    pub request_id: Option<String>,
    /// This library's id of the last request.
    pub client_request_id: Option<String>,
    /// Requests sent.
    pub attempts: u32,
    /// Milliseconds from the first request to the end.
    pub duration_ms: u64,
    /// When it ended.
    pub completed: String,
}

impl Outcome {
    /// An outcome without a request.
    pub(super) fn unsent(item: u64, removal: &Removal, ended: Ended) -> Self {
        Self {
            item,
            tenant_id: removal.tenant_id.to_string(),
            user_id: removal.user_id.to_string(),
            thread_id: removal.thread_id.as_str().into(),
            status: ended.status,
            http_status: ended.http_status,
            code: ended.code,
            message: ended.message,
            next_step: ended.next_step.map(Into::into),
            request_id: ended.request_id,
            client_request_id: None,
            attempts: 0,
            duration_ms: 0,
            completed: now(),
        }
    }
}

/// The present time as it stands in outcomes and journals: RFC 3339, UTC, milliseconds.
pub(super) fn now() -> String {
    format!("{:.3}", Timestamp::now())
}

/// The part of an outcome that the last answer decides.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ended {
    pub(super) status: Status,
    pub(super) http_status: Option<u16>,
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) next_step: Option<&'static str>,
    pub(super) request_id: Option<String>,
}

impl Ended {
    pub(super) fn with(
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

    fn answered(status: Status, answer: &Answer, next_step: Option<&'static str>) -> Self {
        Self {
            status,
            http_status: Some(answer.status),
            code: answer.code.clone(),
            message: answer.message.clone(),
            next_step,
            request_id: answer.request_id.clone(),
        }
    }
}

impl From<Objection> for Ended {
    fn from(objection: Objection) -> Self {
        let status = if objection.unauthorized {
            Status::Unauthorized
        } else {
            Status::Denied
        };
        Self::with(status, objection.message, Some(objection.next_step))
    }
}

/// What to do about one exchange with Graph.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    /// Nothing more is to be sent.
    Final(Ended),
    /// It may heal. `ended` is how the item ends if its time is over.
    Retry {
        ended: Ended,
        /// What the service asks for.
        wait: Option<Duration>,
        cause: Cause,
    },
    /// The token was refused (401).
    NewToken { ended: Ended },
}

/// Why a request has to be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// 429: there were too many.
    Throttled,
    /// 500, 502, 503, 504.
    Unavailable,
    /// The request did not leave this computer.
    NotSent,
    /// The answer did not come.
    Lost,
}

const RUN_AGAIN: &str = "Run the same command again; a removal that was made twice does no harm.";
const SUPPORT: &str = "If it stays, give Microsoft support the request id.";

/// What Graph's answer, or its absence, says about the removal.
pub(super) fn judge(exchange: &Result<Answer, ExchangeError>) -> Verdict {
    let answer = match exchange {
        Ok(answer) => answer,
        Err(ExchangeError::NotSent(why)) => {
            return Verdict::Retry {
                ended: Ended::with(
                    Status::Failed,
                    format!("The request could not be sent: {why}."),
                    Some(
                        "Check the network, the proxy and the address, and run the same command again.",
                    ),
                ),
                wait: None,
                cause: Cause::NotSent,
            };
        }
        Err(ExchangeError::Lost(why)) => {
            return Verdict::Retry {
                ended: Ended::with(
                    Status::Uncertain,
                    format!("The request was sent and its answer was lost: {why}."),
                    Some(RUN_AGAIN),
                ),
                wait: None,
                cause: Cause::Lost,
            };
        }
    };
    let ended = |status, next_step| Ended::answered(status, answer, next_step);
    let retry = |status, next_step, cause| Verdict::Retry {
        ended: ended(status, Some(next_step)),
        wait: answer.retry_after,
        cause,
    };
    match answer.status {
        204 => Verdict::Final(ended(Status::Removed, None)),
        200..=299 => {
            let mut ended = ended(
                Status::Uncertain,
                Some("Look at the chat in Teams, or run the same command again."),
            );
            ended.message = Some(format!(
                "Graph answered {}; only 204 confirms a removal.",
                answer.status
            ));
            Verdict::Final(ended)
        }
        300..=399 => {
            let mut ended = ended(
                Status::Failed,
                Some(
                    "Check GraphEndpoint and what stands between this computer and Microsoft Graph.",
                ),
            );
            ended.message = Some(format!(
                "The answer was a redirect ({}), which is never followed: the token is for Graph alone.",
                answer.status
            ));
            Verdict::Final(ended)
        }
        401 => Verdict::NewToken {
            ended: ended(
                Status::Unauthorized,
                Some("Sign in again (Connect-ChatAccess) and run the same command again."),
            ),
        },
        403 => Verdict::Final(ended(
            Status::Denied,
            Some(
                "The signed-in account needs the delegated permission Chat.ReadWrite.All in the tenant of the user; if it has that, the chat may be closed to it.",
            ),
        )),
        404 => Verdict::Final(ended(
            Status::NotFound,
            Some("Check ThreadId and UserId; the chat may have been deleted."),
        )),
        429 => retry(
            Status::Throttled,
            "Run the same command again later, at a lower rate where other tools use the same account.",
            Cause::Throttled,
        ),
        // A gateway that timed out had passed the request on.
        504 => retry(Status::Uncertain, RUN_AGAIN, Cause::Unavailable),
        status if http::is_transient(status) => retry(
            Status::Failed,
            "The service has a fault or something stands before it; run the same command again later.",
            Cause::Unavailable,
        ),
        400..=499 => Verdict::Final(ended(
            Status::Failed,
            Some(
                "Check the three ids against the chat; Graph's message says what it did not take.",
            ),
        )),
        _ => Verdict::Final(ended(Status::Failed, Some(SUPPORT))),
    }
}

/// The end of a removal of which an earlier request's answer was lost: an error that follows may be the
/// trace of its success, so only 204 settles it.
pub(super) fn after_a_loss(mut ended: Ended) -> Ended {
    if matches!(
        ended.status,
        Status::NotFound | Status::Denied | Status::Failed | Status::Throttled | Status::Cancelled
    ) {
        let then = ended.message.take().unwrap_or_default();
        ended.message = Some(format!(
            "An earlier request's answer was lost, and it may have had its effect. Then: {then}"
        ));
        ended.status = Status::Uncertain;
        ended.next_step = Some("Look at the chat in Teams, or run the same command again.");
    }
    ended
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16) -> Result<Answer, ExchangeError> {
        Ok(Answer {
            status,
            code: Some("Code".into()),
            message: Some("Message.".into()),
            request_id: Some("r".into()),
            client_request_id: None,
            retry_after: Some(Duration::from_secs(7)),
            claims_challenge: None,
        })
    }

    #[test]
    fn only_204_is_a_removal() {
        for status in (200..600).filter(|status| *status != 204) {
            let (Verdict::Final(ended)
            | Verdict::Retry { ended, .. }
            | Verdict::NewToken { ended }) = judge(&answer(status));
            assert!(!ended.status.is_removed(), "{status}");
            assert!(ended.next_step.is_some(), "{status}");
        }
        let Verdict::Final(ended) = judge(&answer(204)) else {
            panic!()
        };
        assert_eq!(ended.status, Status::Removed);
    }

    #[test]
    fn only_what_can_heal_is_tried_again() {
        for status in 200..600 {
            let retried = matches!(judge(&answer(status)), Verdict::Retry { .. });
            assert_eq!(
                retried,
                [429, 500, 502, 503, 504].contains(&status),
                "{status}"
            );
        }
    }

    #[test]
    fn an_error_after_a_lost_answer_settles_nothing() {
        let Verdict::Final(not_found) = judge(&answer(404)) else {
            panic!()
        };
        let ended = after_a_loss(not_found);
        assert_eq!(ended.status, Status::Uncertain);
        assert!(ended.message.unwrap().ends_with("Message."));
        let Verdict::Final(removed) = judge(&answer(204)) else {
            panic!()
        };
        assert_eq!(after_a_loss(removed).status, Status::Removed);
    }
}

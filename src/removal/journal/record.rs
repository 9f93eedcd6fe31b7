//! The format of the journal, version 1: one JSON object a line.
//!
//! The first line is the header: `{"chat_access_journal":1,"created":"…"}`. Every other line is a
//! record with `at`, `tenant_id`, `user_id`, `thread_id` and `state`. `state` is `Sent` before each
//! request (with its `client_request_id`), or the status of the outcome at the end (with its
//! fields). The journal contains no secrets. `Get-Content | ConvertFrom-Json` reads it.

use std::io;

use serde::{Deserialize, Serialize};

use crate::graph::Removal;
use crate::removal::{Outcome, Status};

/// The version of the format that is written and read.
pub(super) const VERSION: u32 = 1;

/// A removal by its ids, small enough to hold a hundred thousand in memory.
pub(in crate::removal) type Key = (u128, u64);

/// Returns the key of a removal.
pub(in crate::removal) fn key(removal: &Removal) -> Key {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    removal.tenant_id.hash(&mut hasher);
    removal.thread_id.hash(&mut hasher);
    (removal.user_id.as_u128(), hasher.finish())
}

/// The first line.
#[derive(Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) chat_access_journal: u32,
    pub(super) created: String,
}

impl Header {
    /// Returns whether `line`, a first line without its end, may be the beginning of a header.
    pub(super) fn may_begin_with(line: &[u8]) -> bool {
        const BEGINNING: &[u8] = b"{\"chat_access_journal\":";
        BEGINNING.starts_with(&line[..line.len().min(BEGINNING.len())])
    }

    /// Checks the first line.
    ///
    /// # Errors
    /// The line is not a header, or is the header of another version.
    pub(super) fn check(line: &[u8]) -> io::Result<()> {
        let header: Self = serde_json::from_slice(line).map_err(|_| not_a_journal())?;
        if header.chat_access_journal != VERSION {
            return Err(io::Error::other(format!(
                "the journal has version {}, but this ChatAccess writes version {VERSION}. Specify another file",
                header.chat_access_journal
            )));
        }
        Ok(())
    }
}

/// A request that is about to be sent.
#[derive(Serialize)]
pub(super) struct SentRecord<'a> {
    pub(super) at: String,
    pub(super) tenant_id: String,
    pub(super) user_id: String,
    pub(super) thread_id: &'a str,
    pub(super) state: &'static str,
    pub(super) client_request_id: String,
}

/// The end of a removal.
#[derive(Serialize)]
pub(super) struct OutcomeRecord<'a> {
    at: &'a str,
    tenant_id: &'a str,
    user_id: &'a str,
    thread_id: &'a str,
    state: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_request_id: Option<&'a str>,
    attempts: u32,
    duration_ms: u64,
}

impl<'a> From<&'a Outcome> for OutcomeRecord<'a> {
    fn from(outcome: &'a Outcome) -> Self {
        Self {
            at: &outcome.completed,
            tenant_id: &outcome.tenant_id,
            user_id: &outcome.user_id,
            thread_id: &outcome.thread_id,
            state: outcome.status,
            http_status: outcome.http_status,
            code: outcome.code.as_deref(),
            message: outcome.message.as_deref(),
            request_id: outcome.request_id.as_deref(),
            client_request_id: outcome.client_request_id.as_deref(),
            attempts: outcome.attempts,
            duration_ms: outcome.duration_ms,
        }
    }
}

/// The fields of a record that resuming needs.
#[derive(Deserialize)]
struct Record {
    tenant_id: String,
    user_id: String,
    thread_id: String,
    state: String,
}

/// How far a removal got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Sent,
    Removed,
    Ended,
}

/// Reads a record. Returns `None` for a line that is not a record.
pub(super) fn parse(line: &[u8]) -> Option<(Key, State)> {
    let record: Record = serde_json::from_slice(line).ok()?;
    let removal = Removal::parse(&record.tenant_id, &record.user_id, &record.thread_id).ok()?;
    let state = match record.state.as_str() {
        "Removed" | "AlreadyRemoved" => State::Removed,
        "Sent" => State::Sent,
        _ => State::Ended,
    };
    Some((key(&removal), state))
}

/// The error for a file of another kind.
pub(super) fn not_a_journal() -> io::Error {
    io::Error::other(
        "the file is not a ChatAccess journal and was not changed. Specify another file",
    )
}

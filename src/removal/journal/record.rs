//! The format of the journal, version 1: one JSON object a line.
//!
//! The first line is the header: `{"chat_access_journal":1,"created":"…"}`. Every other line is a
//! record with `at`, `tenant_id`, `user_id`, `thread_id` and `state`. `state` is `Sent` before each
//! request (with its `client_request_id`), or the status of the outcome at the end (with its
//! fields). The journal contains no secrets. `Get-Content | ConvertFrom-Json` reads it.

use std::io;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::graph::Removal;
use crate::removal::outcome::is_zero;
use crate::removal::{Outcome, Status};

/// The version of the format that is written and read.
pub(super) const VERSION: u32 = 1;

/// A removal by the SHA-256 of its ids. Smaller than the ids, so that a hundred thousand fit into
/// memory, and no two removals have the same.
pub(in crate::removal) type Key = [u8; 32];

/// Returns the key of a removal.
pub(in crate::removal) fn key(removal: &Removal) -> Key {
    // Only the last of the three ids varies in length.
    Sha256::new()
        .chain_update(removal.tenant_id)
        .chain_update(removal.user_id)
        .chain_update(removal.thread_id.as_str())
        .finalize()
        .into()
}

/// When and by which request the service last confirmed a removal, and whether it lasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::removal) struct Confirmation {
    /// The time of the record.
    pub(in crate::removal) at: Timestamp,
    /// Graph's id of the request.
    pub(in crate::removal) request_id: Option<Box<str>>,
    /// The earliest second in which the access can have been removed, since 1970.
    earliest: i64,
    /// How often evidence showed the chat again after a confirmed removal.
    pub(in crate::removal) times_returned: u32,
    /// Evidence showed the chat after this confirmation.
    pub(in crate::removal) returned: bool,
}

impl Confirmation {
    /// Returns the confirmation of a removal that ended now.
    pub(in crate::removal) fn of(outcome: &Outcome) -> Self {
        Self::new(
            outcome.completed.parse().unwrap_or_default(),
            outcome.service_time,
            outcome.request_ms,
            outcome.request_id.as_deref().map(Into::into),
            outcome.times_returned,
        )
    }

    /// `service_time` is the service's time in the response. A message has a time of the same
    /// service, so this computer's clock, in `at`, counts only where the response had none. The
    /// access was removed between the request and the response.
    fn new(
        at: Timestamp,
        service_time: Option<Timestamp>,
        request_ms: u64,
        request_id: Option<Box<str>>,
        times_returned: u32,
    ) -> Self {
        let took = i64::try_from(request_ms.div_ceil(1000)).unwrap_or(i64::MAX);
        Self {
            at,
            request_id,
            earliest: service_time.unwrap_or(at).as_second().saturating_sub(took),
            times_returned,
            returned: false,
        }
    }

    /// Returns whether evidence of `seen` can be later than the removal. Many sources and the
    /// service's Date have whole seconds, so evidence of the same second counts as later: to remove
    /// again is harmless, and to miss a message is not.
    pub(in crate::removal) fn is_older_than(&self, seen: Option<Timestamp>) -> bool {
        seen.is_some_and(|seen| seen.as_second() >= self.earliest)
    }
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
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) times_returned: u32,
}

/// The end of a removal.
#[derive(Serialize)]
pub(super) struct OutcomeRecord<'a> {
    at: &'a str,
    tenant_id: &'a str,
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_principal_name: Option<&'a str>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "is_zero")]
    times_returned: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    previously_removed: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_ms: Option<u64>,
}

impl<'a> From<&'a Outcome> for OutcomeRecord<'a> {
    fn from(outcome: &'a Outcome) -> Self {
        Self {
            at: &outcome.completed,
            tenant_id: &outcome.tenant_id,
            user_id: &outcome.user_id,
            user_principal_name: outcome.user_principal_name.as_deref(),
            thread_id: &outcome.thread_id,
            state: outcome.status,
            http_status: outcome.http_status,
            code: outcome.code.as_deref(),
            message: outcome.message.as_deref(),
            request_id: outcome.request_id.as_deref(),
            client_request_id: outcome.client_request_id.as_deref(),
            attempts: outcome.attempts,
            duration_ms: outcome.duration_ms,
            account: outcome.account.as_deref(),
            times_returned: outcome.times_returned,
            previously_removed: outcome.previously_removed.as_deref(),
            service_time: outcome.service_time.map(|time| time.to_string()),
            request_ms: outcome.http_status.map(|_| outcome.request_ms),
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
    at: Option<Box<str>>,
    request_id: Option<Box<str>>,
    service_time: Option<Box<str>>,
    request_ms: Option<u64>,
    #[serde(default)]
    duration_ms: u64,
    #[serde(default)]
    times_returned: u32,
}

/// How far a removal got.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    Sent,
    Removed(Confirmation),
    /// `Removed`, but without the time and the request id that the record of a response has.
    /// Whoever can write to the file can write such a line.
    Unconfirmed,
    Ended,
}

impl State {
    /// Adds a later record of the same removal. A later failure does not undo a confirmed removal,
    /// unless it was an attempt to remove a chat that had come back.
    pub(super) fn follow(&mut self, later: Self, times_returned: u32) {
        match (&mut *self, later) {
            (Self::Removed(known), Self::Removed(mut later)) => {
                later.times_returned = later.times_returned.max(known.times_returned);
                *known = later;
            }
            (Self::Removed(known), _) => {
                if times_returned > known.times_returned {
                    known.times_returned = times_returned;
                    known.returned = true;
                }
            }
            (_, later) => *self = later,
        }
    }
}

/// Reads a record. Returns `None` for a line that is not a record. The number says how often the
/// chat had come back.
pub(super) fn parse(line: &[u8]) -> Option<(Key, State, u32)> {
    let record: Record = serde_json::from_slice(line).ok()?;
    let removal = Removal::parse(&record.tenant_id, &record.user_id, &record.thread_id).ok()?;
    let times_returned = record.times_returned;
    let state = match record.state.as_str() {
        "Removed" => confirmation(record).map_or(State::Unconfirmed, State::Removed),
        "Sent" => State::Sent,
        _ => State::Ended,
    };
    Some((key(&removal), state, times_returned))
}

fn confirmation(record: Record) -> Option<Confirmation> {
    let request_id = record.request_id.filter(|id| !id.is_empty())?;
    Some(Confirmation::new(
        record.at?.parse().ok()?,
        record.service_time.and_then(|time| time.parse().ok()),
        // The last request took no longer than all of them together.
        record.request_ms.unwrap_or(record.duration_ms),
        Some(request_id),
        record.times_returned,
    ))
}

/// The error for a file of another kind.
pub(super) fn not_a_journal() -> io::Error {
    io::Error::other(
        "the file is not a ChatAccess journal and was not changed. Specify another file",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "2a690434-97d9-4eed-83a6-f5f13600199a";

    #[test]
    fn each_of_the_three_ids_makes_another_removal() {
        let other = "2a690434-97d9-4eed-83a6-f5f13600199b";
        let key = |tenant, user, chat| key(&Removal::parse(tenant, user, chat).unwrap());
        let keys = [
            key(TENANT, TENANT, "19:a@thread.v2"),
            key(other, TENANT, "19:a@thread.v2"),
            key(TENANT, other, "19:a@thread.v2"),
            key(TENANT, TENANT, "19:b@thread.v2"),
        ];
        for (index, one) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(one));
        }
    }

    #[test]
    fn evidence_is_compared_with_the_services_clock_and_else_with_this_computers() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let at = time("2026-11-22T10:00:00.900Z");
        let service = Some(time("2026-11-22T12:00:00Z"));
        for (service, request_ms, last_old) in [
            (service, 0, "2026-11-22T11:59:59.999Z"),
            (service, 200, "2026-11-22T11:59:58.999Z"),
            (service, 30_000, "2026-11-22T11:59:29Z"),
            (None, 0, "2026-11-22T09:59:59.9999999Z"),
            (None, 1_000, "2026-11-22T09:59:58Z"),
        ] {
            let known = Confirmation::new(at, service, request_ms, None, 0);
            let last_old = time(last_old);
            assert!(!known.is_older_than(Some(last_old)), "{last_old}");
            let next = Timestamp::from_second(last_old.as_second() + 1).unwrap();
            assert!(known.is_older_than(Some(next)), "{next}");
        }
        assert!(!Confirmation::new(at, service, 0, None, 0).is_older_than(None));
    }

    /// The key was once the hash of the standard library, which these two chats share.
    #[test]
    fn two_chats_with_one_64_bit_hash_are_two_removals() {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let removal = |chat| Removal::parse(TENANT, TENANT, chat).unwrap();
        let a = removal("19:0000000000000000f67e7b52eb098db1@thread.v2");
        let b = removal("19:00000000000000002baed37f4ba61852@thread.v2");
        let hash = |removal: &Removal| {
            let mut hasher = DefaultHasher::new();
            removal.tenant_id.as_bytes().hash(&mut hasher);
            removal.thread_id.as_str().hash(&mut hasher);
            hasher.finish()
        };
        assert_eq!(hash(&a), hash(&b));
        assert_ne!(key(&a), key(&b));
    }
}

//! Fetches events from a queue into the caller's buffer.

use std::cell::RefCell;
use std::time::Duration;

use serde::Serialize;

use super::arguments::Out;
use super::status::ChatAccessStatus;
use crate::events::{EventQueue, Taken};

/// Fetches the next event.
pub(super) fn fetch_next<E: Serialize>(
    events: &EventQueue<E>,
    timeout_ms: i32,
    out: &mut Out<'_>,
) -> Result<ChatAccessStatus, ChatAccessStatus> {
    fetch(events, timeout_ms, |_| true, |_| ChatAccessStatus::Ok, out)
}

/// Fetches the first event that `wanted` accepts; the call returns `status` of it. An event that
/// does not fit into the buffer stays in the queue.
pub(super) fn fetch<E: Serialize>(
    events: &EventQueue<E>,
    timeout_ms: i32,
    wanted: impl Fn(&E) -> bool,
    status: impl Fn(&E) -> ChatAccessStatus,
    out: &mut Out<'_>,
) -> Result<ChatAccessStatus, ChatAccessStatus> {
    let limit = u64::try_from(timeout_ms).ok().map(Duration::from_millis);
    let out = RefCell::new(out);
    let read = |event: &E| -> Result<ChatAccessStatus, ChatAccessStatus> {
        let text = serde_json::to_string(event).map_err(|_| ChatAccessStatus::Panicked)?;
        out.borrow_mut().write(&text)?;
        Ok(status(event))
    };
    match events.take(limit, wanted, read)? {
        Taken::Event(status) => Ok(status),
        Taken::NotYet => Ok(ChatAccessStatus::NotYet),
        Taken::Ended => Ok(ChatAccessStatus::Ended),
        Taken::Closed => Err(ChatAccessStatus::ClosedHandle),
    }
}

//! Fetches events from a queue into the caller's buffer.

use std::cell::RefCell;
use std::time::Duration;

use serde::Serialize;

use super::arguments::Out;
use super::status::ChatAccessStatus;
use crate::events::{EventQueue, Taken};

/// What one call fetches.
#[derive(Clone, Copy)]
pub(super) enum Batch {
    /// One event, as an object.
    One,
    /// Events of the same kind that follow each other, as an array.
    SameKind,
}

/// A queue whose events are read as JSON. One function for the queues of all kinds of handle makes
/// the library smaller.
pub(super) trait JsonEvents {
    /// Takes the next event, and waits for it up to `limit`. It stays in the queue if `read`, which
    /// receives its JSON, fails.
    fn take_json(
        &self,
        limit: Option<Duration>,
        read: &mut dyn FnMut(&str) -> Result<(), ChatAccessStatus>,
    ) -> Result<Taken<()>, ChatAccessStatus>;
}

impl<E: Serialize> JsonEvents for EventQueue<E> {
    fn take_json(
        &self,
        limit: Option<Duration>,
        read: &mut dyn FnMut(&str) -> Result<(), ChatAccessStatus>,
    ) -> Result<Taken<()>, ChatAccessStatus> {
        let read = RefCell::new(read);
        self.take(limit, |_| true, |event| (read.borrow_mut())(&json(event)?))
    }
}

/// Fetches the next event, or waits for it and fetches it with the events of its kind that follow
/// it, as far as they are in the queue and fit into the buffer.
pub(super) fn fetch_next(
    events: &dyn JsonEvents,
    timeout_ms: i32,
    batch: Batch,
    out: &mut Out<'_>,
) -> Result<ChatAccessStatus, ChatAccessStatus> {
    let capacity = out.capacity();
    let mut text = String::new();
    let first = events.take_json(limit(timeout_ms), &mut |json| {
        text = match batch {
            Batch::One => json.into(),
            Batch::SameKind => format!("[{json}]"),
        };
        // An event that does not fit stays in the queue.
        out.write(&text)
    })?;
    if !matches!((&first, batch), (Taken::Event(()), Batch::SameKind)) {
        return without_event(&first);
    }
    text.pop();
    let kind = kind(&text).to_owned();
    loop {
        let more = events.take_json(Some(Duration::ZERO), &mut |json| {
            // With the comma before it and the bracket at the end.
            if self::kind(json) != kind || text.len() + json.len() + 2 > capacity {
                return Err(ChatAccessStatus::NotYet);
            }
            text.push(',');
            text.push_str(json);
            Ok(())
        });
        if !matches!(more, Ok(Taken::Event(()))) {
            break;
        }
    }
    text.push(']');
    out.write(&text)?;
    Ok(ChatAccessStatus::Ok)
}

/// Returns the value of the first member, which is `event`.
fn kind(json: &str) -> &str {
    json.split('"').nth(3).unwrap_or_default()
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
    let out = RefCell::new(out);
    let read = |event: &E| -> Result<ChatAccessStatus, ChatAccessStatus> {
        out.borrow_mut().write(&json(event)?)?;
        Ok(status(event))
    };
    match events.take(limit(timeout_ms), wanted, read)? {
        Taken::Event(status) => Ok(status),
        none => without_event(&none),
    }
}

/// Returns the time limit of a wait; `None` for a negative number, which waits without a limit.
fn limit(timeout_ms: i32) -> Option<Duration> {
    u64::try_from(timeout_ms).ok().map(Duration::from_millis)
}

fn json<E: Serialize>(event: &E) -> Result<String, ChatAccessStatus> {
    serde_json::to_string(event).map_err(|_| ChatAccessStatus::Panicked)
}

/// Returns the status of a call whose event, if there was one, is not of interest.
fn without_event<T>(taken: &Taken<T>) -> Result<ChatAccessStatus, ChatAccessStatus> {
    match taken {
        Taken::Event(_) => Ok(ChatAccessStatus::Ok),
        Taken::NotYet => Ok(ChatAccessStatus::NotYet),
        Taken::Ended => Ok(ChatAccessStatus::Ended),
        Taken::Closed => Err(ChatAccessStatus::ClosedHandle),
    }
}

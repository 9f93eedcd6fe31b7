//! Fetches events from a queue into the caller's buffer.

use std::cell::RefCell;
use std::mem::discriminant;
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

/// Fetches the next event, or the next events of one kind.
pub(super) fn fetch_next<E: Serialize>(
    events: &EventQueue<E>,
    timeout_ms: i32,
    batch: Batch,
    out: &mut Out<'_>,
) -> Result<ChatAccessStatus, ChatAccessStatus> {
    match batch {
        Batch::One => fetch(events, timeout_ms, |_| true, |_| ChatAccessStatus::Ok, out),
        Batch::SameKind => fetch_same_kind(events, timeout_ms, out),
    }
}

/// Waits for the next event, and fetches it with the events of its kind that follow it, as far as
/// they are in the queue and fit into the buffer.
fn fetch_same_kind<E: Serialize>(
    events: &EventQueue<E>,
    timeout_ms: i32,
    out: &mut Out<'_>,
) -> Result<ChatAccessStatus, ChatAccessStatus> {
    let capacity = out.capacity();
    let first = {
        let out = RefCell::new(&mut *out);
        let read = |event: &E| -> Result<_, ChatAccessStatus> {
            let text = format!("[{}]", json(event)?);
            // An event that does not fit stays in the queue.
            out.borrow_mut().write(&text)?;
            Ok((discriminant(event), text))
        };
        events.take(limit(timeout_ms), |_| true, read)?
    };
    let Taken::Event((kind, mut text)) = first else {
        return without_event(&first);
    };
    text.pop();
    loop {
        let read = |event: &E| -> Result<String, ()> {
            let one = json(event).map_err(drop)?;
            // With the comma before it and the bracket at the end.
            let fits = text.len() + one.len() + 2 <= capacity;
            (discriminant(event) == kind && fits)
                .then_some(one)
                .ok_or(())
        };
        let Ok(Taken::Event(one)) = events.take(Some(Duration::ZERO), |_| true, read) else {
            break;
        };
        text.push(',');
        text.push_str(&one);
    }
    text.push(']');
    out.write(&text)?;
    Ok(ChatAccessStatus::Ok)
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

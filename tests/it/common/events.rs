//! Reading a handle's events up to the end.

use std::fmt::Debug;
use std::time::Duration;

use chat_access::events::{EventQueue, Taken};
use serde::Serialize;
use serde_json::Value;

use super::{FOREVER, Status, native};

/// How long a test waits for one event before it fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// The remaining events of a queue, as JSON as the C ABI returns them.
///
/// # Panics
/// An event takes longer than a minute, or the queue is closed.
pub fn drain<E: Serialize + Debug>(queue: &EventQueue<E>) -> Vec<Value> {
    std::iter::from_fn(|| next(queue)).collect()
}

/// The next event of a queue as JSON, or `None` at the end.
///
/// # Panics
/// As [`drain`].
pub fn next<E: Serialize + Debug>(queue: &EventQueue<E>) -> Option<Value> {
    let read = |event: &E| serde_json::to_value(event);
    match queue.take(Some(PATIENCE), |_| true, read).unwrap() {
        Taken::Event(event) => Some(event),
        Taken::Ended => None,
        other => panic!("{other:?}"),
    }
}

/// The remaining events of a handle of the release library. Some handles end by themselves; a run
/// or a search ends after `finish` or `cancel`.
///
/// # Panics
/// The library reports anything other than an event or the end, which includes an event longer than
/// the 16 KiB buffer of [`stage::Native`].
pub fn drain_handle(handle: i64) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        match native().next(handle, FOREVER) {
            (0, event) => events.push(event),
            (status, _) => {
                assert_eq!(status, Status::Ended as i32);
                return events;
            }
        }
    }
}

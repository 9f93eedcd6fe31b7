//! The engine's two clocks: monotonic time for the pace, calendar time for records.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use once_cell::sync::Lazy;

/// Returns the monotonic time since the first call in this process. All runs share this origin,
/// because the runs of one account share its pace.
pub(super) fn now() -> Duration {
    static EPOCH: Lazy<Instant> = Lazy::new(Instant::now);
    EPOCH.elapsed()
}

/// Returns the current time as outcomes and journals hold it: RFC 3339, UTC, milliseconds.
pub(super) fn timestamp() -> String {
    text(Timestamp::now())
}

/// Returns a time in the same form.
pub(super) fn text(time: Timestamp) -> String {
    format!("{time:.3}")
}

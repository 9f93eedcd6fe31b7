//! The events of a run.

use serde::Serialize;

use super::{Outcome, Resumed};

/// An event that a run reports to its owner.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A removal ended.
    Outcome(Box<Outcome>),
    /// The run sends nothing for some seconds.
    Wait {
        /// What the run waits for, in one word: `throttled`, `unavailable`, `unreachable`, or
        /// `directory` while users are looked up.
        cause: &'static str,
        /// What the run waits for: one sentence.
        reason: String,
        /// Length of the wait from now, in seconds.
        seconds: f64,
    },
    /// The run opened a journal that holds the records of an earlier run.
    Resumed(Resumed),
    /// A problem that no outcome reports.
    Warning {
        /// One sentence.
        message: String,
    },
}

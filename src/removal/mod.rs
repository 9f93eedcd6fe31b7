//! The engine: removals go in, each comes out as one outcome.
//!
//! [`Run`] is the whole; a [`Lane`] is an account in it; [`Limits`] and [`RetrySettings`] are what it keeps to.

mod journal;
mod lane;
mod limits;
mod outcome;
mod pace;
mod run;
mod schedule;
mod worker;

pub use crate::retry::RetrySettings;
pub use journal::Resumed;
pub use lane::Lane;
pub use limits::{Limit, Limits};
pub use outcome::{Outcome, Status};
pub use run::{Event, NotQueued, QUEUE, Run, RunOptions};

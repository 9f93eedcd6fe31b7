//! The engine: paces, sends, retries and journals removals, and reports one outcome for each.
//!
//! Start a [`Run`] with one or more [`Lane`]s (an account and its pace), submit removals, and fetch
//! [`Event`]s. [`RunOptions`] holds the service's [`Limits`], the waits and the journal.
//!
//! Inside, `schedule` decides what goes next and when, without a thread, a clock or a socket. One
//! thread asks it (`scheduler`), others send (`sender`); both work on `state` and report through
//! `recorder`. Users who are named by their user principal name are looked up first (`lookup`).

mod clock;
mod event;
mod journal;
mod lane;
mod learned_rate;
mod limits;
mod lookup;
mod options;
mod outcome;
mod pace;
mod queue;
mod recorder;
mod run;
mod schedule;
mod scheduler;
mod sender;
mod state;
mod verdict;

pub use event::Event;
pub use journal::Resumed;
pub use lane::Lane;
pub use limits::{Limit, Limits};
pub use options::{RunOptions, RunRetry};
pub use outcome::{Outcome, Status};
pub(crate) use run::read_last_seen;
pub use run::{NotQueued, QUEUE, Run, StartError};

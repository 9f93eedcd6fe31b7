//! The state that a run's owner and its threads share.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::clock::now;
use super::journal::{Confirmation, Journal, Key, key};
use super::lookup::Lookups;
use super::outcome::Conclusion;
use super::queue::{Job, Past};
use super::schedule::{Schedule, Slot};
use super::{Event, Lane, RunOptions, RunRetry, Status};
use crate::cancel::Cancel;
use crate::events::EventQueue;
use crate::graph::ApiVersion;

/// The next step after a run that ended early.
pub(super) const RUN_AGAIN: &str = "Run the command again for the remaining removals. With the same journal, completed removals are skipped.";

/// The conclusion for removals that need a thread which the system refuses to start.
pub(super) fn no_thread(error: &io::Error) -> Conclusion {
    Conclusion::new(
        Status::Failed,
        format!("This process can't start another thread: {error}."),
        Some(RUN_AGAIN),
    )
}

/// The shared part of a run. Its threads' work is implemented in `scheduler`, `sender` and
/// `recorder`.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) lanes: Vec<Arc<Lane>>,
    pub(super) version: ApiVersion,
    /// Whether confirmed removals are sent too.
    pub(super) force: bool,
    pub(super) request_time: Duration,
    run_time: Option<Duration>,
    lease: Option<Duration>,
    pub(super) retry: RunRetry,
    /// When the run began.
    began: Duration,
    pub(super) events: EventQueue<Event>,
    pub(super) journal_path: Option<String>,
    /// Locked alone or after `state`, never before it.
    journal: Mutex<Option<Journal>>,
    state: Mutex<State>,
    /// Signals the scheduling thread that there may be work.
    pub(super) scheduler: Condvar,
    /// Ends the requests to the directory, and their waits.
    pub(super) no_more_lookups: Cancel,
    /// Signals the sending threads that the outbox has a request, or that the run is over.
    pub(super) senders: Condvar,
}

/// The part of [`Shared`] that changes.
#[derive(Debug)]
pub(super) struct State {
    pub(super) schedule: Schedule,
    /// Removals whose user has to be looked up.
    pub(super) lookups: Lookups,
    /// The unknown forms of chat ids that a warning has named, by suffix.
    pub(super) unknown_forms: Vec<String>,
    /// Requests that wait for a sending thread.
    pub(super) outbox: VecDeque<(Box<Job>, Slot)>,
    pub(super) idle_senders: usize,
    pub(super) all_senders: usize,
    pub(super) next_item: u64,
    /// Requests in the outbox and requests sent without a response yet.
    pub(super) in_flight: usize,
    /// Confirmed removals, of this run and of the journal.
    pub(super) confirmed: HashMap<Key, Confirmation>,
    pub(super) counts: Counts,
    /// No more removals will be submitted.
    pub(super) finished: bool,
    /// Why nothing more is sent.
    pub(super) stopped: Option<Conclusion>,
    /// When the owner cancelled the run.
    pub(super) cancelled: Option<Instant>,
    /// The owner closed the run.
    pub(super) closed: bool,
    /// Nothing more will be sent, so the threads end.
    pub(super) over: bool,
    /// The owner's last call, for the lease.
    pub(super) last_call: Instant,
    /// End of the pause that was last reported.
    pub(super) reported_pause: Duration,
    /// What the last request that must be repeated ran into: in one word, and as a sentence.
    pub(super) wait_cause: &'static str,
    pub(super) wait_reason: String,
}

/// The counters that [`super::Run::describe`] returns.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(super) struct Counts {
    /// Removals submitted.
    pub(super) queued: u64,
    /// Removals that ended with the access removed.
    pub(super) removed: u64,
    /// Removals that ended otherwise.
    pub(super) not_removed: u64,
    /// Requests sent.
    pub(super) requests: u64,
    /// Responses with status 429.
    pub(super) throttled: u64,
}

impl State {
    pub(super) fn new(schedule: Schedule, confirmed: HashMap<Key, Confirmation>) -> Self {
        Self {
            schedule,
            lookups: Lookups::default(),
            unknown_forms: Vec::new(),
            outbox: VecDeque::new(),
            idle_senders: 0,
            all_senders: 0,
            next_item: 1,
            in_flight: 0,
            confirmed,
            counts: Counts::default(),
            finished: false,
            stopped: None,
            cancelled: None,
            closed: false,
            over: false,
            last_call: Instant::now(),
            reported_pause: Duration::ZERO,
            wait_cause: "",
            wait_reason: String::new(),
        }
    }

    /// Adds to a removal what is known about an earlier removal of the same access, and counts a
    /// return that its evidence shows for the first time.
    pub(super) fn look_back(&mut self, job: &mut Job) {
        if job.past.is_some() {
            return;
        }
        if let Some(known) = self.confirmed.get_mut(&key(&job.removal)) {
            if !known.returned && known.is_older_than(job.last_seen) {
                known.returned = true;
                known.times_returned += 1;
            }
            job.past = Some(Past {
                removed_at: known.at,
                times_returned: known.times_returned,
                returned: known.returned,
            });
        }
    }

    /// Returns the number of removals that wait, for their user or for their request.
    pub(super) fn queued(&self) -> usize {
        self.schedule.queued() + self.lookups.waiting.len()
    }
}

impl Shared {
    /// `options` has been checked.
    pub(super) fn new(
        lanes: Vec<Arc<Lane>>,
        version: ApiVersion,
        options: &RunOptions,
        events: EventQueue<Event>,
        journal: Option<Journal>,
        state: State,
    ) -> Self {
        let limit = |ms| (ms > 0).then(|| Duration::from_millis(ms));
        Self {
            lanes,
            version,
            force: options.force,
            request_time: Duration::from_millis(options.request_time_ms),
            run_time: limit(options.run_time_ms),
            lease: limit(options.lease_ms),
            retry: options.retry,
            began: now(),
            events,
            journal_path: options.journal.clone(),
            journal: Mutex::new(journal),
            state: Mutex::new(state),
            scheduler: Condvar::new(),
            no_more_lookups: Cancel::default(),
            senders: Condvar::new(),
        }
    }

    /// Locks the state. A panic elsewhere must not keep outcomes from being reported, so a poisoned
    /// lock is used too.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn journal(&self) -> MutexGuard<'_, Option<Journal>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `scheduler` is signalled, for `limit` at most (`None`: no limit).
    pub(super) fn wait_for_work<'a>(
        &self,
        state: MutexGuard<'a, State>,
        limit: Option<Duration>,
    ) -> MutexGuard<'a, State> {
        match limit {
            Some(limit) => {
                self.scheduler
                    .wait_timeout(state, limit)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
            None => self
                .scheduler
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Returns how long the owner's last call still allows sending.
    pub(super) fn lease_left(&self, state: &State) -> Duration {
        self.lease.map_or(Duration::MAX, |lease| {
            lease.saturating_sub(state.last_call.elapsed())
        })
    }

    /// Returns the time until the run's time limit; [`Duration::MAX`] without a limit.
    pub(super) fn run_time_left(&self) -> Duration {
        self.run_time.map_or(Duration::MAX, |limit| {
            (self.began + limit).saturating_sub(now())
        })
    }

    /// Stops sending. The first reason counts.
    pub(super) fn stop(&self, why: Conclusion) {
        self.lock().stopped.get_or_insert(why);
        self.scheduler.notify_one();
    }
}

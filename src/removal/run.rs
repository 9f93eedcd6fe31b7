//! A run of removals: the queue, the threads that work it off, and what they report.
//!
//! One thread decides (the [`Schedule`] says what goes when), a few others send, because a request may
//! take longer than the space to the next. Whoever owns the run only puts in and fetches: nothing it does
//! waits for the network.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::journal::{self, Journal, Resumed};
use super::outcome::Ended;
use super::schedule::{Job, Schedule, Slot};
use super::worker::{RUN_AGAIN, now};
use super::{Lane, Limits, Outcome, RetrySettings, Status};
use crate::background::spawn;
use crate::events::EventQueue;
use crate::graph::{ApiVersion, Removal};
use crate::input::InvalidInput;

/// Removals that may wait in a run. Whoever puts in more waits for room, so memory stays flat.
pub const QUEUE: usize = 10_000;

/// Events that may wait to be fetched before the run sends nothing more.
pub(super) const EVENTS: usize = 10_000;

/// How long closing a run waits for the requests that are on their way, so that their outcomes still
/// reach the journal.
const LAST_ANSWERS: Duration = Duration::from_millis(300);

/// How a run works.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RunOptions {
    /// `v1.0` or `beta`.
    pub api_version: String,
    /// The journal's file. Without one, nothing outlives the run.
    pub journal: Option<String>,
    /// The service's limits.
    pub limits: Limits,
    /// The waits between attempts.
    pub retry: RetrySettings,
    /// The time that one request has, in milliseconds.
    pub request_time_ms: u64,
    /// The time that the whole run has, in milliseconds; 0 is no limit.
    pub run_time_ms: u64,
    /// Sends nothing while the owner has not called for so long, in milliseconds; 0 is never. It is for
    /// owners that can be stopped without a chance to say so, as a PowerShell pipeline can. A new run in the
    /// same process takes the journal of one whose owner is away.
    pub lease_ms: u64,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            api_version: "v1.0".into(),
            journal: None,
            limits: Limits::default(),
            retry: RetrySettings::default(),
            request_time_ms: 30_000,
            run_time_ms: 0,
            lease_ms: 0,
        }
    }
}

/// What a run reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A removal ended.
    Outcome(Box<Outcome>),
    /// Nothing is sent for some seconds.
    Wait {
        /// Why.
        reason: &'static str,
        /// How long from now.
        seconds: f64,
    },
    /// A journal was opened that holds the records of an earlier run.
    Resumed(Resumed),
    /// Something that the owner should know and that no outcome says.
    Warning {
        /// One sentence.
        message: String,
    },
}

/// Why a removal was not queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotQueued {
    /// The ids can't be used.
    Invalid(InvalidInput),
    /// There is no room: fetch events and try again.
    Full,
    /// The run takes nothing more: it was finished, cancelled or closed.
    Over,
}

/// A run. Dropping it closes it.
#[derive(Debug)]
pub struct Run {
    shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) lanes: Vec<Arc<Lane>>,
    pub(super) version: ApiVersion,
    pub(super) request_time: Duration,
    pub(super) run_time: Option<Duration>,
    pub(super) lease: Option<Duration>,
    pub(super) retry: RetrySettings,
    /// When the run began.
    pub(super) began: Duration,
    pub(super) events: EventQueue<Event>,
    pub(super) journal_path: Option<String>,
    /// Taken alone or after `state`, never before it.
    pub(super) journal: Mutex<Option<Journal>>,
    pub(super) state: Mutex<State>,
    /// The schedule may have something to do.
    pub(super) scheduler: Condvar,
    /// The outbox has a request, or the run is over.
    pub(super) senders: Condvar,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) schedule: Schedule,
    pub(super) outbox: VecDeque<(Box<Job>, Slot)>,
    pub(super) idle_senders: usize,
    pub(super) all_senders: usize,
    pub(super) next_item: u64,
    /// Requests on their way.
    pub(super) in_flight: usize,
    /// Keys of what is removed, here or in the journal.
    pub(super) done: HashSet<journal::Key>,
    pub(super) counts: Counts,
    /// No more will be put in.
    pub(super) finished: bool,
    /// Why nothing more is sent.
    pub(super) stopped: Option<Ended>,
    /// The owner is gone.
    pub(super) closed: bool,
    /// Nothing more will be sent: the threads end.
    pub(super) over: bool,
    pub(super) last_call: Instant,
    /// The pause that was last reported.
    pub(super) reported_pause: Duration,
}

#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(super) struct Counts {
    /// Put in.
    pub(super) queued: u64,
    /// Ended with the access gone.
    pub(super) removed: u64,
    /// Ended otherwise.
    pub(super) not_removed: u64,
    /// Requests sent.
    pub(super) requests: u64,
    /// 429s.
    pub(super) throttled: u64,
}

impl Run {
    /// Opens the journal and starts the run; it sends what is put in until it is finished or closed.
    ///
    /// # Errors
    /// An option or a journal that can't be used; no account.
    pub fn start(lanes: Vec<Arc<Lane>>, options: RunOptions) -> Result<Self, InvalidInput> {
        let version = ApiVersion::parse(&options.api_version)?;
        let limits = options.limits.check()?;
        let retry = options.retry.check()?;
        if lanes.is_empty() {
            return Err(InvalidInput::new(
                "Account",
                "",
                "give at least one signed-in account",
            ));
        }
        let mut tenants: Vec<String> = lanes
            .iter()
            .filter_map(|lane| lane.account().tenant())
            .collect();
        tenants.dedup();
        if tenants.len() > 1 {
            return Err(InvalidInput::new(
                "Account",
                &tenants.join(" and "),
                "the accounts of one run must be of the same tenant",
            ));
        }
        if options.request_time_ms == 0 {
            return Err(InvalidInput::new(
                "RequestTimeout",
                "0",
                "a request needs a time limit of at least 1 ms",
            ));
        }
        let events = EventQueue::default();
        let mut done = HashSet::new();
        let mut open_journal = None;
        if let Some(path) = &options.journal {
            let (journal, keys, found) = Journal::open(path)?;
            if found != Resumed::default() {
                events.push(Event::Resumed(found));
            }
            done.extend(keys);
            open_journal = Some(journal);
        }
        let time = |ms| (ms > 0).then(|| Duration::from_millis(ms));
        let shared = Arc::new(Shared {
            version,
            request_time: Duration::from_millis(options.request_time_ms),
            run_time: time(options.run_time_ms),
            lease: time(options.lease_ms),
            retry,
            began: now(),
            events,
            journal_path: options.journal,
            journal: Mutex::new(open_journal),
            state: Mutex::new(State {
                schedule: Schedule::new(&limits, retry, lanes.iter().map(|lane| lane.pace())),
                outbox: VecDeque::new(),
                idle_senders: 0,
                all_senders: 0,
                next_item: 1,
                in_flight: 0,
                done,
                counts: Counts::default(),
                finished: false,
                stopped: None,
                closed: false,
                over: false,
                last_call: Instant::now(),
                reported_pause: Duration::ZERO,
            }),
            lanes,
            scheduler: Condvar::new(),
            senders: Condvar::new(),
        });
        let scheduler = Arc::clone(&shared);
        spawn("chat-access-run", move || scheduler.schedule()).map_err(|error| {
            InvalidInput::new(
                "Run",
                &error.to_string(),
                "this process can't start another thread",
            )
        })?;
        Ok(Self { shared })
    }

    /// Puts a removal in and returns its number. Returns at once.
    ///
    /// # Errors
    /// See [`NotQueued`]: the removal is not in the run then.
    pub fn submit(
        &self,
        tenant_id: &str,
        user_id: &str,
        thread_id: &str,
    ) -> Result<u64, NotQueued> {
        let removal = Removal::parse(tenant_id, user_id, thread_id).map_err(NotQueued::Invalid)?;
        let mut state = self.shared.lock();
        state.last_call = Instant::now();
        if state.finished || state.closed || state.stopped.is_some() {
            return Err(NotQueued::Over);
        }
        if state.schedule.queued() >= QUEUE {
            return Err(NotQueued::Full);
        }
        let item = state.next_item;
        state.next_item += 1;
        state.counts.queued += 1;
        state.schedule.push(Job {
            item,
            removal,
            attempts: 0,
            started: None,
            lost: false,
            renewed: false,
        });
        drop(state);
        self.shared.scheduler.notify_one();
        Ok(item)
    }

    /// What the run reports. Taking from it says that the owner is there: see [`RunOptions::lease_ms`].
    pub fn events(&self) -> &EventQueue<Event> {
        self.shared.lock().last_call = Instant::now();
        self.shared.scheduler.notify_one();
        &self.shared.events
    }

    /// Nothing more will be put in: when all has ended, the events end.
    pub fn finish(&self) {
        self.shared.lock().finished = true;
        self.shared.scheduler.notify_one();
    }

    /// Sends nothing more. What waits ends as `Cancelled`; what is on its way ends by its answer.
    pub fn cancel(&self) {
        self.shared.stop(Ended::with(
            Status::Cancelled,
            "The run was stopped before this removal was sent.".to_string(),
            Some(RUN_AGAIN),
        ));
        self.finish();
    }

    /// Sends nothing more and lets go of the journal, after a moment in which requests that are on their
    /// way may still be answered. What waits has no outcome. Whoever waits for an event is let go.
    pub fn close(&self) {
        let shared = &self.shared;
        let mut state = shared.lock();
        if std::mem::replace(&mut state.closed, true) {
            return;
        }
        state.over = true;
        state.schedule.drain();
        state.in_flight -= state.outbox.len();
        state.outbox.clear();
        shared.events.close();
        shared.scheduler.notify_all();
        shared.senders.notify_all();
        let deadline = Instant::now() + LAST_ANSWERS;
        while state.in_flight > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = shared
                .scheduler
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        drop(state);
        *shared.journal() = None;
    }

    /// The owner has been away for longer than the lease, and the run has this journal. Such a run was left
    /// behind by an owner that was stopped.
    pub fn left_behind_with(&self, journal: &str) -> bool {
        self.shared.journal_path.as_deref() == Some(journal)
            && self.shared.lease_left(&self.shared.lock()).is_zero()
    }

    /// Where the run stands, as JSON.
    pub fn describe(&self) -> Value {
        let state = self.shared.lock();
        let pause = state.schedule.paused_until().unwrap_or_default();
        json!({
            "counts": state.counts,
            "waiting": state.schedule.queued(),
            "in_flight": state.in_flight,
            "per_second": state.schedule.rate(),
            "paused_seconds": pause.saturating_sub(now()).as_secs_f64(),
        })
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.close();
    }
}

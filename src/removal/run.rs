//! A run of removals, as its owner sees it.
//!
//! The owner submits removals and fetches events; neither waits for the network. The work happens
//! on the threads of `scheduler` and `sender`.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::clock::now;
use super::journal::{Journal, Resumed};
use super::lookup::Lookup;
use super::outcome::Conclusion;
use super::queue::Job;
use super::schedule::Schedule;
use super::state::{RUN_AGAIN, Shared, State};
use super::{Event, Lane, RunOptions, Status};
use crate::background::spawn;
use crate::events::EventQueue;
use crate::graph::{ApiVersion, ChatId, Removal, RemovalRequest, User};
use crate::input::{InvalidInput, shown};

/// Queue capacity of a run, in removals. [`Run::submit`] refuses more, so memory stays bounded.
pub const QUEUE: usize = 10_000;

/// Time that closing a run allows requests in flight to complete, so that their outcomes still
/// reach the journal.
const CLOSE_LIMIT: Duration = Duration::from_millis(300);

/// Why a run did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An option, the journal or the accounts can't be used.
    #[error(transparent)]
    Invalid(#[from] InvalidInput),
    /// The system refused to start a thread.
    #[error("This process can't start another thread: {0}.")]
    Thread(io::Error),
}

/// Why a removal was not queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotQueued {
    /// An id can't be used.
    Invalid(InvalidInput),
    /// The queue is full: fetch events and try again.
    Full,
    /// The run accepts no more removals: it was finished, cancelled or closed.
    Over,
}

/// A run of removals. Dropping it closes it.
#[derive(Debug)]
pub struct Run {
    shared: Arc<Shared>,
}

impl Run {
    /// Opens the journal and starts the run. It sends what is submitted until it is finished,
    /// cancelled or closed.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(lanes: Vec<Arc<Lane>>, options: RunOptions) -> Result<Self, StartError> {
        let version = ApiVersion::parse(&options.api_version)?;
        let limits = options.limits.check()?;
        let retry = options.retry.check()?;
        check_accounts(&lanes)?;
        if options.request_time_ms == 0 {
            return Err(InvalidInput::new(
                "RequestTimeout",
                "0",
                "a request needs a time limit of at least 1 ms",
            )
            .into());
        }
        let events = EventQueue::default();
        let mut confirmed = HashMap::new();
        let mut open_journal = None;
        if let Some(path) = &options.journal {
            let (journal, done, found) = Journal::open(path)?;
            if found != Resumed::default() {
                events.push(Event::Resumed(found));
            }
            confirmed = done;
            open_journal = Some(journal);
        }
        let schedule = Schedule::new(&limits, retry, lanes.iter().map(|lane| lane.pace()));
        let state = State::new(schedule, confirmed);
        let shared = Arc::new(Shared::new(
            lanes,
            version,
            &options,
            events,
            open_journal,
            state,
        ));
        let scheduler = Arc::clone(&shared);
        spawn("chat-access-run", move || scheduler.schedule()).map_err(StartError::Thread)?;
        Ok(Self { shared })
    }

    /// Queues a removal and returns its number, counted from 1. Returns at once. `user` is an
    /// object id, or a user principal name to look up in the accounts' directory.
    ///
    /// # Errors
    /// See [`NotQueued`]; the removal is not in the run then.
    pub fn submit(&self, tenant_id: &str, user: &str, thread_id: &str) -> Result<u64, NotQueued> {
        self.submit_seen(tenant_id, user, thread_id, "")
    }

    /// Queues a removal as [`Self::submit`] does. `last_seen` is the time of the latest evidence of
    /// the chat, RFC 3339 with its zone, or empty: evidence that is later than the confirmed
    /// removal means that the chat came back, so the removal is sent again.
    ///
    /// # Errors
    /// As for [`Self::submit`].
    pub fn submit_seen(
        &self,
        tenant_id: &str,
        user: &str,
        thread_id: &str,
        last_seen: &str,
    ) -> Result<u64, NotQueued> {
        let request =
            RemovalRequest::parse(tenant_id, user, thread_id).map_err(NotQueued::Invalid)?;
        let last_seen = read_last_seen(last_seen).map_err(NotQueued::Invalid)?;
        let mut state = self.shared.lock();
        state.last_call = Instant::now();
        if state.finished || state.closed || state.stopped.is_some() {
            return Err(NotQueued::Over);
        }
        if state.queued() >= QUEUE {
            return Err(NotQueued::Full);
        }
        let item = state.next_item;
        state.next_item += 1;
        state.counts.queued += 1;
        let RemovalRequest {
            tenant_id,
            user,
            thread_id,
        } = request;
        if !thread_id.has_known_form() {
            self.warn_of_form(&mut state, &thread_id);
        }
        match user {
            User::Id(user_id) => {
                let mut job = Job::new(
                    item,
                    Removal {
                        tenant_id,
                        user_id,
                        thread_id,
                    },
                );
                job.last_seen = last_seen;
                state.schedule.push(job);
            }
            User::Name(name) => self.shared.look_up(
                &mut state,
                Lookup {
                    item,
                    tenant_id,
                    name: name.into(),
                    thread_id,
                    last_seen,
                },
            ),
        }
        drop(state);
        self.shared.scheduler.notify_one();
        Ok(item)
    }

    /// Warns of a chat id of an unknown form, once for each form.
    fn warn_of_form(&self, state: &mut State, id: &ChatId) {
        let form = id.suffix().to_lowercase();
        if state.unknown_forms.contains(&form) {
            return;
        }
        state.unknown_forms.push(form);
        self.shared.events.push(Event::Warning {
            message: format!(
                "ThreadId '{}' has a form that ChatAccess doesn't know. It is sent, and Microsoft Graph decides.",
                shown(id.as_str())
            ),
        });
    }

    /// Returns the queue of events and renews the owner's lease: see [`RunOptions::lease_ms`].
    pub fn events(&self) -> &EventQueue<Event> {
        self.shared.lock().last_call = Instant::now();
        self.shared.scheduler.notify_one();
        &self.shared.events
    }

    /// Declares that no more removals follow. The events end once every removal has its outcome.
    pub fn finish(&self) {
        self.shared.lock().finished = true;
        self.shared.scheduler.notify_one();
    }

    /// Stops sending. Queued removals end as `Cancelled`; requests in flight end with their
    /// response.
    pub fn cancel(&self) {
        self.shared
            .lock()
            .cancelled
            .get_or_insert_with(Instant::now);
        self.shared.stop(Conclusion::new(
            Status::Cancelled,
            "The run was stopped before this removal was sent.".to_string(),
            Some(RUN_AGAIN),
        ));
        self.finish();
    }

    /// Stops sending, waits for requests in flight until 300 ms after the run was cancelled or
    /// closed, and releases the journal. Queued removals get no outcome. Callers that wait for an
    /// event return.
    pub fn close(&self) {
        let shared = &self.shared;
        let mut state = shared.lock();
        if std::mem::replace(&mut state.closed, true) {
            return;
        }
        state.over = true;
        state.schedule.drain();
        state.lookups.waiting.clear();
        shared.no_more_lookups.cancel();
        state.in_flight -= state.outbox.len();
        state.outbox.clear();
        shared.events.close();
        shared.scheduler.notify_all();
        shared.senders.notify_all();
        let deadline = state.cancelled.unwrap_or_else(Instant::now) + CLOSE_LIMIT;
        while state.in_flight > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = shared.wait_for_work(state, Some(left));
        }
        drop(state);
        *shared.journal() = None;
    }

    /// Returns whether the run holds `journal` and its owner's lease has expired. The owner of such
    /// a run was stopped without closing it.
    pub fn is_abandoned_with(&self, journal: &str) -> bool {
        self.shared.journal_path.as_deref() == Some(journal)
            && self.shared.lease_left(&self.shared.lock()).is_zero()
    }

    /// Returns the run's progress as JSON.
    pub fn describe(&self) -> Value {
        let state = self.shared.lock();
        let pause = state.schedule.paused_until().unwrap_or_default();
        json!({
            "counts": state.counts,
            "waiting": state.queued(),
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

/// Reads the time of the latest evidence. A text of white space means that there is none.
///
/// # Errors
/// It is not a time with its zone: a guessed zone could hide that a chat came back.
pub(crate) fn read_last_seen(text: &str) -> Result<Option<Timestamp>, InvalidInput> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        InvalidInput::new(
            "LastSeen",
            text,
            "use a time with its zone, such as 2026-08-31T10:18:39Z",
        )
    })
}

fn check_accounts(lanes: &[Arc<Lane>]) -> Result<(), InvalidInput> {
    if lanes.is_empty() {
        return Err(InvalidInput::new(
            "Account",
            "",
            "specify at least one signed-in account",
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
            "all accounts of a run must belong to the same tenant",
        ));
    }
    Ok(())
}

//! The scheduling thread of a run: it decides what is sent next and hands it to a sending thread.
//!
//! Several threads send, because a response may take longer than the space to the next request.

use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use uuid::Uuid;

use super::clock::{now, text};
use super::journal;
use super::outcome::Conclusion;
use super::queue::Job;
use super::schedule::Next;
use super::state::{RUN_AGAIN, Shared, State, no_thread};
use super::{Event, Outcome, Status};
use crate::background::spawn;
use crate::identity::Objection;

/// Maximum number of requests in flight, and of sending threads.
const SENDERS: usize = 48;

/// Number of unfetched events at which the run stops sending.
const EVENTS: usize = 10_000;

/// The shortest wait that is reported as an event.
const REPORTED_WAIT: Duration = Duration::from_secs(2);

impl Shared {
    /// The body of the scheduling thread.
    pub(super) fn schedule(self: &Arc<Self>) {
        let mut state = self.lock();
        while !state.closed {
            if self.run_time_left().is_zero() {
                state.stopped.get_or_insert(Conclusion::new(
                    Status::Cancelled,
                    "The run reached its time limit before this removal was sent.".to_string(),
                    Some(RUN_AGAIN),
                ));
            }
            if let Some(why) = state.stopped.clone() {
                let left = state.schedule.drain();
                let not_looked_up = std::mem::take(&mut state.lookups.waiting);
                drop(state);
                self.no_more_lookups.cancel();
                for job in left {
                    self.end(job, None, why.clone());
                }
                for lookup in not_looked_up {
                    self.report(None, Outcome::without_user(&lookup, why.clone()));
                }
                state = self.lock();
            }
            let is_idle = state.queued() == 0 && state.in_flight == 0 && !state.lookups.active;
            if state.finished && is_idle {
                break;
            }
            state = self.step(state);
        }
        drop(state);
        self.events.end();
        self.lock().over = true;
        self.senders.notify_all();
    }

    /// Sends the next removal if it is due; otherwise waits until something may have changed.
    fn step<'a>(self: &'a Arc<Self>, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let lease = self.lease_left(&state);
        let may_send = !lease.is_zero()
            && self.events.waiting() < EVENTS
            && state.in_flight < SENDERS
            && state.stopped.is_none();
        if lease.is_zero() && state.in_flight == 0 {
            // The owner may be gone. Another run can use the journal meanwhile.
            *self.journal() = None;
        } else if may_send && state.schedule.queued() > 0 && self.has_released_journal() {
            drop(state);
            self.reopen_journal();
            return self.lock();
        }
        let now = now();
        let next = if !may_send {
            Next::Idle
        } else if let Some(unsent) = self.take_without_request(&mut state, now) {
            let (job, outcome) = *unsent;
            drop(state);
            self.report(Some(&job.removal), outcome);
            return self.lock();
        } else {
            state.schedule.next(now)
        };
        match next {
            Next::Send(mut job, slot) => {
                state.look_back(&mut job);
                state.in_flight += 1;
                state.counts.requests += 1;
                state.outbox.push_back((job, slot));
                self.wake_a_sender(&mut state);
                state
            }
            Next::Wait(at) => {
                self.report_pause(&mut state, now);
                let sleep = at.saturating_sub(now).min(self.run_time_left());
                self.wait_for_work(state, Some(sleep.min(lease)))
            }
            // A new removal, a response or a call of the owner wakes this thread. The run's time
            // limit and the end of the lease do not.
            Next::Idle => {
                let lease = if lease.is_zero() {
                    Duration::MAX
                } else {
                    lease
                };
                let left = self.run_time_left().min(lease);
                self.wait_for_work(state, (left != Duration::MAX).then_some(left))
            }
        }
    }

    /// Takes the next removal off the queue if its outcome is known without a request: it is
    /// already confirmed, or the claims of every account's token rule it out.
    fn take_without_request(
        &self,
        state: &mut State,
        now: Duration,
    ) -> Option<Box<(Job, Outcome)>> {
        let job = state.schedule.peek(now)?;
        // What has come back is sent again.
        let standing = state
            .confirmed
            .get(&journal::key(&job.removal))
            .filter(|last| !self.force && !last.returned && !last.is_older_than(job.last_seen))
            .cloned();
        let conclusion = if let Some(last) = &standing {
            let mut conclusion = Conclusion::new(Status::AlreadyRemoved, None, None);
            conclusion.request_id = last.request_id.as_deref().map(Into::into);
            conclusion
        } else {
            self.objection(job.removal.tenant_id)?.into()
        };
        let mut job = state.schedule.drop_next()?;
        state.look_back(&mut job);
        let mut outcome = Outcome::unsent(&job, conclusion);
        if let Some(last) = standing {
            outcome.completed = text(last.at);
        }
        Some(Box::new((job, outcome)))
    }

    /// Returns why the claims of every account's token rule out a removal in `tenant`.
    pub(super) fn objection(&self, tenant: Uuid) -> Option<Objection> {
        let tenant = tenant.to_string();
        let mut objection = None;
        for lane in &self.lanes {
            objection = Some(lane.account().objection(&tenant)?);
        }
        objection
    }

    /// Reports that nothing is sent for a while, once for each pause.
    fn report_pause(&self, state: &mut State, now: Duration) {
        let Some(until) = state.schedule.paused_until() else {
            return;
        };
        let left = until.saturating_sub(now);
        if left >= REPORTED_WAIT && until > state.reported_pause + Duration::from_millis(500) {
            state.reported_pause = until;
            self.report_wait(state.wait_cause, &state.wait_reason, left);
        }
    }

    /// Reports a wait, if it is long enough for somebody to notice.
    pub(super) fn report_wait(&self, cause: &'static str, reason: &str, time: Duration) {
        if time >= REPORTED_WAIT {
            let wait = Event::Wait {
                cause,
                reason: reason.into(),
                seconds: (time.as_secs_f64() * 10.0).round() / 10.0,
            };
            self.events
                .replace_last(wait, |last| matches!(last, Event::Wait { .. }));
        }
    }

    /// Wakes an idle sending thread for the outbox, or starts another one.
    fn wake_a_sender(self: &Arc<Self>, state: &mut State) {
        if state.idle_senders >= state.outbox.len() {
            self.senders.notify_one();
            return;
        }
        let sender = Arc::clone(self);
        match spawn("chat-access-send", move || sender.send()) {
            Ok(()) => state.all_senders += 1,
            // The existing threads empty the outbox. Without any, the run would wait forever.
            Err(_) if state.all_senders > 0 => {}
            Err(error) => {
                state.stopped.get_or_insert(no_thread(&error));
                if let Some((job, _)) = state.outbox.pop_back() {
                    state.in_flight -= 1;
                    state.schedule.push(*job);
                }
            }
        }
    }
}

//! The threads of a run: one decides what goes next, a few send it and see to the answer.

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use once_cell::sync::Lazy;
use uuid::Uuid;

use super::journal::{self, Journal};
use super::outcome::{self, Cause, Ended, Verdict};
use super::run::{EVENTS, Event, Shared, State};
use super::schedule::{Bearing, Job, Next, Slot};
use super::{Outcome, Status};
use crate::background::spawn;
use crate::graph::Removal;
use crate::identity::SignInError;

/// Requests on their way at once, at the most.
const SENDERS: usize = 48;

/// A wait that is shorter is not worth an event.
const NOTICEABLE: Duration = Duration::from_secs(2);

/// What to do with a run that ended early.
pub(super) const RUN_AGAIN: &str =
    "Run the same command again for what is left; with the same journal, what is done is skipped.";

const OTHER_JOURNAL: &str =
    "Make room or give another JournalPath, and run the same command again.";

/// The time by which runs keep their pace: since the first run of this process.
pub(super) fn now() -> Duration {
    static EPOCH: Lazy<Instant> = Lazy::new(Instant::now);
    EPOCH.elapsed()
}

impl Shared {
    /// A panic elsewhere must not keep outcomes from being reported.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn journal(&self) -> MutexGuard<'_, Option<Journal>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long the owner's last call still allows sending.
    pub(super) fn lease_left(&self, state: &State) -> Duration {
        self.lease.map_or(Duration::MAX, |lease| {
            lease.saturating_sub(state.last_call.elapsed())
        })
    }

    pub(super) fn stop(&self, why: Ended) {
        self.lock().stopped.get_or_insert(why);
        self.scheduler.notify_one();
    }

    /// The deciding thread.
    pub(super) fn schedule(self: &Arc<Self>) {
        let mut state = self.lock();
        while !state.closed {
            if let Some(limit) = self.run_time
                && now() >= self.began + limit
            {
                state.stopped.get_or_insert(Ended::with(
                    Status::Cancelled,
                    "The run's time limit was reached before this removal was sent.".to_string(),
                    Some(RUN_AGAIN),
                ));
            }
            if let Some(why) = state.stopped.clone() {
                let left = state.schedule.drain();
                drop(state);
                for job in left {
                    self.end(job, None, why.clone());
                }
                state = self.lock();
            }
            if state.finished && state.schedule.queued() == 0 && state.in_flight == 0 {
                break;
            }
            state = self.step(state);
        }
        drop(state);
        self.events.end();
        self.lock().over = true;
        self.senders.notify_all();
    }

    /// Sends the next removal if it is time, and otherwise sleeps until something may have changed.
    fn step<'a>(self: &'a Arc<Self>, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let lease = self.lease_left(&state);
        let may_send = !lease.is_zero()
            && self.events.waiting() < EVENTS
            && state.in_flight < SENDERS
            && state.stopped.is_none();
        let now = now();
        let next = if !may_send {
            Next::Idle
        } else if let Some(unsent) = self.needs_no_request(&mut state, now) {
            let (job, outcome) = *unsent;
            drop(state);
            self.report(&job, outcome);
            return self.lock();
        } else {
            state.schedule.next(now)
        };
        match next {
            Next::Send(job, slot) => {
                state.in_flight += 1;
                state.counts.requests += 1;
                state.outbox.push_back((job, slot));
                self.wake_a_sender(&mut state);
                state
            }
            Next::Wait(at) => {
                self.report_pause(&mut state, now);
                let sleep = at.saturating_sub(now).min(self.run_time_left());
                self.sleep(state, Some(sleep.min(lease)))
            }
            // Woken by a new removal, an answer, a call of the owner; the run's end comes by itself.
            Next::Idle => {
                let left = self.run_time_left();
                self.sleep(state, (left != Duration::MAX).then_some(left))
            }
        }
    }

    fn sleep<'a>(
        &'a self,
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

    fn run_time_left(&self) -> Duration {
        self.run_time.map_or(Duration::MAX, |limit| {
            (self.began + limit).saturating_sub(now())
        })
    }

    /// The next removal's outcome, where it is known without asking Graph: it is done already, or the
    /// tokens of all accounts say themselves that Graph will refuse.
    fn needs_no_request(&self, state: &mut State, now: Duration) -> Option<Box<(Job, Outcome)>> {
        let job = state.schedule.peek(now)?;
        let ended = if state.done.contains(&journal::key(&job.removal)) {
            Ended::with(Status::AlreadyRemoved, None, None)
        } else {
            let tenant = job.removal.tenant_id.to_string();
            let mut objection = None;
            for lane in &self.lanes {
                objection = Some(lane.account().objection(&tenant)?);
            }
            objection?.into()
        };
        let job = state.schedule.drop_next()?;
        let outcome = Outcome::unsent(job.item, &job.removal, ended);
        Some(Box::new((job, outcome)))
    }

    /// Says that nothing is sent for a while, once for each pause.
    fn report_pause(&self, state: &mut State, now: Duration) {
        let Some(until) = state.schedule.paused_until() else {
            return;
        };
        let left = until.saturating_sub(now);
        if left >= NOTICEABLE && until > state.reported_pause + Duration::from_millis(500) {
            state.reported_pause = until;
            let wait = Event::Wait {
                reason: "Microsoft Graph asks to wait, or does not answer",
                seconds: (left.as_secs_f64() * 10.0).round() / 10.0,
            };
            self.events
                .replace_last(wait, |last| matches!(last, Event::Wait { .. }));
        }
    }

    fn wake_a_sender(self: &Arc<Self>, state: &mut State) {
        if state.idle_senders >= state.outbox.len() {
            self.senders.notify_one();
            return;
        }
        let sender = Arc::clone(self);
        match spawn("chat-access-send", move || sender.send()) {
            Ok(()) => state.all_senders += 1,
            // The ones there are will come to it; without any, this thread would wait for ever.
            Err(_) if state.all_senders > 0 => {}
            Err(error) => {
                state.stopped.get_or_insert(Ended::with(
                    Status::Failed,
                    format!("This process can't start another thread: {error}."),
                    Some(RUN_AGAIN),
                ));
                if let Some((job, _)) = state.outbox.pop_back() {
                    state.in_flight -= 1;
                    state.schedule.push(*job);
                }
            }
        }
    }

    /// A sending thread.
    fn send(self: &Arc<Self>) {
        let mut state = self.lock();
        loop {
            if let Some((job, slot)) = state.outbox.pop_front() {
                drop(state);
                self.exchange(*job, &slot);
                state = self.lock();
                state.in_flight -= 1;
                self.scheduler.notify_all();
            } else if state.over {
                state.all_senders -= 1;
                return;
            } else {
                state.idle_senders += 1;
                state = self
                    .senders
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                state.idle_senders -= 1;
            }
        }
    }

    /// Sends one request and does what its answer says.
    fn exchange(&self, mut job: Job, slot: &Slot) {
        let account = self.lanes[slot.lane].account();
        let token = match account.token() {
            Ok(token) => token,
            Err(error) => return self.no_token(job, slot, &error),
        };
        let client_request_id = Uuid::new_v4();
        if let Err(why) = self.journal_sent(&job.removal, &client_request_id.to_string()) {
            self.free(slot, &job, Bearing::Answered);
            job.attempts -= 1;
            self.end(job, None, why);
            return;
        }
        let exchange = account.client().remove_all_access_for_user(
            self.version,
            &job.removal,
            &token,
            client_request_id,
            self.request_time,
        );
        let id = Some(client_request_id);
        match outcome::judge(&exchange) {
            Verdict::Final(ended) => {
                let bearing = if ended.status == Status::Removed {
                    Bearing::Removed
                } else {
                    Bearing::Answered
                };
                self.free(slot, &job, bearing);
                self.end(job, id, ended);
            }
            Verdict::NewToken { mut ended } => {
                self.free(slot, &job, Bearing::Answered);
                let challenge = exchange.as_ref().ok();
                let challenge = challenge.and_then(|answer| answer.claims_challenge.as_deref());
                let renewed = (!job.renewed).then(|| account.refresh(&token, challenge));
                match renewed {
                    Some(Ok(_)) => {
                        job.renewed = true;
                        self.again_or_end(job, id, ended, Some(Duration::ZERO));
                    }
                    Some(Err(error)) if error.is_transient() => {
                        self.again_or_end(job, id, ended, error.retry_after());
                    }
                    Some(Err(error)) if error != SignInError::NotRenewable => {
                        let graph = ended.message.unwrap_or_default();
                        ended.message = Some(format!("{graph} A new token was refused: {error}"));
                        ended.next_step = Some(error.next_step());
                        self.close_lane(slot.lane, &ended);
                        self.end(job, id, ended);
                    }
                    Some(Err(_)) | None => {
                        self.close_lane(slot.lane, &ended);
                        self.end(job, id, ended);
                    }
                }
            }
            Verdict::Retry { ended, wait, cause } => {
                let bearing = match cause {
                    Cause::Throttled => Bearing::Throttled(wait),
                    Cause::Unavailable | Cause::NotSent | Cause::Lost => Bearing::Fault(wait),
                };
                job.lost |= cause == Cause::Lost;
                self.free(slot, &job, bearing);
                self.again_or_end(job, id, ended, wait);
            }
        }
    }

    /// The account has no token to send: for now, or for good.
    fn no_token(&self, mut job: Job, slot: &Slot, error: &SignInError) {
        job.attempts -= 1;
        let mut ended = Ended::with(
            Status::Unauthorized,
            error.to_string(),
            Some(error.next_step()),
        );
        ended.code = Some(error.id());
        if error.is_transient() {
            let wait = error.retry_after();
            self.free(slot, &job, Bearing::Fault(wait));
            self.again_or_end(job, None, ended, wait);
        } else {
            self.free(slot, &job, Bearing::Answered);
            self.close_lane(slot.lane, &ended);
            self.end(job, None, ended);
        }
    }

    fn free(&self, slot: &Slot, job: &Job, bearing: Bearing) {
        let mut state = self.lock();
        if let Bearing::Throttled(_) = bearing {
            state.counts.throttled += 1;
        }
        let now = now();
        state
            .schedule
            .answered(slot, &job.removal.thread_id, now, bearing);
    }

    /// Puts the removal back, unless the wait would outlast its time.
    fn again_or_end(&self, job: Job, id: Option<Uuid>, ended: Ended, wait: Option<Duration>) {
        let now = now();
        let wait = wait.unwrap_or_else(|| self.retry.back_off(job.attempts));
        let until = job.started.unwrap_or(now) + self.retry.item_time();
        let mut state = self.lock();
        let over = state.closed || state.stopped.is_some();
        if now + wait > until || over {
            drop(state);
            self.end(job, id, ended);
        } else {
            state.schedule.retry(job, now + wait);
        }
    }

    /// An account without a token sends no more; when it was the last, neither does the run.
    fn close_lane(&self, lane: usize, ended: &Ended) {
        let mut state = self.lock();
        if !state.schedule.close_lane(lane) {
            let mut why = ended.clone();
            why.message = Some(
                "Not sent: Microsoft Graph no longer takes the token of the signed-in account."
                    .into(),
            );
            state.stopped.get_or_insert(why);
        }
    }

    /// The end of a removal that was sent.
    fn end(&self, job: Job, id: Option<Uuid>, ended: Ended) {
        let ended = if job.lost {
            outcome::after_a_loss(ended)
        } else {
            ended
        };
        let took = job
            .started
            .map_or(Duration::ZERO, |at| now().saturating_sub(at));
        let mut outcome = Outcome::unsent(job.item, &job.removal, ended);
        outcome.client_request_id = id.map(|id| id.to_string());
        outcome.attempts = job.attempts;
        outcome.duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.report(&job, outcome);
    }

    /// Journals an outcome and then reports it.
    fn report(&self, job: &Job, outcome: Outcome) {
        let mut warning = None;
        // What was never sent and is in the journal already, or never left the queue, is no change of state.
        if outcome.attempts > 0 {
            warning = self.journal_ended(&outcome);
        }
        let mut state = self.lock();
        if outcome.status.is_removed() {
            state.done.insert(journal::key(&job.removal));
            state.counts.removed += 1;
        } else {
            state.counts.not_removed += 1;
        }
        drop(state);
        if let Some(message) = warning {
            self.events.push(Event::Warning { message });
        }
        self.events.push(Event::Outcome(Box::new(outcome)));
    }

    fn journal_sent(&self, removal: &Removal, id: &str) -> Result<(), Ended> {
        let mut journal = self.journal();
        let Some(open) = journal.as_mut() else {
            return Ok(());
        };
        let Err(error) = open.sent(removal, id) else {
            return Ok(());
        };
        let why = Ended::with(
            Status::Failed,
            format!(
                "Not sent: the journal '{}' can't be written ({error}).",
                open.path().display()
            ),
            Some(OTHER_JOURNAL),
        );
        drop(journal);
        self.stop(why.clone());
        Err(why)
    }

    /// A warning, where the outcome could not be written down. It is reported all the same, and the run
    /// stops: what it did next could not be resumed.
    fn journal_ended(&self, outcome: &Outcome) -> Option<String> {
        let mut journal = self.journal();
        let open = journal.as_mut()?;
        let error = open.ended(outcome).err()?;
        let message = format!(
            "The journal '{}' can't be written ({error}); the outcome of item {} is not in it, and the run stops here.",
            open.path().display(),
            outcome.item
        );
        drop(journal);
        self.stop(Ended::with(
            Status::Cancelled,
            "Not sent: the journal can't be written.".to_string(),
            Some(OTHER_JOURNAL),
        ));
        Some(message)
    }
}

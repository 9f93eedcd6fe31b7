//! The sending threads of a run: each sends one request at a time and acts on its response.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::clock::now;
use super::outcome::Conclusion;
use super::queue::Job;
use super::schedule::{Feedback, Slot};
use super::state::Shared;
use super::verdict::{Cause, Verdict, judge};
use super::{Event, Status};
use crate::identity::SignInError;
use crate::input::one_line;

impl Shared {
    /// The body of a sending thread.
    pub(super) fn send(self: &Arc<Self>) {
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

    /// Sends one request and acts on the response.
    fn exchange(&self, mut job: Job, slot: &Slot) {
        let account = self.lanes[slot.lane].account();
        let token = match account.token() {
            Ok(token) => token,
            Err(error) => return self.no_token(job, slot, &error),
        };
        let client_request_id = Uuid::new_v4();
        if let Err(why) = self.journal_sent(&job, &client_request_id.to_string()) {
            self.settle(slot, &job, Feedback::Responded);
            job.attempts -= 1;
            self.end(job, None, why);
            return;
        }
        job.lane = Some(slot.lane);
        let sent = Instant::now();
        let exchange = account.client().remove_all_access_for_user(
            self.version,
            &job.removal,
            &token,
            client_request_id,
            self.request_time,
        );
        job.responded = exchange
            .as_ref()
            .ok()
            .map(|response| (response.date, sent.elapsed()));
        let id = Some(client_request_id);
        match judge(&exchange) {
            Verdict::Final(conclusion) => {
                let feedback = if conclusion.status == Status::Removed {
                    Feedback::Removed
                } else {
                    Feedback::Responded
                };
                self.settle(slot, &job, feedback);
                self.end(job, id, conclusion);
            }
            Verdict::NewToken { mut conclusion } => {
                self.settle(slot, &job, Feedback::Responded);
                let response = exchange.as_ref().ok();
                let challenge = response.and_then(|response| response.claims_challenge.as_deref());
                let renewed = (!job.renewed).then(|| account.refresh(&token, challenge));
                match renewed {
                    Some(Ok(_)) => {
                        job.renewed = true;
                        self.retry_or_end(job, id, conclusion, Some(Duration::ZERO));
                    }
                    Some(Err(error)) if error.is_transient() => {
                        self.retry_or_end(job, id, conclusion, error.retry_after());
                    }
                    Some(Err(error)) if error != SignInError::NotRenewable => {
                        let graph = conclusion.message.unwrap_or_default();
                        conclusion.message =
                            Some(format!("{graph} Renewing the token failed: {error}"));
                        conclusion.next_step = Some(error.next_step());
                        self.close_lane(slot.lane, &conclusion);
                        self.end(job, id, conclusion);
                    }
                    Some(Err(_)) | None => {
                        self.close_lane(slot.lane, &conclusion);
                        self.end(job, id, conclusion);
                    }
                }
            }
            // Not at the first attempt, because a network that changes under the run looks the same
            // for a moment.
            Verdict::Retry {
                conclusion,
                cause: Cause::Unreachable,
                ..
            } if job.attempts > 1 => {
                self.settle(slot, &job, Feedback::Fault(None));
                self.stop_unreachable(&conclusion);
                self.end(job, id, conclusion);
            }
            Verdict::Retry {
                conclusion,
                wait,
                cause,
            } => {
                let feedback = match cause {
                    Cause::Throttled => Feedback::Throttled(wait),
                    Cause::Unavailable | Cause::NotSent | Cause::Unreachable | Cause::Lost => {
                        Feedback::Fault(wait)
                    }
                };
                self.note_wait(&conclusion);
                job.lost |= cause == Cause::Lost;
                self.settle(slot, &job, feedback);
                self.retry_or_end(job, id, conclusion, wait);
            }
        }
    }

    /// Stops the run, and warns once with the cause: no other removal can succeed.
    pub(super) fn stop_unreachable(&self, conclusion: &Conclusion) {
        let cause = conclusion.message.as_deref().unwrap_or_default();
        let mut state = self.lock();
        if state.stopped.is_some() {
            return;
        }
        let mut why = conclusion.clone();
        why.message = Some(format!("Not sent: {cause}"));
        state.stopped = Some(why);
        drop(state);
        let next_step = conclusion.next_step.unwrap_or_default();
        self.events.push(Event::Warning {
            message: format!("{cause} The run stops, because no removal can be sent. {next_step}"),
        });
        self.scheduler.notify_one();
    }

    /// Remembers what a pause of the run waits for.
    fn note_wait(&self, conclusion: &Conclusion) {
        let code = conclusion.code.as_deref().unwrap_or_default();
        let message = conclusion.message.as_deref().unwrap_or_default();
        let (cause, reason) = if conclusion.status == Status::Throttled {
            (
                "throttled",
                "Microsoft Graph throttles the requests.".to_string(),
            )
        } else if code.is_empty() {
            ("unreachable", message.to_string())
        } else {
            (
                "unavailable",
                format!("Microsoft Graph returned {code}: {message}"),
            )
        };
        let mut state = self.lock();
        state.wait_cause = cause;
        state.wait_reason = one_line(&reason, 200);
    }

    /// Handles an account that has no token to send, temporarily or for good.
    fn no_token(&self, mut job: Job, slot: &Slot, error: &SignInError) {
        job.attempts -= 1;
        let conclusion = Conclusion::from(error);
        if error.is_transient() {
            let wait = error.retry_after();
            self.settle(slot, &job, Feedback::Fault(wait));
            self.retry_or_end(job, None, conclusion, wait);
        } else {
            self.settle(slot, &job, Feedback::Responded);
            self.close_lane(slot.lane, &conclusion);
            self.end(job, None, conclusion);
        }
    }

    /// Reports the end of an exchange to the schedule.
    fn settle(&self, slot: &Slot, job: &Job, feedback: Feedback) {
        let mut state = self.lock();
        if let Feedback::Throttled(_) = feedback {
            state.counts.throttled += 1;
        }
        let now = now();
        state
            .schedule
            .settle(slot, &job.removal.thread_id, now, feedback);
    }

    /// Queues the removal again, unless the wait would exceed its time.
    fn retry_or_end(
        &self,
        job: Job,
        id: Option<Uuid>,
        conclusion: Conclusion,
        wait: Option<Duration>,
    ) {
        let now = now();
        let requests = &self.retry.requests;
        let wait = wait.unwrap_or_else(|| requests.back_off(job.attempts));
        let until = job.started.unwrap_or(now) + requests.item_time();
        let mut state = self.lock();
        let over = state.closed || state.stopped.is_some();
        if now + wait > until || over {
            drop(state);
            self.end(job, id, conclusion);
        } else {
            state.schedule.retry(job, now + wait);
        }
    }

    /// Stops a lane whose account has no token. Without an open lane, the run stops.
    fn close_lane(&self, lane: usize, conclusion: &Conclusion) {
        let mut state = self.lock();
        if !state.schedule.close_lane(lane) {
            let mut why = conclusion.clone();
            why.message = Some(
                "Not sent: Microsoft Graph rejects the token of the signed-in account.".into(),
            );
            state.stopped.get_or_insert(why);
        }
    }
}

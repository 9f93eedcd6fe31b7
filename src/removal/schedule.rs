//! Which removal is sent next, on which lane, and when.
//!
//! A pure state machine: it owns no thread, no clock and no socket, and every time comes from the
//! caller.

use std::sync::Arc;
use std::time::Duration;

use super::pace::{Pace, SharedPace, Ticket};
use super::queue::{Job, Queue};
use super::{Limits, RunRetry};
use crate::graph::ChatId;

/// Number of consecutive failed exchanges, over all removals, after which a lane rests: the service
/// is unavailable, and a retry of each removal on its own would only add to the load.
const FAULTS_BEFORE_REST: u32 = 3;

/// The schedule's part of a lane.
#[derive(Debug)]
struct Lane {
    pace: Arc<SharedPace>,
    /// Consecutive failed exchanges.
    faults: u32,
    /// The account has no token, so nothing more is sent here.
    closed: bool,
}

/// Identifies one request to the schedule.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) lane: usize,
    sent_at: Duration,
    lane_ticket: Ticket,
    tenant_ticket: Ticket,
}

/// The next step.
#[derive(Debug)]
pub(super) enum Next {
    /// Send this removal.
    Send(Box<Job>, Slot),
    /// Send nothing before this time.
    Wait(Duration),
    /// Send nothing until a response or a new removal comes.
    Idle,
}

/// What an exchange says about the pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Feedback {
    /// Graph confirmed a removal.
    Removed,
    /// Graph responded otherwise, with a final status.
    Responded,
    /// Graph throttled the request (429), and may have requested a wait.
    Throttled(Option<Duration>),
    /// The service or the network failed; the service may have requested a wait.
    Fault(Option<Duration>),
}

/// The queue of a run under the limits of its lanes, its chats and the tenant.
#[derive(Debug)]
pub(super) struct Schedule {
    queue: Queue,
    lanes: Vec<Lane>,
    tenant: Pace,
    /// The space between two removals in one chat.
    chat_space: Duration,
    retry: RunRetry,
}

impl Schedule {
    pub(super) fn new(
        limits: &Limits,
        retry: RunRetry,
        paces: impl Iterator<Item = Arc<SharedPace>>,
    ) -> Self {
        let lane = |pace: Arc<SharedPace>| {
            pace.lock().set_limit(limits.per_user);
            Lane {
                pace,
                faults: 0,
                closed: false,
            }
        };
        Self {
            queue: Queue::default(),
            lanes: paces.map(lane).collect(),
            tenant: Pace::new(limits.per_tenant),
            chat_space: Pace::new(limits.per_chat).space(),
            retry,
        }
    }

    /// Number of removals that wait.
    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Adds a new removal.
    pub(super) fn push(&mut self, job: Job) {
        self.queue.push(job);
    }

    /// Returns the next step at `now`.
    pub(super) fn next(&mut self, now: Duration) -> Next {
        if self.queue.peek(now).is_none() {
            return self.queue.next_at().map_or(Next::Idle, Next::Wait);
        }
        let Some((lane, at)) = self.earliest_lane(now) else {
            return Next::Idle;
        };
        let at = at.max(self.tenant.ready_at(now));
        if at > now {
            return Next::Wait(at);
        }
        let Some(mut job) = self.queue.pop() else {
            return Next::Idle;
        };
        job.attempts += 1;
        job.started.get_or_insert(now);
        let slot = Slot {
            lane,
            sent_at: now,
            lane_ticket: self.lanes[lane].pace.lock().send(now),
            tenant_ticket: self.tenant.send(now),
        };
        Next::Send(Box::new(job), slot)
    }

    /// Returns the removal that would be sent next, without sending it: it may need no request.
    pub(super) fn peek(&mut self, now: Duration) -> Option<&Job> {
        self.queue.peek(now)
    }

    /// Takes the removal that [`Self::peek`] returns, without a request. Its chat is free at once.
    pub(super) fn drop_next(&mut self) -> Option<Job> {
        let job = self.queue.pop()?;
        self.queue.release(&job.removal.thread_id, Duration::ZERO);
        Some(job)
    }

    fn earliest_lane(&self, now: Duration) -> Option<(usize, Duration)> {
        self.lanes
            .iter()
            .enumerate()
            .filter(|(_, lane)| !lane.closed)
            .map(|(index, lane)| (index, lane.pace.lock().ready_at(now)))
            .min_by_key(|(_, at)| *at)
    }

    /// Ends the exchange of `slot`: adapts the lane's pace to `feedback`, and keeps the chat free
    /// of requests for its own space.
    pub(super) fn settle(&mut self, slot: &Slot, chat: &ChatId, now: Duration, feedback: Feedback) {
        let removed = feedback == Feedback::Removed;
        let lane = &mut self.lanes[slot.lane];
        let mut pace = lane.pace.lock();
        pace.completed(slot.lane_ticket, now, removed);
        self.tenant.completed(slot.tenant_ticket, now, removed);
        match feedback {
            Feedback::Removed | Feedback::Responded => lane.faults = 0,
            Feedback::Throttled(wait) => {
                lane.faults = 0;
                let wait = wait.unwrap_or_else(|| self.retry.requests.back_off(1));
                pace.throttled(slot.sent_at, now, wait);
            }
            Feedback::Fault(wait) => {
                lane.faults += 1;
                if let Some(wait) = wait {
                    pace.pause(now + wait);
                }
                if let Some(further) = lane.faults.checked_sub(FAULTS_BEFORE_REST) {
                    pace.pause(now + self.retry.rest(further));
                }
            }
        }
        let arrived = pace.latest_arrival_of(slot.sent_at, now);
        drop(pace);
        self.queue.release(chat, arrived + self.chat_space);
    }

    /// Sends a removal again at `at`, or as soon after it as the pace allows.
    pub(super) fn retry(&mut self, job: Job, at: Duration) {
        self.queue.retry(job, at);
    }

    /// Stops sending on this lane. Returns whether another lane is open.
    pub(super) fn close_lane(&mut self, lane: usize) -> bool {
        self.lanes[lane].closed = true;
        self.lanes.iter().any(|lane| !lane.closed)
    }

    /// Empties the queue. Returns its removals in the order of their numbers.
    pub(super) fn drain(&mut self) -> Vec<Job> {
        self.queue.drain()
    }

    /// Returns when the pauses of the open lanes end: a wait that the service requested, or a rest
    /// after faults. `None` without an open lane.
    pub(super) fn paused_until(&self) -> Option<Duration> {
        let open = self.lanes.iter().filter(|lane| !lane.closed);
        open.map(|lane| lane.pace.lock().paused_until()).min()
    }

    /// Returns the requests per second that all open lanes keep together.
    pub(super) fn rate(&self) -> f64 {
        let open = self.lanes.iter().filter(|lane| !lane.closed);
        let lanes: f64 = open.map(|lane| lane.pace.lock().rate()).sum();
        lanes.min(self.tenant.rate())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Removal;
    use crate::removal::Limit;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Limits of 1,000 requests a second, so that the tests see the order and not the pace.
    fn schedule(lanes: usize) -> Schedule {
        let limit = Limit {
            per_second: 1000.0,
            burst: 1000,
            sustained: 1.0,
            window_seconds: 60.0,
        };
        let limits = Limits {
            per_user: limit,
            per_chat: limit,
            per_tenant: limit,
        };
        let paces = (0..lanes).map(|_| Arc::new(SharedPace::new(limit)));
        Schedule::new(&limits, RunRetry::default(), paces)
    }

    fn job(item: u64, chat: &str) -> Job {
        let tenant = "2a690434-97d9-4eed-83a6-f5f13600199a";
        let removal = Removal::parse(tenant, tenant, &format!("19:{chat}@thread.v2")).unwrap();
        Job::new(item, removal)
    }

    /// Takes what is sent next, waiting as long as the schedule requires.
    fn next(schedule: &mut Schedule, now: &mut Duration) -> Option<(Job, Slot)> {
        for _ in 0..100 {
            match schedule.next(*now) {
                Next::Send(job, slot) => return Some((*job, slot)),
                Next::Wait(at) => *now = at.max(*now),
                Next::Idle => return None,
            }
        }
        panic!("the schedule only waits");
    }

    fn settle(schedule: &mut Schedule, job: &Job, slot: &Slot, now: Duration) {
        schedule.settle(slot, &job.removal.thread_id, now, Feedback::Removed);
    }

    #[test]
    fn a_chat_has_one_request_at_a_time_and_delays_no_other_chat() {
        let mut schedule = schedule(1);
        for (item, chat) in [(1, "a"), (2, "a"), (3, "b"), (4, "a"), (5, "c")] {
            schedule.push(job(item, chat));
        }
        let mut now = ms(0);
        let mut sent = Vec::new();
        while let Some((job, slot)) = next(&mut schedule, &mut now) {
            sent.push((job, slot));
        }
        let items: Vec<u64> = sent.iter().map(|(job, _)| job.item).collect();
        assert_eq!(items, [1, 3, 5]);
        settle(&mut schedule, &sent[0].0, &sent[0].1, now);
        let (second, slot) = next(&mut schedule, &mut now).unwrap();
        assert_eq!(second.item, 2);
        assert!(next(&mut schedule, &mut now).is_none());
        settle(&mut schedule, &second, &slot, now);
        assert_eq!(next(&mut schedule, &mut now).unwrap().0.item, 4);
        assert_eq!(schedule.queued(), 0);
    }

    #[test]
    fn retries_are_sent_before_new_removals() {
        let mut schedule = schedule(1);
        for item in 1..=50 {
            schedule.push(job(item, &format!("c{item}")));
        }
        let mut now = ms(0);
        let (first, slot) = next(&mut schedule, &mut now).unwrap();
        schedule.settle(&slot, &first.removal.thread_id, now, Feedback::Responded);
        schedule.retry(first, now + ms(1));
        now += ms(100);
        assert_eq!(next(&mut schedule, &mut now).unwrap().0.item, 1);
    }

    #[test]
    fn a_requested_wait_pauses_only_its_own_lane() {
        let mut schedule = schedule(2);
        for item in 1..=4 {
            schedule.push(job(item, &format!("c{item}")));
        }
        let mut now = ms(0);
        let (first, slot) = next(&mut schedule, &mut now).unwrap();
        let wait = Feedback::Throttled(Some(ms(60_000)));
        schedule.settle(&slot, &first.removal.thread_id, now, wait);
        for _ in 0..3 {
            let (_, other) = next(&mut schedule, &mut now).unwrap();
            assert_ne!(other.lane, slot.lane);
        }
        assert!(now < ms(1000));
    }

    #[test]
    fn an_unavailable_service_is_not_tried_with_every_removal() {
        let mut schedule = schedule(1);
        for item in 1..=1000 {
            schedule.push(job(item, &format!("c{item}")));
        }
        let mut now = ms(0);
        let mut requests = 0;
        while now < ms(60_000) {
            let Some((job, slot)) = next(&mut schedule, &mut now) else {
                break;
            };
            schedule.settle(&slot, &job.removal.thread_id, now, Feedback::Fault(None));
            requests += 1;
        }
        assert!(
            (5..30).contains(&requests),
            "{requests} requests in a minute to an unavailable service"
        );
    }

    #[test]
    fn nothing_is_sent_without_an_open_lane() {
        let mut schedule = schedule(2);
        schedule.push(job(1, "a"));
        assert!(schedule.close_lane(0));
        assert!(!schedule.close_lane(1));
        assert!(next(&mut schedule, &mut ms(0)).is_none());
        assert_eq!(schedule.drain().len(), 1);
    }

    #[test]
    fn drain_returns_all_waiting_removals_in_order() {
        let mut schedule = schedule(1);
        for (item, chat) in [(1, "a"), (2, "a"), (3, "b"), (4, "a")] {
            schedule.push(job(item, chat));
        }
        let mut now = ms(0);
        let (first, slot) = next(&mut schedule, &mut now).unwrap();
        schedule.settle(&slot, &first.removal.thread_id, now, Feedback::Responded);
        schedule.retry(first, now + ms(5000));
        assert_eq!(schedule.queued(), 4);
        let items: Vec<u64> = schedule.drain().iter().map(|job| job.item).collect();
        assert_eq!(items, [1, 2, 3, 4]);
        assert_eq!(schedule.queued(), 0);
        assert!(matches!(schedule.next(ms(60_000)), Next::Idle));
    }
}

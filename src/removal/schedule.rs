//! Which removal goes next, from whose account, and when.
//!
//! A pure state machine: it owns no thread, no clock and no socket, and every time comes from the caller. Two removals in one chat never go at once, and one that waits for
//! its chat holds up no other.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::pace::{Pace, SharedPace, Ticket};
use super::{Limits, RetrySettings};
use crate::graph::{ChatId, Removal};

/// So many failed exchanges in a row, of whatever removals, and the lane itself waits: the service is
/// away, and each removal trying it on its own would only add to the load.
const FAULTS_OF_A_LANE: u32 = 3;

/// A removal on its way.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) item: u64,
    pub(super) removal: Removal,
    /// Requests sent so far.
    pub(super) attempts: u32,
    /// When the first went out.
    pub(super) started: Option<Duration>,
    /// The answer to one of them was lost.
    pub(super) lost: bool,
    /// A new token was got for it once.
    pub(super) renewed: bool,
}

/// One signed-in account.
#[derive(Debug)]
struct Lane {
    pace: Arc<SharedPace>,
    /// Exchanges in a row that did not work.
    faults: u32,
    /// No token: nothing more goes out here.
    closed: bool,
}

/// Names one request to the schedule.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) lane: usize,
    pub(super) sent_at: Duration,
    lane_ticket: Ticket,
    tenant_ticket: Ticket,
}

/// What to do now.
#[derive(Debug)]
pub(super) enum Next {
    /// Send this.
    Send(Box<Job>, Slot),
    /// Nothing before that time.
    Wait(Duration),
    /// Nothing until an answer or a new removal comes.
    Idle,
}

/// How an exchange bears on the pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bearing {
    /// Graph confirmed a removal.
    Removed,
    /// Graph answered with something final.
    Answered,
    /// Graph asks to wait.
    Throttled(Option<Duration>),
    /// The service or the network failed; the service may have asked to wait.
    Fault(Option<Duration>),
}

#[derive(Debug)]
pub(super) struct Schedule {
    lanes: Vec<Lane>,
    tenant: Pace,
    /// The space between two removals in one chat.
    chat_space: Duration,
    ready: VecDeque<Job>,
    /// Chats with a removal that is ready, on its way or cooling, and the removals behind it.
    chats: HashMap<ChatId, VecDeque<Job>>,
    /// Chats that have had a removal and when they may have the next.
    cooling: BTreeSet<(Duration, ChatId)>,
    retries: BTreeMap<(Duration, u64), Job>,
    retry: RetrySettings,
    queued: usize,
}

impl Schedule {
    pub(super) fn new(
        limits: &Limits,
        retry: RetrySettings,
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
            lanes: paces.map(lane).collect(),
            tenant: Pace::new(limits.per_tenant),
            chat_space: Pace::new(limits.per_chat).space(),
            ready: VecDeque::new(),
            chats: HashMap::new(),
            cooling: BTreeSet::new(),
            retries: BTreeMap::new(),
            retry,
            queued: 0,
        }
    }

    /// Removals that wait here: new ones, those behind their chat, and those to be sent again.
    pub(super) fn queued(&self) -> usize {
        self.queued
    }

    /// Takes a removal in.
    pub(super) fn push(&mut self, job: Job) {
        self.queued += 1;
        match self.chats.entry(job.removal.thread_id.clone()) {
            Entry::Occupied(mut chat) => chat.get_mut().push_back(job),
            Entry::Vacant(chat) => {
                chat.insert(VecDeque::new());
                self.ready.push_back(job);
            }
        }
    }

    /// A removal that is sent again goes before all that is new: its time is running.
    fn push_first(&mut self, job: Job) {
        match self.chats.entry(job.removal.thread_id.clone()) {
            Entry::Occupied(mut chat) => chat.get_mut().push_front(job),
            Entry::Vacant(chat) => {
                chat.insert(VecDeque::new());
                self.ready.push_front(job);
            }
        }
    }

    /// The next step at `now`.
    pub(super) fn next(&mut self, now: Duration) -> Next {
        self.wake(now);
        if self.ready.is_empty() {
            let cooled = self.cooling.first().map(|(at, _)| *at);
            let retried = self.retries.first_key_value().map(|((at, _), _)| *at);
            return match cooled.into_iter().chain(retried).min() {
                Some(at) => Next::Wait(at),
                None => Next::Idle,
            };
        }
        let Some((lane, at)) = self.earliest_lane(now) else {
            return Next::Idle;
        };
        let at = at.max(self.tenant.ready_at(now));
        if at > now {
            return Next::Wait(at);
        }
        let Some(mut job) = self.ready.pop_front() else {
            return Next::Idle;
        };
        self.queued -= 1;
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

    /// The removal that would go next, without sending it: it may need no request at all.
    pub(super) fn peek(&mut self, now: Duration) -> Option<&Job> {
        self.wake(now);
        self.ready.front()
    }

    /// Takes the removal out that [`Self::peek`] showed. Its chat is free at once.
    pub(super) fn drop_next(&mut self) -> Option<Job> {
        let job = self.ready.pop_front()?;
        self.queued -= 1;
        self.free(&job.removal.thread_id, Duration::ZERO);
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

    /// Chats that have cooled give way to the next in line, and retries that are due come back.
    fn wake(&mut self, now: Duration) {
        while self.cooling.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, id)) = self.cooling.pop_first() else {
                break;
            };
            match self.chats.get_mut(&id).and_then(VecDeque::pop_front) {
                Some(job) if job.attempts > 0 => self.ready.push_front(job),
                Some(job) => self.ready.push_back(job),
                None => {
                    self.chats.remove(&id);
                }
            }
        }
        while let Some(entry) = self.retries.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let job = entry.remove();
            self.push_first(job);
        }
    }

    /// An exchange is over. Its chat rests; what it says of the service sets the lane's pace.
    pub(super) fn answered(&mut self, slot: &Slot, chat: &ChatId, now: Duration, bearing: Bearing) {
        let removed = bearing == Bearing::Removed;
        let lane = &mut self.lanes[slot.lane];
        let mut pace = lane.pace.lock();
        pace.answered(slot.lane_ticket, now, removed);
        self.tenant.answered(slot.tenant_ticket, now, removed);
        match bearing {
            Bearing::Removed | Bearing::Answered => lane.faults = 0,
            Bearing::Throttled(wait) => {
                lane.faults = 0;
                let wait = wait.unwrap_or_else(|| self.retry.back_off(1));
                pace.throttled(slot.sent_at, now, wait);
            }
            Bearing::Fault(wait) => {
                lane.faults += 1;
                if let Some(wait) = wait {
                    pace.pause(now + wait);
                }
                if let Some(beyond) = lane.faults.checked_sub(FAULTS_OF_A_LANE) {
                    pace.pause(now + self.retry.probe(beyond));
                }
            }
        }
        let arrived = pace.latest_arrival_of(slot.sent_at, now);
        drop(pace);
        self.free(chat, arrived + self.chat_space);
    }

    /// The chat may have its next removal at `at`.
    fn free(&mut self, chat: &ChatId, at: Duration) {
        if self.chats.contains_key(chat) {
            self.cooling.insert((at, chat.clone()));
        }
    }

    /// Sends a removal again at `at`, or as soon after as the pace allows.
    pub(super) fn retry(&mut self, job: Job, at: Duration) {
        self.queued += 1;
        self.retries.insert((at, job.item), job);
    }

    /// Nothing more goes out on this lane. `false`: it was the last.
    pub(super) fn close_lane(&mut self, lane: usize) -> bool {
        self.lanes[lane].closed = true;
        self.lanes.iter().any(|lane| !lane.closed)
    }

    /// All that waits, which no longer does.
    pub(super) fn drain(&mut self) -> Vec<Job> {
        let mut jobs: Vec<Job> = self.ready.drain(..).collect();
        for (_, waiting) in self.chats.drain() {
            jobs.extend(waiting);
        }
        jobs.extend(std::mem::take(&mut self.retries).into_values());
        self.cooling.clear();
        self.queued = 0;
        jobs.sort_by_key(|job| job.item);
        jobs
    }

    /// Until when every open lane is kept from sending by the service or its absence.
    pub(super) fn paused_until(&self) -> Option<Duration> {
        let open = self.lanes.iter().filter(|lane| !lane.closed);
        open.map(|lane| lane.pace.lock().paused_until()).min()
    }

    /// Requests per second that all open lanes keep together.
    pub(super) fn rate(&self) -> f64 {
        let open = self.lanes.iter().filter(|lane| !lane.closed);
        let lanes: f64 = open.map(|lane| lane.pace.lock().rate()).sum();
        lanes.min(self.tenant.rate())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::removal::Limit;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// 1,000 requests a second for whoever asks, so that what is tested is the order.
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
        Schedule::new(&limits, RetrySettings::default(), paces)
    }

    fn job(item: u64, chat: &str) -> Job {
        let tenant = "2a690434-97d9-4eed-83a6-f5f13600199a";
        Job {
            item,
            removal: Removal::parse(tenant, tenant, &format!("19:{chat}@thread.v2")).unwrap(),
            attempts: 0,
            started: None,
            lost: false,
            renewed: false,
        }
    }

    /// Takes what goes next, waiting as the schedule says.
    fn next(schedule: &mut Schedule, now: &mut Duration) -> Option<(Job, Slot)> {
        for _ in 0..100 {
            match schedule.next(*now) {
                Next::Send(job, slot) => return Some((*job, slot)),
                Next::Wait(at) => *now = at.max(*now),
                Next::Idle => return None,
            }
        }
        panic!("the schedule only ever waits");
    }

    fn settle(schedule: &mut Schedule, job: &Job, slot: &Slot, now: Duration) {
        schedule.answered(slot, &job.removal.thread_id, now, Bearing::Removed);
    }

    #[test]
    fn one_chat_is_never_in_two_requests_and_holds_up_no_other() {
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
    fn what_is_sent_again_goes_before_what_is_new() {
        let mut schedule = schedule(1);
        for item in 1..=50 {
            schedule.push(job(item, &format!("c{item}")));
        }
        let mut now = ms(0);
        let (first, slot) = next(&mut schedule, &mut now).unwrap();
        schedule.answered(&slot, &first.removal.thread_id, now, Bearing::Answered);
        schedule.retry(first, now + ms(1));
        now += ms(100);
        assert_eq!(next(&mut schedule, &mut now).unwrap().0.item, 1);
    }

    #[test]
    fn a_wait_stops_its_lane_and_no_other() {
        let mut schedule = schedule(2);
        for item in 1..=4 {
            schedule.push(job(item, &format!("c{item}")));
        }
        let mut now = ms(0);
        let (first, slot) = next(&mut schedule, &mut now).unwrap();
        let wait = Bearing::Throttled(Some(ms(60_000)));
        schedule.answered(&slot, &first.removal.thread_id, now, wait);
        for _ in 0..3 {
            let (_, other) = next(&mut schedule, &mut now).unwrap();
            assert_ne!(other.lane, slot.lane);
        }
        assert!(now < ms(1000));
    }

    #[test]
    fn a_service_that_is_away_is_not_asked_by_every_removal() {
        let mut schedule = schedule(1);
        for item in 1..=1000 {
            schedule.push(job(item, &format!("c{item}")));
        }
        let mut now = ms(0);
        let mut asked = 0;
        while now < ms(60_000) {
            let Some((job, slot)) = next(&mut schedule, &mut now) else {
                break;
            };
            schedule.answered(&slot, &job.removal.thread_id, now, Bearing::Fault(None));
            asked += 1;
        }
        assert!(
            (5..30).contains(&asked),
            "{asked} requests in a minute without a service"
        );
    }

    #[test]
    fn without_an_open_lane_nothing_goes() {
        let mut schedule = schedule(2);
        schedule.push(job(1, "a"));
        assert!(schedule.close_lane(0));
        assert!(!schedule.close_lane(1));
        assert!(next(&mut schedule, &mut ms(0)).is_none());
        assert_eq!(schedule.drain().len(), 1);
    }

    #[test]
    fn what_waits_anywhere_is_drained_in_order() {
        let mut schedule = schedule(1);
        for (item, chat) in [(1, "a"), (2, "a"), (3, "b"), (4, "a")] {
            schedule.push(job(item, chat));
        }
        let mut now = ms(0);
        let (first, slot) = next(&mut schedule, &mut now).unwrap();
        schedule.answered(&slot, &first.removal.thread_id, now, Bearing::Answered);
        schedule.retry(first, now + ms(5000));
        assert_eq!(schedule.queued(), 4);
        let items: Vec<u64> = schedule.drain().iter().map(|job| job.item).collect();
        assert_eq!(items, [1, 2, 3, 4]);
        assert_eq!(schedule.queued(), 0);
        assert!(matches!(schedule.next(ms(60_000)), Next::Idle));
    }
}

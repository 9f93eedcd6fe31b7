//! When the next request may go: just under the limit, and never where it is sure to be refused.
//!
//! All times come from the caller, as durations since a moment that is the same for all runs.
//!
//! What counts at the service is when a request *arrives*, and all that is known here is when it left
//! and when its answer came. The quickest of the recent answers tells how much of that is the way and
//! the work; what a request took beyond it may have been spent on the way there, so it is taken to have
//! arrived that much late. An established rate limiter (governor) counts departures only, and can't be
//! told afterwards; on a slow network it sends into 429s.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Limit;

/// Even spacing is computed; this is added so that rounding on the service's side can't meet it.
const MARGIN: f64 = 1.0005;

/// The same for the space after a late request, which matters only while a pace catches up and rests on an
/// estimate of when that request arrived.
const LATE_MARGIN: f64 = 1.05;

/// A pace that fell behind (a slow answer, a late timer) may catch up by this many requests.
const CATCH_UP: u32 = 4;

/// How many answers the quickest is taken from: few enough to follow a service that gets slower.
const RECENT_ANSWERS: usize = 16;

/// A 429 within so many successes of the one before says that the real limit is lower.
const SUSPICIOUS: u32 = 40;

/// The pace of a signed-in user, which all runs of that user share: the service counts them together.
#[derive(Debug)]
pub(super) struct SharedPace(Mutex<Pace>);

impl SharedPace {
    pub(super) fn new(limit: Limit) -> Self {
        Self(Mutex::new(Pace::new(limit)))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Pace> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Under one limit: what was sent, and what 429s have taught.
#[derive(Debug)]
pub(super) struct Pace {
    limit: Limit,
    learned: Learned,
    /// When even spacing has the next request.
    even: Duration,
    paused_until: Duration,
    /// What was sent within the longer window, oldest first.
    sent: VecDeque<Sent>,
    next_ticket: u64,
    /// How long the latest successful answers took.
    answer_times: VecDeque<Duration>,
}

#[derive(Debug)]
struct Sent {
    ticket: u64,
    at: Duration,
    /// The latest that it can have arrived, once its answer is there.
    arrived: Option<Duration>,
}

/// Names one request to its pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket(u64);

impl Pace {
    pub(super) fn new(limit: Limit) -> Self {
        Self {
            limit,
            learned: Learned::default(),
            even: Duration::ZERO,
            paused_until: Duration::ZERO,
            sent: VecDeque::new(),
            next_ticket: 0,
            answer_times: VecDeque::new(),
        }
    }

    /// Keeps to another limit from now on. What was sent and learned stays.
    pub(super) fn set_limit(&mut self, limit: Limit) {
        if limit != self.limit {
            self.limit = limit;
            self.even = Duration::ZERO;
        }
    }

    /// The earliest time for a request, as far as is known at `now`; an answer can bring it forward.
    pub(super) fn ready_at(&self, now: Duration) -> Duration {
        let back = |count: usize| self.sent.len().checked_sub(count).map(|at| &self.sent[at]);
        let after = |sent: Option<&Sent>, space: Duration| {
            sent.map_or(Duration::ZERO, |sent| {
                self.latest_arrival(sent, now) + space
            })
        };
        let refill = self.limit.refill().mul_f64(LATE_MARGIN);
        let burst = after(back(self.limit.burst as usize), refill);
        let window = self.limit.window().mul_f64(MARGIN);
        let window = after(back(self.limit.in_window()), window);
        self.even.max(self.paused_until).max(burst).max(window)
    }

    /// A request goes out at `now`.
    pub(super) fn send(&mut self, now: Duration) -> Ticket {
        let space = self.space();
        self.even = self.even.max(now.saturating_sub(space * CATCH_UP)) + space;
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.sent.push_back(Sent {
            ticket,
            at: now,
            arrived: None,
        });
        let keep = self.limit.in_window().max(self.limit.burst as usize);
        while self.sent.len() > keep {
            self.sent.pop_front();
        }
        Ticket(ticket)
    }

    /// The answer to a request came, or its failure did.
    pub(super) fn answered(&mut self, ticket: Ticket, now: Duration, removed: bool) {
        let quickest = self.quickest();
        if let Ok(at) = self
            .sent
            .binary_search_by_key(&ticket.0, |sent| sent.ticket)
        {
            let sent = &mut self.sent[at];
            sent.arrived = Some(
                now.saturating_sub(quickest.unwrap_or_default())
                    .max(sent.at),
            );
            if removed {
                let took = now.saturating_sub(sent.at);
                self.answer_times.push_back(took);
                if self.answer_times.len() > RECENT_ANSWERS {
                    self.answer_times.pop_front();
                }
            }
        }
        if removed {
            self.learned.success();
        }
    }

    /// The service refused a request that was sent at `sent_at` and asks for `wait` (429).
    pub(super) fn throttled(&mut self, sent_at: Duration, now: Duration, wait: Duration) {
        self.learned.throttled(sent_at, now);
        self.pause(now + wait);
    }

    /// Nothing before `until`.
    pub(super) fn pause(&mut self, until: Duration) {
        self.paused_until = self.paused_until.max(until);
    }

    /// Until when the service, or its absence, keeps this pace from sending.
    pub(super) fn paused_until(&self) -> Duration {
        self.paused_until
    }

    /// Requests per second that this pace keeps now.
    pub(super) fn rate(&self) -> f64 {
        1.0 / self.space().as_secs_f64()
    }

    /// The space between two requests, with what was learned.
    pub(super) fn space(&self) -> Duration {
        self.limit.even_space().mul_f64(MARGIN / self.learned.share)
    }

    /// The latest that a request can have arrived: what an answer took beyond the quickest.
    pub(super) fn latest_arrival_of(&self, sent_at: Duration, answered_at: Duration) -> Duration {
        answered_at
            .saturating_sub(self.quickest().unwrap_or_default())
            .max(sent_at)
    }

    fn latest_arrival(&self, sent: &Sent, now: Duration) -> Duration {
        if let Some(arrived) = sent.arrived {
            return arrived;
        }
        // Unanswered: it may still be on its way, so the next one waits for it. Not for ever: a request
        // that hangs is not one that travels.
        let quickest = self.quickest().unwrap_or_default();
        let patience = quickest + 2 * self.limit.even_space();
        if now < sent.at + patience {
            now.saturating_sub(quickest).max(sent.at)
        } else {
            sent.at
        }
    }

    fn quickest(&self) -> Option<Duration> {
        self.answer_times.iter().min().copied()
    }
}

/// The share of the configured rate that the service has been found to allow.
///
/// One 429 alone changes nothing (another program may share the user's limit for a moment); 429s that
/// keep coming between successes lower the share by steps. After a run of successes it rises again, in
/// steps that double; each disappointment doubles the run that the next rise waits for.
#[derive(Debug)]
struct Learned {
    share: f64,
    step: f64,
    successes: u32,
    /// 429s in a row with only a few successes between.
    refusals: u32,
    last_throttled: Option<Duration>,
}

impl Default for Learned {
    fn default() -> Self {
        Self {
            share: 1.0,
            step: Self::FIRST_STEP,
            successes: 0,
            refusals: 0,
            last_throttled: None,
        }
    }
}

impl Learned {
    const FIRST_STEP: f64 = 0.1;
    /// Successes between two rises.
    const RISE_EVERY: u32 = 8;
    /// Refusals after which the share may fall below a half: a burst of faults is not a lower limit.
    const PERSISTENT: u32 = 8;

    fn throttled(&mut self, sent_at: Duration, now: Duration) {
        // What was on its way when the 429 before came says nothing new.
        if self.last_throttled.is_some_and(|last| sent_at < last) {
            return;
        }
        if self.last_throttled.is_some() && (1..SUSPICIOUS).contains(&self.successes) {
            self.refusals += 1;
            let floor = if self.refusals > Self::PERSISTENT {
                0.05
            } else {
                0.5
            };
            self.share = (self.share * 0.85).max(floor);
        }
        self.step = Self::FIRST_STEP;
        self.successes = 0;
        self.last_throttled = Some(now);
    }

    fn success(&mut self) {
        self.successes = self.successes.saturating_add(1);
        let patience = 10 << self.refusals.saturating_sub(Self::PERSISTENT).min(5);
        if self.share < 1.0
            && self.successes >= patience
            && (self.successes - patience).is_multiple_of(Self::RISE_EVERY)
        {
            self.share = (self.share + self.step).min(1.0);
            self.step *= 2.0;
        }
        if self.successes >= SUSPICIOUS && self.share >= 1.0 {
            self.refusals = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn documented() -> Limit {
        super::super::Limits::default().per_user
    }

    /// Sends `count` requests as early as allowed, each answered after `took(n)`; returns the times.
    fn drive(
        pace: &mut Pace,
        count: usize,
        mut took: impl FnMut(usize) -> Duration,
    ) -> Vec<Duration> {
        let mut now = pace.ready_at(Duration::ZERO);
        let mut times = Vec::new();
        for n in 0..count {
            while pace.ready_at(now) > now {
                now = pace.ready_at(now);
            }
            times.push(now);
            let ticket = pace.send(now);
            now += took(n);
            pace.answered(ticket, now, true);
        }
        times
    }

    #[test]
    fn a_thousand_removals_keep_99_percent_of_the_sustained_rate() {
        let mut pace = Pace::new(documented());
        let times = drive(&mut pace, 1000, |_| ms(300));
        let ideal = 1000.0 / 49.0 * 60.0;
        let share = ideal / times.last().unwrap().as_secs_f64();
        assert!(share > 0.99, "{share}");
    }

    #[test]
    fn no_second_and_no_minute_is_overdrawn_whatever_the_network_does() {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut pace = Pace::new(documented());
        let mut arrivals = Vec::new();
        let mut now = Duration::ZERO;
        for _ in 0..2000 {
            while pace.ready_at(now) > now {
                now = pace.ready_at(now);
            }
            let ticket = pace.send(now);
            // The way there varies by up to 900 ms, the way back by up to 100 ms.
            let there = ms(20 + if rng.u8(..) < 40 { rng.u64(..900) } else { 0 });
            arrivals.push(now + there);
            now += there + ms(20 + rng.u64(..100));
            pace.answered(ticket, now, true);
        }
        for pair in arrivals.windows(2) {
            assert!(pair[1] - pair[0] >= ms(999), "{pair:?}");
        }
        for window in arrivals.windows(50) {
            assert!(window[49] - window[0] >= ms(59_990), "{window:?}");
        }
    }

    #[test]
    fn a_request_that_hangs_does_not_stop_the_pace() {
        let mut pace = Pace::new(documented());
        let start = drive(&mut pace, 5, |_| ms(100))[4] + ms(100);
        let hanging = pace.ready_at(start);
        pace.send(hanging);
        let mut now = hanging;
        while pace.ready_at(now) > now {
            now = pace.ready_at(now);
        }
        assert!(
            now - hanging < Duration::from_secs(4),
            "{:?}",
            now - hanging
        );
    }

    #[test]
    fn a_wait_is_kept_in_full() {
        let mut pace = Pace::new(documented());
        let ticket = pace.send(ms(0));
        pace.answered(ticket, ms(50), false);
        pace.throttled(ms(0), ms(50), Duration::from_secs(315));
        assert_eq!(pace.ready_at(ms(50)), Duration::from_secs(315) + ms(50));
    }

    /// A service that allows `share` of what is documented: how many of `count` requests it refused.
    fn refused_by_a_lower_limit(pace: &mut Pace, count: usize, share: f64) -> usize {
        let space = documented().even_space().div_f64(share);
        let mut now = Duration::ZERO;
        let (mut refused, mut free_at) = (0, Duration::ZERO);
        for _ in 0..count {
            while pace.ready_at(now) > now {
                now = pace.ready_at(now);
            }
            let ticket = pace.send(now);
            let answer = now + ms(50);
            if now >= free_at {
                free_at = now + space;
                pace.answered(ticket, answer, true);
            } else {
                refused += 1;
                pace.answered(ticket, answer, false);
                pace.throttled(now, answer, free_at.saturating_sub(answer));
            }
            now = answer;
        }
        refused
    }

    #[test]
    fn a_lower_limit_is_learned_and_forgotten_when_it_ends() {
        for share in [0.8, 0.6, 0.3] {
            let mut pace = Pace::new(documented());
            let refused = refused_by_a_lower_limit(&mut pace, 1000, share);
            assert!(refused < 60, "{share}: {refused} of 1000 refused");
            let rate = pace.rate();
            assert!(rate < 0.83, "{share}: {rate}");
            drive(&mut pace, 600, |_| ms(50));
            assert!(pace.rate() > 0.81, "{share}: {}", pace.rate());
        }
    }

    #[test]
    fn one_refusal_alone_does_not_slow_the_rest() {
        let mut pace = Pace::new(documented());
        drive(&mut pace, 50, |_| ms(50));
        let before = pace.rate();
        pace.throttled(Duration::from_secs(100), Duration::from_secs(101), ms(1000));
        assert_eq!(pace.rate(), before);
    }

    /// The sandbox's own model of the service, through a network with moods, for five hours: no second
    /// of them is waited for.
    #[test]
    fn five_hours_at_the_documented_limits_without_one_refusal() {
        use sandbox::limits::{Caller, Limiter};

        let limits = sandbox::Limits::documented();
        let mut service = Limiter::new(&limits).unwrap();
        let mut random = fastrand::Rng::with_seed(42);
        let mut pace = Pace::new(documented());
        let mut now = Duration::ZERO;
        let (count, mut refused) = (15_000, 0);
        for number in 0..count {
            while pace.ready_at(now) > now {
                now = pace.ready_at(now);
            }
            let ticket = pace.send(now);
            let mood = if random.u8(..) < 10 {
                random.u64(..400)
            } else {
                random.u64(..40)
            };
            let chat = format!("{number}");
            let caller = Caller {
                user: "u",
                chat: &chat,
                app: "a",
                tenant: "t",
            };
            refused += u32::from(service.admit(caller, now + ms(30 + mood)).is_err());
            let answered = now + ms(30 + mood + 50 + random.u64(..60));
            pace.answered(ticket, answered, true);
            // The next may go before this answer only where the pace says so; here the way is short.
            now = answered;
        }
        assert_eq!(refused, 0);
        let share = sandbox::ideal_duration(count, &limits).as_secs_f64() / now.as_secs_f64();
        assert!(share > 0.99, "{share}");
    }
}

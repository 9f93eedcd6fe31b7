//! When the next request may be sent: at a rate just under the limit.
//!
//! All times come from the caller, as durations since an origin that all runs share.
//!
//! The service counts when a request *arrives*; the client knows only when it was sent and when its
//! response came. The fastest of the recent responses shows how long the network and the service
//! need. The time that a request took beyond that may have passed before it arrived, so it counts
//! as having arrived that much later. An established rate limiter (governor) counts departures only
//! and can't be corrected afterwards; on a slow network its requests are throttled.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Limit;
use super::learned_rate::LearnedRate;

/// Factor on the computed spacing, so that rounding on the service's side can't exceed the limit.
const MARGIN: f64 = 1.0005;

/// The same factor for the space after a late request. It is larger because it applies to an
/// estimate of when that request arrived; it matters only while a pace catches up.
const LATE_MARGIN: f64 = 1.05;

/// Number of requests by which a pace that fell behind (a slow response, a late timer) may catch
/// up.
const CATCH_UP: u32 = 4;

/// Number of recent responses of which the fastest counts: few enough to follow a service that gets
/// slower.
const RECENT_RESPONSES: usize = 16;

/// The pace of a signed-in user. All runs of the user share it, because the service counts them
/// together.
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

/// The requests sent under one limit, and what throttling has taught about it.
#[derive(Debug)]
pub(super) struct Pace {
    limit: Limit,
    learned: LearnedRate,
    /// Time of the next request by even spacing.
    even: Duration,
    paused_until: Duration,
    /// Requests within the longer window, oldest first.
    sent: VecDeque<Sent>,
    next_ticket: u64,
    /// Durations of the latest confirmed removals.
    response_times: VecDeque<Duration>,
}

#[derive(Debug)]
struct Sent {
    ticket: u64,
    at: Duration,
    /// The latest time at which it can have arrived; known once its response is there.
    arrived: Option<Duration>,
}

/// Identifies one request to its pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket(u64);

impl Pace {
    pub(super) fn new(limit: Limit) -> Self {
        Self {
            limit,
            learned: LearnedRate::default(),
            even: Duration::ZERO,
            paused_until: Duration::ZERO,
            sent: VecDeque::new(),
            next_ticket: 0,
            response_times: VecDeque::new(),
        }
    }

    /// Changes the limit. Requests sent so far and the learned rate stay.
    pub(super) fn set_limit(&mut self, limit: Limit) {
        if limit != self.limit {
            self.limit = limit;
            self.even = Duration::ZERO;
        }
    }

    /// Returns the earliest time for the next request as far as it is known at `now`. A response
    /// can bring it forward.
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

    /// Records that a request is sent at `now`.
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

    /// Records that a request completed: with a response, or with a failure.
    pub(super) fn completed(&mut self, ticket: Ticket, now: Duration, removed: bool) {
        let fastest = self.fastest();
        if let Ok(at) = self
            .sent
            .binary_search_by_key(&ticket.0, |sent| sent.ticket)
        {
            let sent = &mut self.sent[at];
            sent.arrived = Some(now.saturating_sub(fastest.unwrap_or_default()).max(sent.at));
            if removed {
                let took = now.saturating_sub(sent.at);
                self.response_times.push_back(took);
                if self.response_times.len() > RECENT_RESPONSES {
                    self.response_times.pop_front();
                }
            }
        }
        if removed {
            self.learned.success();
        }
    }

    /// Records that the service throttled a request (429) that was sent at `sent_at`, and pauses
    /// for `wait`.
    pub(super) fn throttled(&mut self, sent_at: Duration, now: Duration, wait: Duration) {
        self.learned.throttled(sent_at, now);
        self.pause(now + wait);
    }

    /// Sends nothing before `until`.
    pub(super) fn pause(&mut self, until: Duration) {
        self.paused_until = self.paused_until.max(until);
    }

    /// Returns the end of the latest pause.
    pub(super) fn paused_until(&self) -> Duration {
        self.paused_until
    }

    /// Returns the requests per second that this pace keeps now.
    pub(super) fn rate(&self) -> f64 {
        1.0 / self.space().as_secs_f64()
    }

    /// Returns the space between two requests at the learned rate.
    pub(super) fn space(&self) -> Duration {
        self.limit
            .even_space()
            .mul_f64(MARGIN / self.learned.share())
    }

    /// Returns the latest time at which a request can have arrived: the time of its response less
    /// the time of the fastest one.
    pub(super) fn latest_arrival_of(&self, sent_at: Duration, completed_at: Duration) -> Duration {
        completed_at
            .saturating_sub(self.fastest().unwrap_or_default())
            .max(sent_at)
    }

    fn latest_arrival(&self, sent: &Sent, now: Duration) -> Duration {
        if let Some(arrived) = sent.arrived {
            return arrived;
        }
        // Without a response it may still be on its way, so the next request waits for it. Not
        // forever: after this time the request hangs, and has arrived.
        let fastest = self.fastest().unwrap_or_default();
        let patience = fastest + 2 * self.limit.even_space();
        if now < sent.at + patience {
            now.saturating_sub(fastest).max(sent.at)
        } else {
            sent.at
        }
    }

    fn fastest(&self) -> Option<Duration> {
        self.response_times.iter().min().copied()
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

    /// Sends `count` requests as early as allowed, each completed after `took(n)`. Returns the
    /// times of sending.
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
            pace.completed(ticket, now, true);
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
    fn neither_limit_is_exceeded_on_an_uneven_network() {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut pace = Pace::new(documented());
        let mut arrivals = Vec::new();
        let mut now = Duration::ZERO;
        for _ in 0..2000 {
            while pace.ready_at(now) > now {
                now = pace.ready_at(now);
            }
            let ticket = pace.send(now);
            // The request travels for up to 900 ms more, the response for up to 100 ms more.
            let there = ms(20 + if rng.u8(..) < 40 { rng.u64(..900) } else { 0 });
            arrivals.push(now + there);
            now += there + ms(20 + rng.u64(..100));
            pace.completed(ticket, now, true);
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
    fn a_requested_wait_is_kept_in_full() {
        let mut pace = Pace::new(documented());
        let ticket = pace.send(ms(0));
        pace.completed(ticket, ms(50), false);
        pace.throttled(ms(0), ms(50), Duration::from_secs(315));
        assert_eq!(pace.ready_at(ms(50)), Duration::from_secs(315) + ms(50));
    }

    /// Sends `count` requests to a service that allows `share` of the documented limit. Returns how
    /// many it throttled.
    fn throttled_by_a_lower_limit(pace: &mut Pace, count: usize, share: f64) -> usize {
        let space = documented().even_space().div_f64(share);
        let mut now = Duration::ZERO;
        let (mut throttled, mut free_at) = (0, Duration::ZERO);
        for _ in 0..count {
            while pace.ready_at(now) > now {
                now = pace.ready_at(now);
            }
            let ticket = pace.send(now);
            let completed_at = now + ms(50);
            if now >= free_at {
                free_at = now + space;
                pace.completed(ticket, completed_at, true);
            } else {
                throttled += 1;
                pace.completed(ticket, completed_at, false);
                pace.throttled(now, completed_at, free_at.saturating_sub(completed_at));
            }
            now = completed_at;
        }
        throttled
    }

    #[test]
    fn a_lower_limit_is_learned_and_forgotten_when_it_ends() {
        for share in [0.8, 0.6, 0.3] {
            let mut pace = Pace::new(documented());
            let throttled = throttled_by_a_lower_limit(&mut pace, 1000, share);
            assert!(throttled < 60, "{share}: {throttled} of 1000 throttled");
            let rate = pace.rate();
            assert!(rate < 0.83, "{share}: {rate}");
            drive(&mut pace, 600, |_| ms(50));
            assert!(pace.rate() > 0.81, "{share}: {}", pace.rate());
        }
    }

    #[test]
    fn a_single_429_does_not_lower_the_rate() {
        let mut pace = Pace::new(documented());
        drive(&mut pace, 50, |_| ms(50));
        let before = pace.rate();
        pace.throttled(Duration::from_secs(100), Duration::from_secs(101), ms(1000));
        assert_eq!(pace.rate(), before);
    }

    /// Runs against the sandbox's model of the service and a network of varying speed, in simulated
    /// time.
    #[test]
    fn five_hours_at_the_documented_limits_without_a_429() {
        use sandbox::limits::{Caller, Limiter};

        let limits = sandbox::Limits::documented();
        let mut service = Limiter::new(&limits).unwrap();
        let mut random = fastrand::Rng::with_seed(42);
        let mut pace = Pace::new(documented());
        let mut now = Duration::ZERO;
        let (count, mut throttled) = (15_000, 0);
        for number in 0..count {
            while pace.ready_at(now) > now {
                now = pace.ready_at(now);
            }
            let ticket = pace.send(now);
            let delay = if random.u8(..) < 10 {
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
            throttled += u32::from(service.admit(caller, now + ms(30 + delay)).is_err());
            let completed = now + ms(30 + delay + 50 + random.u64(..60));
            pace.completed(ticket, completed, true);
            // A response takes less than the space between two requests here, so none overlap.
            now = completed;
        }
        assert_eq!(throttled, 0);
        let share = sandbox::ideal_duration(count, &limits).as_secs_f64() / now.as_secs_f64();
        assert!(share > 0.99, "{share}");
    }
}

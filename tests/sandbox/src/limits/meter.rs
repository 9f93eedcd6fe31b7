//! A rate, and its usage by one user, chat or app.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Limits, SUSTAINED_SHARE};

/// A rate in real time: with the scale applied.
pub(super) struct Rate {
    /// The time between two requests at this rate.
    interval: Duration,
    /// How much earlier a request may arrive, because the bucket holds more than one.
    tolerance: Duration,
    window: Duration,
    /// Maximum number of requests in any window.
    limit: usize,
}

impl Rate {
    /// Creates the rate of `per_second` with the window and the scale of `limits`.
    pub(super) fn new(per_second: f64, limits: &Limits) -> Self {
        let interval = Duration::from_secs_f64(1.0 / (per_second * limits.scale));
        // `scale` makes the refill faster and the second shorter, so the capacity stays the same.
        let capacity = per_second.max(1.0);
        let sustained = SUSTAINED_SHARE * per_second * limits.window_seconds;
        Self {
            interval,
            tolerance: interval.mul_f64(capacity - 1.0),
            window: Duration::from_secs_f64(limits.window_seconds / limits.scale),
            // In floating point, 0.83 * 5 * 60 is slightly less than 249. A window that is too
            // short for a single request would throttle forever, so it grants one.
            limit: ((sustained + 1e-6).floor() as usize).max(1),
        }
    }
}

/// The usage of a rate.
///
/// The bucket is stored as the time at which it is full again (the generic cell rate algorithm),
/// the window as the times of the latest requests, up to the limit.
#[derive(Default)]
pub(super) struct Meter {
    full_at: Duration,
    recent: VecDeque<Duration>,
    /// End of the longest wait that a response has announced.
    announced_until: Duration,
}

impl Meter {
    /// Returns the time after `now` at which a request would be admitted if no other came first.
    pub(super) fn wait(&self, rate: &Rate, now: Duration) -> Duration {
        let burst = self.full_at.saturating_sub(rate.tolerance);
        let sustained = if self.recent.len() >= rate.limit {
            self.recent
                .front()
                .map_or(Duration::ZERO, |oldest| *oldest + rate.window)
        } else {
            Duration::ZERO
        };
        burst.max(sustained).saturating_sub(now)
    }

    /// Admits a request.
    pub(super) fn take(&mut self, rate: &Rate, now: Duration) {
        self.full_at = self.full_at.max(now) + rate.interval;
        self.count(rate, now);
    }

    /// Counts a request against the sustained limit.
    pub(super) fn count(&mut self, rate: &Rate, now: Duration) {
        self.recent.push_back(now);
        if self.recent.len() > rate.limit {
            self.recent.pop_front();
        }
    }

    /// Records that a response announces a wait until `until`. Returns whether an earlier wait was
    /// not over at `now`.
    pub(super) fn announce_wait(&mut self, until: Duration, now: Duration) -> bool {
        let known = self.announced_until > now;
        self.announced_until = self.announced_until.max(until);
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sustained_limit_is_83_percent_and_at_least_one_request() {
        let most = |per_second| Rate::new(per_second, &Limits::documented()).limit;
        assert_eq!(most(1.0), 49);
        assert_eq!(most(5.0), 249);
        assert_eq!(most(30.0), 1_494);
        assert_eq!(most(0.001), 1);
    }
}

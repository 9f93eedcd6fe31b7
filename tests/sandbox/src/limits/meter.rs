//! One rate, and what one user, chat or app has used of it.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Limits, SUSTAINED_SHARE};

/// A rate in real time, that is with the scale applied.
pub(super) struct Rate {
    /// The time one request takes at this rate.
    interval: Duration,
    /// How much sooner than that a request may come, for the bucket holds more than one.
    tolerance: Duration,
    window: Duration,
    /// The limit requests in any window.
    limit: usize,
}

impl Rate {
    /// The rate of `per_second`, in a window and at a scale that `limits` has.
    pub(super) fn new(per_second: f64, limits: &Limits) -> Self {
        let interval = Duration::from_secs_f64(1.0 / (per_second * limits.scale));
        // The bucket is refilled `scale` times as fast in a `scale`th of the second.
        let capacity = per_second.max(1.0);
        let sustained = SUSTAINED_SHARE * per_second * limits.window_seconds;
        Self {
            interval,
            tolerance: interval.mul_f64(capacity - 1.0),
            window: Duration::from_secs_f64(limits.window_seconds / limits.scale),
            // 0.83 * 5 * 60 is 249 but for the last bit. A window so short that it grants no
            // whole request would throttle for ever; it grants one.
            limit: ((sustained + 1e-6).floor() as usize).max(1),
        }
    }
}

/// The use of one rate.
///
/// The bucket is kept as the time at which it is full again (the generic cell rate algorithm), the
/// window as the times of the latest requests, of which no more than the limit matter.
#[derive(Default)]
pub(super) struct Meter {
    full_at: Duration,
    recent: VecDeque<Duration>,
    /// Until when a client has been told to wait.
    announced_until: Duration,
}

impl Meter {
    /// How long after `now` a request would be admitted, if none came before it. Zero: now.
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

    /// Notes that a client has been told to wait until then, and whether it had been told to wait
    /// until later than `now` before.
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
    fn the_most_in_a_window_is_83_percent_to_the_last_request_and_at_least_one() {
        let limit = |per_second| Rate::new(per_second, &Limits::documented()).limit;
        assert_eq!(limit(1.0), 49);
        assert_eq!(limit(5.0), 249);
        assert_eq!(limit(30.0), 1_494);
        assert_eq!(limit(0.001), 1);
    }
}

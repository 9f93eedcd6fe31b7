//! What throttling teaches about a limit that is lower than the configured one.

use std::time::Duration;

/// Number of successes between two 429 responses below which they show that the real limit is
/// lower.
const SUSPICIOUS: u32 = 40;

/// The share of the configured rate that the service has been found to allow.
///
/// A single 429 changes nothing, because another program may share the user's limit for a moment.
/// 429s that recur between successes lower the share step by step. After a series of successes the
/// share rises again, in steps that double. Each further 429 doubles the length of the series that
/// the next rise requires.
#[derive(Debug)]
pub(super) struct LearnedRate {
    share: f64,
    step: f64,
    /// Successes since the last 429.
    successes: u32,
    /// 429s with only a few successes between one and the next.
    throttled: u32,
    last_throttled: Option<Duration>,
}

impl Default for LearnedRate {
    fn default() -> Self {
        Self {
            share: 1.0,
            step: Self::FIRST_STEP,
            successes: 0,
            throttled: 0,
            last_throttled: None,
        }
    }
}

impl LearnedRate {
    const FIRST_STEP: f64 = 0.1;
    /// Successes between two rises.
    const RISE_EVERY: u32 = 8;
    /// Number of 429s after which the share may fall below one half: a burst of faults is no lower
    /// limit.
    const PERSISTENT: u32 = 8;

    /// The share, above 0 and at most 1.
    pub(super) fn share(&self) -> f64 {
        self.share
    }

    /// Records a 429 for a request that was sent at `sent_at`.
    pub(super) fn throttled(&mut self, sent_at: Duration, now: Duration) {
        // A request that was in flight when the previous 429 came adds no information.
        if self.last_throttled.is_some_and(|last| sent_at < last) {
            return;
        }
        if self.last_throttled.is_some() && (1..SUSPICIOUS).contains(&self.successes) {
            self.throttled += 1;
            let floor = if self.throttled > Self::PERSISTENT {
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

    /// Records a success.
    pub(super) fn success(&mut self) {
        self.successes = self.successes.saturating_add(1);
        let patience = 10 << self.throttled.saturating_sub(Self::PERSISTENT).min(5);
        if self.share < 1.0
            && self.successes >= patience
            && (self.successes - patience).is_multiple_of(Self::RISE_EVERY)
        {
            self.share = (self.share + self.step).min(1.0);
            self.step *= 2.0;
        }
        if self.successes >= SUSPICIOUS && self.share >= 1.0 {
            self.throttled = 0;
        }
    }
}

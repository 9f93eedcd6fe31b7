//! How long to wait before a request is sent again, where the service does not say.

use std::time::Duration;

use serde::Deserialize;

use crate::input::InvalidInput;

/// The waits between attempts and the time that a request, such as a removal, has.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetrySettings {
    /// The first wait, in milliseconds; each further one is twice as long.
    pub first_wait_ms: u64,
    /// The longest wait of our own, in milliseconds. What the service asks for is kept in full.
    pub longest_wait_ms: u64,
    /// The longest that all work on a lane rests, in milliseconds, while the service is away.
    pub longest_rest_ms: u64,
    /// How long after the first attempt another one may still be made, in milliseconds.
    pub item_time_ms: u64,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            first_wait_ms: 1_000,
            longest_wait_ms: 60_000,
            longest_rest_ms: 15_000,
            // Three of the longest waits that have been seen from Graph (315 s).
            item_time_ms: 15 * 60_000,
        }
    }
}

impl RetrySettings {
    /// # Errors
    /// A wait of nothing, which would send without a pause.
    pub fn check(self) -> Result<Self, InvalidInput> {
        for (value, name) in [
            (self.first_wait_ms, "first_wait_ms"),
            (self.longest_wait_ms, "longest_wait_ms"),
            (self.longest_rest_ms, "longest_rest_ms"),
        ] {
            if value == 0 {
                return Err(InvalidInput::new("Retry", name, "it must be at least 1 ms"));
            }
        }
        Ok(self)
    }

    /// The time for all attempts.
    pub(crate) fn item_time(&self) -> Duration {
        Duration::from_millis(self.item_time_ms)
    }

    /// The wait after so many attempts (from 1): doubled each time, capped, and spread over its upper
    /// half so that many that failed together do not come back together.
    pub(crate) fn back_off(&self, attempts: u32) -> Duration {
        self.spread(attempts.saturating_sub(1), self.longest_wait_ms)
    }

    /// The rest of a lane after `beyond` more faults in a row than it takes to begin one.
    pub(crate) fn probe(&self, beyond: u32) -> Duration {
        self.spread(beyond, self.longest_rest_ms)
    }

    fn spread(&self, doublings: u32, cap_ms: u64) -> Duration {
        let whole = self
            .first_wait_ms
            .saturating_mul(1 << doublings.min(30))
            .min(cap_ms);
        Duration::from_millis(whole).mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap_within_their_upper_half() {
        let settings = RetrySettings::default();
        for (attempts, most) in [(1, 1), (2, 2), (3, 4), (7, 60), (40, 60)] {
            for _ in 0..200 {
                let wait = settings.back_off(attempts).as_secs_f64();
                let most = f64::from(most);
                assert!(wait >= most / 2.0 && wait <= most, "{attempts}: {wait}");
            }
        }
    }
}

//! How long to wait before a request is sent again, where the service does not specify a wait.

use std::time::Duration;

use crate::input::InvalidInput;

/// The waits between the attempts of one request, and the time for all of its attempts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetrySettings {
    /// The first wait, in milliseconds; each further wait is twice as long.
    pub first_wait_ms: u64,
    /// Maximum backoff, in milliseconds. A wait that the service requests is honoured in full.
    pub longest_wait_ms: u64,
    /// Time after the first attempt within which a further attempt may start, in milliseconds.
    pub item_time_ms: u64,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            first_wait_ms: 1_000,
            longest_wait_ms: 60_000,
            // Almost three times the longest wait that has been seen from Graph (315 s).
            item_time_ms: 15 * 60_000,
        }
    }
}

impl RetrySettings {
    /// Checks the values.
    ///
    /// # Errors
    /// A wait of 0 ms, which would send without a pause.
    pub fn check(self) -> Result<Self, InvalidInput> {
        for (value, name) in [
            (self.first_wait_ms, "first_wait_ms"),
            (self.longest_wait_ms, "longest_wait_ms"),
        ] {
            if value == 0 {
                return Err(Self::too_short(name));
            }
        }
        Ok(self)
    }

    /// The error for the setting `name` with a value of 0.
    pub(crate) fn too_short(name: &str) -> InvalidInput {
        InvalidInput::new("Retry", name, "it must be at least 1 ms")
    }

    /// The time for all attempts.
    pub(crate) fn item_time(&self) -> Duration {
        Duration::from_millis(self.item_time_ms)
    }

    /// Returns the wait after `attempts` attempts, counted from 1.
    pub(crate) fn back_off(&self, attempts: u32) -> Duration {
        self.jittered(attempts.saturating_sub(1), self.longest_wait_ms)
    }

    /// Returns the first wait doubled `doublings` times, at most `longest_ms`, with jitter: a
    /// random time in the upper half, so that requests that failed together are not sent again
    /// together.
    pub(crate) fn jittered(&self, doublings: u32, longest_ms: u64) -> Duration {
        let whole = self
            .first_wait_ms
            .saturating_mul(1 << doublings.min(30))
            .min(longest_ms);
        Duration::from_millis(whole).mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_maximum_and_stay_in_their_upper_half() {
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

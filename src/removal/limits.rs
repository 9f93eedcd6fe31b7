//! The service's limits: the documented ones by default, or those of a tenant that has others.

use std::time::Duration;

use serde::Deserialize;

use crate::input::InvalidInput;

/// Maximum rate of requests for one user, chat or application.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Maximum requests per second.
    pub per_second: f64,
    /// Maximum number of requests at once; refilled at `per_second`.
    #[serde(default = "one")]
    pub burst: u32,
    /// Share of `per_second` that is allowed over `window_seconds`.
    #[serde(default = "documented_share")]
    pub sustained: f64,
    /// Length of the longer window, in seconds. Microsoft does not document it.
    #[serde(default = "assumed_window")]
    pub window_seconds: f64,
}

/// The three limits that apply to a removal.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// For each signed-in user.
    pub per_user: Limit,
    /// For each chat.
    pub per_chat: Limit,
    /// For the application in the tenant, all its users together.
    pub per_tenant: Limit,
}

impl Default for Limits {
    /// Graph's table of Teams limits for removeAllAccessForUser: 1 request a second for each user
    /// and chat, 30 for an application in a tenant, 83 % of each over a longer window.
    fn default() -> Self {
        Self {
            per_user: Limit::documented(1.0),
            per_chat: Limit::documented(1.0),
            per_tenant: Limit::documented(30.0),
        }
    }
}

impl Limits {
    /// Checks the values.
    ///
    /// # Errors
    /// A rate, a burst, a share or a window out of range.
    pub fn check(self) -> Result<Self, InvalidInput> {
        for limit in [self.per_user, self.per_chat, self.per_tenant] {
            limit.check()?;
        }
        Ok(self)
    }
}

impl Limit {
    fn documented(per_second: f64) -> Self {
        Self {
            per_second,
            burst: per_second as u32,
            sustained: documented_share(),
            window_seconds: assumed_window(),
        }
    }

    fn check(self) -> Result<(), InvalidInput> {
        let wrong = |given: f64, expected: &str| {
            Err(InvalidInput::new("Limits", &given.to_string(), expected))
        };
        if !(self.per_second > 0.001 && self.per_second <= 100_000.0) {
            return wrong(
                self.per_second,
                "a rate must be above 0.001 and at most 100000 requests a second",
            );
        }
        if !(self.sustained > 0.0 && self.sustained <= 1.0) {
            return wrong(
                self.sustained,
                "the sustained share must be above 0 and at most 1",
            );
        }
        if !(self.window_seconds > 0.0 && self.window_seconds <= 86_400.0) {
            return wrong(
                self.window_seconds,
                "a window must be above 0 and at most 86400 seconds",
            );
        }
        if self.burst == 0 {
            return wrong(0.0, "a burst must be at least 1 request");
        }
        Ok(())
    }

    /// The longer window.
    pub(super) fn window(&self) -> Duration {
        Duration::from_secs_f64(self.window_seconds)
    }

    /// Maximum number of requests in the longer window: at least one, or nothing could ever be
    /// sent.
    pub(super) fn in_window(&self) -> usize {
        ((self.per_second * self.sustained * self.window_seconds + 1e-9).floor() as usize).max(1)
    }

    /// Time in which `burst` requests are refilled.
    pub(super) fn refill(&self) -> Duration {
        Duration::from_secs_f64(f64::from(self.burst) / self.per_second)
    }

    /// Space between two requests at which neither limit is ever exceeded.
    pub(super) fn even_space(&self) -> Duration {
        let sustained = self.window() / u32::try_from(self.in_window()).unwrap_or(u32::MAX);
        sustained.max(Duration::from_secs_f64(1.0 / self.per_second))
    }
}

fn one() -> u32 {
    1
}

fn documented_share() -> f64 {
    0.83
}

/// One minute: long enough to matter, and short enough not to delay a first batch.
fn assumed_window() -> f64 {
    60.0
}

//! The service's limits as data: the documented ones by default, a tenant's own where it has others.

use std::time::Duration;

use serde::Deserialize;

use crate::input::InvalidInput;

/// How many requests one thing (a signed-in user, a chat, an application in a tenant) may make.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Requests per second at the most.
    pub per_second: f64,
    /// Requests that may come at once; refilled at `per_second`.
    #[serde(default = "one")]
    pub burst: u32,
    /// The share of `per_second` that holds over `window_seconds`.
    #[serde(default = "documented_share")]
    pub sustained: f64,
    /// The longer window, in seconds. Microsoft does not say how long it is.
    #[serde(default = "assumed_window")]
    pub window_seconds: f64,
}

/// The three limits that meet a removal.
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
    /// Graph's table of Teams limits for removeAllAccessForUser: 1 request a second for each user and
    /// chat, 30 for an application in a tenant, 83 % of each over a longer window.
    fn default() -> Self {
        Self {
            per_user: Limit::documented(1.0),
            per_chat: Limit::documented(1.0),
            per_tenant: Limit::documented(30.0),
        }
    }
}

impl Limits {
    /// # Errors
    /// A number that is no rate, share or time.
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
                "a rate is above 0.001 and at most 100000 requests a second",
            );
        }
        if !(self.sustained > 0.0 && self.sustained <= 1.0) {
            return wrong(
                self.sustained,
                "the sustained share is above 0 and at most 1",
            );
        }
        if !(self.window_seconds > 0.0 && self.window_seconds <= 86_400.0) {
            return wrong(
                self.window_seconds,
                "a window is above 0 and at most 86400 seconds",
            );
        }
        if self.burst == 0 {
            return wrong(0.0, "a burst is at least 1 request");
        }
        Ok(())
    }

    /// The longer window.
    pub(super) fn window(&self) -> Duration {
        Duration::from_secs_f64(self.window_seconds)
    }

    /// How many requests the longer window takes: at least one, or nothing could ever be sent.
    pub(super) fn in_window(&self) -> usize {
        ((self.per_second * self.sustained * self.window_seconds + 1e-9).floor() as usize).max(1)
    }

    /// The time that `burst` requests take to refill.
    pub(super) fn refill(&self) -> Duration {
        Duration::from_secs_f64(f64::from(self.burst) / self.per_second)
    }

    /// The space between two requests at which neither limit is ever met.
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

/// A minute: long enough to matter, short enough that a first batch is not held up by it.
fn assumed_window() -> f64 {
    60.0
}

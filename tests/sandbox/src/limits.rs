//! Throttling as documented: per signed-in user, per chat, and per app and tenant.
//!
//! Each limit has a rate R that is enforced twice: for bursts by a bucket that holds the requests
//! of one second, and at least one; sustained by 83 % of R over a sliding window. Every request
//! counts against the sustained limit, including throttled ones. [`Limits::documented`] has the
//! numbers for removals, which allow one account 49 removals a minute.
//!
//! [`Limiter`] has no clock: its caller passes the time, so that a simulation of an hour takes no
//! time. [`ideal_duration`] is such a simulation.

mod ideal;
mod limiter;
mod meter;

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use ideal::ideal_duration;
pub use limiter::{Caller, Limiter, Throttled};

/// The share of each rate that the sustained limit grants.
/// "A sustained rate limit of approximately 83 percent of the listed value is also evaluated."
const SUSTAINED_SHARE: f64 = 0.83;

/// The throttling limits. Rates are in requests per second; `None` is unlimited. The default has no
/// limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub per_user: Option<f64>,
    pub per_chat: Option<f64>,
    pub per_app_tenant: Option<f64>,
    /// Length of the window of the sustained limits. The documentation only says "longer".
    pub window_seconds: f64,
    /// Whether a throttled request counts against the sustained limits.
    pub count_rejected: bool,
    /// Factor by which time runs faster. At 20, every rate is multiplied by 20 and the window is
    /// divided by 20, so that an hour takes three minutes.
    pub scale: f64,
    /// Whether `Retry-After` is always in whole seconds, as at the real service. Otherwise a wait
    /// below one second, and every wait with a scale, has milliseconds. Both are rounded up.
    pub whole_seconds: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self::none()
    }
}

impl Limits {
    /// Returns no limits.
    pub fn none() -> Self {
        Self {
            per_user: None,
            per_chat: None,
            per_app_tenant: None,
            window_seconds: 60.0,
            count_rejected: true,
            scale: 1.0,
            whole_seconds: false,
        }
    }

    /// Returns the documented limits for removing a user's access to a chat:
    /// <https://learn.microsoft.com/graph/throttling-limits#microsoft-teams-service-limits>.
    pub fn documented() -> Self {
        Self {
            per_user: Some(1.0),
            per_chat: Some(1.0),
            per_app_tenant: Some(30.0),
            ..Self::none()
        }
    }

    /// Returns the limits called `none` or `documented`.
    pub fn preset(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::none()),
            "documented" => Some(Self::documented()),
            _ => None,
        }
    }

    /// Sets the scale.
    pub fn scaled(self, scale: f64) -> Self {
        Self { scale, ..self }
    }

    /// Checks that every number is within bounds.
    pub fn check(&self) -> Result<(), InvalidLimits> {
        let numbers = [
            ("per_user", self.per_user, 0.001..=1e6),
            ("per_chat", self.per_chat, 0.001..=1e6),
            ("per_app_tenant", self.per_app_tenant, 0.001..=1e6),
            (
                "window_seconds",
                Some(self.window_seconds),
                0.001..=86_400.0,
            ),
            ("scale", Some(self.scale), 0.001..=1e6),
        ];
        for (name, number, allowed) in numbers {
            if number.is_some_and(|number| !allowed.contains(&number)) {
                return Err(InvalidLimits { name, allowed });
            }
        }
        Ok(())
    }

    /// Returns the value of `Retry-After` for a wait.
    pub fn retry_after(&self, wait: Duration) -> String {
        let whole = self.whole_seconds || (self.scale == 1.0 && wait >= Duration::from_secs(1));
        if whole {
            return wait.as_nanos().div_ceil(1_000_000_000).to_string();
        }
        let millis = wait.as_nanos().div_ceil(1_000_000);
        format!("{}.{:03}", millis / 1_000, millis % 1_000)
    }
}

/// The error for a number in [`Limits`] that is out of bounds.
#[derive(Debug)]
pub struct InvalidLimits {
    name: &'static str,
    allowed: RangeInclusive<f64>,
}

impl fmt::Display for InvalidLimits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, least, most) = (self.name, self.allowed.start(), self.allowed.end());
        write!(formatter, "{name} must be from {least} to {most}")
    }
}

impl std::error::Error for InvalidLimits {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_rounded_up_to_seconds_or_milliseconds() {
        let value = |limits: Limits, nanos| limits.retry_after(Duration::from_nanos(nanos));
        let unscaled = Limits::documented;
        assert_eq!(value(unscaled(), 1_000_000_000), "1");
        assert_eq!(value(unscaled(), 1_000_000_001), "2");
        assert_eq!(value(unscaled(), 250_000_001), "0.251");
        assert_eq!(value(unscaled(), 1), "0.001");
        assert_eq!(value(unscaled().scaled(20.0), 3_000_000_000), "3.000");
        let whole = Limits {
            whole_seconds: true,
            ..unscaled().scaled(20.0)
        };
        assert_eq!(value(whole.clone(), 250_000_000), "1");
        assert_eq!(value(whole, 3_000_000_000), "3");
    }

    #[test]
    fn a_number_out_of_bounds_is_named() {
        assert!(Limits::documented().check().is_ok());
        for rate in [0.0, -1.0, 1e-9, 1e9, f64::NAN, f64::INFINITY] {
            let limits = Limits {
                per_chat: Some(rate),
                ..Limits::none()
            };
            let error = limits.check().unwrap_err().to_string();
            assert_eq!(error, "per_chat must be from 0.001 to 1000000");
        }
        assert!(Limits::documented().scaled(0.0).check().is_err());
    }
}

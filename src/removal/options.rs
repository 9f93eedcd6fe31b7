//! The settings of a run.

use std::time::Duration;

use serde::Deserialize;

use super::Limits;
use crate::input::InvalidInput;
use crate::retry::RetrySettings;

/// The settings of a run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RunOptions {
    /// API version: `v1.0` or `beta`.
    pub api_version: String,
    /// Path of the journal. Without a journal, a later run can't resume this one.
    pub journal: Option<String>,
    /// Whether removals are sent that the journal or this run has confirmed.
    pub force: bool,
    /// The service's limits.
    pub limits: Limits,
    /// The waits between attempts.
    pub retry: RunRetry,
    /// Time limit of one request, in milliseconds.
    pub request_time_ms: u64,
    /// Time limit of the whole run, in milliseconds; 0 means no limit.
    pub run_time_ms: u64,
    /// Lease, in milliseconds: the run sends nothing once its owner has not called for this long;
    /// 0 means no lease. For owners that can be stopped without a chance to close the run, such as
    /// a PowerShell pipeline. A new run in the same process takes over the journal of a run whose
    /// lease has expired.
    pub lease_ms: u64,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            api_version: "v1.0".into(),
            journal: None,
            force: false,
            limits: Limits::default(),
            retry: RunRetry::default(),
            request_time_ms: 30_000,
            run_time_ms: 0,
            lease_ms: 0,
        }
    }
}

/// The retry settings of a run: those of every request, and the rest of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(from = "RunRetryMembers")]
pub struct RunRetry {
    /// The waits between the attempts of one removal.
    pub requests: RetrySettings,
    /// Maximum rest of a lane while the service is unavailable, in milliseconds.
    pub longest_rest_ms: u64,
}

/// The members of the settings in a request, where they are beside each other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RunRetryMembers {
    first_wait_ms: u64,
    longest_wait_ms: u64,
    item_time_ms: u64,
    longest_rest_ms: u64,
}

impl Default for RunRetryMembers {
    fn default() -> Self {
        let RunRetry {
            requests,
            longest_rest_ms,
        } = RunRetry::default();
        Self {
            first_wait_ms: requests.first_wait_ms,
            longest_wait_ms: requests.longest_wait_ms,
            item_time_ms: requests.item_time_ms,
            longest_rest_ms,
        }
    }
}

impl From<RunRetryMembers> for RunRetry {
    fn from(members: RunRetryMembers) -> Self {
        Self {
            requests: RetrySettings {
                first_wait_ms: members.first_wait_ms,
                longest_wait_ms: members.longest_wait_ms,
                item_time_ms: members.item_time_ms,
            },
            longest_rest_ms: members.longest_rest_ms,
        }
    }
}

impl Default for RunRetry {
    fn default() -> Self {
        Self {
            requests: RetrySettings::default(),
            longest_rest_ms: 15_000,
        }
    }
}

impl RunRetry {
    /// Checks the values.
    ///
    /// # Errors
    /// A wait or a rest of 0 ms, which would send without a pause.
    pub fn check(self) -> Result<Self, InvalidInput> {
        self.requests.check()?;
        if self.longest_rest_ms == 0 {
            return Err(RetrySettings::too_short("longest_rest_ms"));
        }
        Ok(self)
    }

    /// Returns how long a lane rests after `further` more consecutive faults than it takes to begin
    /// a rest.
    pub(super) fn rest(&self, further: u32) -> Duration {
        self.requests.jittered(further, self.longest_rest_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_lane_is_set_beside_the_waits_of_requests() {
        let options: RunOptions =
            serde_json::from_str(r#"{"retry":{"first_wait_ms":5,"longest_rest_ms":20}}"#).unwrap();
        assert_eq!(options.retry.requests.first_wait_ms, 5);
        assert_eq!(options.retry.longest_rest_ms, 20);
        let defaults = RetrySettings::default();
        assert_eq!(
            options.retry.requests.longest_wait_ms,
            defaults.longest_wait_ms
        );
        for further in 0..40 {
            assert!(options.retry.rest(further) <= Duration::from_millis(20));
        }
    }

    #[test]
    fn an_unknown_retry_setting_is_refused() {
        let error = serde_json::from_str::<RunRetry>(r#"{"frist_wait_ms":5}"#).unwrap_err();
        assert!(error.to_string().contains("frist_wait_ms"), "{error}");
    }

    #[test]
    fn a_rest_of_nothing_is_refused() {
        let retry = RunRetry {
            longest_rest_ms: 0,
            ..RunRetry::default()
        };
        assert!(retry.check().is_err());
    }
}

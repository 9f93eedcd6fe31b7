//! The shortest time that the limits allow.

use std::time::Duration;

use super::{Caller, Limiter, Limits};

/// Returns the shortest time from the first to the last of `removals` removals by one user, each in
/// another chat: every request is sent at the first moment at which it is admitted. This time
/// divided by that of a real client is the share of the allowed rate that the client used.
///
/// # Panics
/// If the limits are out of bounds.
pub fn ideal_duration(removals: u64, limits: &Limits) -> Duration {
    let mut limiter = Limiter::new(limits).expect("limits within bounds");
    let mut now = Duration::ZERO;
    for removal in 0..removals {
        let chat = removal.to_string();
        let caller = caller(&chat);
        now += limiter.wait(caller, now);
        let admitted = limiter.admit(caller, now);
        debug_assert!(admitted.is_ok(), "a request after its wait is admitted");
    }
    now
}

fn caller(chat: &str) -> Caller<'_> {
    Caller {
        user: "user",
        chat,
        app: "app",
        tenant: "tenant",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_account_removes_49_times_a_minute() {
        let seconds = |removals| ideal_duration(removals, &Limits::documented()).as_secs_f64();
        assert_eq!(seconds(0), 0.0);
        assert_eq!(seconds(1), 0.0);
        assert_eq!(seconds(49), 48.0);
        assert_eq!(seconds(50), 60.0);
        // 20 windows of 49, and 19 seconds into the next.
        assert_eq!(seconds(1_000), 1_219.0);
    }

    #[test]
    fn a_scale_divides_the_duration_and_without_limits_it_is_zero() {
        let scaled = ideal_duration(1_000, &Limits::documented().scaled(20.0));
        assert_eq!(scaled, Duration::from_secs_f64(60.95));
        assert_eq!(ideal_duration(1_000, &Limits::none()), Duration::ZERO);
    }

    #[test]
    fn a_client_that_honours_every_wait_needs_the_ideal_time() {
        let limits = Limits {
            count_rejected: false,
            ..Limits::documented()
        };
        let mut limiter = Limiter::new(&limits).unwrap();
        let mut now = Duration::ZERO;
        for removal in 0..200 {
            let chat = removal.to_string();
            while let Err(throttled) = limiter.admit(caller(&chat), now) {
                now += throttled.wait;
            }
        }
        assert_eq!(now, ideal_duration(200, &limits));
    }
}

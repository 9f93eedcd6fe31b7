//! How fast the limits let anyone be.

use std::time::Duration;

use super::{Caller, Limiter, Limits};

/// The shortest time from the first to the last of `removals` removals by one user, each in a chat
/// of its own, that a client can need which knows the limits and never waits too long: each request
/// goes out at the first moment it is admitted. What a real client took, as a share of this, is how
/// much of the allowed rate it used.
///
/// # Panics
/// If the limits are out of bounds.
pub fn ideal_duration(removals: u64, limits: &Limits) -> Duration {
    let mut limiter = Limiter::new(limits).expect("limits within bounds");
    let mut now = Duration::ZERO;
    for removal in 0..removals {
        let chat = removal.to_string();
        let caller = Caller {
            user: "user",
            chat: &chat,
            app: "app",
            tenant: "tenant",
        };
        now += limiter.wait(caller, now);
        let admitted = limiter.admit(caller, now);
        debug_assert!(admitted.is_ok(), "a wait is all there is to it");
    }
    now
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
    fn a_scale_divides_it_and_no_limits_make_it_nothing() {
        let scaled = ideal_duration(1_000, &Limits::documented().scaled(20.0));
        assert_eq!(scaled, Duration::from_secs_f64(60.95));
        assert_eq!(ideal_duration(1_000, &Limits::none()), Duration::ZERO);
    }

    #[test]
    fn a_client_that_is_told_when_to_come_needs_as_long() {
        let limits = Limits {
            count_rejected: false,
            ..Limits::documented()
        };
        let mut limiter = Limiter::new(&limits).unwrap();
        let mut now = Duration::ZERO;
        for removal in 0..200 {
            let chat = removal.to_string();
            let caller = Caller {
                user: "user",
                chat: &chat,
                app: "app",
                tenant: "tenant",
            };
            while let Err(throttled) = limiter.admit(caller, now) {
                now += throttled.wait;
            }
        }
        assert_eq!(now, ideal_duration(200, &limits));
    }
}

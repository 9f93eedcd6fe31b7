//! The limits, applied to all callers.

use std::collections::HashMap;
use std::time::Duration;

use super::meter::{Meter, Rate};
use super::{InvalidLimits, Limits};

/// The keys that a request counts against.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// The signed-in user's object id.
    pub user: &'a str,
    pub chat: &'a str,
    pub app: &'a str,
    pub tenant: &'a str,
}

/// A throttled request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttled {
    /// Time after which the request would be admitted, if no other request came first.
    pub wait: Duration,
    /// Whether an earlier wait for the same user, chat or app was not over yet.
    pub avoidable: bool,
}

/// Enforces limits. It has no clock: each call passes the time, which must not decrease.
pub struct Limiter {
    limits: Limits,
    per_user: Option<Dimension>,
    per_chat: Option<Dimension>,
    per_app_tenant: Option<Dimension>,
}

/// One kind of limit: its rate, and the usage of each key.
struct Dimension {
    rate: Rate,
    meters: HashMap<String, Meter>,
}

impl Limiter {
    pub fn new(limits: &Limits) -> Result<Self, InvalidLimits> {
        limits.check()?;
        let dimension = |per_second: Option<f64>| {
            per_second.map(|per_second| Dimension {
                rate: Rate::new(per_second, limits),
                meters: HashMap::new(),
            })
        };
        Ok(Self {
            per_user: dimension(limits.per_user),
            per_chat: dimension(limits.per_chat),
            per_app_tenant: dimension(limits.per_app_tenant),
            limits: limits.clone(),
        })
    }

    /// Returns the limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Returns the time after `now` at which a request of this caller would be admitted. Counts
    /// nothing.
    pub fn wait(&mut self, caller: Caller<'_>, now: Duration) -> Duration {
        let meters = self.meters(caller);
        let waits = meters.map(|(rate, meter)| meter.wait(rate, now));
        waits.max().unwrap_or_default()
    }

    /// Admits a request at `now`, or returns how long to wait.
    pub fn admit(&mut self, caller: Caller<'_>, now: Duration) -> Result<(), Throttled> {
        if self.wait(caller, now).is_zero() {
            self.meters(caller)
                .for_each(|(rate, meter)| meter.take(rate, now));
            return Ok(());
        }
        let count_rejected = self.limits.count_rejected;
        let mut throttled = Throttled {
            wait: Duration::ZERO,
            avoidable: false,
        };
        for (rate, meter) in self.meters(caller) {
            let too_soon = !meter.wait(rate, now).is_zero();
            if count_rejected {
                meter.count(rate, now);
            }
            let wait = meter.wait(rate, now);
            throttled.wait = throttled.wait.max(wait);
            if too_soon {
                throttled.avoidable |= meter.announce_wait(now + wait, now);
            }
        }
        Err(throttled)
    }

    /// Returns the rates that apply to this caller, with its usage of each.
    fn meters(&mut self, caller: Caller<'_>) -> impl Iterator<Item = (&Rate, &mut Meter)> {
        let Caller {
            user,
            chat,
            app,
            tenant,
        } = caller;
        [
            (&mut self.per_user, user.to_owned()),
            (&mut self.per_chat, chat.to_owned()),
            (&mut self.per_app_tenant, format!("{app}/{tenant}")),
        ]
        .into_iter()
        .filter_map(|(dimension, key)| {
            let dimension = dimension.as_mut()?;
            let key = key.to_ascii_lowercase();
            Some((&dimension.rate, dimension.meters.entry(key).or_default()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);
    const SECOND: Duration = Duration::from_secs(1);

    fn caller<'a>(user: &'a str, chat: &'a str) -> Caller<'a> {
        Caller {
            user,
            chat,
            app: "app",
            tenant: "tenant",
        }
    }

    fn limiter(limits: Limits) -> Limiter {
        Limiter::new(&limits).expect("limits within bounds")
    }

    fn per_user(rate: f64) -> Limits {
        Limits {
            per_user: Some(rate),
            ..Limits::none()
        }
    }

    #[test]
    fn without_limits_everything_is_admitted() {
        let mut limiter = limiter(Limits::none());
        for _ in 0..10_000 {
            assert_eq!(limiter.admit(caller("u", "c"), Duration::ZERO), Ok(()));
        }
    }

    #[test]
    fn a_rate_of_one_per_second_admits_one_request_and_then_waits() {
        let mut limiter = limiter(per_user(1.0));
        assert_eq!(limiter.admit(caller("u", "a"), Duration::ZERO), Ok(()));
        let throttled = limiter.admit(caller("u", "b"), 400 * MILLI).unwrap_err();
        assert_eq!(throttled.wait, 600 * MILLI);
        assert_eq!(limiter.admit(caller("u", "b"), SECOND), Ok(()));
    }

    #[test]
    fn a_rate_above_one_per_second_admits_a_burst() {
        let mut limiter = limiter(per_user(5.0));
        for _ in 0..5 {
            assert_eq!(limiter.admit(caller("u", "c"), Duration::ZERO), Ok(()));
        }
        let throttled = limiter.admit(caller("u", "c"), Duration::ZERO).unwrap_err();
        assert_eq!(throttled.wait, 200 * MILLI);
    }

    #[test]
    fn the_sustained_limit_is_83_percent_of_the_window() {
        let mut limiter = limiter(per_user(1.0));
        for second in 0..49 {
            assert_eq!(limiter.admit(caller("u", "c"), second * SECOND), Ok(()));
        }
        assert_eq!(limiter.wait(caller("u", "c"), 49 * SECOND), 11 * SECOND);
        assert_eq!(limiter.wait(caller("u", "c"), 60 * SECOND), Duration::ZERO);
    }

    #[test]
    fn users_chats_and_tenants_are_counted_separately() {
        let mut limiter = limiter(Limits::documented());
        assert_eq!(limiter.admit(caller("u", "c"), Duration::ZERO), Ok(()));
        assert!(
            limiter.admit(caller("u", "d"), Duration::ZERO).is_err(),
            "same user"
        );
        assert!(
            limiter.admit(caller("v", "C"), Duration::ZERO).is_err(),
            "same chat"
        );
        assert_eq!(limiter.admit(caller("v", "d"), Duration::ZERO), Ok(()));
    }

    #[test]
    fn many_users_of_one_app_share_its_rate() {
        let mut limiter = limiter(Limits::documented());
        let names: Vec<String> = (0..31).map(|number| number.to_string()).collect();
        for name in &names[..30] {
            assert_eq!(limiter.admit(caller(name, name), Duration::ZERO), Ok(()));
        }
        assert!(
            limiter
                .admit(caller(&names[30], &names[30]), Duration::ZERO)
                .is_err()
        );
        let elsewhere = Caller {
            tenant: "other",
            ..caller(&names[30], &names[30])
        };
        assert_eq!(limiter.admit(elsewhere, Duration::ZERO), Ok(()));
    }

    #[test]
    fn a_throttled_request_is_avoidable_during_an_earlier_wait() {
        let mut limiter = limiter(per_user(1.0));
        let mut at = |user, millis| limiter.admit(caller(user, "c"), millis * MILLI);
        assert_eq!(at("u", 0), Ok(()));
        assert!(
            !at("u", 100).unwrap_err().avoidable,
            "the first 429 can't be avoided"
        );
        assert!(at("u", 200).unwrap_err().avoidable);
        assert_eq!(at("v", 200), Ok(()), "another user has no wait");
        assert_eq!(at("u", 1_000), Ok(()));
        assert!(!at("u", 1_100).unwrap_err().avoidable, "that wait is over");
    }

    #[test]
    fn rejected_requests_fill_the_window_unless_they_are_not_counted() {
        // The last 49 of the requests at 0 to 60 ms fill the window. The first of them is at 12 ms.
        for (count_rejected, free_at) in [(true, 60_012 * MILLI), (false, SECOND)] {
            let mut limiter = limiter(Limits {
                count_rejected,
                ..per_user(1.0)
            });
            for at in 0..60 {
                let _ = limiter.admit(caller("u", "c"), at * MILLI);
            }
            let throttled = limiter.admit(caller("u", "c"), 60 * MILLI).unwrap_err();
            assert_eq!(throttled.wait, free_at - 60 * MILLI);
        }
    }

    #[test]
    fn a_scale_only_makes_time_run_faster() {
        let run = |scale: u32| {
            let limits = Limits::documented().scaled(f64::from(scale));
            let mut limiter = limiter(limits);
            let mut random = fastrand::Rng::with_seed(7);
            let mut now = Duration::ZERO;
            let admitted = |limiter: &mut Limiter, now: Duration| {
                limiter.admit(caller("u", "c"), now / scale).is_ok()
            };
            (0..2_000)
                .filter(|_| {
                    now += random.u32(0..3_000) * MILLI;
                    admitted(&mut limiter, now)
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(20));
    }

    /// Random limits, callers and times, with the results. The tests below must hold for all of
    /// them.
    struct History {
        limits: Limits,
        /// User, time, and whether the request was admitted.
        requests: Vec<(usize, Duration, bool)>,
    }

    fn histories() -> impl Iterator<Item = History> {
        (0..200).map(|seed| {
            let mut random = fastrand::Rng::with_seed(seed);
            let rate = random.choice([0.2, 1.0, 1.5, 4.0, 30.0]).unwrap();
            let limits = Limits {
                window_seconds: random.choice([2.0, 10.0, 60.0]).unwrap(),
                count_rejected: random.bool(),
                ..per_user(rate)
            };
            let mut limiter = limiter(limits.clone());
            let mut now = Duration::ZERO;
            let requests = (0..300).map(|_| {
                // At, above and below the rate, with pauses and with simultaneous requests.
                let pause = random.choice([0.0, 0.1, 1.0, 1.0, 3.0]).unwrap();
                now += Duration::from_secs_f64(random.f64() * pause / rate);
                let user = random.usize(0..2);
                let admitted = limiter.admit(caller(["u", "v"][user], "c"), now);
                if let Err(Throttled { wait, .. }) = admitted {
                    assert_the_wait_is_right(
                        &mut limiter,
                        caller(["u", "v"][user], "c"),
                        now,
                        wait,
                    );
                }
                (user, now, admitted.is_ok())
            });
            let requests = requests.collect();
            History { limits, requests }
        })
    }

    /// Asserts that a request is admitted after exactly this wait, and not a nanosecond earlier.
    fn assert_the_wait_is_right(
        limiter: &mut Limiter,
        who: Caller<'_>,
        now: Duration,
        wait: Duration,
    ) {
        assert!(limiter.wait(who, now + wait).is_zero());
        let moment = Duration::from_nanos(1);
        assert_eq!(limiter.wait(who, now + wait - moment), moment);
    }

    #[test]
    fn no_window_exceeds_the_sustained_limit_and_no_burst_the_bucket() {
        for History { limits, requests } in histories() {
            let rate = limits.per_user.unwrap();
            let most = ((0.83 * rate * limits.window_seconds + 1e-6) as usize).max(1);
            let window = Duration::from_secs_f64(limits.window_seconds);
            for user in 0..2 {
                let times: Vec<_> = requests
                    .iter()
                    .filter(|(who, _, admitted)| *who == user && *admitted)
                    .map(|(_, at, _)| *at)
                    .collect();
                for (index, from) in times.iter().enumerate() {
                    let later = &times[index..];
                    let in_window = later.iter().take_while(|at| **at < *from + window).count();
                    assert!(in_window <= most, "{in_window} of {most} in {limits:?}");
                    for (count, to) in later.iter().enumerate() {
                        let allowed = rate.max(1.0) + rate * (*to - *from).as_secs_f64();
                        assert!((count + 1) as f64 <= allowed + 1e-6, "{limits:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_request_is_throttled_exactly_when_a_plain_model_throttles_it() {
        for History { limits, requests } in histories() {
            let rate = limits.per_user.unwrap();
            let most = ((0.83 * rate * limits.window_seconds + 1e-6) as usize).max(1);
            for user in 0..2 {
                // The same rules in their simplest form: a bucket of tokens and a list of times.
                let (mut tokens, mut refilled) = (rate.max(1.0), Duration::ZERO);
                let mut counted: Vec<Duration> = Vec::new();
                for (_, now, admitted) in requests.iter().filter(|(who, ..)| *who == user) {
                    let since = (*now - refilled).as_secs_f64();
                    tokens = (tokens + since * rate).min(rate.max(1.0));
                    refilled = *now;
                    let window = Duration::from_secs_f64(limits.window_seconds);
                    let used = counted.iter().filter(|at| **at + window > *now).count();
                    // The two ways of counting may differ by a billionth of a token.
                    if (tokens - 1.0).abs() > 1e-6 {
                        assert_eq!(
                            *admitted,
                            tokens > 1.0 && used < most,
                            "{limits:?} at {now:?}"
                        );
                    }
                    if *admitted {
                        tokens -= 1.0;
                    }
                    if *admitted || limits.count_rejected {
                        counted.push(*now);
                    }
                }
            }
        }
    }
}

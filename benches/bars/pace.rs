//! The share of the allowed rate that a run uses, and the number of requests that are throttled.
//!
//! The sandbox enforces the documented limits at 20 times the speed, and the run uses the same
//! scale: an hour takes three minutes. The allowed rate is that of an ideal client in the sandbox's
//! model.

use std::time::Duration;

use sandbox::{
    Fault, FaultScript, Limits, Rule, Sandbox, SandboxOptions, TokenClaims, When, ideal_duration,
};
use serde_json::{Value, json};
use stage::Native;

use crate::{Bar, Bars};

const SCALE: f64 = 20.0;
const REMOVALS: u64 = 800;
const SHARE: Bar = Bar::at_least("share_of_the_allowed_rate", 0.99, "of the allowed rate");
const REFUSED: Bar = Bar::at_most("refused_requests", 0.0, "requests");
const SHARE_AFTER_FAULTS: Bar = Bar::at_least("share_after_faults", 0.95, "of the allowed rate");
const REMOVED_DESPITE_FAULTS: Bar =
    Bar::at_least("removed_despite_faults", REMOVALS as f64, "removals");
const SHARE_OF_THREE: Bar = Bar::at_least("share_with_three_accounts", 0.99, "of the allowed rate");
const REFUSED_OF_THREE: Bar = Bar::at_most("refused_with_three_accounts", 0.0, "requests");
const USER: &str = "d864e79f-0000-4000-8000-0eeb4d61fdc2";

pub fn run(bars: &mut Bars) {
    let native = Native::load(stage::library());
    steady(bars, &native);
    faults(bars, &native);
    accounts(bars, &native);
}

/// A run without faults.
fn steady(bars: &mut Bars, native: &Native) {
    let sandbox = sandbox();
    let took = remove(native, &sandbox, 1, REMOVALS);
    let ideal = ideal_duration(REMOVALS, &limits());
    println!("{REMOVALS} removals: {took:.1?}, allowed in {ideal:.1?}");
    bars.report(&SHARE, share(ideal, took));
    bars.report(&REFUSED, sandbox.stats().throttled as f64);
}

/// A run with a period in which half of the requests fail: the rate after it.
fn faults(bars: &mut Bars, native: &Native) {
    let sandbox = sandbox();
    let until = 8.0;
    let within = |nth| When {
        from_seconds: Some(2.0),
        until_seconds: Some(until),
        every: Some(nth),
        ..When::default()
    };
    let unavailable = Fault::Status {
        code: 503,
        graph_code: "ServiceUnavailable".into(),
        message: "The service is unavailable.".into(),
        headers: [("Retry-After".to_string(), "0.4".to_string())].into(),
    };
    sandbox.script(FaultScript::new([
        Rule::new(Fault::Throttle {
            retry_after: Some("0.5".into()),
        })
        .when(within(5)),
        Rule::new(unavailable).when(within(6)),
        Rule::new(Fault::ResetAfter).when(within(7)),
        Rule::new(Fault::Throttle { retry_after: None }).when(within(8)),
    ]));
    remove(native, &sandbox, 1, REMOVALS);
    let stats = sandbox.stats();
    let requests = sandbox.requests();
    let began = requests[0].arrived;
    let after: Vec<Duration> = requests
        .iter()
        .filter(|request| request.arrived.as_secs_f64() > until && request.status == Some(204))
        .map(|request| request.arrived)
        .collect();
    let took = after[after.len() - 1] - after[0];
    let ideal = ideal_duration(after.len() as u64, &limits());
    println!(
        "{} removals after the faults: {took:.1?}, allowed in {ideal:.1?}; the run began at {began:.1?}",
        after.len()
    );
    bars.report(&SHARE_AFTER_FAULTS, share(ideal, took));
    bars.report(&REMOVED_DESPITE_FAULTS, stats.removed as f64);
}

/// A run with three accounts, each at its own rate.
fn accounts(bars: &mut Bars, native: &Native) {
    let sandbox = sandbox();
    let took = remove(native, &sandbox, 3, REMOVALS);
    let ideal = ideal_duration(REMOVALS.div_ceil(3), &limits());
    bars.report(&SHARE_OF_THREE, share(ideal, took));
    bars.report(&REFUSED_OF_THREE, sandbox.stats().throttled as f64);
}

fn share(ideal: Duration, took: Duration) -> f64 {
    ideal.as_secs_f64() / took.as_secs_f64()
}

fn limits() -> Limits {
    Limits::documented().scaled(SCALE)
}

fn sandbox() -> Sandbox {
    Sandbox::start(SandboxOptions {
        limits: limits(),
        latency: Duration::from_millis(5),
        ..Default::default()
    })
}

/// Makes this many removals and returns the time from the first request to the last.
fn remove(native: &Native, sandbox: &Sandbox, accounts: usize, removals: u64) -> Duration {
    let open = |number| {
        let claims = TokenClaims {
            oid: format!("00000000-0000-4000-8000-{number:012}"),
            ..Default::default()
        };
        native.account(&sandbox.url(), &sandbox.token(claims))
    };
    let accounts: Vec<i64> = (0..accounts).map(open).collect();
    let run = native.run(&accounts, options());
    for number in 0..removals {
        let chat = format!("19:{number:032x}@thread.v2");
        native.remove(run, (sandbox::TENANT_ID, USER, &chat), 0);
    }
    native.finish(run);
    while native.next(run, -1).0 == 0 {}
    native.close(run);
    for account in accounts {
        native.close(account);
    }
    let stats = sandbox.stats();
    let span = stats.last_request_seconds.unwrap_or_default()
        - stats.first_request_seconds.unwrap_or_default();
    Duration::from_secs_f64(span)
}

/// Returns the documented limits and waits at the scale of the sandbox.
fn options() -> Value {
    let limit = |per_second: f64, burst: u32| json!({"per_second": per_second * SCALE, "burst": burst, "window_seconds": 60.0 / SCALE});
    json!({
        "limits": {"per_user": limit(1.0, 1), "per_chat": limit(1.0, 1), "per_tenant": limit(30.0, 30)},
        "retry": {"first_wait_ms": 50, "longest_wait_ms": 3000, "longest_rest_ms": 750},
    })
}

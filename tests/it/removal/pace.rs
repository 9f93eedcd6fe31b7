//! The pace against a service that keeps the documented limits at twenty times the speed. These are apart from
//! the other tests, which take the processor that a pace of milliseconds needs.

use crate::common::{FOREVER, Guard, Job, TENANT, USER, chat, native};
use sandbox::{Limits, SandboxOptions, TokenClaims};
use serde_json::{Value, json};

/// A service with the documented limits, and a run that keeps to them.
fn at_twenty_times_the_speed() -> (SandboxOptions, Value) {
    let scale = 20.0;
    let limit = |rate: f64, burst: u32| json!({"per_second": rate * scale, "burst": burst, "window_seconds": 60.0 / scale});
    let options = json!({
        "limits": {"per_user": limit(1.0, 1), "per_chat": limit(1.0, 1), "per_tenant": limit(30.0, 30)},
    });
    let sandbox = SandboxOptions {
        limits: Limits::documented().scaled(scale),
        ..Default::default()
    };
    (sandbox, options)
}

#[test]
fn under_the_services_limits_nothing_is_sent_in_vain() {
    let (sandbox, options) = at_twenty_times_the_speed();
    let job = Job::with(sandbox, TokenClaims::default(), options);
    // Several users of one chat, then others: the chat has a limit of its own.
    for number in 0..60 {
        let user = format!("d864e79f-0000-4000-8000-{number:012x}");
        job.queue((TENANT, &user, &chat(number % 40)));
    }
    native().finish(job.run);
    assert!(
        job.events()
            .iter()
            .all(|event| event["status"] == "Removed")
    );
    assert_eq!(job.sandbox.stats().throttled, 0);
}

#[test]
fn one_command_after_the_other_keeps_the_pace_too() {
    let (sandbox, options) = at_twenty_times_the_speed();
    let job = Job::with(sandbox, TokenClaims::default(), options.clone());
    for number in 0..10 {
        let run = Guard::run(job.account, options.clone());
        let (status, outcome) = native().remove(*run, (TENANT, USER, &chat(number)), FOREVER);
        assert_eq!(status, 0, "{outcome}");
    }
    let arrivals: Vec<_> = job
        .sandbox
        .requests()
        .iter()
        .map(|r| (r.arrived, r.status))
        .collect();
    assert_eq!(job.sandbox.stats().throttled, 0, "{arrivals:?}");
}

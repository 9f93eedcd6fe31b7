//! The pace of removals, against a service that enforces the documented limits at twenty times the
//! rate.

use crate::common::{FOREVER, Guard, Job, TENANT, USER, chat, native};
use sandbox::{Limits, SandboxOptions, TokenClaims};
use serde_json::{Value, json};

/// Options of a service with the documented limits and of a run that observes them.
fn scaled_limits() -> (SandboxOptions, Value) {
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
fn a_run_is_not_throttled_under_the_documented_limits() {
    let (sandbox, options) = scaled_limits();
    let job = Job::with(sandbox, TokenClaims::default(), options);
    // Twenty chats have two users each, because a chat has a limit too.
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
fn consecutive_runs_of_one_account_share_the_pace() {
    let (sandbox, options) = scaled_limits();
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

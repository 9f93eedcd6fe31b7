//! The time limits of a removal and of a run, waits that the service asks for, and cancellation.

use std::time::{Duration, Instant};

use crate::common::{FOREVER, Job, Status, TENANT, USER, chat, native};
use sandbox::{Fault, FaultScript, Rule, SandboxOptions, TokenClaims, When};
use serde_json::json;

use super::{patient, throttle};

#[test]
fn a_retry_after_beyond_the_time_limit_ends_the_removal_at_once() {
    let job = Job::new();
    job.sandbox
        .script(FaultScript::new([Rule::new(throttle("1000"))]));
    let before = Instant::now();
    let (status, outcome) = native().remove(job.run, (TENANT, USER, &chat(1)), FOREVER);
    assert_eq!(status, Status::Throttled as i32, "{outcome}");
    assert!(before.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_retry_after_date_is_honored() {
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), patient());
    // Two seconds from now on the service's clock, which is its Date header.
    let date = jiff::Timestamp::now() + Duration::from_secs(2);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&date)
        .unwrap();
    job.sandbox.script(FaultScript::new([
        Rule::new(throttle(&date)).when(When::first(1))
    ]));
    let before = Instant::now();
    let (status, _) = native().remove(job.run, (TENANT, USER, &chat(1)), FOREVER);
    assert_eq!(status, 0);
    let took = before.elapsed();
    assert!(
        took >= Duration::from_millis(900) && took < Duration::from_secs(4),
        "{took:?}"
    );
}

#[test]
fn a_run_ends_at_its_time_limit() {
    let mut options = json!({"run_time_ms": 300});
    options["limits"] = json!({"per_user": {"per_second": 20}});
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), options);
    for number in 0..50 {
        job.queue((TENANT, USER, &chat(number)));
    }
    native().finish(job.run);
    let before = Instant::now();
    let events = job.events();
    assert!(before.elapsed() < Duration::from_secs(2));
    let count = |status: &str| {
        events
            .iter()
            .filter(|event| event["status"] == status)
            .count()
    };
    assert_eq!(count("Removed") + count("Cancelled"), 50);
    assert!(
        count("Removed") >= 2 && count("Cancelled") >= 30,
        "{events:?}"
    );
}

#[test]
fn a_cancelled_removal_is_uncertain_when_its_response_was_lost() {
    let mut options = patient();
    options["retry"] = json!({"first_wait_ms": 60_000, "longest_wait_ms": 60_000});
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), options);
    job.sandbox
        .script(FaultScript::new([Rule::new(Fault::ResetAfter)]));
    job.queue((TENANT, USER, &chat(1)));
    while native().describe(job.run).1["in_flight"] != 0 || job.sandbox.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    native().cancel(job.run);
    let events = job.events();
    assert_eq!(events[0]["status"], "Uncertain", "{events:?}");
    assert_eq!(events[0]["attempts"], 1);
}

//! The outcome of a removal for each kind of response, and for a missing response.

use std::time::{Duration, Instant};

use crate::common::{
    FOREVER, Guard, Job, REMOVAL, Status, TENANT, USER, chat, check_concurrently, fast, native,
};
use sandbox::{Cut, Fault, FaultScript, Rule, SandboxOptions, TokenClaims, When};
use serde_json::{Value, json};

use super::{impatient, status, unreadable_errors};

/// The status and outcome of a removal when every request meets this fault.
fn under(fault: Fault) -> (i32, Value, Job) {
    under_rule(Rule::new(fault), fast())
}

fn under_rule(rule: Rule, options: Value) -> (i32, Value, Job) {
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), options);
    job.sandbox.script(FaultScript::new([rule]));
    let (status, outcome) = native().remove(job.run, REMOVAL, FOREVER);
    (status, outcome, job)
}

#[test]
fn a_final_error_response_is_reported_and_not_retried() {
    for (code, graph_code, expected, name) in [
        (400, "BadRequest", Status::Failed, "Failed"),
        (403, "Forbidden", Status::Denied, "Denied"),
        (404, "NotFound", Status::NotFound, "NotFound"),
        (409, "Conflict", Status::Failed, "Failed"),
        (501, "NotImplemented", Status::Failed, "Failed"),
    ] {
        let (status, outcome, job) = under(status(code, graph_code, "Because."));
        assert_eq!(status, expected as i32, "{outcome}");
        assert_eq!(outcome["status"], name);
        assert_eq!(outcome["http_status"], code);
        assert_eq!(outcome["code"], graph_code);
        assert_eq!(outcome["message"], "Because.");
        assert_eq!(outcome["attempts"], 1);
        assert!(outcome["next_step"].is_string(), "{outcome}");
        assert!(outcome["request_id"].is_string(), "{outcome}");
        assert_eq!(job.sandbox.requests().len(), 1, "{code} was retried");
        assert!(job.sandbox.applied().is_empty());
    }
}

#[test]
fn a_transient_fault_is_retried_until_the_removal_succeeds() {
    for fault in [
        status(500, "InternalServerError", "x"),
        status(502, "BadGateway", "x"),
        status(503, "ServiceUnavailable", "x"),
        status(504, "GatewayTimeout", "x"),
        Fault::Throttle {
            retry_after: Some("0".into()),
        },
        Fault::Throttle { retry_after: None },
        Fault::ProxyErrorPage { status: 503 },
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::CloseBefore,
        Fault::CloseAfter,
        Fault::Garbage,
        Fault::Truncated {
            at: Cut::StatusLine,
        },
        Fault::Truncated { at: Cut::Headers },
        Fault::Hang { seconds: 30.0 },
    ] {
        let rule = Rule::new(fault.clone()).times(2);
        let mut patient = fast();
        patient["retry"]["item_time_ms"] = json!(30_000);
        let (status, outcome, job) = under_rule(rule, patient);
        assert_eq!(status, Status::Ok as i32, "{fault:?}: {outcome}");
        assert_eq!(outcome["attempts"], 3, "{fault:?}");
        assert_eq!(job.sandbox.applied().len(), 1, "{fault:?}");
    }
}

#[test]
fn a_fault_that_persists_ends_in_failed_throttled_or_uncertain() {
    let cases = [
        (status(500, "x", "x"), Status::Failed),
        (status(503, "x", "x"), Status::Failed),
        (status(504, "x", "x"), Status::Uncertain),
        (
            Fault::Throttle {
                retry_after: Some("0.01".into()),
            },
            Status::Throttled,
        ),
        (Fault::ResetBefore, Status::Uncertain),
        (Fault::ResetAfter, Status::Uncertain),
        (Fault::Garbage, Status::Uncertain),
        (Fault::ProxyErrorPage { status: 502 }, Status::Failed),
    ];
    check_concurrently(cases, |(fault, expected)| {
        let (status, outcome, _job) = under(fault.clone());
        assert_eq!(status, expected as i32, "{fault:?}: {outcome}");
        assert!(
            outcome["attempts"].as_u64().unwrap() > 2,
            "{fault:?}: {outcome}"
        );
    });
}

#[test]
fn a_refused_connection_is_failed_and_not_uncertain() {
    let job = Job::new();
    let gone = Guard::account("http://127.0.0.1:9", &job.token);
    let run = Guard::run(*gone, impatient());
    let (status, outcome) = native().remove(*run, REMOVAL, FOREVER);
    assert_eq!(status, Status::Failed as i32, "{outcome}");
    assert!(
        outcome["message"]
            .as_str()
            .unwrap()
            .contains("could not be sent"),
        "{outcome}"
    );
}

#[test]
fn an_undocumented_response_confirms_nothing() {
    let (status, outcome, _job) = under(Fault::UnknownStatus {
        status: 200,
        body: "{}".into(),
    });
    assert_eq!(status, Status::Uncertain as i32, "{outcome}");
    let (status, outcome, job) = under(Fault::Redirect {
        location: "http://127.0.0.1:9/".into(),
        status: 307,
    });
    assert_eq!(status, Status::Failed as i32, "{outcome}");
    assert!(
        outcome["message"].as_str().unwrap().contains("redirect"),
        "{outcome}"
    );
    assert_eq!(job.sandbox.requests().len(), 1);
}

#[test]
fn messages_of_hostile_and_giant_responses_are_truncated_and_sanitized() {
    let faults = [
        Fault::Giant {
            megabytes: 200,
            content_length: true,
        },
        Fault::Giant {
            megabytes: 200,
            content_length: false,
        },
    ];
    for fault in faults.into_iter().chain(unreadable_errors()) {
        let before = Instant::now();
        let (status, outcome, _job) = under(fault.clone());
        assert!(before.elapsed() < Duration::from_secs(5), "{fault:?}");
        assert!(status > 0, "{fault:?}: {outcome}");
        let message = outcome["message"].as_str().unwrap();
        assert!(message.chars().count() <= 500, "{fault:?}: {message}");
        assert!(
            !message.chars().any(char::is_control),
            "{fault:?}: {message:?}"
        );
    }
}

#[test]
fn a_slow_response_is_abandoned_at_the_time_limit() {
    let mut options = fast();
    options["request_time_ms"] = json!(200);
    options["retry"]["item_time_ms"] = json!(1);
    let before = Instant::now();
    let (status, outcome, _job) = under_rule(
        Rule::new(Fault::Slow {
            bytes_per_second: 5,
        }),
        options,
    );
    assert_eq!(status, Status::Uncertain as i32, "{outcome}");
    assert!(before.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_rejected_token_ends_the_run_after_one_request() {
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), json!({}));
    job.sandbox
        .script(FaultScript::new([Rule::new(Fault::ExpiredToken)]));
    for n in 0..20 {
        job.queue((TENANT, USER, &chat(n)));
    }
    native().finish(job.run);
    let events = job.events();
    assert_eq!(events.len(), 20);
    assert!(
        events.iter().all(|event| event["status"] == "Unauthorized"),
        "{events:?}"
    );
    assert_eq!(job.sandbox.requests().len(), 1);
}

#[test]
fn an_error_after_a_lost_response_leaves_the_removal_uncertain() {
    let job = Job::new();
    job.sandbox.script(FaultScript::new([
        Rule::new(Fault::ResetAfter).when(When::first(1)),
        Rule::new(status(404, "NotFound", "No such member.")),
    ]));
    let (status, outcome) = native().remove(job.run, REMOVAL, FOREVER);
    assert_eq!(status, Status::Uncertain as i32, "{outcome}");
    assert!(
        outcome["message"]
            .as_str()
            .unwrap()
            .contains("No such member.")
    );
}

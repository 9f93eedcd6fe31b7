//! The audit log through Graph.

use std::time::{Duration, Instant};

use sandbox::{AuditLog, Fault, FaultScript, Rule, When};
use serde_json::{Value, json};

use super::support::{Job, Outcome, at_home, events, span};
use crate::file_search::support::{external_chat, other_record, user};

const SCOPE: &str = "Chat.ReadWrite.All AuditLogsQuery.Read.All";

/// Returns a search that queries the day of the records.
fn job(log: AuditLog) -> Job {
    let mut job = Job::new(SCOPE);
    job.sandbox.set_audit_log(log);
    job.online().audit_query = span("2026-08-31", "2026-09-01");
    job
}

fn log(count: u32) -> AuditLog {
    AuditLog {
        records: (1..=count)
            .map(|number| at_home(&external_chat(number)))
            .collect(),
        ..AuditLog::default()
    }
}

fn bodies(outcome: &Outcome) -> Vec<Value> {
    let requests = outcome.sandbox.requests().into_iter();
    let posts = requests.filter(|request| request.method == "POST");
    posts
        .map(|request| serde_json::from_slice(&request.body).unwrap())
        .collect()
}

#[test]
fn a_query_is_created_polled_and_read_to_the_last_page() {
    let mut log = log(2_500);
    log.records.push(at_home(&other_record(1)));
    log.polls = 3;
    let outcome = job(log).run();
    outcome.assert_complete();
    assert_eq!(outcome.users(), (1..=2_500).map(user).collect::<Vec<_>>());
    assert_eq!(
        outcome.named("searched")[0]["records"],
        2_500,
        "only those of Teams"
    );
    let sent = bodies(&outcome);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["filterStartDateTime"], "2026-08-31T00:00:00Z");
    assert_eq!(sent[0]["filterEndDateTime"], "2026-09-01T00:00:00Z");
    assert_eq!(sent[0]["recordTypeFilters"], json!(["microsoftTeams"]));
    let pages = outcome.sandbox.requests();
    let pages = pages
        .iter()
        .filter(|request| request.target.contains("/records?"));
    assert_eq!(pages.count(), 3);
    let progress = outcome.named("request_progress");
    assert!(!progress.is_empty());
    assert!(progress.iter().all(|event| event["source"] == "AuditQuery"));
}

#[test]
fn only_operations_without_wildcards_are_sent_as_a_filter() {
    for (operation, sent) in [
        ("ChatCreated", json!(["ChatCreated"])),
        ("Chat*", Value::Null),
    ] {
        let mut job = job(log(3));
        job.query().operation = vec![operation.into()];
        let outcome = job.run();
        outcome.assert_complete();
        assert_eq!(outcome.users().len(), 3);
        assert_eq!(bodies(&outcome)[0]["operationFilters"], sent);
    }
}

#[test]
fn a_failed_query_is_an_error_and_files_are_still_read() {
    for status in ["failed", "cancelled"] {
        let mut job = job(AuditLog {
            outcome: status.into(),
            ..log(3)
        });
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("records.json");
        std::fs::write(&file, external_chat(7)).unwrap();
        job.options.paths = vec![file];
        let outcome = job.run();
        let (error, message, next_step) = outcome.error();
        assert_eq!(
            (error, message),
            ("Failed", &*format!("The audit query ended as '{status}'."))
        );
        assert!(next_step.contains("shorter time"), "{next_step}");
        assert_eq!(outcome.users(), [user(7)]);
    }
}

#[test]
fn a_denied_query_names_the_missing_permission() {
    let mut job = Job::new("Chat.ReadWrite.All");
    job.online().audit_query = span("2026-08-31", "2026-09-01");
    let outcome = job.run();
    let (error, message, next_step) = outcome.error();
    assert_eq!(error, "Denied");
    assert!(message.contains("403"), "{message}");
    assert!(next_step.contains("AuditLogsQuery.Read.All"), "{next_step}");
    assert_eq!(outcome.named("searched").len(), 1, "the search still ends");
}

#[test]
fn beta_is_used_if_v1_has_no_audit_log() {
    let outcome = job(AuditLog {
        beta_only: true,
        ..log(1_200)
    })
    .run();
    outcome.assert_complete();
    assert_eq!(outcome.users().len(), 1_200, "on two pages");
}

#[test]
fn an_exceeded_record_limit_is_a_warning() {
    let outcome = job(AuditLog {
        limit_exceeded: true,
        ..log(2)
    })
    .run();
    assert!(
        outcome.warnings().contains("shorter time"),
        "{}",
        outcome.warnings()
    );
    assert_eq!(outcome.users().len(), 2);
}

#[test]
fn throttled_requests_are_retried_and_a_failed_page_keeps_the_pages_before_it() {
    let outcome = job(AuditLog {
        wait_with_429: 1,
        ..log(2)
    })
    .run();
    outcome.assert_complete();
    assert_eq!(outcome.users().len(), 2);

    // The requests: create, a poll before the end, a poll, the first page.
    let job = job(AuditLog { page: 2, ..log(5) });
    job.sandbox.script(FaultScript::new([
        Rule::new(Fault::Status {
            code: 503,
            graph_code: "ServiceUnavailable".into(),
            message: "Busy.".into(),
            headers: Default::default(),
        })
        .when(When::nth(5)),
        Rule::new(Fault::CloseBefore).when(When::nth(6)),
        Rule::new(Fault::Truncated {
            at: Default::default(),
        })
        .when(When::nth(7)),
        Rule::new(Fault::Status {
            code: 400,
            graph_code: "BadRequest".into(),
            message: "The skip token is not good any more.".into(),
            headers: Default::default(),
        })
        .when(When::nth(9)),
    ]));
    let outcome = job.run();
    let (error, message, _) = outcome.error();
    assert_eq!(error, "Failed");
    assert!(message.contains("skip token"), "{message}");
    assert_eq!(outcome.named("source_error")[0]["records"], 4);
    assert_eq!(outcome.users().len(), 4);
}

#[test]
fn cancelling_a_running_query_takes_effect_at_once() {
    let mut job = job(AuditLog {
        outcome: "running".into(),
        ..log(1)
    });
    let search = job.start();
    search.finish();
    let began = Instant::now();
    while job.sandbox.requests().len() < 3 {
        assert!(began.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(5));
    }
    let stopped = Instant::now();
    search.cancel();
    let events = events(&search);
    assert!(stopped.elapsed() < Duration::from_secs(2));
    let ended = ["target", "searched", "source_error"];
    assert!(
        !events
            .iter()
            .any(|event| ended.contains(&event["event"].as_str().unwrap()))
    );
}

#[test]
fn closing_does_not_wait_for_a_hanging_request() {
    let mut job = job(log(1));
    job.sandbox
        .script(FaultScript::new([Rule::new(Fault::Hang { seconds: 20.0 })]));
    let search = job.start();
    search.finish();
    let began = Instant::now();
    while job.sandbox.requests().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(5));
    }
    let closed = Instant::now();
    search.close();
    assert!(closed.elapsed() < Duration::from_millis(500));
}

#[test]
fn no_request_is_sent_before_the_feed_ends() {
    let mut job = job(log(1));
    let search = job.start();
    search.feed("{}");
    std::thread::sleep(Duration::from_millis(200));
    assert!(job.sandbox.requests().is_empty());
    search.finish();
    assert_eq!(events(&search).last().unwrap()["targets"], 1);
}

#[test]
fn a_retry_after_longer_than_the_time_for_all_attempts_is_honoured() {
    let mut job = job(log(1));
    job.online().retry.item_time_ms = 500;
    job.sandbox
        .script(FaultScript::new([Rule::new(Fault::Throttle {
            retry_after: Some("1".into()),
        })
        .times(1)]));
    let began = Instant::now();
    let outcome = job.run();
    outcome.assert_complete();
    assert!(began.elapsed() >= Duration::from_secs(1));
}

//! The audit log through Graph.

use std::time::{Duration, Instant};

use sandbox::{AuditLog, Fault, FaultScript, Rule, When};
use serde_json::{Value, json};

use super::support::{Job, Told, at_home, events, span};
use crate::file_search::support::{external_chat, other_record, user};

const SCOPE: &str = "Chat.ReadWrite.All AuditLogsQuery.Read.All";

/// A query over the day of the records.
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

fn bodies(told: &Told) -> Vec<Value> {
    let requests = told.sandbox.requests().into_iter();
    let posts = requests.filter(|request| request.method == "POST");
    posts
        .map(|request| serde_json::from_slice(&request.body).unwrap())
        .collect()
}

#[test]
fn a_query_is_created_waited_for_and_read_to_its_last_page() {
    let mut log = log(2_500);
    log.records.push(at_home(&other_record(1)));
    log.polls = 3;
    let told = job(log).run();
    told.whole();
    assert_eq!(told.users(), (1..=2_500).map(user).collect::<Vec<_>>());
    assert_eq!(told.all("searched")[0]["records"], 2_500, "of Teams only");
    let sent = bodies(&told);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["filterStartDateTime"], "2026-08-31T00:00:00Z");
    assert_eq!(sent[0]["filterEndDateTime"], "2026-09-01T00:00:00Z");
    assert_eq!(sent[0]["recordTypeFilters"], json!(["microsoftTeams"]));
    let pages = told.sandbox.requests();
    let pages = pages
        .iter()
        .filter(|request| request.target.contains("/records?"));
    assert_eq!(pages.count(), 3);
    let asking = told.all("asking");
    assert!(!asking.is_empty());
    assert!(asking.iter().all(|event| event["source"] == "AuditQuery"));
}

#[test]
fn operations_without_wildcards_are_asked_for_and_no_others() {
    for (operation, sent) in [
        ("ChatCreated", json!(["ChatCreated"])),
        ("Chat*", Value::Null),
    ] {
        let mut job = job(log(3));
        job.query().operation = vec![operation.into()];
        let told = job.run();
        told.whole();
        assert_eq!(told.users().len(), 3);
        assert_eq!(bodies(&told)[0]["operationFilters"], sent);
    }
}

#[test]
fn a_query_that_fails_is_an_error_and_costs_no_file() {
    for outcome in ["failed", "cancelled"] {
        let mut job = job(AuditLog {
            outcome: outcome.into(),
            ..log(3)
        });
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("records.json");
        std::fs::write(&file, external_chat(7)).unwrap();
        job.options.paths = vec![file];
        let told = job.run();
        let (error, message, next_step) = told.error();
        assert_eq!(
            (error, message),
            ("Failed", &*format!("The audit query ended as '{outcome}'."))
        );
        assert!(next_step.contains("shorter time"), "{next_step}");
        assert_eq!(told.users(), [user(7)]);
    }
}

#[test]
fn what_is_refused_says_what_it_takes() {
    let mut job = Job::new("Chat.ReadWrite.All");
    job.online().audit_query = span("2026-08-31", "2026-09-01");
    let told = job.run();
    let (error, message, next_step) = told.error();
    assert_eq!(error, "Denied");
    assert!(message.contains("403"), "{message}");
    assert!(next_step.contains("AuditLogsQuery.Read.All"), "{next_step}");
    assert_eq!(
        told.all("searched").len(),
        1,
        "the search ends all the same"
    );
}

#[test]
fn where_only_beta_has_the_log_beta_is_asked() {
    let told = job(AuditLog {
        beta_only: true,
        ..log(1_200)
    })
    .run();
    told.whole();
    assert_eq!(told.users().len(), 1_200, "on two pages");
}

#[test]
fn more_than_the_service_returns_is_told() {
    let told = job(AuditLog {
        limit_exceeded: true,
        ..log(2)
    })
    .run();
    assert!(
        told.warnings().contains("shorter time"),
        "{}",
        told.warnings()
    );
    assert_eq!(told.users().len(), 2);
}

#[test]
fn a_service_without_time_is_asked_again_and_a_page_that_stays_away_costs_only_what_follows() {
    let told = job(AuditLog {
        wait_with_429: 1,
        ..log(2)
    })
    .run();
    told.whole();
    assert_eq!(told.users().len(), 2);

    // The query, a poll in vain, a poll, the first page.
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
    let told = job.run();
    let (error, message, _) = told.error();
    assert_eq!(error, "Failed");
    assert!(message.contains("skip token"), "{message}");
    assert_eq!(told.all("source_error")[0]["records"], 4);
    assert_eq!(told.users().len(), 4);
}

#[test]
fn a_query_that_never_ends_is_stopped_at_once() {
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
    let told = events(&search);
    assert!(stopped.elapsed() < Duration::from_secs(2));
    let ended = ["target", "searched", "source_error"];
    assert!(
        !told
            .iter()
            .any(|event| ended.contains(&event["event"].as_str().unwrap()))
    );
}

#[test]
fn closing_does_not_wait_for_a_service_that_hangs() {
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
fn nothing_is_asked_while_records_still_come() {
    let mut job = job(log(1));
    let search = job.start();
    search.feed("{}");
    std::thread::sleep(Duration::from_millis(200));
    assert!(job.sandbox.requests().is_empty());
    search.finish();
    assert_eq!(events(&search).last().unwrap()["targets"], 1);
}

#[test]
fn a_wait_that_the_service_asks_for_is_kept_where_it_is_longer_than_all_attempts_may_take() {
    let mut job = job(log(1));
    job.online().retry.item_time_ms = 500;
    job.sandbox
        .script(FaultScript::new([Rule::new(Fault::Throttle {
            retry_after: Some("1".into()),
        })
        .times(1)]));
    let began = Instant::now();
    let told = job.run();
    told.whole();
    assert!(began.elapsed() >= Duration::from_secs(1));
}

//! Defender's tables through Graph.

use std::collections::BTreeMap;

use chat_access::report::write_findings;
use chat_access::search::ReportFile;
use jiff::{SignedDuration, Timestamp};
use sandbox::{Fault, FaultScript, Hunting, Rule, When};
use serde_json::{Value, json};

use super::support::{Job, Outcome, at_home};
use crate::file_search::support::{EVE, external_chat, user};

const SCOPE: &str = "Chat.ReadWrite.All ThreatHunting.Read.All";

/// Returns the time `hours` ago in the format of Defender.
fn ago(hours: i64) -> String {
    let time = Timestamp::now() - SignedDuration::from_hours(hours);
    time.strftime("%Y-%m-%dT%H:%M:%S.1234567Z").to_string()
}

/// A message from an external user to the user with this number.
fn message(number: u32, details_as_text: bool) -> Value {
    let details = json!([{
        "RecipientSmtpAddress": format!("user{number}@contoso.com"),
        "RecipientObjectId": user(number),
    }]);
    json!({
        "Timestamp": ago(i64::from(number)), "TeamsMessageId": number.to_string(),
        "SenderEmailAddress": "eve@evil.example", "SenderObjectId": EVE,
        "ThreadId": format!("19:{number:032x}@thread.v2"), "IsExternalThread": 1,
        "RecipientDetails": if details_as_text { json!(details.to_string()) } else { details },
    })
}

fn event(number: u32) -> Value {
    json!({
        "Timestamp": ago(1), "ActionType": "ChatCreated", "Application": "Microsoft Teams",
        "RawEventData": at_home(&external_chat(number)),
    })
}

fn both() -> Hunting {
    Hunting {
        tables: BTreeMap::from([
            (
                "MessageEvents".to_string(),
                vec![message(1, false), message(2, true)],
            ),
            ("CloudAppEvents".to_string(), vec![event(3)]),
        ]),
        ..Hunting::default()
    }
}

fn hunt(hunting: Hunting) -> Outcome {
    hunt_through(hunting, [])
}

fn hunt_through(hunting: Hunting, faults: impl IntoIterator<Item = Rule>) -> Outcome {
    let mut job = Job::new(SCOPE);
    job.sandbox.set_hunting(hunting);
    job.sandbox.script(FaultScript::new(faults));
    job.query().internal_domain = vec!["contoso.com".into()];
    let span = chat_access::search::Span::new(&Default::default(), Timestamp::now(), 30);
    job.online().hunting = Some(span.unwrap());
    job.run()
}

#[test]
fn both_tables_are_counted_and_read() {
    for capital_schema in [false, true] {
        let outcome = hunt(Hunting {
            capital_schema,
            ..both()
        });
        outcome.assert_complete();
        assert_eq!(outcome.users(), [user(1), user(2), user(3)]);
        let found = |number| {
            let targets = outcome.named("target").into_iter();
            let mut mine = targets.filter(|target| target["user_id"] == user(number));
            mine.next().unwrap()
        };
        assert_eq!(found(2)["found_by"], "RecipientObjectId");
        assert_eq!(found(2)["sources"], json!(["MessageEvents"]));
        assert_eq!(found(3)["sources"], json!(["CloudAppEvents"]));
        assert_eq!(found(1)["tenant_id"], sandbox::TENANT_ID, "the account's");
    }
}

#[test]
fn an_exhausted_quota_is_retried() {
    let outcome = hunt(Hunting { quota: 3, ..both() });
    outcome.assert_complete();
    assert_eq!(outcome.users().len(), 3);
}

#[test]
fn one_missing_table_is_a_warning_and_two_are_an_error() {
    let mut one = both();
    one.tables.remove("MessageEvents");
    let outcome = hunt(one);
    assert!(
        outcome.warnings().contains("no table MessageEvents"),
        "{}",
        outcome.warnings()
    );
    assert_eq!(outcome.users(), [user(3)]);

    let mut job = Job::new(SCOPE);
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("report.html");
    job.options.report = Some(ReportFile {
        path: page.clone(),
        write: write_findings,
    });
    job.online().hunting = super::support::span(&ago(48), &ago(0));
    let outcome = job.run();
    let (error, message, _) = outcome.error();
    assert_eq!(error, "Failed");
    assert!(message.contains("Defender for Office 365"), "{message}");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page.contains("What the search could not use or left out"),
        "the page reports it too"
    );
    assert!(page.contains("neither table"), "{page}");
}

#[test]
fn internal_chats_are_read_on_request() {
    let mut colleagues = message(4, false);
    colleagues["IsExternalThread"] = json!(false);
    colleagues["SenderEmailAddress"] = json!("boss@contoso.com");
    let tables = BTreeMap::from([
        ("MessageEvents".to_string(), vec![colleagues]),
        ("CloudAppEvents".to_string(), Vec::new()),
    ]);
    for include_internal in [false, true] {
        let mut job = Job::new(SCOPE);
        job.sandbox.set_hunting(Hunting {
            tables: tables.clone(),
            ..Hunting::default()
        });
        job.query().include_internal = include_internal;
        job.query().internal_domain = vec!["contoso.com".into()];
        let span = chat_access::search::Span::new(&Default::default(), Timestamp::now(), 30);
        job.online().hunting = Some(span.unwrap());
        let outcome = job.run();
        assert_eq!(outcome.users().contains(&user(4)), include_internal);
        if include_internal {
            outcome.assert_complete();
        } else {
            assert_eq!(outcome.warnings(), "\"The search found no records.\"");
        }
    }
}

#[test]
fn a_period_beyond_defenders_retention_is_a_warning() {
    let mut job = Job::new(SCOPE);
    job.sandbox.set_hunting(both());
    job.online().hunting = super::support::span("2020-01-01", &ago(0));
    let outcome = job.run();
    assert!(
        outcome.warnings().contains("keeps 30 days"),
        "{}",
        outcome.warnings()
    );
}

#[test]
fn a_missing_permission_is_named() {
    let mut job = Job::new("Chat.ReadWrite.All");
    job.sandbox.set_hunting(both());
    job.online().hunting = super::support::span(&ago(48), &ago(0));
    let outcome = job.run();
    let (error, _, next_step) = outcome.error();
    assert_eq!(error, "Denied");
    assert!(next_step.contains("ThreatHunting.Read.All"), "{next_step}");
}

#[test]
fn a_failed_table_does_not_stop_the_other() {
    let fault = Fault::Status {
        code: 400,
        graph_code: "BadRequest".into(),
        message: "Failed to resolve scalar expression named 'ThreadId'".into(),
        headers: Default::default(),
    };
    let outcome = hunt_through(both(), [Rule::new(fault).when(When::nth(1))]);
    let (error, message, _) = outcome.error();
    assert_eq!(error, "Failed");
    assert!(message.contains("ThreadId"), "{message}");
    assert_eq!(outcome.users(), [user(3)]);
}

#[test]
fn a_query_with_too_large_a_response_is_halved() {
    let too_much = Fault::Status {
        code: 400,
        graph_code: "BadRequest".into(),
        message: "Query execution has exceeded the allowed result size.".into(),
        headers: Default::default(),
    };
    // The requests: a count, the rows.
    for fault in [too_much, Fault::CloseAfter] {
        let outcome = hunt_through(both(), [Rule::new(fault).when(When::nth(2))]);
        outcome.assert_complete();
        assert_eq!(outcome.users(), [user(1), user(2), user(3)]);
        let asked = outcome.sandbox.requests();
        let asked = asked.iter().filter(|request| {
            let body = String::from_utf8_lossy(&request.body);
            body.contains("MessageEvents") && body.contains("project")
        });
        assert_eq!(asked.count(), 3);
    }
}

#[test]
fn fewer_rows_than_counted_is_a_warning() {
    let mut hunting = both();
    let rows = (1..=10).map(|number| {
        let mut row = message(number, false);
        row["Timestamp"] = json!(ago(1));
        row
    });
    hunting
        .tables
        .insert("MessageEvents".into(), rows.collect());
    hunting.row_limit = 3;
    let outcome = hunt(hunting);
    assert_eq!(
        outcome.users().len(),
        4,
        "three messages, and the event of the other table"
    );
    assert!(
        outcome.warnings().contains("has 10 rows by its own count"),
        "{}",
        outcome.warnings()
    );
}

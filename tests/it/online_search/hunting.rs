//! Defender's tables through Graph.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use sandbox::{Fault, FaultScript, Hunting, Rule, When};
use serde_json::{Value, json};

use super::support::{Job, Told, at_home};
use crate::file_search::support::{EVE, external_chat, user};

const SCOPE: &str = "Chat.ReadWrite.All ThreatHunting.Read.All";

/// So many hours ago, as Defender writes it.
fn ago(hours: i64) -> String {
    let time = Timestamp::now() - SignedDuration::from_hours(hours);
    time.strftime("%Y-%m-%dT%H:%M:%S.1234567Z").to_string()
}

/// A message of an outsider to the user of this number.
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

fn hunt(hunting: Hunting) -> Told {
    hunt_through(hunting, [])
}

fn hunt_through(hunting: Hunting, faults: impl IntoIterator<Item = Rule>) -> Told {
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
        let told = hunt(Hunting {
            capital_schema,
            ..both()
        });
        told.whole();
        assert_eq!(told.users(), [user(1), user(2), user(3)]);
        let found = |number| {
            let targets = told.all("target").into_iter();
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
fn a_quota_is_waited_for() {
    let told = hunt(Hunting { quota: 3, ..both() });
    told.whole();
    assert_eq!(told.users().len(), 3);
}

#[test]
fn a_table_that_is_not_there_is_told_and_two_are_an_error() {
    let mut one = both();
    one.tables.remove("MessageEvents");
    let told = hunt(one);
    assert!(
        told.warnings().contains("no table MessageEvents"),
        "{}",
        told.warnings()
    );
    assert_eq!(told.users(), [user(3)]);

    let mut job = Job::new(SCOPE);
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("report.html");
    job.options.report = Some(page.clone());
    job.online().hunting = super::support::span(&ago(48), &ago(0));
    let told = job.run();
    let (error, message, _) = told.error();
    assert_eq!(error, "Failed");
    assert!(message.contains("Defender for Office 365"), "{message}");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page.contains("Some records could not be read"),
        "the page says so too"
    );
    assert!(page.contains("neither table"), "{page}");
}

#[test]
fn chats_of_colleagues_are_asked_for_on_request() {
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
        let told = job.run();
        told.whole();
        assert_eq!(told.users().contains(&user(4)), include_internal);
    }
}

#[test]
fn what_defender_does_not_keep_any_more_is_told() {
    let mut job = Job::new(SCOPE);
    job.sandbox.set_hunting(both());
    job.online().hunting = super::support::span("2020-01-01", &ago(0));
    let told = job.run();
    assert!(
        told.warnings().contains("keeps 30 days"),
        "{}",
        told.warnings()
    );
}

#[test]
fn a_missing_permission_is_named() {
    let mut job = Job::new("Chat.ReadWrite.All");
    job.sandbox.set_hunting(both());
    job.online().hunting = super::support::span(&ago(48), &ago(0));
    let told = job.run();
    let (error, _, next_step) = told.error();
    assert_eq!(error, "Denied");
    assert!(next_step.contains("ThreatHunting.Read.All"), "{next_step}");
}

#[test]
fn one_table_that_fails_costs_the_other_nothing() {
    let fault = Fault::Status {
        code: 400,
        graph_code: "BadRequest".into(),
        message: "Failed to resolve scalar expression named 'ThreadId'".into(),
        headers: Default::default(),
    };
    let told = hunt_through(both(), [Rule::new(fault).when(When::nth(1))]);
    let (error, message, _) = told.error();
    assert_eq!(error, "Failed");
    assert!(message.contains("ThreadId"), "{message}");
    assert_eq!(told.users(), [user(3)]);
}

#[test]
fn a_query_whose_answer_is_too_much_is_asked_in_halves() {
    let too_much = Fault::Status {
        code: 400,
        graph_code: "BadRequest".into(),
        message: "Query execution has exceeded the allowed result size.".into(),
        headers: Default::default(),
    };
    // A count, the rows.
    for fault in [too_much, Fault::CloseAfter] {
        let told = hunt_through(both(), [Rule::new(fault).when(When::nth(2))]);
        told.whole();
        assert_eq!(told.users(), [user(1), user(2), user(3)]);
        let asked = told.sandbox.requests();
        let asked = asked.iter().filter(|request| {
            let body = String::from_utf8_lossy(&request.body);
            body.contains("MessageEvents") && body.contains("project")
        });
        assert_eq!(asked.count(), 3);
    }
}

#[test]
fn fewer_rows_than_were_counted_are_told() {
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
    let told = hunt(hunting);
    assert_eq!(
        told.users().len(),
        4,
        "three messages, and the event of the other table"
    );
    assert!(
        told.warnings().contains("has 10 rows by its own count"),
        "{}",
        told.warnings()
    );
}

//! Hunting queries over the tables of Defender.

use std::collections::BTreeMap;

use sandbox::{ADMIN_ID, Hunting, Sandbox, TENANT_ID, TokenClaims};
use serde_json::{Value, json};

use super::{get, post, scoped};
use crate::client::{CHAT, Response, USER_ID, assert_refused, request, send, start};

pub const HUNT: &str = "/v1.0/security/runHuntingQuery";
const TIME: &str = "| where Timestamp >= datetime(2026-11-01T00:00:00Z) and Timestamp < datetime(2026-11-02T00:00:00.5Z)";
const COLUMNS: &str = "| project Timestamp";

/// A query for all messages.
pub fn all_messages() -> String {
    format!("MessageEvents\n{TIME}\n{COLUMNS}")
}

fn count_by(unit: &str) -> String {
    format!("MessageEvents\n{TIME}\n| summarize Rows = count() by Slice = bin(Timestamp, {unit})")
}

fn hunting_token(sandbox: &Sandbox) -> String {
    scoped(sandbox, "ThreatHunting.Read.All")
}

fn hunting(table: &str, rows: Vec<Value>) -> Hunting {
    Hunting {
        tables: BTreeMap::from([(table.into(), rows)]),
        ..Hunting::default()
    }
}

pub fn message(hour: usize) -> Value {
    json!({
        "Timestamp": format!("2026-11-01T{hour:02}:30:00.1234567Z"),
        "ThreadId": CHAT,
        "IsExternalThread": 1,
        "RecipientDetails": [{"RecipientObjectId": USER_ID}],
    })
}

fn run_query(sandbox: &Sandbox, query: &str) -> Response {
    post(
        sandbox,
        &hunting_token(sandbox),
        HUNT,
        &json!({"Query": query}),
    )
}

fn results(sandbox: &Sandbox, query: &str) -> Vec<Value> {
    let response = run_query(sandbox, query);
    assert_eq!(response.status, 200, "{query}: {response:?}");
    response.json()["results"].as_array().expect("rows").clone()
}

#[test]
fn a_hunting_query_returns_the_columns_that_it_projects() {
    let sandbox = start();
    let mut rows: Vec<Value> = (0..3).map(message).collect();
    rows[1]["ThreadType"] = "chat".into();
    rows[2]["Timestamp"] = "2026-11-02T00:00:00.5Z".into();
    sandbox.set_hunting(hunting("MessageEvents", rows));
    let query = format!(
        "MessageEvents\n{TIME}\n| project Timestamp, ThreadId, \
         ThreadType = column_ifexists(\"ThreadType\", \"\"), \
         IsOwnedThread = column_ifexists(\"IsOwnedThread\", true), RecipientDetails"
    );
    let response = run_query(&sandbox, &query).json();
    let column = |name: &str, kind: &str| json!({"name": name, "type": kind});
    assert_eq!(
        response["schema"],
        json!([
            column("Timestamp", "DateTime"),
            column("ThreadId", "String"),
            column("ThreadType", "String"),
            column("IsOwnedThread", "SByte"),
            column("RecipientDetails", "Object"),
        ])
    );
    let row = |hour: usize, kind: &str| {
        json!({
            "Timestamp": message(hour)["Timestamp"], "ThreadId": CHAT, "ThreadType": kind,
            "IsOwnedThread": true, "RecipientDetails": message(hour)["RecipientDetails"],
        })
    };
    assert_eq!(
        response["results"],
        json!([row(0, ""), row(1, "chat")]),
        "the end of the time range is excluded"
    );
    let request = sandbox.requests().swap_remove(0);
    assert_eq!(request.target, HUNT);
    assert_eq!(request.body, json!({"Query": query}).to_string().as_bytes());
}

#[test]
fn a_hunting_query_counts_rows_by_hour_minute_and_second() {
    let sandbox = start();
    let hours = [5, 7, 5, 23, 5];
    let rows = hours.into_iter().map(message).collect();
    sandbox.set_hunting(hunting("MessageEvents", rows));
    let bin =
        |time: &str, rows: usize| json!({"Slice": format!("2026-11-01T{time}Z"), "Rows": rows});
    for (unit, bins) in [
        (
            "1h",
            [bin("05:00:00", 3), bin("07:00:00", 1), bin("23:00:00", 1)],
        ),
        (
            "1m",
            [bin("05:30:00", 3), bin("07:30:00", 1), bin("23:30:00", 1)],
        ),
        (
            "1s",
            [bin("05:30:00", 3), bin("07:30:00", 1), bin("23:30:00", 1)],
        ),
    ] {
        assert_eq!(results(&sandbox, &count_by(unit)), bins, "{unit}");
    }
}

#[test]
fn a_hunting_query_keeps_threads_that_no_form_of_false_marks_as_internal() {
    let sandbox = start();
    let mut rows = Vec::new();
    for value in [
        json!(true),
        json!(1),
        json!("1"),
        json!({}),
        json!(null),
        json!(false),
        json!(0),
        json!("0"),
        json!("False"),
    ] {
        let mut row = message(1);
        row["IsExternalThread"] = value;
        rows.push(row);
    }
    let mut without = message(1);
    without.as_object_mut().unwrap().remove("IsExternalThread");
    rows.push(without);
    sandbox.set_hunting(hunting("MessageEvents", rows));
    let external = "| where coalesce(column_ifexists(\"IsExternalThread\", true), true)";
    let query = format!(
        "MessageEvents\n{TIME}\n{external}\n| project IsExternalThread = column_ifexists(\"IsExternalThread\", true)"
    );
    let kept: Vec<Value> = results(&sandbox, &query)
        .iter()
        .map(|row| row["IsExternalThread"].clone())
        .collect();
    assert_eq!(json!(kept), json!([true, 1, "1", {}, null, true]));
}

#[test]
fn a_hunting_query_filters_by_application_and_raw_event() {
    let sandbox = start();
    let event = |name: &str, application: &str, raw: Value| {
        json!({
            "Timestamp": "2026-11-01T05:00:00Z", "ReportId": name, "Application": application,
            "RawEventData": raw,
        })
    };
    let teams = "Microsoft Teams";
    let foreign = |value: Value| json!({"ChatThreadId": CHAT, "ParticipantInfo": {"HasForeignTenantUsers": value}});
    let tenants = json!({
        "ChatThreadId": CHAT,
        "ParticipantInfo": {
            "HasForeignTenantUsers": false, "ParticipatingTenantIds": [TENANT_ID, ADMIN_ID],
        },
    });
    let mut external_actor = event("external actor", teams, foreign(json!("False")));
    external_actor["IsExternalUser"] = json!(1);
    sandbox.set_hunting(hunting(
        "CloudAppEvents",
        vec![
            event("flag", teams, foreign(json!(true))),
            event("text", teams, foreign(json!("1")).to_string().into()),
            event("two tenants", teams, tenants),
            event("internal", teams, foreign(json!(false))),
            event("unknown", teams, json!({"ChatThreadId": CHAT})),
            external_actor,
            event("no chat", teams, json!({"ChatThreadId": ""})),
            event("broken", teams, "{".into()),
            event("other", "Microsoft Exchange", foreign(json!(true))),
        ],
    ));
    let application = "| where Application == \"Microsoft Teams\"";
    let chat = "| where isnotempty(RawEventData.ChatThreadId)";
    let external = "| where tostring(RawEventData.ParticipantInfo.HasForeignTenantUsers) !in~ (\"false\", \"0\") or array_length(RawEventData.ParticipantInfo.ParticipatingTenantIds) > 1 or column_ifexists(\"IsExternalUser\", false) == true";
    let found = |lines: &[&str]| {
        let lines = lines.join("\n");
        let query = format!("CloudAppEvents\n{TIME}\n{lines}\n| project ReportId");
        let rows = results(&sandbox, &query);
        let names = rows.iter().map(|row| row["ReportId"].as_str().unwrap());
        names.collect::<Vec<_>>().join(",")
    };
    assert_eq!(
        found(&[application]),
        "flag,text,two tenants,internal,unknown,external actor,no chat,broken"
    );
    assert_eq!(
        found(&[chat]),
        "flag,text,two tenants,internal,unknown,external actor,other"
    );
    assert_eq!(
        found(&[application, chat, external]),
        "flag,text,two tenants,unknown,external actor"
    );
}

#[test]
fn an_unsupported_hunting_query_is_refused_and_the_line_is_quoted() {
    let sandbox = start();
    sandbox.set_hunting(hunting("MessageEvents", vec![message(1)]));
    for line in [
        "| take 10",
        "| where ThreadId == \"a\"",
        "| where Application == \"Microsoft Exchange\"",
        "| where Timestamp > ago(30d)",
        "| where isnotempty(RawEventData.ChatThreadId) ",
        "where isnotempty(RawEventData.ChatThreadId)",
        "| summarize Rows = count() by Slice = bin(Timestamp, 1d)",
        "| summarize count() by bin(Timestamp, 1h)",
        "| project ",
        "| project A B",
        "| project A = B",
        "| project A, ",
        "| project A = column_ifexists(\"B\", true)",
        "| project A = column_ifexists(\"A\", true",
        "| project A = column_ifexists(\"A\", dynamic(null))",
        "// a comment",
    ] {
        let query = format!("MessageEvents\n{TIME}\n{line}");
        let message = format!("does not support this line of a hunting query: '{line}'");
        assert_refused(&run_query(&sandbox, &query), 400, "BadRequest", &message);
    }
    for (query, message) in [
        (
            format!("CloudAppEvents\n{TIME}\n{COLUMNS}"),
            "Failed to resolve table or column expression named 'CloudAppEvents'",
        ),
        (format!("MessageEvents\n{COLUMNS}"), "not support this line"),
        (
            "MessageEvents\n| where Timestamp >= datetime(2026-11-01) and Timestamp < datetime(2026-11-02)".into(),
            "not support this line",
        ),
        (format!("MessageEvents\n{TIME}"), "'summarize' or a 'project'"),
        (
            format!("MessageEvents\n{TIME}\n{COLUMNS}\n{COLUMNS}"),
            "not support this line",
        ),
        ("MessageEvents | take 1".into(), "'MessageEvents | take 1'"),
    ] {
        assert_refused(&run_query(&sandbox, &query), 400, "BadRequest", message);
    }
}

#[test]
fn an_invalid_hunting_request_is_refused() {
    let sandbox = start();
    sandbox.set_hunting(hunting("MessageEvents", vec![message(1)]));
    let token = hunting_token(&sandbox);
    let query = all_messages();
    for body in [
        json!({"Query": query, "timespan": "P1D"}),
        json!({"Query": query, "Timespan": 1}),
        json!({"Query": ""}),
        json!({"query": query}),
        json!([]),
    ] {
        let response = post(&sandbox, &token, HUNT, &body);
        assert_refused(&response, 400, "BadRequest", "");
    }
    let body = json!({"Query": query, "Timespan": "P1D"}).to_string();
    let good = String::from_utf8(request("POST", HUNT, &token, &body)).unwrap();
    assert_eq!(send(&sandbox, good.as_bytes()).status, 200);
    let utf_8 = good.replace("application/json", "application/json; charset=utf-8");
    assert_eq!(send(&sandbox, utf_8.as_bytes()).status, 200);
    let plain = good.replace("application/json", "text/plain");
    assert_refused(&send(&sandbox, plain.as_bytes()), 400, "BadRequest", "");
    assert_eq!(get(&sandbox, &token, HUNT).status, 405);
}

#[test]
fn hunting_requires_a_permission_of_the_account_or_the_application() {
    let sandbox = start();
    sandbox.set_hunting(hunting("MessageEvents", vec![message(1)]));
    let body = json!({"Query": all_messages()});
    let response = post(&sandbox, &scoped(&sandbox, "User.Read"), HUNT, &body);
    assert_refused(
        &response,
        403,
        "Forbidden",
        "API requires one of 'ThreatHunting.Read.All'",
    );
    for (role, status) in [("ThreatHunting.Read.All", 200), ("Chat.Read.All", 403)] {
        let token = sandbox.token(TokenClaims::app_with([role]));
        assert_eq!(post(&sandbox, &token, HUNT, &body).status, status, "{role}");
    }
}

#[test]
fn a_hunting_result_is_truncated_at_the_row_limit_without_a_warning() {
    let sandbox = start();
    sandbox.set_hunting(Hunting {
        row_limit: 4,
        capital_schema: true,
        ..hunting("MessageEvents", vec![message(1); 10])
    });
    let response = run_query(&sandbox, &all_messages()).json();
    assert_eq!(response["results"].as_array().map(Vec::len), Some(4));
    assert_eq!(
        response["Schema"],
        json!([{"Name": "Timestamp", "Type": "DateTime"}])
    );
    let counted = results(&sandbox, &count_by("1h"));
    assert_eq!(
        counted[0]["Rows"], 10,
        "a count includes the rows beyond the limit"
    );
}

#[test]
fn hunting_returns_429_while_the_quota_is_used_up() {
    let sandbox = start();
    let query = all_messages();
    for (quota_wait, header) in [(None, None), (Some(7), Some("7"))] {
        sandbox.set_hunting(Hunting {
            quota: 2,
            quota_wait,
            ..hunting("MessageEvents", vec![message(1)])
        });
        for _ in 0..2 {
            let response = run_query(&sandbox, &query);
            assert_refused(
                &response,
                429,
                "TooManyRequests",
                "until the next 15-minute cycle",
            );
            assert_eq!(response.header("retry-after"), header);
        }
        assert_eq!(results(&sandbox, &query).len(), 1);
    }
}

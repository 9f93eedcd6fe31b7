//! Hunting: queries over the tables of Defender.

use std::collections::BTreeMap;

use sandbox::{ADMIN_ID, Hunting, Sandbox, TENANT_ID, TokenClaims};
use serde_json::{Value, json};

use super::{assert_refused, get, post, scoped, start};
use crate::client::{CHAT, Reply, USER_ID, ask, request};

pub const HUNT: &str = "/v1.0/security/runHuntingQuery";
pub const TIME: &str = "| where Timestamp >= datetime(2026-11-01T00:00:00Z) and Timestamp < datetime(2026-11-02T00:00:00.5Z)";

fn hunter(sandbox: &Sandbox) -> String {
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

fn hunt(sandbox: &Sandbox, query: &str) -> Reply {
    post(sandbox, &hunter(sandbox), HUNT, &json!({"Query": query}))
}

fn results(sandbox: &Sandbox, query: &str) -> Vec<Value> {
    let reply = hunt(sandbox, query);
    assert_eq!(reply.status, 200, "{query}: {reply:?}");
    reply.json()["results"].as_array().expect("rows").clone()
}

#[test]
fn a_hunting_query_gives_the_columns_it_asks_for() {
    let sandbox = start();
    let mut rows: Vec<Value> = (0..3).map(message).collect();
    rows[1]["ThreadType"] = "chat".into();
    rows[2]["Timestamp"] = "2026-11-02T00:00:00.5Z".into();
    sandbox.set_hunting(hunting("MessageEvents", rows));
    let query = format!(
        "MessageEvents\n{TIME}\n| project Timestamp, ThreadId, Kind = column_ifexists(\"ThreadType\", \"?\"), Subject = column_ifexists(\"Subject\", dynamic(null))"
    );
    let reply = hunt(&sandbox, &query).json();
    let column = |name: &str, kind: &str| json!({"name": name, "type": kind});
    assert_eq!(
        reply["schema"],
        json!([
            column("Timestamp", "DateTime"),
            column("ThreadId", "String"),
            column("Kind", "String"),
            column("Subject", "Object"),
        ])
    );
    let row = |hour: usize, kind: &str| {
        json!({
            "Timestamp": message(hour)["Timestamp"], "ThreadId": CHAT, "Kind": kind,
            "Subject": null,
        })
    };
    assert_eq!(reply["results"], json!([row(0, "?"), row(1, "chat")]));
    assert_eq!(
        results(&sandbox, &format!("MessageEvents\n{TIME}")).len(),
        2
    );
    let request = sandbox.requests().swap_remove(0);
    assert_eq!(request.target, HUNT);
    assert_eq!(request.body, json!({"Query": query}).to_string().as_bytes());
}

#[test]
fn a_hunting_query_counts_by_slices_of_time() {
    let sandbox = start();
    let hours = [5, 7, 5, 23, 5];
    let rows = hours.into_iter().map(message).collect();
    sandbox.set_hunting(hunting("MessageEvents", rows));
    let count = |span: &str| {
        let line = format!("| summarize Rows = count() by Slice = bin(Timestamp, {span})");
        results(&sandbox, &format!("MessageEvents\n{TIME}\n{line}"))
    };
    let slice = |hour: usize, rows: usize| json!({"Slice": format!("2026-11-01T{hour:02}:00:00Z"), "Rows": rows});
    assert_eq!(count("1h"), [slice(5, 3), slice(7, 1), slice(23, 1)]);
    assert_eq!(count("12h"), [slice(0, 4), slice(12, 1)]);
    assert_eq!(count("1d"), [slice(0, 5)]);
    let half = json!({"Slice": "2026-11-01T05:30:00Z", "Rows": 3});
    assert_eq!(count("30m")[0], half);
    assert_eq!(count("1s")[0], half);
}

#[test]
fn a_hunting_query_finds_external_threads_in_any_form_of_true() {
    let sandbox = start();
    let mut rows = Vec::new();
    for value in [
        json!(true),
        json!(1),
        json!("1"),
        json!("true"),
        json!(0),
        json!({}),
    ] {
        let mut row = message(1);
        row["IsExternalThread"] = value;
        rows.push(row);
    }
    let mut without = message(1);
    without.as_object_mut().unwrap().remove("IsExternalThread");
    rows.push(without);
    sandbox.set_hunting(hunting("MessageEvents", rows));
    for (missing, null, found) in [
        (true, true, 6),
        (true, false, 5),
        (false, true, 5),
        (false, false, 4),
    ] {
        let line =
            format!("| where coalesce(column_ifexists(\"IsExternalThread\", {missing}), {null})");
        let rows = results(&sandbox, &format!("MessageEvents\n{TIME}\n{line}"));
        assert_eq!(rows.len(), found);
    }
}

#[test]
fn a_hunting_query_looks_into_the_raw_event() {
    let sandbox = start();
    let event = |name: &str, application: &str, raw: Value| {
        json!({
            "Timestamp": "2026-11-01T05:00:00Z", "ReportId": name, "Application": application,
            "RawEventData": raw,
        })
    };
    let teams = "Microsoft Teams";
    let outsiders = |value: Value| json!({"ChatThreadId": CHAT, "ParticipantInfo": {"HasForeignTenantUsers": value}});
    let tenants = json!({"ChatThreadId": CHAT, "ParticipantInfo": {"ParticipatingTenantIds": [TENANT_ID, ADMIN_ID]}});
    let mut caller = event("caller", teams, outsiders(json!("False")));
    caller["IsExternalUser"] = json!(1);
    sandbox.set_hunting(hunting(
        "CloudAppEvents",
        vec![
            event("flag", teams, outsiders(json!(true))),
            event("text", teams, outsiders(json!("1")).to_string().into()),
            event("tenants", teams, tenants),
            event("inside", teams, outsiders(json!(false))),
            event("not said", teams, json!({"ChatThreadId": CHAT})),
            caller,
            event("no chat", teams, json!({"ChatThreadId": ""})),
            event("other", "Microsoft Exchange", outsiders(json!(true))),
        ],
    ));
    let application = "| where Application == \"Microsoft Teams\"";
    let chat = "| where isnotempty(RawEventData.ChatThreadId)";
    let outside = "| where tostring(RawEventData.ParticipantInfo.HasForeignTenantUsers) !in~ (\"false\", \"0\") or array_length(RawEventData.ParticipantInfo.ParticipatingTenantIds) > 1 or column_ifexists(\"IsExternalUser\", false) == true";
    let found = |lines: &[&str]| {
        let lines = lines.join("\n");
        let query = format!("CloudAppEvents\n{TIME}\n{lines}\n| project ReportId");
        let rows = results(&sandbox, &query);
        let names = rows.iter().map(|row| row["ReportId"].as_str().unwrap());
        names.collect::<Vec<_>>().join(",")
    };
    assert_eq!(
        found(&[application]),
        "flag,text,tenants,inside,not said,caller,no chat"
    );
    assert_eq!(
        found(&[chat]),
        "flag,text,tenants,inside,not said,caller,other"
    );
    assert_eq!(
        found(&[application, chat, outside]),
        "flag,text,tenants,not said,caller"
    );
}

#[test]
fn a_hunting_query_that_is_not_in_order_is_refused() {
    let sandbox = start();
    sandbox.set_hunting(hunting("MessageEvents", vec![message(1)]));
    for (query, message) in [
        (
            format!("CloudAppEvents\n{TIME}"),
            "Failed to resolve table or column expression named 'CloudAppEvents'",
        ),
        ("MessageEvents".into(), "no time range"),
        (
            format!("MessageEvents\n{TIME}\n| project Timestamp, ThreadType"),
            "Failed to resolve scalar expression named 'ThreadType'",
        ),
        (
            format!("MessageEvents\n{TIME}\n| where Application == \"Microsoft Teams\""),
            "Failed to resolve scalar expression named 'Application'",
        ),
        (
            format!("MessageEvents\n{TIME}\n| take 10"),
            "A recognition error occurred in the query.",
        ),
    ] {
        assert_refused(&hunt(&sandbox, &query), 400, "BadRequest", message);
    }
    let token = hunter(&sandbox);
    let query = format!("MessageEvents\n{TIME}");
    for body in [
        json!({"Query": query, "timespan": "P1D"}),
        json!({"Query": query, "Timespan": 1}),
        json!({"Query": ""}),
        json!({"query": query}),
        json!([]),
    ] {
        let reply = post(&sandbox, &token, HUNT, &body);
        assert_refused(&reply, 400, "BadRequest", "");
    }
    let body = json!({"Query": query, "Timespan": "P1D"}).to_string();
    let good = String::from_utf8(request("POST", HUNT, &token, &body)).unwrap();
    assert_eq!(ask(&sandbox, good.as_bytes()).status, 200);
    let utf_8 = good.replace("application/json", "application/json; charset=utf-8");
    assert_eq!(ask(&sandbox, utf_8.as_bytes()).status, 200);
    let plain = good.replace("application/json", "text/plain");
    assert_refused(&ask(&sandbox, plain.as_bytes()), 400, "BadRequest", "");
    assert_eq!(get(&sandbox, &token, HUNT).status, 405);
}

#[test]
fn hunting_takes_its_one_permission_from_accounts_and_applications() {
    let sandbox = start();
    sandbox.set_hunting(hunting("MessageEvents", vec![message(1)]));
    let body = json!({"Query": format!("MessageEvents\n{TIME}")});
    let reply = post(&sandbox, &scoped(&sandbox, "User.Read"), HUNT, &body);
    assert_refused(
        &reply,
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
fn hunting_is_cut_at_its_limit_without_a_word() {
    let sandbox = start();
    sandbox.set_hunting(Hunting {
        row_limit: 4,
        capital_schema: true,
        ..hunting("MessageEvents", (0..10).map(message).collect())
    });
    let query = format!("MessageEvents\n{TIME}\n| project Timestamp");
    let reply = hunt(&sandbox, &query).json();
    assert_eq!(reply["results"].as_array().map(Vec::len), Some(4));
    assert_eq!(
        reply["Schema"],
        json!([{"Name": "Timestamp", "Type": "DateTime"}])
    );
    let count = "| summarize Rows = count() by Slice = bin(Timestamp, 1d)";
    let counted = results(&sandbox, &format!("MessageEvents\n{TIME}\n{count}"));
    assert_eq!(counted[0]["Rows"], 10, "a count counts what would be cut");
}

#[test]
fn hunting_has_a_quota() {
    let sandbox = start();
    let query = format!("MessageEvents\n{TIME}");
    for (quota_wait, header) in [(None, None), (Some(7), Some("7"))] {
        sandbox.set_hunting(Hunting {
            quota: 2,
            quota_wait,
            ..hunting("MessageEvents", vec![message(1)])
        });
        for _ in 0..2 {
            let reply = hunt(&sandbox, &query);
            assert_refused(
                &reply,
                429,
                "TooManyRequests",
                "until the next 15-minute cycle",
            );
            assert_eq!(reply.header("retry-after"), header);
        }
        assert_eq!(results(&sandbox, &query).len(), 1);
    }
}

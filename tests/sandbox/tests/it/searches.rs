//! The searches for chats: the audit log, hunting queries, and the lists of chats.

mod audit;
mod chats;
mod hunting;

use std::collections::BTreeMap;

use sandbox::{ADMIN_ID, Chats, Fault, FaultScript, Limits, Rule, Sandbox, TokenClaims, When};
use serde_json::{Value, json};

use self::audit::{QUERIES, audit_query, auditor, create_query, record};
use self::chats::chat;
use self::hunting::{HUNT, all_messages, message};
use crate::client::{CHAT, Response, USER_ID, admin_token, control, remove, request, send, start};

fn scoped(sandbox: &Sandbox, scope: &str) -> String {
    sandbox.token(TokenClaims {
        scp: Some(scope.into()),
        ..TokenClaims::default()
    })
}

fn get(sandbox: &Sandbox, token: &str, target: &str) -> Response {
    send(sandbox, &request("GET", target, token, ""))
}

fn post(sandbox: &Sandbox, token: &str, target: &str, body: &Value) -> Response {
    send(sandbox, &request("POST", target, token, &body.to_string()))
}

/// Sets search data through a control and returns the status.
fn set(sandbox: &Sandbox, name: &str, data: &Value) -> u16 {
    control(sandbox, "POST", name, &data.to_string()).status
}

/// Follows the links from `target`. Returns all items, and the number of items on each page.
fn read_pages(sandbox: &Sandbox, token: &str, target: &str) -> (Vec<Value>, Vec<usize>) {
    let (mut items, mut pages) = (Vec::new(), Vec::new());
    let mut next = Some(target.to_owned());
    while let Some(target) = next {
        let response = get(sandbox, token, &target);
        assert_eq!(response.status, 200, "{target}");
        let body = response.json();
        let page = body["value"].as_array().expect("items");
        pages.push(page.len());
        items.extend(page.iter().cloned());
        next = body["@odata.nextLink"].as_str().map(|link| {
            let text = String::from_utf8_lossy(&response.body);
            assert!(text.find("@odata.nextLink") < text.find(r#""value""#));
            let target = link.strip_prefix("http://graph").expect("an absolute link");
            target.to_owned()
        });
    }
    (items, pages)
}

#[test]
fn search_data_is_set_over_http_and_reset() {
    let sandbox = start();
    let token = sandbox.token(TokenClaims::app_with([
        "AuditLogsQuery.Read.All",
        "ThreatHunting.Read.All",
        "Chat.Read.All",
    ]));
    let log = json!({"records": [record(1)], "polls": 0});
    assert_eq!(set(&sandbox, "audit_log", &log), 204);
    let tables = json!({"tables": {"MessageEvents": [message(1)]}, "quota": 1});
    assert_eq!(set(&sandbox, "hunting", &tables), 204);
    let chats = json!({"missing": [CHAT], "chats": [chat(1, USER_ID, 0)]});
    assert_eq!(set(&sandbox, "chats", &chats), 204);
    for (name, body) in [
        ("audit_log", json!({"record": []})),
        ("hunting", json!({"tables": []})),
        ("chats", json!({"chat": []})),
    ] {
        assert_eq!(set(&sandbox, name, &body), 400, "{name}");
    }
    assert_eq!(
        remove(&sandbox, CHAT).status,
        404,
        "the missing chats are set too"
    );

    let query = json!({"Query": all_messages()});
    let members = "/v1.0/chats/19:1@thread.v2/members";
    let job = create_query(&sandbox, &token, &audit_query());
    let done = get(&sandbox, &token, &job).json();
    assert_eq!(done["approximateReturnedRecordCount"], 1);
    assert_eq!(post(&sandbox, &token, HUNT, &query).status, 429);
    assert_eq!(post(&sandbox, &token, HUNT, &query).status, 200);
    assert_eq!(get(&sandbox, &token, members).status, 200);

    assert_eq!(set(&sandbox, "reset", &json!({})), 204);
    assert_eq!(get(&sandbox, &token, &job).status, 404);
    assert_eq!(post(&sandbox, &token, HUNT, &query).status, 400);
    assert_eq!(get(&sandbox, &token, members).status, 404);
}

#[test]
fn searches_are_subject_to_faults_but_not_to_the_limits_of_removals() {
    let sandbox = start();
    sandbox.set_limits(&Limits::documented());
    sandbox.set_chats(Chats {
        chats: vec![chat(1, ADMIN_ID, 0)],
    });
    let account = admin_token(&sandbox);
    let own_chats = format!("/v1.0/users/{ADMIN_ID}/chats");
    for _ in 0..20 {
        assert_eq!(get(&sandbox, &account, &own_chats).status, 200);
    }
    assert_eq!(remove(&sandbox, CHAT).status, 204);
    assert_eq!(sandbox.stats().throttled, 0);

    let fault = |status| Fault::Status {
        code: status,
        graph_code: "fault".into(),
        message: String::new(),
        headers: BTreeMap::new(),
    };
    sandbox.script(FaultScript::new([
        Rule::new(fault(500)).when(When::chat("19:1@thread.v2")),
        Rule::new(fault(503)).when(When::first(3)),
    ]));
    let application = sandbox.token(TokenClaims::app_only());
    let members = "/v1.0/chats/19%3A1%40thread.v2/members";
    assert_eq!(get(&sandbox, &application, members).status, 500);
    assert_eq!(get(&sandbox, &account, &own_chats).status, 503);
    let token = auditor(&sandbox);
    let response = post(&sandbox, &token, QUERIES, &audit_query());
    assert_eq!(response.status, 503);
    create_query(&sandbox, &token, &audit_query());
    let faults: Vec<_> = sandbox.requests().iter().map(|one| one.fault).collect();
    assert_eq!(
        faults[faults.len() - 4..],
        [Some("status"), Some("status"), Some("status"), None]
    );
}

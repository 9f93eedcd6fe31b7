//! A search through the C ABI of the release library.

use crate::common::{Guard, Status, drain_handle, native};
use crate::file_search::support::{external_chat, user};
use sandbox::{AuditLog, Chats, DirectoryUser, Sandbox, SandboxOptions, TENANT_ID, TokenClaims};
use serde_json::{Value, json};

fn found(events: &[Value]) -> Vec<&Value> {
    let targets = events.iter().filter(|event| event["event"] == "target");
    targets.map(|target| &target["user_id"]).collect()
}

#[test]
fn fed_records_are_searched() {
    let handle = Guard::open(&json!({"open": "search"}), None);
    let search = *handle;
    assert_eq!(native().feed(search, &external_chat(1)), Status::Ok as i32);
    assert_eq!(
        native().feed(search, "{\"ChatThreadId\":"),
        0,
        "an event reports the bad row"
    );
    assert_eq!(native().describe(search).1["records_fed"], 2);
    assert_eq!(native().next(search, 0).0, Status::NotYet as i32);
    assert_eq!(native().finish(search), 0);
    assert_eq!(native().feed(search, "{}"), Status::RunOver as i32);
    let events = drain_handle(search);
    let names: Vec<&Value> = events.iter().map(|event| &event["event"]).collect();
    assert_eq!(names, ["bad_row", "target", "searched"]);
    assert_eq!(found(&events), [&json!(user(1))]);
    assert_eq!(native().close(search), 0);
    assert_eq!(native().feed(search, "{}"), Status::ClosedHandle as i32);
}

#[test]
fn feeding_any_other_handle_is_refused() {
    let sandbox = Sandbox::start(SandboxOptions::default());
    let account = Guard::account(&sandbox.url(), &sandbox.token(TokenClaims::default()));
    assert_eq!(
        native().feed(*account, "{}"),
        Status::WrongHandleKind as i32
    );
    assert_eq!(native().feed(7, "{}"), Status::InvalidHandle as i32);
}

#[test]
fn one_request_starts_every_online_source() {
    let at_home = external_chat(2).replace(crate::file_search::support::HOME, TENANT_ID);
    let member = |id: &str, tenant: &str| json!({"userId": id, "email": null, "tenantId": tenant});
    let sandbox = Sandbox::start(SandboxOptions {
        audit_log: AuditLog {
            records: vec![serde_json::from_str(&at_home).unwrap()],
            polls: 0,
            ..AuditLog::default()
        },
        chats: Chats {
            chats: vec![json!({
                "id": "19:x@thread.v2", "chatType": "group", "tenantId": TENANT_ID,
                "createdDateTime": "2026-08-30T00:00:00Z",
                "members": [member(&user(3), TENANT_ID), member(&user(4), &user(9))],
            })],
        },
        users: vec![DirectoryUser {
            id: user(5),
            user_principal_name: "ann@contoso.com".into(),
        }],
        ..SandboxOptions::default()
    });
    let claims = TokenClaims {
        scp: Some("AuditLogsQuery.Read.All User.ReadBasic.All".into()),
        ..TokenClaims::default()
    };
    let account = Guard::account(&sandbox.url(), &sandbox.token(claims));
    let token = sandbox.token(TokenClaims::app_with(["Chat.ReadBasic.All"]));
    let request = json!({
        "open": "search", "account": *account, "resolve_users": true,
        "audit_query": {"start": "2026-08-31", "end": "2026-09-01"},
        "hunting": {},
        "chats": {"users": [user(3)], "graph_endpoint": sandbox.url()},
        "retry": {"first_wait_ms": 1},
    });
    let handle = Guard::open(&request, Some(&token));
    let search = *handle;
    let open = at_home
        .replace(&format!("19:{}_", user(2)), "19:")
        .replace("@unq.gbl.spaces", "@thread.v2")
        .replace("user2@contoso.com", "ann@contoso.com");
    native().feed(search, &open);
    native().finish(search);
    let events = drain_handle(search);
    let error = events
        .iter()
        .find(|event| event["event"] == "source_error")
        .unwrap();
    assert_eq!(error["source"], "Hunting");
    assert_eq!(error["error"], "Denied");
    let mut found: Vec<String> = found(&events).iter().map(ToString::to_string).collect();
    found.sort();
    let mut expected = [2, 3, 5].map(|number| json!(user(number)).to_string());
    expected.sort();
    assert_eq!(found, expected);
    let text = json!(events).to_string();
    assert!(!text.contains(&token), "an event contains the token");
}

#[test]
fn an_invalid_search_request_names_the_parameter() {
    for (request, secret, parameter) in [
        (json!({"audit_query": {}}), None, "Account"),
        (json!({"audit_query": {"start": "soon"}}), None, "StartDate"),
        (
            json!({"hunting": {"end": "1999-01-01", "start": "2000-01-01"}}),
            None,
            "StartDate",
        ),
        (
            json!({"chats": {"users": ["a@b.c"]}}),
            None,
            "DiscoveryToken",
        ),
        (
            json!({"chats": {"users": []}}),
            Some("a.b.c"),
            "UserPrincipalName",
        ),
        (json!({"retry": {"first_wait_ms": 0}}), None, "Retry"),
        (json!({"audit": {}}), None, "request"),
    ] {
        let mut request = request;
        request["open"] = json!("search");
        let (status, refusal) = native().open(&request, secret).unwrap_err();
        assert_eq!(status, Status::InvalidArgument as i32, "{request}");
        assert_eq!(refusal["parameter"], parameter, "{request}: {refusal}");
    }
}

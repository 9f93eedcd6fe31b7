//! The sandbox's controls over HTTP.

use sandbox::{Sandbox, TokenClaims};

use crate::client::{CHAT, control, removal, request, send, start};

fn issue(sandbox: &Sandbox, claims: &str) -> String {
    let response = control(sandbox, "POST", "token", claims);
    assert_eq!(response.status, 200);
    response.json()["access_token"].as_str().unwrap().into()
}

#[test]
fn a_token_has_the_requested_claims() {
    let sandbox = start();
    for (claims, status) in [
        ("", 204),
        ("{}", 204),
        (r#"{"scp":null}"#, 403),
        (r#"{"expires_in":0}"#, 401),
    ] {
        let token = issue(&sandbox, claims);
        assert_eq!(
            send(&sandbox, &removal(&token, CHAT)).status,
            status,
            "{claims}"
        );
    }
}

#[test]
fn requests_removals_and_counts_are_reported_and_reset() {
    let sandbox = start();
    let token = issue(&sandbox, "");
    send(&sandbox, &removal(&token, CHAT));
    let requests = control(&sandbox, "GET", "requests", "").json();
    assert_eq!(requests["requests"].as_array().unwrap().len(), 1);
    assert_eq!(requests["requests"][0]["status"], 204);
    assert_eq!(requests["requests"][0]["account"], sandbox::ADMIN_ID);
    let applied = control(&sandbox, "GET", "applied", "").json();
    assert_eq!(applied["applied"][0]["thread"], CHAT);
    let stats = control(&sandbox, "GET", "stats", "").json();
    assert_eq!(stats["by_status"]["204"], 1);
    assert_eq!(stats["requests"], 1, "controls are not counted");

    assert_eq!(control(&sandbox, "POST", "reset", "").status, 204);
    let requests = control(&sandbox, "GET", "requests", "").json();
    assert!(requests["requests"].as_array().unwrap().is_empty());
    assert_eq!(
        send(&sandbox, &removal(&token, CHAT)).status,
        204,
        "the token stays valid"
    );
}

#[test]
fn faults_chats_and_users_are_set_and_reset() {
    let sandbox = start();
    let token = issue(&sandbox, "");
    let remove = || send(&sandbox, &removal(&token, CHAT)).status;
    let script = r#"{"rules":[{"times":1,"fault":{"kind":"throttle","retry_after":"9"}}]}"#;
    assert_eq!(control(&sandbox, "POST", "faults", script).status, 204);
    assert_eq!((remove(), remove()), (429, 204));

    let chats = format!(r#"{{"missing":["{CHAT}"]}}"#);
    assert_eq!(control(&sandbox, "POST", "chats", &chats).status, 204);
    assert_eq!(remove(), 404);

    let users = r#"{"users":[{"id":"1","userPrincipalName":"a@contoso.example"}]}"#;
    assert_eq!(control(&sandbox, "POST", "users", users).status, 204);
    let reader = sandbox.token(TokenClaims::app_with(["User.ReadBasic.All"]));
    let user = || {
        send(
            &sandbox,
            &request("GET", "/v1.0/users/a@contoso.example", &reader, ""),
        )
        .status
    };
    assert_eq!(user(), 200);

    control(&sandbox, "POST", "reset", "");
    assert_eq!((remove(), user()), (204, 404));
}

#[test]
fn controls_are_exempt_from_faults() {
    let sandbox = start();
    let script = r#"{"rules":[{"fault":{"kind":"garbage"}}]}"#;
    assert_eq!(control(&sandbox, "POST", "faults", script).status, 204);
    assert_eq!(control(&sandbox, "GET", "stats", "").status, 200);
}

#[test]
fn an_invalid_control_request_returns_the_reason() {
    let sandbox = start();
    for (method, name, body, status) in [
        ("GET", "nothing", "", 404),
        ("GET", "token", "", 404),
        ("GET", "", "", 404),
        ("POST", "token", "{", 400),
        ("POST", "token", r#"{"scope":"x"}"#, 400),
        (
            "POST",
            "faults",
            r#"{"rules":[{"fault":{"kind":"flood"}}]}"#,
            400,
        ),
    ] {
        let response = control(&sandbox, method, name, body);
        assert_eq!(response.status, status, "{method} {name} {body}");
        assert!(!response.json()["error"].as_str().unwrap().is_empty());
    }
}

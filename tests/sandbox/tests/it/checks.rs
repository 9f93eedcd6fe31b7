//! The checks that a request passes, in order, and the error of each.

use sandbox::{DirectoryUser, Sandbox, SandboxOptions, TokenClaims};
use serde_json::json;

use crate::client::{
    CHAT, Client, USER_ID, admin_token, assert_refused, removal, removal_body, removal_path,
    remove, request, send, start,
};

/// Returns the status, code and message of the refusal that a token of these claims leads to.
fn refusal_of(claims: TokenClaims) -> (u16, String, String) {
    let sandbox = start();
    let token = sandbox.token(claims);
    let response = send(&sandbox, &removal(&token, CHAT));
    assert!(sandbox.applied().is_empty());
    (response.status, response.code(), response.message())
}

#[test]
fn a_valid_removal_returns_204_without_a_body_and_is_applied() {
    let sandbox = start();
    let response = remove(&sandbox, "19%3Ameeting_a%40thread.v2");
    assert_eq!((response.status, response.body.len()), (204, 0));
    assert_eq!(response.header("content-length"), None);
    let applied = sandbox.applied();
    assert_eq!(applied.len(), 1);
    assert_eq!(applied[0].thread, "19:meeting_a@thread.v2");
    assert_eq!((applied[0].user.as_str(), applied[0].count), (USER_ID, 1));
}

#[test]
fn a_repeated_removal_returns_204_and_is_counted() {
    let sandbox = start();
    assert_eq!(remove(&sandbox, CHAT).status, 204);
    assert_eq!(remove(&sandbox, CHAT).status, 204);
    assert_eq!(sandbox.applied()[0].count, 2);
    assert_eq!((sandbox.stats().removed, sandbox.stats().repeated), (1, 1));
}

#[test]
fn every_response_has_the_headers_of_graph() {
    let sandbox = start();
    let good = remove(&sandbox, CHAT);
    let bad = send(&sandbox, &request("GET", "/v1.0/me", "", ""));
    for response in [good, bad] {
        let id = response.header("request-id").expect("a request id");
        assert_eq!(id.len(), 36);
        assert_eq!(response.header("client-request-id"), Some(id));
        assert!(response.header("date").unwrap().ends_with(" GMT"));
        assert!(
            response
                .header("x-ms-ags-diagnostic")
                .unwrap()
                .contains("ServerInfo")
        );
        assert!(response.header("strict-transport-security").is_some());
    }
}

#[test]
fn the_client_request_id_is_returned_in_header_and_body() {
    let sandbox = start();
    let response = send(
        &sandbox,
        b"GET /v1.0/me HTTP/1.1\r\nHost: graph\r\nclient-request-id: mine-1\r\n\r\n",
    );
    assert_eq!(response.header("client-request-id"), Some("mine-1"));
    let inner = &response.json()["error"]["innerError"];
    assert_eq!(inner["client-request-id"], "mine-1");
    assert_eq!(inner["request-id"], response.header("request-id").unwrap());
    assert_eq!(
        inner["date"].as_str().unwrap().len(),
        "2020-08-18T12:51:51".len()
    );
}

#[test]
fn a_request_without_a_token_returns_401_with_a_challenge() {
    let sandbox = start();
    for head in [
        "",
        "Authorization: \r\n",
        "Authorization: Basic eDp5\r\n",
        "Authorization: Bearer\r\n",
    ] {
        let path = removal_path(CHAT);
        let response = send(
            &sandbox,
            format!("POST {path} HTTP/1.1\r\nHost: graph\r\n{head}\r\n").as_bytes(),
        );
        assert_eq!(response.status, 401, "{head}");
        assert_eq!(response.code(), "InvalidAuthenticationToken");
        assert_eq!(response.message(), "Access token is empty.");
        let challenge = response.header("www-authenticate").expect("a challenge");
        assert!(
            challenge.starts_with(r#"Bearer realm="", authorization_uri="#),
            "{challenge}"
        );
    }
}

#[test]
fn a_token_of_another_issuer_returns_401() {
    let sandbox = start();
    let elsewhere = start().token(TokenClaims::default());
    for token in [elsewhere.as_str(), "opaque", "a.b.c"] {
        let response = send(&sandbox, &removal(token, CHAT));
        assert_refused(&response, 401, "InvalidAuthenticationToken", "");
    }
}

#[test]
fn an_expired_token_returns_401() {
    let (status, code, message) = refusal_of(TokenClaims::expired());
    assert_eq!((status, code.as_str()), (401, "InvalidAuthenticationToken"));
    assert_eq!(message, "Lifetime validation failed, the token is expired.");
}

#[test]
fn a_token_for_another_audience_returns_401_and_both_names_of_graph_are_accepted() {
    let for_audience = |aud: &str| TokenClaims {
        aud: aud.into(),
        ..TokenClaims::default()
    };
    let (status, _, message) = refusal_of(for_audience("https://management.azure.com"));
    assert_eq!(status, 401);
    assert_eq!(
        message,
        "Access token validation failure. Invalid audience."
    );

    let sandbox = start();
    let token = sandbox.token(for_audience("00000003-0000-0000-c000-000000000000"));
    assert_eq!(send(&sandbox, &removal(&token, CHAT)).status, 204);
}

#[test]
fn a_token_without_the_scope_returns_403_and_the_message_lists_its_scopes() {
    let scp = Some("User.Read Chat.Read".to_owned());
    let (status, code, message) = refusal_of(TokenClaims {
        scp,
        ..TokenClaims::default()
    });
    assert_eq!((status, code.as_str()), (403, "Forbidden"));
    assert_eq!(
        message,
        "Missing scope permissions on the request. API requires one of 'Chat.ReadWrite.All'. \
         Scopes on the request 'User.Read, Chat.Read'"
    );
    let none = TokenClaims {
        scp: None,
        ..TokenClaims::default()
    };
    assert_eq!(refusal_of(none).0, 403);
}

#[test]
fn an_app_only_token_returns_412() {
    let (status, code, message) = refusal_of(TokenClaims::app_only());
    assert_eq!((status, code.as_str()), (412, "PreconditionFailed"));
    assert!(message.contains("application-only"), "{message}");
}

#[test]
fn a_user_of_another_tenant_returns_403() {
    let (status, code, _) = refusal_of(TokenClaims {
        tid: "0b6f5c1e-9d3a-4b7e-8f21-6a5d4c3b2a19".into(),
        ..TokenClaims::default()
    });
    assert_eq!((status, code.as_str()), (403, "Forbidden"));
}

#[test]
fn a_body_without_a_json_content_type_returns_400() {
    let sandbox = start();
    let token = admin_token(&sandbox);
    let request = String::from_utf8(removal(&token, CHAT)).unwrap();
    for other in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
    ] {
        let response = send(
            &sandbox,
            request.replace("application/json", other).as_bytes(),
        );
        assert_eq!(
            (response.status, response.code().as_str()),
            (400, "BadRequest"),
            "{other}"
        );
    }
    let response = send(
        &sandbox,
        request
            .replace("Content-Type: application/json\r\n", "")
            .as_bytes(),
    );
    assert_refused(&response, 400, "BadRequest", "");
    let with_charset = request.replace("application/json", "application/json; charset=utf-8");
    assert_eq!(send(&sandbox, with_charset.as_bytes()).status, 204);
}

#[test]
fn a_malformed_chat_id_or_body_returns_400() {
    let sandbox = start();
    let token = admin_token(&sandbox);
    let response = send(&sandbox, &removal(&token, "19:abc@thread.tacv2"));
    assert_refused(&response, 400, "BadRequest", "");
    let response = send(
        &sandbox,
        &request("POST", &removal_path(CHAT), &token, r#"{"user":{}}"#),
    );
    assert_refused(&response, 400, "BadRequest", "");
    assert!(sandbox.applied().is_empty());
}

#[test]
fn a_missing_chat_returns_404_and_a_forbidden_one_403() {
    let sandbox = Sandbox::start(SandboxOptions {
        missing_chats: vec!["19:Missing@thread.v2".into()],
        ..SandboxOptions::default()
    });
    sandbox.set_forbidden_chats(&["19:forbidden@thread.v2".into()]);
    let missing = remove(&sandbox, "19:missing@thread.v2");
    assert_refused(&missing, 404, "NotFound", "");
    let forbidden = remove(&sandbox, "19:forbidden@thread.v2");
    assert_eq!(
        (forbidden.status, forbidden.message().as_str()),
        (403, "Forbidden")
    );
    assert_eq!(remove(&sandbox, CHAT).status, 204);
}

#[test]
fn a_user_is_found_by_name_or_id() {
    let sandbox = Sandbox::start(SandboxOptions {
        users: vec![DirectoryUser {
            id: USER_ID.into(),
            user_principal_name: "Bob@contoso.example".into(),
        }],
        ..SandboxOptions::default()
    });
    let token = sandbox.token(TokenClaims {
        scp: Some("User.ReadBasic.All".into()),
        ..TokenClaims::default()
    });
    let get = |key: &str| {
        let target = format!("/v1.0/users/{key}?$select=id,userPrincipalName");
        send(&sandbox, &request("GET", &target, &token, ""))
    };
    for key in ["bob@contoso.example", "BOB%40contoso.example", USER_ID] {
        let response = get(key);
        assert_eq!(response.status, 200, "{key}");
        assert_eq!(response.json()["id"], json!(USER_ID));
        assert_eq!(
            response.json()["userPrincipalName"],
            json!("Bob@contoso.example")
        );
    }
    let response = get("alice@contoso.example");
    assert_refused(&response, 404, "Request_ResourceNotFound", "");
}

#[test]
fn reading_a_user_needs_a_role_or_a_scope() {
    let sandbox = start();
    sandbox.set_users(vec![DirectoryUser {
        id: USER_ID.into(),
        user_principal_name: "bob@contoso.example".into(),
    }]);
    let target = format!("/v1.0/users/{USER_ID}");
    for (role, status) in [
        ("User.ReadBasic.All", 200),
        ("User.Read.All", 200),
        ("Chat.ReadBasic.All", 403),
    ] {
        let delegated = TokenClaims {
            scp: Some(role.into()),
            ..TokenClaims::default()
        };
        for claims in [TokenClaims::app_with([role]), delegated] {
            let token = sandbox.token(claims);
            let response = send(&sandbox, &request("GET", &target, &token, ""));
            assert_eq!(response.status, status, "{role}");
        }
    }
}

#[test]
fn an_unsupported_path_returns_400_and_an_unsupported_method_405() {
    let sandbox = start();
    let token = admin_token(&sandbox);
    let response = send(&sandbox, &request("GET", "/v1.0/me", &token, ""));
    assert_refused(&response, 400, "BadRequest", "");
    assert!(response.message().contains("'me'"));
    let response = send(&sandbox, &request("GET", &removal_path(CHAT), &token, ""));
    assert_eq!(response.status, 405);
}

#[test]
fn malformed_requests_do_not_stop_the_sandbox() {
    let sandbox = start();
    let token = admin_token(&sandbox);
    let long = "a".repeat(100_000);
    let malformed: Vec<Vec<u8>> = vec![
        b"\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"POST /v1.0/chats HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n".to_vec(),
        b"POST /v1.0/chats HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
            .to_vec(),
        b"POST /sandbox/faults HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n\xff\xff\xff"
            .to_vec(),
        b"CONNECT graph:443 HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
        b"GET http://graph/v1.0/me HTTP/1.1\r\nHost: a\r\nAuthorization: \xff\xfe\r\n\r\n".to_vec(),
        request(
            "POST",
            &removal_path(&"%00".repeat(1_000)),
            &token,
            &removal_body(),
        ),
        request("POST", &removal_path(CHAT), &token, &"[".repeat(100_000)),
        request("GET", &format!("/{long}"), &long, ""),
        request("GET", &format!("/v1.0/users/{long}"), &token, ""),
        request("BREW", "/v1.0/chats", &token, ""),
    ];
    for bytes in malformed {
        let mut client = Client::connect(&sandbox.url());
        client.write(&bytes);
        client.finish();
        let _ = client.read_to_end();
    }
    assert_eq!(remove(&sandbox, CHAT).status, 204);
}

#[test]
fn a_body_larger_than_4_mib_returns_413() {
    let sandbox = start();
    let token = admin_token(&sandbox);
    let body = " ".repeat((4 << 20) + 2);
    let mut client = Client::connect(&sandbox.url());
    let mut request = request("POST", &removal_path(CHAT), &token, &body);
    // The sandbox never reads the last byte. Sending it would turn the close into a reset.
    request.pop();
    client.write(&request);
    assert_eq!(client.read().expect("a response").status, 413);
}

#[test]
fn reading_the_verified_domains_needs_a_permission_of_its_own() {
    let sandbox = Sandbox::start(SandboxOptions {
        verified_domains: vec!["contoso.example".into()],
        ..SandboxOptions::default()
    });
    for (role, status) in [
        ("User.Read", 200),
        ("Organization.Read.All", 200),
        ("User.ReadBasic.All", 403),
    ] {
        let token = sandbox.token(TokenClaims {
            scp: Some(role.into()),
            ..TokenClaims::default()
        });
        let target = "/v1.0/organization?$select=verifiedDomains";
        let response = send(&sandbox, &request("GET", target, &token, ""));
        assert_eq!(response.status, status, "{role}");
        assert_eq!(
            String::from_utf8_lossy(&response.body).contains("contoso.example"),
            status == 200,
            "{role}"
        );
    }
}

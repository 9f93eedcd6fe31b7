//! The request of a removal, its outcome, and the removals that are refused before anything is
//! sent.

use crate::common::{CHAT, FOREVER, Job, REMOVAL, Status, TENANT, USER, fast, native};
use sandbox::{Fault, FaultScript, Rule, SandboxOptions, TokenClaims};
use serde_json::json;

use super::{impatient, status};

#[test]
fn a_confirmed_outcome_contains_the_ids_status_and_times() {
    let job = Job::new();
    let (status, outcome) = native().remove(job.run, REMOVAL, FOREVER);
    assert_eq!(status, Status::Ok as i32, "{outcome}");
    let request = &job.sandbox.requests()[0];
    assert_eq!(outcome["event"], "outcome");
    assert_eq!(outcome["item"], 1);
    assert_eq!(outcome["status"], "Removed");
    assert_eq!(outcome["tenant_id"], TENANT);
    assert_eq!(outcome["user_id"], USER);
    assert_eq!(outcome["thread_id"], CHAT);
    assert_eq!(outcome["http_status"], 204);
    assert_eq!(outcome["attempts"], 1);
    assert_eq!(
        outcome["client_request_id"],
        request.header("client-request-id").unwrap()
    );
    assert!(outcome["request_id"].as_str().unwrap().len() == 36);
    assert!(outcome["completed"].as_str().unwrap().ends_with('Z'));
    assert_eq!(outcome["account"], "admin@contoso.example");
    // Omitted, because nothing came back.
    assert!(outcome.get("times_returned").is_none(), "{outcome}");
    assert!(outcome.get("previously_removed").is_none(), "{outcome}");
    let applied = job.sandbox.applied();
    assert_eq!((applied.len(), applied[0].user.as_str()), (1, USER));
}

#[test]
fn the_request_matches_the_documentation_byte_for_byte() {
    let job = Job::new();
    let (_, outcome) = native().remove(job.run, REMOVAL, FOREVER);
    let request = &job.sandbox.requests()[0];
    let body = format!(
        r#"{{"user":{{"@odata.type":"microsoft.graph.teamworkUserIdentity","id":"{USER}","tenantId":"{TENANT}"}}}}"#
    );
    let expected = format!(
        "POST /v1.0/chats/19%3Ab8577894a63548969c5c92bb9c80c5e1%40thread.v2/removeAllAccessForUser HTTP/1.1\r\n\
         content-type: application/json\r\n\
         accept: application/json\r\n\
         client-request-id: {}\r\n\
         authorization: Bearer {}\r\n\
         content-length: {}\r\n\
         user-agent: ChatAccess/{}\r\n\
         host: {}\r\n\r\n",
        outcome["client_request_id"].as_str().unwrap(),
        job.token,
        body.len(),
        env!("CARGO_PKG_VERSION"),
        job.sandbox.url().strip_prefix("http://").unwrap(),
    );
    assert_eq!(String::from_utf8_lossy(&request.head), expected);
    assert_eq!(String::from_utf8_lossy(&request.body), body);
}

#[test]
fn the_beta_endpoint_is_used_on_request() {
    let mut options = fast();
    options["api_version"] = json!("beta");
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), options);
    let (status, _) = native().remove(job.run, REMOVAL, FOREVER);
    assert_eq!(status, 0);
    assert!(
        job.sandbox.requests()[0]
            .target
            .starts_with("/beta/chats/19%3A")
    );
}

#[test]
fn token_claims_that_rule_out_a_removal_save_the_request() {
    let other_tenant = TokenClaims {
        tid: "11111111-2222-4333-8444-555555555555".into(),
        ..Default::default()
    };
    let no_scope = TokenClaims {
        scp: Some("User.Read".into()),
        ..Default::default()
    };
    let for_azure = TokenClaims {
        aud: "https://management.azure.com".into(),
        ..Default::default()
    };
    for (claims, expected, part) in [
        (
            TokenClaims::app_only(),
            Status::Denied,
            "delegated tokens only",
        ),
        (TokenClaims::expired(), Status::Unauthorized, "expired"),
        (other_tenant, Status::Denied, "belongs to tenant 11111111"),
        (no_scope, Status::Denied, "Chat.ReadWrite.All"),
        (for_azure, Status::Unauthorized, "management.azure.com"),
    ] {
        let job = Job::with(SandboxOptions::default(), claims, fast());
        let (status, outcome) = native().remove(job.run, REMOVAL, FOREVER);
        assert_eq!(status, expected as i32, "{outcome}");
        assert!(
            outcome["message"].as_str().unwrap().contains(part),
            "{outcome}"
        );
        assert_eq!(outcome["attempts"], 0);
        assert!(outcome.get("account").is_none(), "{outcome}");
        assert!(job.sandbox.requests().is_empty());
    }
}

#[test]
fn the_account_of_a_request_is_named_as_far_as_its_token_does() {
    let claims = TokenClaims {
        upn: String::new(),
        ..Default::default()
    };
    let job = Job::with(SandboxOptions::default(), claims.clone(), fast());
    let (_, outcome) = native().remove(job.run, REMOVAL, FOREVER);
    assert_eq!(outcome["account"], json!(claims.oid));
}

#[test]
fn a_repeated_removal_is_sent_once() {
    let job = Job::new();
    for _ in 0..3 {
        job.queue(REMOVAL);
    }
    native().finish(job.run);
    let statuses: Vec<_> = job.events().iter().map(|e| e["status"].clone()).collect();
    assert_eq!(statuses, ["Removed", "AlreadyRemoved", "AlreadyRemoved"]);
    assert_eq!(job.sandbox.requests().len(), 1);
}

#[test]
fn invalid_ids_are_refused_and_nothing_is_sent() {
    let job = Job::new();
    for (removal, parameter) in [
        (("contoso.com", USER, CHAT), "TenantId"),
        ((TENANT, "Ann <ann@contoso.example>", CHAT), "UserId"),
        ((TENANT, "ann", CHAT), "UserId"),
        ((TENANT, USER, "19:abc@thread.tacv2"), "ThreadId"),
        ((TENANT, USER, ""), "ThreadId"),
        ((TENANT, USER, "19:a/../../users@thread.v2"), "ThreadId"),
    ] {
        let (status, outcome) = native().remove(job.run, removal, FOREVER);
        assert_eq!(status, Status::InvalidArgument as i32, "{outcome}");
        assert_eq!(outcome["status"], "Invalid");
        assert_eq!(outcome["parameter"], parameter);
        assert!(
            outcome["message"].as_str().unwrap().starts_with(parameter),
            "{outcome}"
        );
    }
    assert!(job.sandbox.requests().is_empty());
}

#[test]
fn a_chat_id_of_an_unknown_form_is_sent_with_one_warning() {
    let job = Job::new();
    for chat in ["19:a@new.form", "19:b@new.form", CHAT] {
        job.queue((TENANT, USER, chat));
    }
    native().finish(job.run);
    let events = job.events();
    let warnings: Vec<_> = events.iter().filter(|e| e["event"] == "warning").collect();
    assert_eq!(warnings.len(), 1, "{events:?}");
    let message = warnings[0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("ThreadId '19:a@new.form' has a form"),
        "{message}"
    );
    // The sandbox decides, like Graph.
    assert_eq!(job.sandbox.requests().len(), 3);
    let of = |chat: &str| events.iter().find(|e| e["thread_id"] == chat).unwrap();
    assert_eq!(of(CHAT)["status"], "Removed");
    assert_ne!(of("19:a@new.form")["status"], "Invalid");
}

#[test]
fn no_event_contains_the_token() {
    let mut all = String::new();
    let mut tokens = Vec::new();
    let echo = |token: &str| status(400, token, &format!("You sent Bearer {token}."));
    for fault in [
        None,
        Some(status(500, "x", "x")),
        Some(Fault::ExpiredToken),
        Some(Fault::Garbage),
        Some(Fault::ResetAfter),
    ] {
        let job = Job::with(
            SandboxOptions::default(),
            TokenClaims::default(),
            impatient(),
        );
        let rule = fault.unwrap_or_else(|| echo(&job.token));
        job.sandbox.script(FaultScript::new([Rule::new(rule)]));
        job.queue(REMOVAL);
        native().finish(job.run);
        all += &format!("{:?}", job.events());
        all += &native().describe(job.account).1.to_string();
        all += &native().describe(job.run).1.to_string();
        tokens.push(job.token.clone());
    }
    for wrong in ["not a token", "Bearer", "tok\u{e9}n", "two\r\nlines"] {
        let request = json!({"open": "account"});
        let refusal = native().open(&request, Some(wrong)).unwrap_err();
        assert_eq!(refusal.0, Status::InvalidArgument as i32);
        assert!(
            !refusal.1["message"].as_str().unwrap().contains(wrong),
            "{refusal:?}"
        );
    }
    for token in tokens {
        for part in token.split('.') {
            assert!(!all.contains(part), "an event contains part of the token");
        }
    }
}

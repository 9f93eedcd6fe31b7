//! Registration of the application to sign in with, at a loopback Graph and Entra.

use std::sync::Arc;

use chat_access::cloud::Cloud;
use chat_access::identity::Account;
use chat_access::registration::{Consent, Registration, RegistrationOptions};
use chat_access::token::AccessToken;
use sandbox::{Fault, FaultScript, Rule, Sandbox, SandboxOptions, TokenClaims, When};
use serde_json::{Value, json};

use crate::common::drain;

const NAME: &str = "RemoveAllAccessForUser'App";
const BOTH: &str = "Application.ReadWrite.All DelegatedPermissionGrant.ReadWrite.All";

fn sandbox() -> Sandbox {
    Sandbox::start(SandboxOptions {
        application_delay: 2,
        ..SandboxOptions::default()
    })
}

fn account(sandbox: &Sandbox, scopes: &str) -> Arc<Account> {
    let token = sandbox.token(TokenClaims {
        scp: Some(scopes.into()),
        ..TokenClaims::default()
    });
    let cloud = Cloud::new(None, Some(&sandbox.url()), Some(&sandbox.url())).unwrap();
    let token = AccessToken::new(token.as_bytes()).unwrap();
    Arc::new(Account::with_token(cloud, token).unwrap())
}

/// Runs a registration and returns its last event.
fn register(account: &Arc<Account>, consent: Consent, change: bool) -> Value {
    let options = RegistrationOptions::new(NAME, consent, change).unwrap();
    let registration = Registration::start(Arc::clone(account), options).unwrap();
    drain(registration.events()).pop().expect("an event")
}

#[test]
fn an_application_is_created_enabled_and_granted_consent_once() {
    let sandbox = sandbox();
    let account = account(&sandbox, BOTH);
    let first = register(&account, Consent::Tenant, true);
    assert_eq!(first["event"], "registered", "{first}");
    assert_eq!(first["changes"], json!(["create", "enable", "consent"]));
    let again = register(&account, Consent::Tenant, true);
    assert_eq!(again["changes"], json!([]));
    assert_eq!(again["app_id"], first["app_id"]);
    let user = register(&account, Consent::User, true);
    assert_eq!(user["changes"], json!(["consent"]));
    assert_eq!(
        register(&account, Consent::User, true)["changes"],
        json!([])
    );
}

#[test]
fn a_registration_without_changes_only_reads() {
    let sandbox = sandbox();
    let account = account(&sandbox, BOTH);
    let result = register(&account, Consent::Tenant, false);
    assert_eq!(result["app_id"], Value::Null);
    assert_eq!(result["changes"], json!(["create", "consent"]));
    let methods: Vec<String> = sandbox.requests().into_iter().map(|r| r.method).collect();
    assert_eq!(methods, ["GET"]);
}

#[test]
fn a_missing_permission_is_reported_with_the_scopes_to_request() {
    let sandbox = sandbox();
    let account = account(&sandbox, "Chat.ReadWrite.All");
    let failed = register(&account, Consent::None, true);
    assert_eq!(failed["error"], "Denied");
    let message = failed["next_step"].as_str().unwrap();
    assert!(message.contains("Application.ReadWrite.All"), "{message}");
    assert!(failed["request_id"].is_string());
}

#[test]
fn a_throttled_request_is_retried() {
    let sandbox = sandbox();
    sandbox.script(FaultScript::new([Rule::new(Fault::Throttle {
        retry_after: Some("0".into()),
    })
    .when(When::first(2))]));
    let done = register(&account(&sandbox, BOTH), Consent::None, true);
    assert_eq!(done["event"], "registered", "{done}");
}

#[test]
fn a_lost_response_does_not_create_a_second_application() {
    let sandbox = sandbox();
    // The second request creates the application.
    sandbox.script(FaultScript::new([Rule::new(Fault::ResetAfter)
        .when(When::nth(2))
        .processed()]));
    let account = account(&sandbox, BOTH);
    let done = register(&account, Consent::None, true);
    assert_eq!(done["event"], "registered", "{done}");
    sandbox.script(FaultScript::default());
    let again = register(&account, Consent::None, true);
    assert_eq!(again["app_id"], done["app_id"]);
}

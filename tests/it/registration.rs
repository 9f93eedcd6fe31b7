//! Finding or creating the application to sign in with, against a loopback Graph and Entra.

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

/// The last event of a registration.
fn register(account: &Arc<Account>, consent: Consent, change: bool) -> Value {
    let options = RegistrationOptions::new(NAME, consent, change).unwrap();
    let registration = Registration::start(Arc::clone(account), options).unwrap();
    drain(registration.events()).pop().expect("an event")
}

#[test]
fn an_application_is_created_enabled_and_consented_to_once() {
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
fn looking_changes_nothing() {
    let sandbox = sandbox();
    let account = account(&sandbox, BOTH);
    let looked = register(&account, Consent::Tenant, false);
    assert_eq!(looked["app_id"], Value::Null);
    assert_eq!(looked["changes"], json!(["create", "consent"]));
    let methods: Vec<String> = sandbox.requests().into_iter().map(|r| r.method).collect();
    assert_eq!(methods, ["GET"]);
}

#[test]
fn without_the_permission_it_says_which_one_and_which_role() {
    let sandbox = sandbox();
    let account = account(&sandbox, "Chat.ReadWrite.All");
    let failed = register(&account, Consent::None, true);
    assert_eq!(failed["error"], "Denied");
    let told = failed["next_step"].as_str().unwrap();
    assert!(told.contains("Application.ReadWrite.All"), "{told}");
    assert!(failed["request_id"].is_string());
}

#[test]
fn graph_that_is_busy_is_asked_again() {
    let sandbox = sandbox();
    sandbox.script(FaultScript::new([Rule::new(Fault::Throttle {
        retry_after: Some("0".into()),
    })
    .when(When::first(2))]));
    let done = register(&account(&sandbox, BOTH), Consent::None, true);
    assert_eq!(done["event"], "registered", "{done}");
}

#[test]
fn an_answer_that_was_lost_makes_no_second_application() {
    let sandbox = sandbox();
    // The second request is the one that creates.
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

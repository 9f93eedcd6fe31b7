//! The chats of users, listed by an application.

use chat_access::identity::Account;
use chat_access::search::{ChatList, RunningSearch, StartError};
use sandbox::{
    Chats, DirectoryUser, Fault, FaultScript, Rule, Sandbox, SandboxOptions, TENANT_ID,
    TokenClaims, When,
};
use serde_json::{Value, json};

use super::support::{Job, cloud, token};
use crate::file_search::support::{AWAY, EVE, user};

const ROLES: [&str; 3] = [
    "Chat.ReadBasic.All",
    "ChatMember.Read.All",
    "User.ReadBasic.All",
];

fn member(id: &str, email: Option<&str>, tenant: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.aadUserConversationMember", "id": id, "roles": ["owner"],
        "displayName": "x", "userId": id, "email": email, "tenantId": tenant,
    })
}

fn ours(number: u32) -> Value {
    let email = format!("user{number}@contoso.com");
    member(&user(number), Some(&email), TENANT_ID)
}

/// An external user, whose address Graph does not return.
fn eve() -> Value {
    member(EVE, None, AWAY)
}

fn chat(id: &str, kind: &str, tenant: &str, members: Vec<Value>) -> Value {
    json!({
        "id": id, "topic": null, "chatType": kind, "tenantId": tenant, "members": members,
        // Graph updates the second time only when the member list or the topic changes.
        "createdDateTime": "2026-08-01T10:00:00Z", "lastUpdatedDateTime": "2026-08-01T10:00:00Z",
    })
}

fn group(number: u32, tenant: &str, members: Vec<Value>) -> Value {
    chat(
        &format!("19:{number:032x}@thread.v2"),
        "group",
        tenant,
        members,
    )
}

fn one_to_one(number: u32) -> Value {
    let id = format!("19:{}_{EVE}@unq.gbl.spaces", user(number));
    chat(&id, "oneOnOne", AWAY, vec![ours(number), eve()])
}

fn job(chats: Vec<Value>, roles: &[&str], users: &[&str]) -> Job {
    let mut job = Job::new("Chat.ReadWrite.All");
    job.sandbox.set_chats(Chats { chats });
    let known = (1..=3).map(|number| DirectoryUser {
        id: user(number),
        user_principal_name: format!("upn{number}@contoso.com"),
    });
    job.sandbox.set_users(known.collect());
    job.list(roles, users);
    job
}

#[test]
fn chats_of_named_users_with_external_users_are_found() {
    let mut chats: Vec<Value> = (10..70)
        .map(|number| group(number, TENANT_ID, vec![ours(1), eve()]))
        .collect();
    chats.push(one_to_one(2));
    chats.push(group(90, TENANT_ID, vec![ours(1), ours(2)]));
    chats.push(one_to_one(3));
    let mut job = job(chats, &ROLES, &["upn1@contoso.com", &user(2)]);
    job.query().user_principal_name = vec!["upn1@contoso.com".into(), user(2)];
    let outcome = job.run();
    outcome.assert_complete();
    let targets = outcome.named("target");
    assert_eq!(
        targets.len(),
        61,
        "neither the internal chat nor the chat of a third user"
    );
    let named: Vec<_> = targets
        .iter()
        .filter(|target| target["user_id"] == user(1))
        .collect();
    assert_eq!(named.len(), 60, "on two pages");
    assert_eq!(named[0]["user_principal_name"], "upn1@contoso.com");
    let alone = targets
        .iter()
        .find(|target| target["user_id"] == user(2))
        .unwrap();
    assert_eq!(alone["chat_type"], "OneOnOne");
    assert_eq!(alone["tenant_id"], TENANT_ID);
    assert_eq!(alone["found_by"], "ChatMember");
    assert_eq!(alone["sources"], json!(["Chats"]));
    assert_eq!(alone["external_tenants"], json!([AWAY]));
    assert_eq!(alone["first_seen"], "2026-08-01T10:00:00Z");
    assert_eq!(
        alone["last_seen"],
        Value::Null,
        "a list does not contain it"
    );
}

#[test]
fn members_beyond_the_expanded_ones_are_requested() {
    let mut members: Vec<Value> = (1..=60).map(ours).collect();
    members.push(eve());
    let there = group(1, TENANT_ID, members.clone());
    let elsewhere = group(2, AWAY, members.clone());
    let outcome = job(vec![there, elsewhere], &ROLES, &[&user(1)]).run();
    assert!(
        outcome.named("source_error").is_empty(),
        "{:?}",
        outcome.events
    );
    let of = |number: u32| {
        let thread = format!("19:{number:032x}@thread.v2");
        let targets = outcome.named("target").into_iter();
        targets
            .filter(|target| target["thread_id"] == *thread)
            .count()
    };
    assert_eq!(of(1), 60);
    assert_eq!(of(2), 25, "Graph does not return the whole list");
    let warnings = outcome.warnings();
    assert!(
        warnings.contains("Some members of 1 chats are missing"),
        "{warnings}"
    );
    assert!(
        warnings.contains("0 of these chats have no known external user"),
        "{warnings}"
    );
    assert!(warnings.contains("ChatMember.Read.All"), "{warnings}");

    // The external user is not among the expanded members, and the member list is denied.
    let outcome = job(
        vec![group(1, TENANT_ID, members), one_to_one(1)],
        &["Chat.ReadBasic.All"],
        &[&user(1)],
    )
    .run();
    assert_eq!(outcome.users(), [user(1)], "from the other chat");
    let warnings = outcome.warnings();
    assert!(
        warnings.contains("1 of these chats have no known external user"),
        "{warnings}"
    );
}

#[test]
fn a_member_without_a_tenant_is_an_external_user() {
    let anonymous = json!({
        "@odata.type": "#microsoft.graph.anonymousGuestConversationMember",
        "id": "x", "userId": EVE, "email": null, "tenantId": null, "displayName": "Help desk",
    });
    let outcome = job(
        vec![group(1, TENANT_ID, vec![ours(1), anonymous])],
        &ROLES,
        &[&user(1)],
    )
    .run();
    outcome.assert_complete();
    assert_eq!(outcome.users(), [user(1)]);
}

#[test]
fn a_chat_that_began_in_another_tenant_is_external_without_external_members() {
    let outcome = job(vec![group(1, AWAY, vec![ours(1)])], &ROLES, &[&user(1)]).run();
    assert_eq!(outcome.users(), [user(1)]);
}

#[test]
fn the_member_list_supplies_the_id_if_the_directory_is_denied() {
    let mut by_address = ours(1);
    by_address["email"] = json!("upn1@contoso.com");
    let outcome = job(
        vec![group(1, AWAY, vec![by_address, eve()])],
        &["Chat.ReadBasic.All"],
        &["upn1@contoso.com"],
    )
    .run();
    outcome.assert_complete();
    assert_eq!(outcome.users(), [user(1)]);
}

#[test]
fn a_period_includes_chats_that_began_before_its_end() {
    for (after, before, count) in [
        ("2026-08-15", "2026-08-20", 1),
        ("2026-09-01", "2026-10-01", 1),
        ("2026-07-01", "2026-08-01", 0),
    ] {
        let mut job = job(vec![one_to_one(1)], &ROLES, &[&user(1)]);
        job.query().after = Some(after.into());
        job.query().before = Some(before.into());
        assert_eq!(job.run().users().len(), count, "{after}");
    }
}

#[test]
fn an_unknown_user_is_a_warning_and_the_others_are_listed() {
    let nobody = ["nobody@contoso.com".to_string(), user(77)];
    for name in &nobody {
        let outcome = job(vec![one_to_one(2)], &ROLES, &[name, &user(2)]).run();
        assert!(
            outcome.named("source_error").is_empty(),
            "{:?}",
            outcome.events
        );
        assert!(outcome.warnings().contains(name), "{}", outcome.warnings());
        assert_eq!(outcome.users(), [user(2)]);
    }
}

#[test]
fn a_missing_permission_is_named() {
    let outcome = job(
        vec![one_to_one(2)],
        &["User.ReadBasic.All"],
        &["upn2@contoso.com"],
    )
    .run();
    let (error, _, next_step) = outcome.error();
    assert_eq!(error, "Denied");
    assert!(next_step.contains("Chat.ReadBasic.All"), "{next_step}");
}

#[test]
fn invalid_tokens_and_users_are_rejected_before_any_request() {
    let sandbox = Sandbox::start(SandboxOptions::default());
    let list = |claims, users: &[&str]| {
        let users = users.iter().map(ToString::to_string).collect();
        let account = Account::with_token(cloud(&sandbox), token(&sandbox, claims)).unwrap();
        ChatList::new(account, users).unwrap_err().to_string()
    };
    let person = list(TokenClaims::default(), &["a@contoso.com"]);
    assert!(person.starts_with("DiscoveryToken"), "{person}");
    assert!(person.contains("token of an application"), "{person}");
    for users in [
        &[][..],
        &["*@contoso.com"],
        &["Ann"],
        &["a@contoso.com/chats"],
    ] {
        let message = list(TokenClaims::app_with(ROLES), users);
        assert!(message.starts_with("UserPrincipalName"), "{message}");
    }
    assert!(sandbox.requests().is_empty());
}

#[test]
fn sources_of_different_tenants_are_rejected() {
    let refused = |job: Job| {
        let StartError::Input(error) = RunningSearch::start(job.options).unwrap_err() else {
            panic!("the input is invalid");
        };
        assert!(job.sandbox.requests().is_empty());
        (error.parameter, error.to_string())
    };
    let mut given = job(Vec::new(), &ROLES, &[&user(1)]);
    given.query().tenant_id = Some(AWAY.into());
    let (parameter, message) = refused(given);
    assert_eq!(parameter, "TenantId");
    assert!(
        message.contains("DiscoveryToken") && message.contains(TENANT_ID),
        "{message}"
    );

    let mut hunting = Job::new("ThreatHunting.Read.All");
    hunting.query().tenant_id = Some(AWAY.into());
    hunting.online().hunting = super::support::span("2026-11-01", "2026-11-02");
    let (parameter, message) = refused(hunting);
    assert_eq!(parameter, "TenantId");
    assert!(
        message.contains("Account") && message.contains(TENANT_ID),
        "{message}"
    );

    let claims = TokenClaims {
        tid: AWAY.into(),
        ..TokenClaims::app_with(ROLES)
    };
    let mut both = Job::new("ThreatHunting.Read.All");
    let elsewhere = token(&both.sandbox, claims);
    let elsewhere = Account::with_token(cloud(&both.sandbox), elsewhere).unwrap();
    let list = ChatList::new(elsewhere, vec![user(1)]).unwrap();
    both.online().chats = Some(list);
    both.online().hunting = super::support::span("2026-11-01", "2026-11-02");
    let (parameter, message) = refused(both);
    assert_eq!(parameter, "DiscoveryToken");
    assert!(
        message.contains(AWAY) && message.contains(TENANT_ID),
        "{message}"
    );

    let mut silent = Job::new("Chat.ReadWrite.All");
    silent.options.account = None;
    let opaque = chat_access::token::AccessToken::new(b"opaque").unwrap();
    let opaque = Account::with_token(cloud(&silent.sandbox), opaque).unwrap();
    let list = ChatList::new(opaque, vec![user(1)]).unwrap();
    silent.online().chats = Some(list);
    let (parameter, message) = refused(silent);
    assert_eq!(parameter, "TenantId");
    assert!(message.contains("DiscoveryToken"), "{message}");
}

#[test]
fn a_refused_user_does_not_stop_the_others() {
    let job = job(
        vec![one_to_one(1), one_to_one(3)],
        &ROLES,
        &[&user(1), &user(2), &user(3)],
    );
    job.sandbox
        .script(FaultScript::new([Rule::new(Fault::Status {
            code: 403,
            graph_code: "Forbidden".into(),
            message: "No Teams license.".into(),
            headers: Default::default(),
        })
        .when(When::nth(2))]));
    let outcome = job.run();
    assert!(
        outcome.named("source_error").is_empty(),
        "{:?}",
        outcome.events
    );
    assert_eq!(outcome.users(), [user(1), user(3)]);
    let warnings = outcome.warnings();
    assert!(
        warnings.contains(&user(2)) && warnings.contains("license"),
        "{warnings}"
    );
}

#[test]
fn an_external_user_with_an_internal_address_hides_no_user() {
    let double = member(EVE, Some("user1@contoso.com"), AWAY);
    let outcome = job(
        vec![group(1, TENANT_ID, vec![ours(1), double])],
        &ROLES,
        &[&user(1)],
    )
    .run();
    outcome.assert_complete();
    assert_eq!(outcome.users(), [user(1)]);
}

#[test]
fn a_user_with_two_names_does_not_get_a_colleagues_id() {
    // The list contains the user by an address other than the UPN, and not the colleague.
    let mut chat = one_to_one(1);
    chat["id"] = json!(format!("19:{}_{}@unq.gbl.spaces", user(1), user(2)));
    chat["tenantId"] = json!(TENANT_ID);
    chat["members"] = json!([member(&user(1), Some("upn1@contoso.com"), TENANT_ID)]);
    chat["members"][0]["email"] = json!("ann.smith@contoso.com");
    let mut job = job(vec![chat], &["Chat.ReadBasic.All"], &["upn1@contoso.com"]);
    job.query().include_internal = true;
    let outcome = job.run();
    assert!(!outcome.users().contains(&user(2)), "{:?}", outcome.events);
}

#[test]
fn a_domain_filter_warns_of_external_users_without_a_domain() {
    let mut job = job(vec![one_to_one(1)], &ROLES, &[&user(1)]);
    job.query().external_domain = vec!["evil.example".into()];
    let outcome = job.run();
    assert!(outcome.users().is_empty());
    let warnings = outcome.warnings();
    assert!(
        warnings.contains("1 chat whose") && warnings.contains("-ExternalTenantId"),
        "{warnings}"
    );
}

#[test]
fn a_missing_member_list_is_requested() {
    let mut chat = one_to_one(1);
    chat["members"] = Value::Null;
    let job = job(vec![chat], &ROLES, &[&user(1)]);
    let outcome = job.run();
    assert!(outcome.named("bad_row").is_empty(), "{:?}", outcome.events);
}

#[test]
fn a_member_list_supplies_the_id_for_an_audit_record() {
    let thread = "19:b8577894a63548969c5c92bb9c80c5e1@thread.v2";
    let mut record = super::support::at_home(&crate::file_search::support::external_chat(1));
    record["ChatThreadId"] = json!(thread);
    // The external user has left.
    let left = chat(thread, "group", TENANT_ID, vec![ours(1), ours(2)]);
    let mut job = job(vec![left], &ROLES, &[&user(1)]);
    let search = job.start();
    assert!(search.feed(&record.to_string()));
    search.finish();
    let events = super::support::events(&search);
    let target = events
        .iter()
        .find(|event| event["event"] == "target")
        .unwrap();
    assert_eq!(target["user_id"], user(1));
    assert_eq!(target["found_by"], "ChatMember");
    assert_eq!(target["sources"], json!(["AuditLog"]));
}

#[test]
fn a_token_for_another_cloud_is_not_sent() {
    let sandbox = Sandbox::start(SandboxOptions::default());
    let claims = TokenClaims {
        aud: "https://graph.microsoft.us/".into(),
        ..TokenClaims::app_with(ROLES)
    };
    let cloud = chat_access::cloud::Cloud::new(None, None, None).unwrap();
    let account = Account::with_token(cloud, token(&sandbox, claims)).unwrap();
    let refused = ChatList::new(account, vec![user(1)]).unwrap_err();
    assert_eq!(refused.parameter, "DiscoveryToken");
    assert!(
        refused.to_string().contains("graph.microsoft.us"),
        "{refused}"
    );
}

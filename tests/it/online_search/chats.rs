//! The chats of users, as an application lists them.

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

/// Of an outsider, whose address Graph does not give.
fn eve() -> Value {
    member(EVE, None, AWAY)
}

fn chat(id: &str, kind: &str, tenant: &str, members: Vec<Value>) -> Value {
    json!({
        "id": id, "topic": null, "chatType": kind, "tenantId": tenant, "members": members,
        // The second is of the list of members and the name.
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
fn the_chats_of_each_named_user_with_outsiders_are_found() {
    let mut chats: Vec<Value> = (10..70)
        .map(|number| group(number, TENANT_ID, vec![ours(1), eve()]))
        .collect();
    chats.push(one_to_one(2));
    chats.push(group(90, TENANT_ID, vec![ours(1), ours(2)]));
    chats.push(one_to_one(3));
    let mut job = job(chats, &ROLES, &["upn1@contoso.com", &user(2)]);
    job.query().user_principal_name = vec!["upn1@contoso.com".into(), user(2)];
    let told = job.run();
    told.whole();
    let targets = told.all("target");
    assert_eq!(
        targets.len(),
        61,
        "not the chat of colleagues, nor that of a third user"
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
    assert_eq!(alone["last_seen"], Value::Null, "the list does not say");
}

#[test]
fn members_beyond_the_first_ones_are_asked_for() {
    let mut members: Vec<Value> = (1..=60).map(ours).collect();
    members.push(eve());
    let there = group(1, TENANT_ID, members.clone());
    let elsewhere = group(2, AWAY, members.clone());
    let told = job(vec![there, elsewhere], &ROLES, &[&user(1)]).run();
    assert!(told.all("source_error").is_empty(), "{:?}", told.events);
    let of = |number: u32| {
        let thread = format!("19:{number:032x}@thread.v2");
        let targets = told.all("target").into_iter();
        targets
            .filter(|target| target["thread_id"] == *thread)
            .count()
    };
    assert_eq!(of(1), 60);
    assert_eq!(of(2), 25, "whose whole list Graph does not give");
    let warnings = told.warnings();
    assert!(
        warnings.contains("Some members of 1 chats are missing"),
        "{warnings}"
    );
    assert!(
        warnings.contains("0 of these chats have no known external user"),
        "{warnings}"
    );
    assert!(warnings.contains("ChatMember.Read.All"), "{warnings}");

    // The outsider is not among the first ones, and the list of members is closed.
    let told = job(
        vec![group(1, TENANT_ID, members), one_to_one(1)],
        &["Chat.ReadBasic.All"],
        &[&user(1)],
    )
    .run();
    assert_eq!(told.users(), [user(1)], "of the other chat");
    let warnings = told.warnings();
    assert!(
        warnings.contains("1 of these chats have no known external user"),
        "{warnings}"
    );
}

#[test]
fn whoever_has_no_tenant_is_an_outsider() {
    let anonymous = json!({
        "@odata.type": "#microsoft.graph.anonymousGuestConversationMember",
        "id": "x", "userId": EVE, "email": null, "tenantId": null, "displayName": "Help desk",
    });
    let told = job(
        vec![group(1, TENANT_ID, vec![ours(1), anonymous])],
        &ROLES,
        &[&user(1)],
    )
    .run();
    told.whole();
    assert_eq!(told.users(), [user(1)]);
}

#[test]
fn a_chat_that_began_elsewhere_is_an_outsiders_whoever_is_left_in_it() {
    let told = job(vec![group(1, AWAY, vec![ours(1)])], &ROLES, &[&user(1)]).run();
    assert_eq!(told.users(), [user(1)]);
}

#[test]
fn the_directory_need_not_be_open_where_the_list_of_members_has_the_id() {
    let mut by_address = ours(1);
    by_address["email"] = json!("upn1@contoso.com");
    let told = job(
        vec![group(1, AWAY, vec![by_address, eve()])],
        &["Chat.ReadBasic.All"],
        &["upn1@contoso.com"],
    )
    .run();
    told.whole();
    assert_eq!(told.users(), [user(1)]);
}

#[test]
fn a_time_takes_the_chats_that_had_begun_by_its_end() {
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
fn who_is_not_there_is_told_and_the_others_are_listed() {
    let nobody = ["nobody@contoso.com".to_string(), user(77)];
    for name in &nobody {
        let told = job(vec![one_to_one(2)], &ROLES, &[name, &user(2)]).run();
        assert!(told.all("source_error").is_empty(), "{:?}", told.events);
        assert!(told.warnings().contains(name), "{}", told.warnings());
        assert_eq!(told.users(), [user(2)]);
    }
}

#[test]
fn a_missing_permission_is_named() {
    let told = job(
        vec![one_to_one(2)],
        &["User.ReadBasic.All"],
        &["upn2@contoso.com"],
    )
    .run();
    let (error, _, next_step) = told.error();
    assert_eq!(error, "Denied");
    assert!(next_step.contains("Chat.ReadBasic.All"), "{next_step}");
}

#[test]
fn what_can_not_list_is_refused_before_anything_is_sent() {
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
        let told = list(TokenClaims::app_with(ROLES), users);
        assert!(told.starts_with("UserPrincipalName"), "{told}");
    }
    assert!(sandbox.requests().is_empty());
}

#[test]
fn what_is_asked_is_of_one_tenant() {
    let refused = |job: Job| {
        let StartError::Input(error) = RunningSearch::start(job.options).unwrap_err() else {
            panic!("the input is invalid");
        };
        assert!(job.sandbox.requests().is_empty());
        (error.parameter, error.to_string())
    };
    let mut given = job(Vec::new(), &ROLES, &[&user(1)]);
    given.query().tenant_id = Some(AWAY.into());
    let (parameter, told) = refused(given);
    assert_eq!(parameter, "TenantId");
    assert!(
        told.contains("DiscoveryToken") && told.contains(TENANT_ID),
        "{told}"
    );

    let mut hunting = Job::new("ThreatHunting.Read.All");
    hunting.query().tenant_id = Some(AWAY.into());
    hunting.online().hunting = super::support::span("2026-11-01", "2026-11-02");
    let (parameter, told) = refused(hunting);
    assert_eq!(parameter, "TenantId");
    assert!(
        told.contains("Account") && told.contains(TENANT_ID),
        "{told}"
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
    let (parameter, told) = refused(both);
    assert_eq!(parameter, "DiscoveryToken");
    assert!(told.contains(AWAY) && told.contains(TENANT_ID), "{told}");

    let mut silent = Job::new("Chat.ReadWrite.All");
    silent.options.account = None;
    let opaque = chat_access::token::AccessToken::new(b"opaque").unwrap();
    let opaque = Account::with_token(cloud(&silent.sandbox), opaque).unwrap();
    let list = ChatList::new(opaque, vec![user(1)]).unwrap();
    silent.online().chats = Some(list);
    let (parameter, told) = refused(silent);
    assert_eq!(parameter, "TenantId");
    assert!(told.contains("DiscoveryToken"), "{told}");
}

#[test]
fn a_user_who_is_refused_costs_the_others_nothing() {
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
    let told = job.run();
    assert!(told.all("source_error").is_empty(), "{:?}", told.events);
    assert_eq!(told.users(), [user(1), user(3)]);
    let warnings = told.warnings();
    assert!(
        warnings.contains(&user(2)) && warnings.contains("license"),
        "{warnings}"
    );
}

#[test]
fn an_outsider_with_the_address_of_a_user_hides_nobody() {
    let double = member(EVE, Some("user1@contoso.com"), AWAY);
    let told = job(
        vec![group(1, TENANT_ID, vec![ours(1), double])],
        &ROLES,
        &[&user(1)],
    )
    .run();
    told.whole();
    assert_eq!(told.users(), [user(1)]);
}

#[test]
fn a_colleagues_id_is_not_given_to_somebody_with_two_names() {
    // The list has the user by an address that is no name, and not the colleague.
    let mut chat = one_to_one(1);
    chat["id"] = json!(format!("19:{}_{}@unq.gbl.spaces", user(1), user(2)));
    chat["tenantId"] = json!(TENANT_ID);
    chat["members"] = json!([member(&user(1), Some("upn1@contoso.com"), TENANT_ID)]);
    chat["members"][0]["email"] = json!("ann.smith@contoso.com");
    let mut job = job(vec![chat], &["Chat.ReadBasic.All"], &["upn1@contoso.com"]);
    job.query().include_internal = true;
    let told = job.run();
    assert!(!told.users().contains(&user(2)), "{:?}", told.events);
}

#[test]
fn outsiders_without_an_address_are_of_no_domain_and_that_is_told() {
    let mut job = job(vec![one_to_one(1)], &ROLES, &[&user(1)]);
    job.query().external_domain = vec!["evil.example".into()];
    let told = job.run();
    assert!(told.users().is_empty());
    let warnings = told.warnings();
    assert!(
        warnings.contains("1 chats") && warnings.contains("-ExternalTenantId"),
        "{warnings}"
    );
}

#[test]
fn a_chat_without_a_list_of_members_is_asked_for_it() {
    let mut chat = one_to_one(1);
    chat["members"] = Value::Null;
    let job = job(vec![chat], &ROLES, &[&user(1)]);
    let told = job.run();
    assert!(told.all("bad_row").is_empty(), "{:?}", told.events);
}

#[test]
fn an_id_that_only_the_list_has_settles_what_the_audit_log_leaves_open() {
    let thread = "19:b8577894a63548969c5c92bb9c80c5e1@thread.v2";
    let mut record = super::support::at_home(&crate::file_search::support::external_chat(1));
    record["ChatThreadId"] = json!(thread);
    // The outsider has left.
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

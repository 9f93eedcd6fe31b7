//! Rows of MessageEvents.

use super::*;

fn message() -> Value {
    json!({
        "Timestamp": "2026-08-31T10:20:00.1234567Z",
        "TeamsMessageId": "1",
        "SenderEmailAddress": "eve@evil.example",
        "SenderObjectId": EVE,
        "ThreadId": pair(ANN, EVE),
        "ThreadType": "chat",
        "IsExternalThread": 1,
        "IsOwnedThread": 0,
        "TenantId": "dddddddd-0000-4000-8000-00000000000d",
        "RecipientDetails": [{"RecipientSmtpAddress": "ann@contoso.com", "RecipientObjectId": ANN}],
    })
}

fn known_tenant() -> QueryOptions {
    QueryOptions {
        tenant_id: Some(HOME.into()),
        internal_domain: vec!["contoso.com".into()],
        ..Default::default()
    }
}

#[test]
fn recipients_with_an_internal_domain_are_targets() {
    let targets = find_with(known_tenant(), &[message()]);
    assert_eq!(
        summary(&targets),
        [entry("ann@contoso.com", ANN, "RecipientObjectId")]
    );
    assert_eq!(targets[0].tenant_id, Some(HOME.parse().unwrap()));
    assert_eq!(*targets[0].external_domains, ["evil.example"]);
    assert_eq!(*targets[0].operations, ["MessageEvents"]);
}

#[test]
fn the_tenant_id_column_is_not_the_home_tenant() {
    let targets = find(&[message()]);
    assert_eq!(summary(&targets)[0].2, "NoTenant");
    assert_eq!(targets[0].tenant_id, None);
}

#[test]
fn a_recipient_with_an_unknown_domain_is_unresolved() {
    let tenant_only = QueryOptions {
        tenant_id: Some(HOME.into()),
        ..Default::default()
    };
    let targets = find_with(tenant_only, &[message()]);
    assert!(
        targets.iter().all(|target| target.user_id.is_none()),
        "{targets:?}"
    );
    let with_external_domain = QueryOptions {
        tenant_id: Some(HOME.into()),
        external_domain: vec!["Evil.example".into()],
        ..Default::default()
    };
    let group = with(message(), json!({"ThreadId": GROUP}));
    let targets = find_with(with_external_domain, &[group]);
    assert_eq!(
        summary(&targets),
        [entry("ann@contoso.com", "", "UnknownSide")]
    );
}

#[test]
fn a_sender_with_an_internal_domain_is_a_target() {
    let reply = with(
        message(),
        json!({"SenderEmailAddress": "ann@contoso.com", "SenderObjectId": ANN, "TeamsMessageId": "2",
            "RecipientDetails": [{"RecipientSmtpAddress": "eve@evil.example", "RecipientObjectId": EVE}]}),
    );
    assert_eq!(
        summary(&find_with(known_tenant(), &[reply])),
        [entry("ann@contoso.com", ANN, "SenderObjectId")]
    );
}

#[test]
fn internal_chats_and_channels_are_ignored() {
    for change in [
        json!({"IsExternalThread": 0}),
        json!({"ThreadType": "space"}),
    ] {
        assert_eq!(find_with(known_tenant(), &[with(message(), change)]), []);
    }
}

#[test]
fn an_audit_record_of_the_same_chat_supplies_the_tenant() {
    let mail_differs = with(
        message(),
        json!({"RecipientDetails": [{"RecipientSmtpAddress": "a.nn@contoso.com", "RecipientObjectId": ANN}]}),
    );
    let targets = find(&[chat_created(), mail_differs]);
    assert_eq!(summary(&targets), [entry("ann@contoso.com", ANN, "ChatId")]);
    assert_eq!(targets[0].sources.len(), 2);
    assert_eq!(targets[0].events, 2);
    assert_eq!(*targets[0].operations, ["ChatCreated", "MessageEvents"]);
}

#[test]
fn a_domain_of_an_audited_tenant_supplies_the_tenant() {
    let group = with(message(), json!({"ThreadId": GROUP}));
    let targets = find(&[chat_created(), group]);
    let of_group = in_group(targets);
    assert_eq!(
        summary(&of_group),
        [entry("ann@contoso.com", ANN, "RecipientObjectId")]
    );
    assert_eq!(of_group[0].found_by, Some(FoundBy::RecipientObjectId));
}

#[test]
fn the_names_that_people_saw_are_kept_for_external_users_only() {
    let message = with(
        message(),
        json!({"SenderDisplayName": "IT Help\u{202e} Desk", "RecipientDetails": [
            {"RecipientSmtpAddress": "ann@contoso.com", "RecipientObjectId": ANN, "RecipientDisplayName": "Ann"},
        ]}),
    );
    let renamed = with(
        message.clone(),
        json!({"SenderDisplayName": "Contoso Support", "TeamsMessageId": "2"}),
    );
    let targets = find_with(known_tenant(), &[message, renamed]);
    assert_eq!(
        *targets[0].external_names,
        ["Contoso Support", "IT Help\u{fffd} Desk"]
    );
    let mut record = chat_created();
    record["Members"][0]["DisplayName"] = json!("Ann");
    record["Members"][1]["DisplayName"] = json!("Help Desk");
    assert_eq!(*find(&[record])[0].external_names, ["Help Desk"]);
}

#[test]
fn an_external_user_with_many_names_has_the_first_in_sorted_order() {
    let named = |number: u32| {
        let name = format!("Name {number:03}");
        with(
            message(),
            json!({"SenderDisplayName": name, "TeamsMessageId": name}),
        )
    };
    let messages: Vec<Value> = (0..50).rev().map(named).collect();
    let targets = find_with(known_tenant(), &messages);
    let expected: Vec<String> = (0..10).map(|number| format!("Name {number:03}")).collect();
    assert_eq!(*targets[0].external_names, *expected);
}

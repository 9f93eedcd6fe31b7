//! Audit records.

use super::*;

#[test]
fn the_chat_id_contains_the_recipient_beside_the_external_user() {
    let targets = find(&[chat_created()]);
    assert_eq!(summary(&targets), [entry("ann@contoso.com", ANN, "ChatId")]);
    let target = &targets[0];
    assert_eq!(target.tenant_id, Some(HOME.parse().unwrap()));
    assert_eq!(target.thread_id, pair(ANN, EVE));
    assert_eq!(target.chat_type, ChatKind::OneOnOne);
    assert!(target.external);
    assert_eq!(*target.external_tenants, [AWAY.parse::<Uuid>().unwrap()]);
    assert_eq!(*target.external_domains, ["evil.example"]);
    assert_eq!(*target.external_users, ["eve@evil.example"]);
    assert_eq!(*target.operations, ["ChatCreated"]);
    assert_eq!(
        target.first_seen.unwrap().to_string(),
        "2026-08-31T10:18:39Z"
    );
    assert_eq!(target.events, 1);
}

#[test]
fn the_order_of_the_ids_in_the_chat_id_does_not_matter() {
    let record = with(chat_created(), json!({"ChatThreadId": pair(EVE, ANN)}));
    assert_eq!(
        summary(&find(&[record])),
        [entry("ann@contoso.com", ANN, "ChatId")]
    );
}

#[test]
fn the_user_key_is_the_recipients_only_if_the_recipient_is_the_actor() {
    let record = with(
        chat_created(),
        json!({"UserId": "Ann@Contoso.com", "UserKey": ANN}),
    );
    assert_eq!(summary(&find(&[record]))[0].1, ANN);
    let group = with(
        chat_created(),
        json!({"ChatThreadId": GROUP, "CommunicationType": "GroupChat"}),
    );
    assert_eq!(
        summary(&find(std::slice::from_ref(&group))),
        [entry("ann@contoso.com", "", "NoObjectId")],
        "the key is the external user's, not Ann's"
    );
    let acts = with(group, json!({"UserId": "ann@contoso.com", "UserKey": ANN}));
    assert_eq!(
        summary(&find(&[acts])),
        [entry("ann@contoso.com", ANN, "UserKey")]
    );
}

#[test]
fn the_user_key_of_an_actor_applies_to_other_chats() {
    let group = with(
        chat_created(),
        json!({
            "ChatThreadId": GROUP,
            "CommunicationType": "GroupChat",
            "Members": [member("ann@contoso.com", HOME), member("ben@contoso.com", HOME), member("eve@evil.example", AWAY)],
        }),
    );
    let bens = with(
        chat_created(),
        json!({
            "ChatThreadId": "19:other@thread.v2",
            "UserId": "ben@contoso.com",
            "UserKey": BEN,
            "Members": [member("ben@contoso.com", HOME), member("eve@evil.example", AWAY)],
        }),
    );
    let targets = find(&[group, bens]);
    let of_group = in_group(targets);
    assert_eq!(
        summary(&of_group),
        [
            entry("ann@contoso.com", "", "NoObjectId"),
            entry("ben@contoso.com", BEN, "UserKey")
        ]
    );
}

#[test]
fn the_flag_a_tenant_or_a_member_makes_a_chat_external() {
    let quiet = with(
        chat_created(),
        json!({"ParticipantInfo": {"HasForeignTenantUsers": false, "ParticipatingTenantIds": [HOME],
                "ParticipatingSIPDomains": [{"DomainName": "contoso.com", "TenantId": HOME}]},
            "ResourceTenantId": HOME, "Members": [member("ann@contoso.com", HOME), member("ben@contoso.com", HOME)]}),
    );
    assert_eq!(
        find(std::slice::from_ref(&quiet)),
        [],
        "no field says that it is external"
    );
    let cases = [
        with(
            quiet.clone(),
            json!({"ParticipantInfo": {"HasForeignTenantUsers": true}}),
        ),
        with(
            quiet.clone(),
            json!({"ParticipantInfo": {"ParticipatingTenantIds": [HOME, AWAY]}}),
        ),
        with(
            quiet.clone(),
            json!({"ParticipantInfo": {"ParticipatingSIPDomains": [{"DomainName": "evil.example", "TenantId": AWAY}]}}),
        ),
        with(
            quiet.clone(),
            json!({"Members": [member("ann@contoso.com", HOME), member("eve@evil.example", AWAY)]}),
        ),
        with(quiet, json!({"ResourceTenantId": AWAY})),
    ];
    for record in cases {
        assert!(
            find(std::slice::from_ref(&record))
                .iter()
                .all(|t| t.external),
            "{record}"
        );
        assert!(!find(std::slice::from_ref(&record)).is_empty(), "{record}");
    }
}

#[test]
fn a_guest_of_the_home_tenant_does_not_make_a_chat_external() {
    let guest = with(
        chat_created(),
        json!({"ParticipantInfo": {"HasForeignTenantUsers": false, "HasGuestUsers": true, "ParticipatingDomains": [],
                "ParticipatingSIPDomains": [], "ParticipatingTenantIds": [HOME]},
            "ResourceTenantId": HOME,
            "UserId": "eve_evil.example#EXT#@contoso.onmicrosoft.com",
            "Members": [member("ann@contoso.com", HOME), member("eve_evil.example#EXT#@contoso.onmicrosoft.com", HOME)],}),
    );
    assert_eq!(find(&[guest]), []);
}

#[test]
fn channels_are_ignored() {
    let changes = [
        json!({"ChatThreadId": "19:abc@thread.tacv2"}),
        json!({"ChatThreadId": "19:abc@thread.skype"}),
        json!({"ChatThreadId": GROUP, "CommunicationType": "Team"}),
    ];
    for change in changes {
        assert_eq!(
            find(&[with(chat_created(), change.clone())]),
            [],
            "{change}"
        );
    }
}

#[test]
fn the_domain_decides_the_side_of_a_member_without_a_tenant() {
    let bare = json!({"Members": [{"UPN": "ann@contoso.com", "Role": 1}, {"UPN": "eve@evil.example", "Role": 0}]});
    let record = with(chat_created(), bare.clone());
    assert_eq!(
        summary(&find(&[record])),
        [entry("ann@contoso.com", ANN, "ChatId")]
    );

    // Without ParticipantInfo, another record has to assign the domain.
    let old = with(
        with(chat_created(), bare),
        json!({"ParticipantInfo": null, "ResourceTenantId": null, "ChatThreadId": GROUP, "Id": "2"}),
    );
    assert_eq!(
        find(std::slice::from_ref(&old)),
        [],
        "the record alone does not say that external users take part"
    );
    let targets = find(&[old, chat_created()]);
    let of_group = in_group(targets);
    assert_eq!(
        summary(&of_group),
        [entry("ann@contoso.com", "", "NoObjectId")]
    );
}

#[test]
fn an_internal_chat_assigns_a_domain_to_its_tenant() {
    let internal = internal_chat();
    let unassigned = with(
        chat_created(),
        json!({"ParticipantInfo": {"ParticipatingSIPDomains": []},
            "ChatThreadId": GROUP, "Members": [{"UPN": "ann@contoso.com"}]}),
    );
    let of_ann = |targets: Vec<Target>| -> Vec<_> {
        summary(&targets)
            .into_iter()
            .filter(|(name, ..)| name == "ann@contoso.com")
            .collect()
    };
    assert_eq!(
        of_ann(find(std::slice::from_ref(&unassigned))),
        [entry("ann@contoso.com", "", "UnknownSide")]
    );
    assert_eq!(
        of_ann(find(&[unassigned, internal])),
        [entry("ann@contoso.com", "", "NoObjectId")]
    );
}

#[test]
fn a_domain_with_two_tenants_is_a_contradiction() {
    let unassigned = |id| {
        with(
            chat_created(),
            json!({"ParticipantInfo": {"ParticipatingSIPDomains": [{"DomainName": "contoso.com", "TenantId": id}]},
            "ChatThreadId": GROUP, "Members": [{"UPN": "ann@contoso.com"}], "UserId": null, "UserKey": null}),
        )
    };
    assert_eq!(
        summary(&find(&[unassigned(HOME), unassigned(AWAY)])),
        [entry("ann@contoso.com", "", "Contradiction")]
    );
}

#[test]
fn the_other_of_two_listed_people_is_internal() {
    let record = with(
        chat_created(),
        json!({"ParticipantInfo": {"ParticipatingSIPDomains": []},
            "Members": [{"UPN": "ann@contoso.com"}, member("eve@evil.example", AWAY)]}),
    );
    assert_eq!(
        summary(&find(&[record])),
        [entry("ann@contoso.com", ANN, "ChatId")]
    );
}

#[test]
fn the_chat_id_contains_the_recipient_of_a_message_without_members() {
    let record = with(
        chat_created(),
        json!({"Operation": "MessageSent", "Members": null}),
    );
    assert_eq!(
        summary(&find(std::slice::from_ref(&record))),
        [entry("", ANN, "ChatId")]
    );
    let unassigned = with(
        record,
        json!({"ParticipantInfo": {"ParticipatingSIPDomains": []}}),
    );
    assert_eq!(
        summary(&find(&[unassigned])),
        [entry("eve@evil.example", "", "UnknownSide")],
        "no record says that Eve is the external user"
    );
}

#[test]
fn a_recipient_who_replies_is_the_same_target() {
    let reply = with(
        chat_created(),
        json!({"Operation": "MessageSent", "Members": null, "UserId": "ann@contoso.com", "UserKey": ANN,
            "Id": "2", "CreationTime": "2026-08-31T11:00:00"}),
    );
    let targets = find(&[chat_created(), reply.clone(), reply]);
    assert_eq!(
        summary(&targets),
        [entry("ann@contoso.com", ANN, "UserKey")]
    );
    assert_eq!(*targets[0].operations, ["ChatCreated", "MessageSent"]);
    assert_eq!(targets[0].events, 2, "the same record twice is one event");
    assert_eq!(
        targets[0].last_seen.unwrap().to_string(),
        "2026-08-31T11:00:00Z"
    );
}

#[test]
fn contradicting_object_ids_are_unresolved() {
    let group = json!({"ChatThreadId": GROUP, "UserId": "ann@contoso.com", "UserKey": ANN});
    let other = with(group.clone(), json!({"UserKey": BEN}));
    let records = [with(chat_created(), group), with(chat_created(), other)];
    assert_eq!(
        summary(&find(&records)),
        [entry("ann@contoso.com", "", "Contradiction")]
    );

    let not_hers = with(
        chat_created(),
        json!({"UserId": "ann@contoso.com", "UserKey": BEN}),
    );
    assert_eq!(
        summary(&find(&[not_hers])),
        [entry("ann@contoso.com", "", "Contradiction")]
    );

    let external_key = with(
        chat_created(),
        json!({"UserId": "ann@contoso.com", "UserKey": EVE}),
    );
    let targets = find(&[external_key, chat_created()]);
    assert_eq!(
        summary(&targets),
        [entry("ann@contoso.com", "", "Contradiction")]
    );
    assert!(
        targets[0]
            .unresolved
            .as_ref()
            .unwrap()
            .to_string()
            .contains(EVE)
    );
}

#[test]
fn a_user_key_that_the_chat_id_does_not_contain_resolves_no_id() {
    let consumer = with(
        chat_created(),
        json!({"UserId": ".cid.2640d6262885f83e", "UserKey": "8:live:.cid.2640d6262885f83e", "UserType": 0}),
    );
    assert_eq!(
        summary(&find(&[consumer])),
        [entry("ann@contoso.com", "", "NoObjectId")]
    );
}

#[test]
fn an_application_is_not_a_person() {
    for kind in [json!(4), json!(5), json!(6), json!("Application")] {
        let record = with(
            chat_created(),
            json!({"UserType": kind, "UserId": "ann@contoso.com", "UserKey": BEN, "ChatThreadId": GROUP}),
        );
        assert_eq!(
            summary(&find(&[record])),
            [entry("ann@contoso.com", "", "NoObjectId")]
        );
    }
}

#[test]
fn a_log_of_a_tenant_outside_the_chat_resolves_no_user() {
    let elsewhere = "cccccccc-0000-4000-8000-00000000000c";
    let record = with(
        chat_created(),
        json!({"OrganizationId": elsewhere, "UserId": EVE}),
    );
    let targets = find(&[record]);
    assert!(
        targets.iter().all(|target| target.user_id.is_none()),
        "{targets:?}"
    );
}

#[test]
fn a_chat_id_that_graph_rejects_is_unresolved() {
    let record = with(
        chat_created(),
        json!({"ChatThreadId": "19:x@unq.gbl.spaces"}),
    );
    assert_eq!(
        summary(&find(&[record])),
        [entry("ann@contoso.com", "", "UnusableThread")]
    );
}

#[test]
fn internal_chats_are_found_on_request() {
    let internal = internal_chat();
    assert_eq!(find(std::slice::from_ref(&internal)), []);
    let all = QueryOptions {
        include_internal: true,
        ..Default::default()
    };
    assert_eq!(
        summary(&find_with(all, &[internal])),
        [
            entry("ann@contoso.com", ANN, "ChatId"),
            entry("ben@contoso.com", BEN, "UserKey")
        ]
    );
}

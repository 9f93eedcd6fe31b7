//! Records with what an external user chose: names, addresses and tenants of their own.

use proptest::prelude::*;

use super::*;
use crate::search::memory::Memory;

const CEM: &str = "33333333-0000-4000-8000-000000000003";
const MAL: &str = "88888888-0000-4000-8000-000000000008";
const RECORD: &str = "eeeeeeee-0000-4000-8000-0000000000ee";

fn message(sender: (&str, &str), recipients: &[(&str, &str)]) -> Value {
    let recipients: Vec<Value> = recipients
        .iter()
        .map(|(address, id)| json!({"RecipientSmtpAddress": address, "RecipientObjectId": id}))
        .collect();
    json!({
        "Timestamp": "2026-08-31T10:20:00Z",
        "TeamsMessageId": "1",
        "SenderEmailAddress": sender.0,
        "SenderObjectId": sender.1,
        "ThreadId": GROUP,
        "ThreadType": "chat",
        "IsExternalThread": true,
        "RecipientDetails": recipients,
    })
}

/// Eve writes to Ann and Ben.
fn messages() -> Vec<Value> {
    vec![message(
        ("eve@evil.example", EVE),
        &[("ann@contoso.com", ANN), ("ben@contoso.com", BEN)],
    )]
}

fn stated() -> QueryOptions {
    QueryOptions {
        tenant_id: Some(HOME.into()),
        internal_domain: vec!["contoso.com".into()],
        ..Default::default()
    }
}

/// A record of another chat that assigns `domain` to Eve's tenant.
fn tie(domain: &str) -> Value {
    with(
        chat_created(),
        json!({"Id": RECORD, "ChatThreadId": pair(CEM, EVE), "Members": [member("eve@evil.example", AWAY)],
            "ParticipantInfo": {"ParticipatingSIPDomains": [{"DomainName": domain, "TenantId": AWAY}]}}),
    )
}

fn of_group(options: QueryOptions, records: &[Value]) -> (Vec<Target>, String) {
    let (targets, warnings) = find_all(options, records);
    (in_group(targets), warnings.join("\n"))
}

#[test]
fn what_the_administrator_states_wins_over_a_record() {
    let both = [
        entry("ann@contoso.com", ANN, "RecipientObjectId"),
        entry("ben@contoso.com", BEN, "RecipientObjectId"),
    ];
    let by_member = with(
        tie("evil.example"),
        json!({"Members": [member("x@contoso.com", AWAY)]}),
    );
    for hostile in [tie("contoso.com"), by_member] {
        let records = [messages(), vec![hostile]].concat();
        let (targets, warnings) = of_group(stated(), &records);
        assert_eq!(summary(&targets), both);
        assert!(
            warnings.contains(&format!(
                "the record {RECORD} assigns contoso.com to the tenant {AWAY}"
            )),
            "{warnings}"
        );
        let options = QueryOptions {
            user_principal_name: vec!["ann@contoso.com".into()],
            ..stated()
        };
        let (targets, warnings) = of_group(options, &records);
        assert_eq!(summary(&targets), both[..1]);
        assert!(warnings.contains(RECORD), "{warnings}");
    }
    // A member of the same chat with Ann's name and another tenant.
    let hostile = with(
        tie("evil.example"),
        json!({"ChatThreadId": GROUP, "Members": [member("ann@contoso.com", AWAY)]}),
    );
    let (targets, warnings) = of_group(stated(), &[messages(), vec![hostile]].concat());
    assert_eq!(summary(&targets), both);
    assert!(
        warnings.contains(&format!(
            "the record {RECORD} assigns ann@contoso.com to the tenant {AWAY}"
        )),
        "{warnings}"
    );
}

#[test]
fn a_member_of_another_tenant_is_not_the_user_whose_name_they_have() {
    // Ben acts in another chat, and only the hostile record says that he is in the group.
    let acts = with(
        chat_created(),
        json!({"ChatThreadId": pair(BEN, EVE), "UserId": "ben@contoso.com", "UserKey": BEN,
            "Members": [member("ben@contoso.com", HOME), member("eve@evil.example", AWAY)]}),
    );
    let hostile = with(
        chat_created(),
        json!({"Id": RECORD, "ChatThreadId": GROUP, "CommunicationType": "GroupChat",
            "Members": [member("ben@contoso.com", AWAY), member("ann@contoso.com", HOME)]}),
    );
    for options in [QueryOptions::default(), stated()] {
        let (targets, warnings) = of_group(options, &[acts.clone(), hostile.clone()]);
        assert_eq!(
            summary(&targets),
            [
                entry("ann@contoso.com", "", "NoObjectId"),
                entry("ben@contoso.com", "", "Contradiction"),
            ]
        );
        let reason = targets[1].unresolved.as_ref().unwrap().to_string();
        assert!(reason.contains(RECORD), "{reason}");
        assert!(warnings.contains(RECORD), "{warnings}");
    }
}

#[test]
fn a_contradicted_domain_is_a_reason_of_its_own() {
    let unassigned = with(
        chat_created(),
        json!({"ParticipantInfo": {"ParticipatingSIPDomains": []}, "ChatThreadId": GROUP,
            "Members": [{"UPN": "ann@contoso.com"}, member("eve@evil.example", AWAY)]}),
    );
    let records = [unassigned, internal_chat(), tie("contoso.com")];
    let (targets, warnings) = of_group(QueryOptions::default(), &records);
    assert_eq!(
        summary(&targets),
        [entry("ann@contoso.com", "", "Contradiction")]
    );
    assert!(warnings.contains(RECORD), "{warnings}");
    let (targets, _) = of_group(stated(), &records);
    assert_eq!(
        summary(&targets),
        [entry("ann@contoso.com", "", "NoObjectId")],
        "the administrator decides"
    );
}

#[test]
fn a_subdomain_in_another_tenant_does_not_make_a_chat_of_colleagues_external() {
    let colleagues = with(
        internal_chat(),
        json!({"ChatThreadId": GROUP, "CommunicationType": "GroupChat", "ParticipantInfo": null, "ResourceTenantId": null,
            "Members": [{"UPN": "ann@contoso.com"}, {"UPN": "ben@sub.contoso.com"}], "UserId": "ann@contoso.com", "UserKey": ANN}),
    );
    let (targets, warnings) = of_group(
        QueryOptions::default(),
        &[internal_chat(), colleagues, tie("sub.contoso.com")],
    );
    assert_eq!(targets, []);
    assert!(warnings.contains(RECORD), "{warnings}");
    assert!(
        warnings.contains("left out 1 chat because its records do not show"),
        "{warnings}"
    );
}

#[test]
fn the_address_of_a_sender_identifies_nobody() {
    let carol = message(("carol@contoso.com", MAL), &[("ann@contoso.com", ANN)]);
    let (targets, _) = of_group(stated(), std::slice::from_ref(&carol));
    let ann = entry("ann@contoso.com", ANN, "RecipientObjectId");
    assert_eq!(
        summary(&targets),
        [
            ann.clone(),
            entry("carol@contoso.com", "", "UnverifiedSender")
        ]
    );
    // With Ann's own address, or that of Ben, who is not in the chat.
    for (address, id) in [
        ("ann@contoso.com", MAL),
        ("ben@contoso.com", MAL),
        ("ben@contoso.com", ""),
    ] {
        let (targets, _) = of_group(
            stated(),
            &[message((address, id), &[("ann@contoso.com", ANN)])],
        );
        let mut expected = [ann.clone(), entry(address, "", "UnverifiedSender")];
        expected.sort();
        let mut found = summary(&targets);
        found.sort();
        assert_eq!(found, expected, "{address} {id}");
    }
}

#[test]
fn a_sender_is_recognised_by_their_id() {
    let reply = message(("ben@contoso.com", BEN), &[("eve@evil.example", EVE)]);
    let ben = [entry("ben@contoso.com", BEN, "SenderObjectId")];
    // By a recipient list, by the audit log and by the chat id.
    let listed = message(("eve@evil.example", EVE), &[("ben@contoso.com", BEN)]);
    let (targets, _) = of_group(stated(), &[reply.clone(), listed]);
    assert_eq!(targets[0].user_id, Some(BEN.parse().unwrap()));
    assert_eq!(targets.len(), 1);
    let acts = with(
        chat_created(),
        json!({"ChatThreadId": pair(BEN, EVE), "UserId": "ben@contoso.com", "UserKey": BEN,
            "Members": [member("ben@contoso.com", HOME), member("eve@evil.example", AWAY)]}),
    );
    assert_eq!(summary(&of_group(stated(), &[reply.clone(), acts]).0), ben);
    let one_to_one = with(reply, json!({"ThreadId": pair(BEN, EVE)}));
    assert_eq!(summary(&find_with(stated(), &[one_to_one])), ben);
}

#[test]
fn the_key_of_an_actor_of_another_tenant_is_nobodys_id_at_home() {
    let group = with(
        chat_created(),
        json!({"ChatThreadId": GROUP, "CommunicationType": "GroupChat"}),
    );
    let hostile = with(
        chat_created(),
        json!({"Id": RECORD, "ChatThreadId": pair(CEM, MAL), "UserId": "ann@contoso.com", "UserTenantId": AWAY, "UserKey": MAL,
            "Members": [member("cem@contoso.com", HOME)]}),
    );
    let (targets, warnings) = find_all(QueryOptions::default(), &[group.clone(), hostile.clone()]);
    assert_eq!(
        summary(&in_group(targets.clone())),
        [entry("ann@contoso.com", "", "NoObjectId")]
    );
    let mal = "88888888-0000-4000-8000-000000000008".parse().unwrap();
    assert!(targets.iter().all(|target| target.user_id != Some(mal)));
    assert!(warnings.join("").contains(RECORD), "{warnings:?}");
    // In the same chat, where Ann is known.
    let acts = with(group, json!({"UserId": "ann@contoso.com", "UserKey": ANN}));
    let hostile = with(hostile, json!({"ChatThreadId": GROUP}));
    let (targets, _) = of_group(stated(), &[acts, hostile]);
    assert_eq!(
        summary(&targets)[0],
        entry("ann@contoso.com", ANN, "UserKey")
    );
}

#[test]
fn a_filter_counts_targets_whose_user_is_uncertain() {
    let options = QueryOptions {
        user_principal_name: vec!["ann@contoso.com".into()],
        ..Default::default()
    };
    let nameless = with(chat_created(), json!({"Members": null}));
    let (targets, warnings) = find_all(options, &[nameless]);
    assert_eq!(targets, []);
    assert_eq!(
        warnings,
        [
            "-UserPrincipalName excludes 1 target whose user no record names for certain. \
          Search without -UserPrincipalName to see such targets."
        ]
    );
    let options = QueryOptions {
        external_tenant_id: vec![MAL.into()],
        ..stated()
    };
    let (targets, warnings) = find_all(options, &messages());
    assert_eq!(targets, []);
    assert_eq!(
        warnings,
        [
            "-ExternalTenantId excludes 1 chat whose external users have no known tenant. \
          Use -ExternalDomain instead."
        ]
    );
}

#[test]
fn hidden_characters_in_names_are_shown_and_reported() {
    for hidden in [
        "\u{1b}]0;x\u{7}",
        "\u{202e}",
        "\u{61c}",
        "\u{ad}",
        "\u{2062}",
        "\u{e0041}",
    ] {
        let name = format!("eve{hidden}@evil.example");
        let domain = format!("evil{hidden}.example");
        let hostile = with(
            chat_created(),
            json!({"Id": RECORD, "Operation": format!("Chat{hidden}Created"), "UserId": name,
                "Members": [member("ann@contoso.com", HOME), member(&name, AWAY)],
                "ParticipantInfo": {"ParticipatingSIPDomains": [{"DomainName": domain, "TenantId": AWAY}]}}),
        );
        let mut in_message = messages().remove(0);
        in_message["SenderEmailAddress"] = json!(name);
        let in_thread = with(
            chat_created(),
            json!({"ChatThreadId": format!("19:{hidden}@thread.v2")}),
        );
        for record in [hostile, in_message, in_thread] {
            let (targets, warnings) = find_all(stated(), &[record]);
            let shown = serde_json::to_string(&targets).unwrap();
            for c in hidden.chars().filter(|c| !c.is_ascii_graphic()) {
                let escaped = serde_json::to_string(&c.to_string()).unwrap();
                assert!(!shown.contains(escaped.trim_matches('"')), "{shown}");
                assert!(!warnings.join("").contains(c), "{warnings:?}");
            }
            assert!(shown.contains('\u{FFFD}'), "{shown}");
            assert!(
                warnings
                    .iter()
                    .any(|one| one.starts_with("Names contain characters that hide")),
                "{warnings:?}"
            );
        }
    }
}

#[test]
fn a_name_with_a_hidden_character_is_not_the_name_without_it() {
    let hostile = with(
        chat_created(),
        json!({"ChatThreadId": GROUP, "UserId": "ann\u{200b}@contoso.com", "UserKey": MAL}),
    );
    let (targets, _) = of_group(stated(), &[hostile]);
    let ann = entry("ann@contoso.com", "", "NoObjectId");
    assert!(summary(&targets).contains(&ann), "{targets:?}");
}

#[test]
fn the_targets_of_a_chat_share_lists_of_limited_length() {
    let names = |name: &str, tenant: &str, domain: &str| -> Vec<Value> {
        (0..2000)
            .map(|number| member(&format!("{name}{number:04}@{domain}"), tenant))
            .collect()
    };
    let members = [
        names("user", HOME, "contoso.com"),
        names("eve", AWAY, "evil.example"),
    ]
    .concat();
    let hostile = with(
        chat_created(),
        json!({"ChatThreadId": GROUP, "Members": members}),
    );
    let (targets, warnings) = find_all(QueryOptions::default(), &[hostile]);
    assert_eq!(targets.len(), 2000);
    assert_eq!(targets[0].external_users.len(), Target::LISTED);
    assert!(std::sync::Arc::ptr_eq(
        &targets[0].external_users,
        &targets[1999].external_users
    ));
    assert_eq!(
        warnings,
        [format!(
            "The targets of 1 chat list only the first 100 external users, domains and tenants: {GROUP}."
        )]
    );
}

#[test]
fn a_search_stops_to_add_chats_at_its_limit_of_memory() {
    let mut query = Query::default();
    query.memory = Memory::with_limit(20_000);
    // As for files and the pipeline: they share the limit.
    let (mut facts, mut further) = (Facts::default(), Facts::default());
    for number in 0..1000 {
        let facts = if number % 2 == 0 {
            &mut facts
        } else {
            &mut further
        };
        let record = with(
            chat_created(),
            json!({"ChatThreadId": format!("19:{number:032x}@thread.v2"), "Id": null}),
        );
        read_json(record.to_string().as_bytes(), &mut |record| {
            facts.add(&record, &query)
        })
        .unwrap();
    }
    facts.merge(further);
    // A known chat still gets its records.
    let again = with(
        chat_created(),
        json!({"ChatThreadId": format!("19:{:032x}@thread.v2", 0), "Id": null}),
    );
    read_json(again.to_string().as_bytes(), &mut |record| {
        facts.add(&record, &query)
    })
    .unwrap();
    let (targets, left_out) = facts.targets(&query);
    assert!((5..50).contains(&targets.len()), "{}", targets.len());
    assert_eq!(targets[0].events, 2);
    let expected = format!(
        "The search reached its limit of memory and left out {} records about further chats. \
         Search a shorter time, or with -ThreadId or -After.",
        1000 - targets.len()
    );
    assert_eq!(left_out.sentences(&query, None), [expected]);
}

/// A user of the home tenant.
#[derive(Debug, Clone, Copy)]
struct User(&'static str, &'static str);

const USERS: [User; 3] = [
    User("ann@contoso.com", ANN),
    User("ben@contoso.com", BEN),
    User("cem@contoso.com", CEM),
];

fn user() -> impl Strategy<Value = User> {
    prop::sample::select(USERS.to_vec())
}

/// A record as the service writes it, without hostile content.
fn honest_record() -> impl Strategy<Value = Value> {
    let created = user().prop_map(|User(name, id)| {
        with(
            chat_created(),
            json!({"ChatThreadId": pair(id, EVE), "Members": [member(name, HOME), member("eve@evil.example", AWAY)]}),
        )
    });
    let acts = user().prop_map(|User(name, id)| {
        with(
            chat_created(),
            json!({"ChatThreadId": GROUP, "CommunicationType": "GroupChat", "UserId": name, "UserKey": id,
                "Members": [member(name, HOME), member("eve@evil.example", AWAY)]}),
        )
    });
    let members = prop::collection::vec(user(), 1..3).prop_map(|users| {
        let users = users.iter().map(|User(name, _)| json!({"UPN": name}));
        with(
            chat_created(),
            json!({"ChatThreadId": GROUP, "CommunicationType": "GroupChat",
                "Members": users.chain([member("eve@evil.example", AWAY)]).collect::<Vec<_>>()}),
        )
    });
    let written = prop::collection::vec(user(), 1..3).prop_map(|users| {
        let recipients: Vec<_> = users.iter().map(|User(name, id)| (*name, *id)).collect();
        message(("eve@evil.example", EVE), &recipients)
    });
    let reply = user().prop_map(|User(name, id)| message((name, id), &[("eve@evil.example", EVE)]));
    prop_oneof![
        created,
        acts,
        members,
        written,
        reply,
        Just(internal_chat())
    ]
}

/// A record that an external user caused. They choose names, addresses and domains of their own
/// tenant; the service writes object ids, and the tenant of each account.
fn hostile_record() -> impl Strategy<Value = Value> {
    let names = || {
        prop::sample::select(vec![
            "ann@contoso.com",
            "ben@contoso.com",
            "ANN@contoso.com",
            "ann@sub.contoso.com",
            "ann\u{200b}@contoso.com",
            "carol@contoso.com",
            "eve@evil.example",
            "",
        ])
    };
    let domains = prop::sample::select(vec![
        "contoso.com",
        "sub.contoso.com",
        "Contoso.com",
        "evil.example",
        "",
    ]);
    let ids = || prop::sample::select(vec![EVE, MAL]);
    let threads = || {
        prop::sample::select(vec![
            GROUP.to_string(),
            "19:other@thread.v2".to_string(),
            pair(ANN, EVE),
            pair(ANN, MAL),
            pair(EVE, CEM),
        ])
    };
    let audit = (threads(), names(), ids(), any::<bool>(), names(), domains).prop_map(
        |(thread, actor, id, has_tenant, name, domain)| {
            // Without the actor's tenant, older records at least have their real name.
            let actor = if has_tenant { actor } else { "eve@evil.example" };
            let id = if has_tenant { id } else { EVE };
            with(
                chat_created(),
                json!({"Id": RECORD, "ChatThreadId": thread, "UserId": actor, "UserKey": id,
                    "UserTenantId": if has_tenant { json!(AWAY) } else { Value::Null },
                    "Members": [member(name, AWAY)],
                    "ParticipantInfo": {"ParticipatingSIPDomains": [{"DomainName": domain, "TenantId": AWAY}]}}),
            )
        },
    );
    let sent = (threads(), names(), ids(), user(), any::<bool>()).prop_map(
        |(thread, name, id, User(address, user), has_id)| {
            // A chat between two people has no other recipient.
            let in_pair = !thread.contains('_') || thread.contains(user);
            let recipients: &[_] = if in_pair { &[(address, user)] } else { &[] };
            let id = if has_id { id } else { "" };
            let id = if thread.contains('_') && !thread.contains(id) {
                ""
            } else {
                id
            };
            with(message((name, id), recipients), json!({"ThreadId": thread}))
        },
    );
    prop_oneof![audit, sent]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_record_that_an_external_user_caused_hides_nobody_and_changes_no_id(
        honest in prop::collection::vec(honest_record(), 1..5),
        hostile in prop::collection::vec(hostile_record(), 1..3),
        states in any::<bool>(),
        filters in any::<bool>(),
    ) {
        let options = QueryOptions {
            tenant_id: Some(HOME.into()),
            internal_domain: if states { vec!["contoso.com".into()] } else { Vec::new() },
            user_principal_name: if filters { vec!["ann@contoso.com".into()] } else { Vec::new() },
            ..Default::default()
        };
        let (before, known_warnings) = find_all(options.clone(), &honest);
        let all: Vec<_> = honest.iter().chain(&hostile).cloned().collect();
        let (after, warnings) = find_all(options, &all);
        let resolved = |targets: &[Target]| -> Vec<(String, String, String)> {
            targets
                .iter()
                .filter_map(|target| {
                    let id = target.user_id?.to_string();
                    let name = target.user_principal_name.clone().unwrap_or_default();
                    Some((target.thread_id.clone(), id, name))
                })
                .collect()
        };
        let (before, after) = (resolved(&before), resolved(&after));
        for (thread, id, _) in &before {
            let is_kept = after.iter().any(|(other, user, _)| other == thread && user == id);
            let warns = warnings.iter().any(|warning| !known_warnings.contains(warning));
            prop_assert!(is_kept || warns, "{thread} {id} is gone from {after:?}");
        }
        for (thread, id, name) in &after {
            let User(known, _) = USERS
                .into_iter()
                .find(|User(_, user)| user == id)
                .ok_or_else(|| TestCaseError::fail(format!("{id} is no user: {thread} {name}")))?;
            prop_assert!(name.is_empty() || name.eq_ignore_ascii_case(known), "{name} has the id {id}");
        }
    }
}

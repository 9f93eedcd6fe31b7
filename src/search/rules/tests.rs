//! Each rule by records that it decides.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Facts;
use crate::search::query::{Query, QueryOptions};
use crate::search::record::read_json;
use crate::search::target::{ChatKind, FoundBy, Target};

const HOME: &str = "aaaaaaaa-0000-4000-8000-00000000000a";
const AWAY: &str = "bbbbbbbb-0000-4000-8000-00000000000b";
const ANN: &str = "11111111-0000-4000-8000-000000000001";
const BEN: &str = "22222222-0000-4000-8000-000000000002";
const EVE: &str = "99999999-0000-4000-8000-000000000009";
const GROUP: &str = "19:b8577894a63548969c5c92bb9c80c5e1@thread.v2";

fn pair(a: &str, b: &str) -> String {
    format!("19:{a}_{b}@unq.gbl.spaces")
}

fn member(upn: &str, tenant: &str) -> Value {
    json!({"OrganizationId": tenant, "DisplayName": "x", "UPN": upn})
}

/// Eve of another tenant begins a chat with Ann, as the real records have it.
fn chat_created() -> Value {
    json!({
        "CreationTime": "2026-08-31T10:18:39",
        "Id": "00000000-0000-4000-8000-000000000001",
        "Operation": "ChatCreated",
        "OrganizationId": HOME,
        "RecordType": 25,
        "UserKey": EVE,
        "UserType": 0,
        "Workload": "MicrosoftTeams",
        "UserId": "eve@evil.example",
        "ChatThreadId": pair(ANN, EVE),
        "CommunicationType": "OneOnOne",
        "Members": [member("ann@contoso.com", HOME), member("eve@evil.example", AWAY)],
        "ParticipantInfo": {
            "HasForeignTenantUsers": true,
            "ParticipatingDomains": ["contoso.com", "evil.example"],
            "ParticipatingSIPDomains": [
                {"DomainName": "contoso.com", "TenantId": HOME},
                {"DomainName": "evil.example", "TenantId": AWAY},
            ],
            "ParticipatingTenantIds": [HOME, AWAY],
        },
        "ResourceTenantId": AWAY,
    })
}

/// `record` with other fields; `null` takes one away.
fn with(mut record: Value, changes: Value) -> Value {
    let (Value::Object(fields), Value::Object(changes)) = (&mut record, changes) else {
        panic!("objects")
    };
    for (name, value) in changes {
        if value.is_null() {
            fields.remove(&name);
        } else {
            fields.insert(name, value);
        }
    }
    record
}

fn with_info(record: Value, changes: Value) -> Value {
    let info = with(record["ParticipantInfo"].clone(), changes);
    with(record, json!({"ParticipantInfo": info}))
}

/// What the query makes of the records; of the records in the other order too.
fn find_with(options: QueryOptions, records: &[Value]) -> Vec<Target> {
    let query = Query::new(options).unwrap();
    let find = |records: &mut dyn Iterator<Item = &Value>| {
        let mut all = Facts::default();
        for record in records {
            let mut facts = Facts::default();
            read_json(record.to_string().as_bytes(), &mut |record| {
                facts.add(&record, &query)
            })
            .unwrap();
            all.merge(facts);
        }
        all.targets(&query).0
    };
    let targets = find(&mut records.iter());
    assert_eq!(
        find(&mut records.iter().rev()),
        targets,
        "the order makes no difference"
    );
    targets
}

fn find(records: &[Value]) -> Vec<Target> {
    find_with(QueryOptions::default(), records)
}

/// Name, id, how it was found or why not.
fn summary(targets: &[Target]) -> Vec<(String, String, String)> {
    targets
        .iter()
        .map(|target| {
            let how = match (&target.found_by, &target.unresolved) {
                (Some(by), None) => format!("{by:?}"),
                (None, Some(why)) => why.code().into(),
                both => panic!("{both:?}"),
            };
            (
                target.user_principal_name.clone().unwrap_or_default(),
                target.user_id.map(|id| id.to_string()).unwrap_or_default(),
                how,
            )
        })
        .collect()
}

fn entry(name: &str, id: &str, how: &str) -> (String, String, String) {
    (name.into(), id.into(), how.into())
}

#[test]
fn the_victim_is_the_one_in_the_chat_id_who_is_not_the_outsider() {
    let targets = find(&[chat_created()]);
    assert_eq!(summary(&targets), [entry("ann@contoso.com", ANN, "ChatId")]);
    let target = &targets[0];
    assert_eq!(target.tenant_id, Some(HOME.parse().unwrap()));
    assert_eq!(target.thread_id, pair(ANN, EVE));
    assert_eq!(target.chat_type, ChatKind::OneOnOne);
    assert!(target.external);
    assert_eq!(target.external_tenants, [AWAY.parse::<Uuid>().unwrap()]);
    assert_eq!(target.external_domains, ["evil.example"]);
    assert_eq!(target.external_users, ["eve@evil.example"]);
    assert_eq!(target.operations, ["ChatCreated"]);
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
fn the_user_key_is_the_victims_only_where_the_victim_acts() {
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
        "the outsider's key is not taken for Ann's"
    );
    let acts = with(group, json!({"UserId": "ann@contoso.com", "UserKey": ANN}));
    assert_eq!(
        summary(&find(&[acts])),
        [entry("ann@contoso.com", ANN, "UserKey")]
    );
}

#[test]
fn a_user_who_acts_elsewhere_is_known_everywhere() {
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
    let of_group: Vec<_> = targets
        .into_iter()
        .filter(|t| t.thread_id == GROUP)
        .collect();
    assert_eq!(
        summary(&of_group),
        [
            entry("ann@contoso.com", "", "NoObjectId"),
            entry("ben@contoso.com", BEN, "UserKey")
        ]
    );
}

#[test]
fn a_chat_is_external_by_its_flag_or_by_a_tenant_or_by_a_member() {
    let quiet = with(
        with_info(
            chat_created(),
            json!({"HasForeignTenantUsers": false, "ParticipatingTenantIds": [HOME],
                "ParticipatingSIPDomains": [{"DomainName": "contoso.com", "TenantId": HOME}]}),
        ),
        json!({"ResourceTenantId": HOME, "Members": [member("ann@contoso.com", HOME), member("ben@contoso.com", HOME)]}),
    );
    assert_eq!(find(std::slice::from_ref(&quiet)), [], "nothing says so");
    let cases = [
        with_info(quiet.clone(), json!({"HasForeignTenantUsers": true})),
        with_info(
            quiet.clone(),
            json!({"ParticipatingTenantIds": [HOME, AWAY]}),
        ),
        with_info(
            quiet.clone(),
            json!({"ParticipatingSIPDomains": [{"DomainName": "evil.example", "TenantId": AWAY}]}),
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
fn a_guest_of_the_own_tenant_does_not_make_a_chat_external() {
    let guest = with(
        with_info(
            chat_created(),
            json!({"HasForeignTenantUsers": false, "HasGuestUsers": true, "ParticipatingDomains": [],
                "ParticipatingSIPDomains": [], "ParticipatingTenantIds": [HOME]}),
        ),
        json!({
            "ResourceTenantId": HOME,
            "UserId": "eve_evil.example#EXT#@contoso.onmicrosoft.com",
            "Members": [member("ann@contoso.com", HOME), member("eve_evil.example#EXT#@contoso.onmicrosoft.com", HOME)],
        }),
    );
    assert_eq!(find(&[guest]), []);
}

#[test]
fn channels_are_left_alone() {
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
fn a_member_without_a_tenant_is_placed_by_the_domain() {
    let bare = json!({"Members": [{"UPN": "ann@contoso.com", "Role": 1}, {"UPN": "eve@evil.example", "Role": 0}]});
    let record = with(chat_created(), bare.clone());
    assert_eq!(
        summary(&find(&[record])),
        [entry("ann@contoso.com", ANN, "ChatId")]
    );

    // Without ParticipantInfo another record has to tie the domain.
    let old = with(
        with(chat_created(), bare),
        json!({"ParticipantInfo": null, "ResourceTenantId": null, "ChatThreadId": GROUP, "Id": "2"}),
    );
    assert_eq!(
        find(std::slice::from_ref(&old)),
        [],
        "by itself it does not say that there are outsiders"
    );
    let targets = find(&[old, chat_created()]);
    let of_group: Vec<_> = targets
        .into_iter()
        .filter(|t| t.thread_id == GROUP)
        .collect();
    assert_eq!(
        summary(&of_group),
        [entry("ann@contoso.com", "", "NoObjectId")]
    );
}

#[test]
fn a_domain_is_tied_by_a_record_about_colleagues_too() {
    let colleagues = with(
        with_info(
            chat_created(),
            json!({"HasForeignTenantUsers": false, "ParticipatingTenantIds": [HOME], "ParticipatingSIPDomains": []}),
        ),
        json!({"ResourceTenantId": HOME, "ChatThreadId": pair(ANN, BEN), "UserId": "ben@contoso.com",
            "Members": [member("ann@contoso.com", HOME), member("ben@contoso.com", HOME)]}),
    );
    let untied = with(
        with_info(chat_created(), json!({"ParticipatingSIPDomains": []})),
        json!({"ChatThreadId": GROUP, "Members": [{"UPN": "ann@contoso.com"}]}),
    );
    let states = |targets: Vec<Target>| -> Vec<_> {
        summary(&targets)
            .into_iter()
            .filter(|(name, ..)| name == "ann@contoso.com")
            .collect()
    };
    assert_eq!(
        states(find(std::slice::from_ref(&untied))),
        [entry("ann@contoso.com", "", "UnknownSide")]
    );
    assert_eq!(
        states(find(&[untied, colleagues])),
        [entry("ann@contoso.com", "", "NoObjectId")]
    );
}

#[test]
fn a_domain_that_is_tied_to_two_tenants_decides_nothing() {
    let untied = |id| {
        with(
            with_info(
                chat_created(),
                json!({"ParticipatingSIPDomains": [{"DomainName": "contoso.com", "TenantId": id}]}),
            ),
            json!({"ChatThreadId": GROUP, "Members": [{"UPN": "ann@contoso.com"}], "UserId": null, "UserKey": null}),
        )
    };
    assert_eq!(
        summary(&find(&[untied(HOME), untied(AWAY)])),
        [entry("ann@contoso.com", "", "UnknownSide")]
    );
}

#[test]
fn of_two_listed_people_the_one_beside_the_outsider_is_internal() {
    let record = with(
        with_info(chat_created(), json!({"ParticipatingSIPDomains": []})),
        json!({"Members": [{"UPN": "ann@contoso.com"}, member("eve@evil.example", AWAY)]}),
    );
    assert_eq!(
        summary(&find(&[record])),
        [entry("ann@contoso.com", ANN, "ChatId")]
    );
}

#[test]
fn a_message_without_members_still_has_its_victim_in_the_chat_id() {
    let record = with(
        chat_created(),
        json!({"Operation": "MessageSent", "Members": null}),
    );
    assert_eq!(
        summary(&find(std::slice::from_ref(&record))),
        [entry("", ANN, "ChatId")]
    );
    let untied = with_info(record, json!({"ParticipatingSIPDomains": []}));
    assert_eq!(
        summary(&find(&[untied])),
        [entry("eve@evil.example", "", "UnknownSide")],
        "it is not known that Eve is the outsider"
    );
}

#[test]
fn a_victim_who_answers_is_the_same_target() {
    let answer = with(
        chat_created(),
        json!({"Operation": "MessageSent", "Members": null, "UserId": "ann@contoso.com", "UserKey": ANN,
            "Id": "2", "CreationTime": "2026-08-31T11:00:00"}),
    );
    let targets = find(&[chat_created(), answer.clone(), answer]);
    assert_eq!(
        summary(&targets),
        [entry("ann@contoso.com", ANN, "UserKey")]
    );
    assert_eq!(targets[0].operations, ["ChatCreated", "MessageSent"]);
    assert_eq!(targets[0].events, 2, "the same record twice is one event");
    assert_eq!(
        targets[0].last_seen.unwrap().to_string(),
        "2026-08-31T11:00:00Z"
    );
}

#[test]
fn contradictions_are_not_settled_by_choice() {
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

    let outsiders = with(
        chat_created(),
        json!({"UserId": "ann@contoso.com", "UserKey": EVE}),
    );
    let targets = find(&[outsiders, chat_created()]);
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
fn an_outsider_whose_key_is_not_in_the_chat_id_tells_nothing() {
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
fn an_application_is_nobody() {
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
fn a_log_whose_tenant_takes_no_part_has_nobody_to_remove() {
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
fn a_chat_whose_id_graph_does_not_take_is_unresolved() {
    let record = with(
        chat_created(),
        json!({"ChatThreadId": "19:x@eu.example.com"}),
    );
    assert_eq!(
        summary(&find(&[record])),
        [entry("ann@contoso.com", "", "UnusableThread")]
    );
}

#[test]
fn colleagues_are_found_on_request() {
    let colleagues = with(
        with_info(
            chat_created(),
            json!({"HasForeignTenantUsers": false, "ParticipatingTenantIds": [HOME], "ParticipatingSIPDomains": []}),
        ),
        json!({"ResourceTenantId": HOME, "ChatThreadId": pair(ANN, BEN), "UserId": "ben@contoso.com", "UserKey": BEN,
            "Members": [member("ann@contoso.com", HOME), member("ben@contoso.com", HOME)]}),
    );
    assert_eq!(find(std::slice::from_ref(&colleagues)), []);
    let all = QueryOptions {
        include_internal: true,
        ..Default::default()
    };
    assert_eq!(
        summary(&find_with(all, &[colleagues])),
        [
            entry("ann@contoso.com", ANN, "ChatId"),
            entry("ben@contoso.com", BEN, "UserKey")
        ]
    );
}

mod hunting {
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
    fn recipients_of_the_own_domain_are_targets_by_their_id() {
        let targets = find_with(known_tenant(), &[message()]);
        assert_eq!(
            summary(&targets),
            [entry("ann@contoso.com", ANN, "RecipientObjectId")]
        );
        assert_eq!(targets[0].tenant_id, Some(HOME.parse().unwrap()));
        assert_eq!(targets[0].external_domains, ["evil.example"]);
        assert_eq!(targets[0].operations, ["MessageEvents"]);
    }

    #[test]
    fn the_workspace_is_never_taken_for_the_tenant() {
        let targets = find(&[message()]);
        assert_eq!(summary(&targets)[0].2, "NoTenant");
        assert_eq!(targets[0].tenant_id, None);
    }

    #[test]
    fn who_is_internal_is_not_guessed() {
        let tenant_only = QueryOptions {
            tenant_id: Some(HOME.into()),
            ..Default::default()
        };
        let targets = find_with(tenant_only, &[message()]);
        assert!(
            targets.iter().all(|target| target.user_id.is_none()),
            "{targets:?}"
        );
        let named_outsider = QueryOptions {
            tenant_id: Some(HOME.into()),
            external_domain: vec!["Evil.example".into()],
            ..Default::default()
        };
        let group = with(message(), json!({"ThreadId": GROUP}));
        let targets = find_with(named_outsider, &[group]);
        assert_eq!(
            summary(&targets),
            [entry("ann@contoso.com", "", "UnknownSide")]
        );
    }

    #[test]
    fn a_sender_of_the_own_domain_is_in_the_chat_too() {
        let answer = with(
            message(),
            json!({"SenderEmailAddress": "ann@contoso.com", "SenderObjectId": ANN, "TeamsMessageId": "2",
                "RecipientDetails": [{"RecipientSmtpAddress": "eve@evil.example", "RecipientObjectId": EVE}]}),
        );
        assert_eq!(
            summary(&find_with(known_tenant(), &[answer])),
            [entry("ann@contoso.com", ANN, "SenderObjectId")]
        );
    }

    #[test]
    fn internal_threads_and_channels_are_left_alone() {
        for change in [
            json!({"IsExternalThread": 0}),
            json!({"ThreadType": "space"}),
        ] {
            assert_eq!(find_with(known_tenant(), &[with(message(), change)]), []);
        }
    }

    #[test]
    fn the_same_chat_in_an_audit_log_gives_the_tenant_and_becomes_one_target() {
        let mail_differs = with(
            message(),
            json!({"RecipientDetails": [{"RecipientSmtpAddress": "a.nn@contoso.com", "RecipientObjectId": ANN}]}),
        );
        let targets = find(&[chat_created(), mail_differs]);
        assert_eq!(summary(&targets), [entry("ann@contoso.com", ANN, "ChatId")]);
        assert_eq!(targets[0].sources.len(), 2);
        assert_eq!(targets[0].events, 2);
        assert_eq!(targets[0].operations, ["ChatCreated", "MessageEvents"]);
    }

    #[test]
    fn a_domain_of_an_audited_tenant_gives_the_tenant() {
        let group = with(message(), json!({"ThreadId": GROUP}));
        let targets = find(&[chat_created(), group]);
        let of_group: Vec<_> = targets
            .into_iter()
            .filter(|t| t.thread_id == GROUP)
            .collect();
        assert_eq!(
            summary(&of_group),
            [entry("ann@contoso.com", ANN, "RecipientObjectId")]
        );
        assert_eq!(of_group[0].found_by, Some(FoundBy::RecipientObjectId));
    }
}

mod filters {
    use super::*;

    fn count(options: QueryOptions) -> usize {
        let later = with(
            chat_created(),
            json!({"Operation": "MessageSent", "Id": "2", "CreationTime": "2026-09-01T00:00:00"}),
        );
        find_with(options, &[chat_created(), later]).len()
    }

    #[test]
    fn each_filter_takes_what_it_names_and_leaves_the_rest() {
        let list = |text: &str| vec![text.to_string()];
        type Case = fn(Vec<String>) -> QueryOptions;
        let cases: [(Case, &str, &str); 5] = [
            (
                |v| QueryOptions {
                    user_principal_name: v,
                    ..Default::default()
                },
                "ANN@contoso.com",
                "ben@contoso.com",
            ),
            (
                |v| QueryOptions {
                    external_domain: v,
                    ..Default::default()
                },
                "evil.example",
                "good.example",
            ),
            (
                |v| QueryOptions {
                    external_tenant_id: v,
                    ..Default::default()
                },
                AWAY,
                HOME,
            ),
            (
                |v| QueryOptions {
                    operation: v,
                    ..Default::default()
                },
                "chatcreated",
                "MemberAdded",
            ),
            (
                |v| QueryOptions {
                    thread_id: v,
                    ..Default::default()
                },
                "19:*@unq.gbl.spaces",
                GROUP,
            ),
        ];
        for (options, taken, left) in cases {
            assert_eq!(count(options(list(taken))), 1, "{taken}");
            assert_eq!(count(options(list(left))), 0, "{left}");
        }
    }

    #[test]
    fn time_and_operation_decide_what_is_counted() {
        let options = QueryOptions {
            after: Some("2026-08-31T12:00:00Z".into()),
            ..Default::default()
        };
        let later = with(
            chat_created(),
            json!({"Operation": "MessageSent", "Id": "2", "CreationTime": "2026-09-01T00:00:00", "Members": null}),
        );
        let targets = find_with(options, &[chat_created(), later]);
        assert_eq!(targets[0].operations, ["MessageSent"]);
        assert_eq!(targets[0].events, 1);
        assert_eq!(
            targets[0].user_principal_name.as_deref(),
            Some("ann@contoso.com"),
            "who is in the chat may be known from an earlier record"
        );
        let before = QueryOptions {
            before: Some("2026-08-31".into()),
            ..Default::default()
        };
        assert_eq!(count(before), 0);
    }

    #[test]
    fn the_kind_of_chat_can_be_chosen() {
        let kind = |kind| QueryOptions {
            chat_type: vec![kind],
            ..Default::default()
        };
        assert_eq!(count(kind(ChatKind::OneOnOne)), 1);
        assert_eq!(count(kind(ChatKind::Group)), 0);
    }
}

//! Alerts of Defender.

use super::*;

fn message() -> Value {
    json!({
        "@odata.type": "#microsoft.graph.security.teamsMessageEvidence",
        "createdDateTime": "2026-08-31T11:00:00Z",
        "receivedDateTime": "2026-08-31T10:20:00.1234567Z",
        "verdict": "suspicious", "roles": [], "tags": [],
        "threadId": GROUP, "threadType": "Chat", "messageId": "1756635600000",
        "senderFromAddress": "eve@evil.example",
        "recipients": ["ann@contoso.com", "ben@contoso.com"],
        "isExternal": false, "isOwned": false,
        "owningTenantId": AWAY, "messageDirection": "inbound",
    })
}

fn user(name: &str, id: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.security.userEvidence",
        "userAccount": {"accountName": "x", "azureAdUserId": id, "userPrincipalName": name},
    })
}

fn alert(evidence: Vec<Value>) -> Value {
    json!({
        "id": "da1_-2", "incidentId": "2931", "tenantId": HOME, "evidence": evidence,
        "title": "Microsoft Teams chat initiated by a suspicious external user",
    })
}

fn own_domain() -> QueryOptions {
    QueryOptions {
        internal_domain: vec!["contoso.com".into()],
        ..Default::default()
    }
}

#[test]
fn a_user_of_the_same_alert_supplies_the_object_id() {
    let alert = alert(vec![message(), user("Ann@contoso.com", ANN)]);
    let (targets, warnings) = find_all(own_domain(), &[alert]);
    assert_eq!(warnings, [""; 0]);
    assert_eq!(
        summary(&targets),
        [
            entry("Ann@contoso.com", ANN, "UserEvidence"),
            entry("ben@contoso.com", "", "NoObjectId"),
        ]
    );
    let target = &targets[0];
    assert_eq!(target.tenant_id, Some(HOME.parse().unwrap()));
    assert_eq!(*target.external_users, ["eve@evil.example"]);
    assert_eq!(*target.external_tenants, [AWAY.parse::<Uuid>().unwrap()]);
    assert_eq!(*target.operations, ["Alert"]);
    let seen = target.last_seen.unwrap().to_string();
    assert_eq!(seen, "2026-08-31T10:20:00.1234567Z");
}

#[test]
fn another_alert_or_a_similar_name_supplies_no_object_id() {
    let first = alert(vec![message()]);
    let second = alert(vec![user("ann@contoso.com", ANN)]);
    let similar = alert(vec![
        with(message(), json!({"messageId": "2"})),
        user("ann.o@contoso.com", ANN),
        user("ann@contoso.com.evil.example", BEN),
        user("ann", EVE),
    ]);
    let targets = find_with(own_domain(), &[first, second, similar]);
    assert_eq!(
        summary(&targets),
        [
            entry("ann@contoso.com", "", "NoObjectId"),
            entry("ben@contoso.com", "", "NoObjectId"),
        ]
    );
}

#[test]
fn two_object_ids_for_one_name_contradict_each_other() {
    let users = vec![
        message(),
        user("ann@contoso.com", ANN),
        user("ANN@contoso.com", BEN),
    ];
    let targets = find_with(own_domain(), &[alert(users)]);
    assert_eq!(summary(&targets)[0].2, "Contradiction");
}

#[test]
fn recipients_are_addresses_or_object_ids() {
    let ids = json!({"recipients": [ANN], "suspiciousRecipients": [format!("8:orgid:{BEN}")]});
    let evidence = vec![with(message(), ids), user("ann@contoso.com", ANN)];
    // An id alone has no domain, so its side is unknown.
    let targets = find_with(own_domain(), &[alert(evidence)]);
    assert!(
        targets.iter().all(|target| target.user_id.is_none()),
        "{targets:?}"
    );
    let one_text = json!({"recipients": "ann@contoso.com; ben@contoso.com"});
    let targets = find_with(own_domain(), &[alert(vec![with(message(), one_text)])]);
    assert_eq!(targets.len(), 2);
}

#[test]
fn the_id_of_a_one_to_one_chat_shows_which_user_takes_part() {
    let chat = json!({"threadId": pair(ANN, EVE), "recipients": null});
    let evidence = vec![
        with(message(), chat),
        user("ann@contoso.com", ANN),
        user("ben@contoso.com", BEN),
    ];
    let targets = find_with(own_domain(), &[alert(evidence)]);
    assert_eq!(
        summary(&targets),
        [entry("ann@contoso.com", ANN, "UserEvidence")]
    );
}

#[test]
fn a_sender_never_gets_an_object_id_by_an_address() {
    // An external user can write with any address.
    let forged = json!({"senderFromAddress": "ben@contoso.com", "recipients": ["ann@contoso.com"]});
    let evidence = vec![with(message(), forged), user("ben@contoso.com", BEN)];
    let targets = find_with(own_domain(), &[alert(evidence)]);
    assert!(
        targets.iter().all(|target| target.user_id.is_none()),
        "{targets:?}"
    );
}

#[test]
fn is_external_alone_decides_nothing() {
    for external in [true, false] {
        let unknown = json!({
            "isExternal": external, "isOwned": external, "owningTenantId": HOME,
            "messageDirection": "unknown", "senderFromAddress": "eve@unknown.example",
        });
        let found = alert(vec![with(message(), unknown)]);
        let (targets, warnings) = find_all(QueryOptions::default(), &[found]);
        assert_eq!(targets, []);
        assert!(
            warnings[0].contains("do not show whether external users take part"),
            "{warnings:?}"
        );
    }
}

#[test]
fn the_owner_of_the_message_is_another_tenant() {
    let owned = json!({"messageDirection": null, "senderFromAddress": null});
    let targets = find_with(own_domain(), &[alert(vec![with(message(), owned)])]);
    assert!(targets[0].external);
    assert_eq!(
        *targets[0].external_tenants,
        [AWAY.parse::<Uuid>().unwrap()]
    );
}

#[test]
fn channels_and_other_evidence_are_named() {
    let evidence = vec![
        with(
            message(),
            json!({"threadType": "Space", "threadId": "19:a@thread.tacv2"}),
        ),
        with(
            message(),
            json!({"threadType": "Topic", "threadId": "19:b@thread.v2"}),
        ),
        with(message(), json!({"threadId": null})),
        json!({"@odata.type": "#microsoft.graph.security.ipEvidence", "ipAddress": "192.0.2.1"}),
        json!({"verdict": "suspicious"}),
        json!("text"),
    ];
    let (targets, warnings) = find_all(own_domain(), &[alert(evidence)]);
    assert_eq!(targets, []);
    let expected = [
        "Alerts name 2 channels of teams: 19:a@thread.tacv2, 19:b@thread.v2. Access to a channel \
         can't be removed with ChatAccess; remove the external users from the team.",
        "Alerts contain other evidence, which names no chat: evidence without a type, ipEvidence, \
         teamsMessageEvidence without a threadId.",
    ];
    assert_eq!(warnings, expected);
}

#[test]
fn the_thread_of_a_meeting_is_a_chat() {
    let meeting = json!({"threadType": "Meeting", "threadId": "19:meeting_abc@thread.v2"});
    let targets = find_with(own_domain(), &[alert(vec![with(message(), meeting)])]);
    assert_eq!(targets[0].chat_type, ChatKind::Meeting);
}

#[test]
fn an_incident_and_objects_of_powershell_contain_the_same_alerts() {
    let evidence = vec![message(), user("ann@contoso.com", ANN)];
    let expected = find_with(own_domain(), &[alert(evidence.clone())]);
    let graph = json!({"id": "2931", "displayName": "x", "alerts": [alert(evidence.clone())]});
    let evidence: Vec<_> = evidence
        .into_iter()
        .map(|one| json!({"CreatedDateTime": null, "Roles": [], "AdditionalProperties": one}))
        .collect();
    let alert =
        json!({"Id": "da1_-2", "TenantId": HOME, "Evidence": evidence, "AdditionalProperties": {}});
    let powershell = json!({"Id": "2931", "Alerts": [alert], "AdditionalProperties": {}});
    for incident in [graph, powershell] {
        assert_eq!(find_with(own_domain(), &[incident]), expected);
    }
}

#[test]
fn a_message_in_two_alerts_counts_once() {
    let other_chat = with(message(), json!({"threadId": "19:meeting_abc@thread.v2"}));
    let alerts = [alert(vec![message()]), alert(vec![message(), other_chat])];
    let targets = find_with(own_domain(), &alerts);
    assert!(
        targets.iter().all(|target| target.events == 1),
        "{targets:?}"
    );
}

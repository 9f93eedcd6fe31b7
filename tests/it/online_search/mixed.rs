//! Several sources in one search.

use std::collections::BTreeMap;

use chat_access::cloud::Cloud;
use chat_access::identity::Account;
use chat_access::search::{RunningSearch, SearchOptions, Span};
use chat_access::token::AccessToken;
use jiff::Timestamp;
use sandbox::{AuditLog, Chats, Hunting, Sandbox, SandboxOptions, TENANT_ID, TokenClaims};
use serde_json::json;

use super::support::{Job, at_home, span};
use crate::file_search::support::{AWAY, EVE, external_chat, user};

#[test]
fn a_chat_in_every_source_becomes_one_target_with_all_evidence() {
    let record = at_home(&external_chat(1));
    let thread = record["ChatThreadId"].clone();
    let mut job = Job::new("Chat.ReadWrite.All AuditLogsQuery.Read.All ThreatHunting.Read.All");
    job.sandbox.set_audit_log(AuditLog {
        records: vec![record.clone()],
        ..AuditLog::default()
    });
    let now = Timestamp::now().to_string();
    let message = json!({
        "Timestamp": now, "TeamsMessageId": "1", "SenderEmailAddress": "eve@evil.example",
        "SenderObjectId": EVE, "ThreadId": thread, "IsExternalThread": true,
        "RecipientDetails": [{"RecipientSmtpAddress": "user1@contoso.com", "RecipientObjectId": user(1)}],
    });
    let event = json!({
        "Timestamp": now, "Application": "Microsoft Teams", "RawEventData": record.to_string(),
    });
    job.sandbox.set_hunting(Hunting {
        tables: BTreeMap::from([
            ("MessageEvents".to_string(), vec![message]),
            ("CloudAppEvents".to_string(), vec![event]),
        ]),
        ..Hunting::default()
    });
    let member = |id: &str, tenant: &str| {
        json!({
            "@odata.type": "#microsoft.graph.aadUserConversationMember",
            "userId": id, "email": null, "tenantId": tenant,
        })
    };
    job.sandbox.set_chats(Chats {
        chats: vec![json!({
            "id": thread, "chatType": "oneOnOne", "tenantId": AWAY,
            "createdDateTime": "2026-08-30T00:00:00Z",
            "members": [member(&user(1), TENANT_ID), member(EVE, AWAY)],
        })],
    });
    job.list(&["Chat.ReadBasic.All"], &[&user(1)]);
    job.online().audit_query = span("2026-08-31", "2026-09-01");
    job.online().hunting = Some(Span::new(&Default::default(), Timestamp::now(), 30).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.json");
    std::fs::write(&file, record.to_string()).unwrap();
    job.options.paths = vec![file];
    let search = job.start();
    assert!(search.feed(&record.to_string()));
    search.finish();
    let outcome = super::support::Outcome {
        events: super::support::events(&search),
        sandbox: job.sandbox,
    };
    outcome.assert_complete();
    assert_eq!(outcome.users(), [user(1)]);
    let target = outcome.named("target")[0];
    assert_eq!(
        target["sources"],
        json!(["AuditLog", "CloudAppEvents", "MessageEvents", "Chats"])
    );
    assert_eq!(target["events"], 3, "a record in four sources counts once");
    assert_eq!(target["user_principal_name"], "user1@contoso.com");
    assert_eq!(target["external_users"], json!(["eve@evil.example"]));
    assert_eq!(target["first_seen"], "2026-08-30T00:00:00Z");
    assert_eq!(outcome.named("searched")[0]["files"], 4);
}

#[test]
fn the_audit_query_requires_the_worldwide_cloud_and_an_account() {
    let refused = |environment: Option<&str>| {
        let mut options = SearchOptions::default();
        options.online.audit_query = span("2026-08-31", "2026-09-01");
        if environment.is_some() {
            let cloud = Cloud::new(environment, None, None).unwrap();
            let token = AccessToken::new(b"a.b.c").unwrap();
            options.account = Some(Account::with_token(cloud, token).unwrap().into());
        }
        RunningSearch::start(options)
            .map(drop)
            .map_err(|error| error.to_string())
    };
    for cloud in ["USGov", "USGovDoD"] {
        let why = refused(Some(cloud)).unwrap_err();
        assert!(why.starts_with(&format!("Environment '{cloud}'")), "{why}");
        assert!(why.contains("Search-UnifiedAuditLog"), "{why}");
    }
    assert!(refused(None).unwrap_err().starts_with("Account is empty"));
}

#[test]
fn the_verified_domains_of_the_tenant_decide_before_a_record() {
    let message = json!({
        "Timestamp": "2026-08-31T10:20:00Z", "TeamsMessageId": "1", "ThreadId": "19:x@thread.v2",
        "SenderEmailAddress": "eve@evil.example", "SenderObjectId": EVE, "IsExternalThread": true,
        "RecipientDetails": [{"RecipientSmtpAddress": "user1@contoso.com", "RecipientObjectId": user(1)}],
    });
    // An external user caused a record that assigns the domain to another tenant.
    let mut hostile = at_home(&external_chat(2));
    hostile["Members"] = json!([]);
    hostile["ParticipantInfo"]["ParticipatingSIPDomains"] =
        json!([{"DomainName": "contoso.com", "TenantId": AWAY}]);
    for (scope, found) in [
        ("User.Read User.ReadBasic.All", true),
        ("User.ReadBasic.All", false),
    ] {
        let mut job = Job::new(scope);
        job.sandbox = Sandbox::start(SandboxOptions {
            verified_domains: vec!["Contoso.com".into(), "contoso.onmicrosoft.com".into()],
            ..SandboxOptions::default()
        });
        let claims = TokenClaims {
            scp: Some(scope.into()),
            ..TokenClaims::default()
        };
        let account = Account::with_token(
            super::support::cloud(&job.sandbox),
            super::support::token(&job.sandbox, claims),
        );
        job.options.account = Some(account.unwrap().into());
        job.options.resolve_users = true;
        let search = job.start();
        for record in [&message, &hostile] {
            assert!(search.feed(&record.to_string()));
        }
        search.finish();
        let outcome = super::support::Outcome {
            events: super::support::events(&search),
            sandbox: job.sandbox,
        };
        assert_eq!(
            outcome.users().contains(&user(1)),
            found,
            "{:?}",
            outcome.events
        );
        assert_eq!(
            outcome
                .warnings()
                .contains("assigns contoso.com to the tenant"),
            found,
            "{}",
            outcome.warnings()
        );
    }
}

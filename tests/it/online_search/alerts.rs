//! Incidents and alerts of Defender through Graph.

use chat_access::cloud::Cloud;
use chat_access::search::{AlertIds, RunningSearch, SearchOptions};
use sandbox::{Alerts, Fault, FaultScript, Rule, TENANT_ID, When};
use serde_json::{Value, json};

use super::support::{Job, Outcome};
use crate::file_search::support::user;

const SCOPES: &str = "Chat.ReadWrite.All SecurityIncident.Read.All SecurityAlert.Read.All";

/// An alert about a chat of an external user with the user of this number.
fn alert(number: u32) -> Value {
    let name = format!("user{number}@contoso.com");
    json!({
        "id": format!("da{number}_-1"), "incidentId": "2931", "tenantId": TENANT_ID,
        "evidence": [
            {
                "@odata.type": "#microsoft.graph.security.teamsMessageEvidence",
                "receivedDateTime": "2026-08-31T10:20:00Z",
                "threadId": format!("19:{number:032x}@thread.v2"), "threadType": "Chat",
                "senderFromAddress": "eve@evil.example", "recipients": [name],
                "messageId": "1", "messageDirection": "inbound",
            },
            {
                "@odata.type": "#microsoft.graph.security.userEvidence",
                "userAccount": {"userPrincipalName": name, "azureAdUserId": user(number)},
            },
        ],
    })
}

fn incident(id: &str, alerts: &[u32]) -> Value {
    let alerts: Vec<Value> = alerts.iter().map(|number| alert(*number)).collect();
    json!({"id": id, "status": "active", "redirectIncidentId": null, "alerts": alerts})
}

fn data() -> Alerts {
    let mut merged = incident("2930", &[]);
    merged["status"] = json!("redirected");
    merged["redirectIncidentId"] = json!("2931");
    Alerts {
        incidents: vec![incident("2931", &[1, 2]), merged, incident("7", &[])],
        alerts: vec![alert(3)],
    }
}

fn read_with(scopes: &str, incidents: &[&str], alerts: &[&str], rules: Vec<Rule>) -> Outcome {
    let mut job = Job::new(scopes);
    job.sandbox.set_alerts(data());
    job.sandbox.script(FaultScript::new(rules));
    job.query().internal_domain = vec!["contoso.com".into()];
    let texts = |ids: &[&str]| ids.iter().map(ToString::to_string).collect();
    job.online().alerts = Some(AlertIds {
        incidents: texts(incidents),
        alerts: texts(alerts),
    });
    job.run()
}

fn read(incidents: &[&str], alerts: &[&str]) -> Outcome {
    read_with(SCOPES, incidents, alerts, Vec::new())
}

#[test]
fn incidents_and_alerts_are_read_by_their_ids() {
    let outcome = read(&["2931"], &["da3_-1"]);
    outcome.assert_complete();
    assert_eq!(outcome.users(), [user(1), user(2), user(3)]);
    let target = outcome.named("target")[0];
    assert_eq!(target["sources"], json!(["Alerts"]));
    assert_eq!(target["found_by"], "UserEvidence");
    assert_eq!(target["tenant_id"], TENANT_ID);
    let targets: Vec<_> = outcome.sandbox.requests();
    let paths: Vec<&str> = targets.iter().map(|one| one.target.as_str()).collect();
    let expected = [
        "/v1.0/security/incidents/2931?$expand=alerts",
        "/v1.0/security/alerts_v2/da3_-1",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn a_missing_permission_is_named() {
    for (incidents, alerts, permission) in [
        (&["2931"][..], &[][..], "SecurityIncident.Read.All"),
        (&[], &["da3_-1"], "SecurityAlert.Read.All"),
    ] {
        let outcome = read_with("Chat.ReadWrite.All", incidents, alerts, Vec::new());
        let (error, message, next_step) = outcome.error();
        assert_eq!(error, "Denied", "{message}");
        let scope = format!("Connect-ChatAccess -Scope Chat.ReadWrite.All, {permission}");
        assert!(next_step.contains(&scope), "{next_step}");
        assert!(next_step.contains("a role in Defender"), "{next_step}");
    }
}

#[test]
fn an_unknown_id_is_named_and_the_others_are_read() {
    let outcome = read(&["1", "2931"], &["da3_-1", "da9_-1"]);
    let (error, message, _) = outcome.error();
    assert_eq!(error, "Failed");
    assert_eq!(
        message,
        "Microsoft Defender has no incident 1 that the account can read."
    );
    assert_eq!(outcome.users(), [user(1), user(2), user(3)]);
}

#[test]
fn a_merged_incident_is_followed_and_an_empty_one_is_named() {
    let outcome = read(&["2930"], &[]);
    assert_eq!(outcome.users(), [user(1), user(2)]);
    assert!(
        outcome
            .warnings()
            .contains("Defender merged incident 2930 into incident 2931"),
        "{}",
        outcome.warnings()
    );
    let outcome = read(&["7"], &[]);
    assert!(
        outcome
            .warnings()
            .contains("Incident 7 contains no alerts."),
        "{}",
        outcome.warnings()
    );
}

#[test]
fn a_busy_service_is_asked_again() {
    let busy = Rule::new(Fault::Throttle {
        retry_after: Some("0".into()),
    });
    let outcome = read_with(SCOPES, &["2931"], &[], vec![busy.when(When::nth(1))]);
    outcome.assert_complete();
    assert_eq!(outcome.users(), [user(1), user(2)]);
}

#[test]
fn ids_of_other_forms_and_a_missing_account_are_refused() {
    let start = |incidents: &[&str], alerts: &[&str]| {
        let mut job = Job::new(SCOPES);
        let texts = |ids: &[&str]| ids.iter().map(ToString::to_string).collect();
        job.online().alerts = Some(AlertIds {
            incidents: texts(incidents),
            alerts: texts(alerts),
        });
        RunningSearch::start(job.options).unwrap_err().to_string()
    };
    assert_eq!(
        start(&["da1_-2"], &[]),
        "IncidentId 'da1_-2' can't be used. Use the number of the incident, such as 2931."
    );
    assert!(
        start(&[" "], &[]).starts_with("IncidentId is empty."),
        "{}",
        start(&[" "], &[])
    );
    assert!(start(&[], &["a/b"]).starts_with("AlertId 'a/b' can't be used."));
    let mut options = SearchOptions::default();
    options.online.alerts = Some(AlertIds::default());
    let error = RunningSearch::start(options).unwrap_err().to_string();
    assert!(
        error.contains("incidents and alerts need a signed-in account"),
        "{error}"
    );
}

/// No account of the cloud in China can be opened, so no incident is requested there.
#[test]
fn china_is_refused() {
    let error = Cloud::new(Some("China"), None, None).unwrap_err();
    assert!(error.to_string().contains("China"), "{error}");
}

/// The same evidence in the files that admins save.
#[test]
fn incidents_in_files_give_the_same_targets() {
    use crate::file_search::support::{search_sources, stream};
    let incident = incident("2931", &[1, 2]);
    let alerts = &incident["alerts"];
    for file in [
        incident.to_string(),
        serde_json::to_string_pretty(&incident).unwrap(),
        alerts.to_string(),
        json!({"@odata.context": "x", "value": [incident]}).to_string(),
        json!({"value": alerts}).to_string(),
        format!("{}\n{}\n", alerts[0], alerts[1]),
    ] {
        let options = chat_access::search::QueryOptions {
            internal_domain: vec!["contoso.com".into()],
            ..Default::default()
        };
        let findings = search_sources(vec![stream("incident.json", file.clone())], options);
        assert_eq!(findings.damages, [], "{file}");
        let ids: Vec<_> = findings
            .targets
            .iter()
            .map(|one| one.user_id.unwrap().to_string())
            .collect();
        assert_eq!(ids, [user(1), user(2)], "{file}");
    }
}

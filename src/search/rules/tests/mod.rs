//! The rules, each by the records that it applies to.

mod alerts;
mod audit_records;
mod filters;
mod hostile_records;
mod message_events;

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

/// Eve of another tenant starts a chat with Ann. The fields are those of real records.
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

/// Merges `changes` into `record`: a nested object is merged too, and `null` removes a field.
fn with(mut record: Value, changes: Value) -> Value {
    let (Value::Object(fields), Value::Object(changes)) = (&mut record, changes) else {
        panic!("objects")
    };
    for (name, value) in changes {
        match (fields.get_mut(&name), value) {
            (_, Value::Null) => {
                fields.remove(&name);
            }
            (Some(nested @ Value::Object(_)), value @ Value::Object(_)) => {
                *nested = with(nested.take(), value);
            }
            (_, value) => {
                fields.insert(name, value);
            }
        }
    }
    record
}

/// Ben starts an internal chat with Ann.
fn internal_chat() -> Value {
    with(
        chat_created(),
        json!({
            "ParticipantInfo": {"HasForeignTenantUsers": false, "ParticipatingTenantIds": [HOME], "ParticipatingSIPDomains": []},
            "ResourceTenantId": HOME, "ChatThreadId": pair(ANN, BEN), "UserId": "ben@contoso.com", "UserKey": BEN,
            "Members": [member("ann@contoso.com", HOME), member("ben@contoso.com", HOME)],
        }),
    )
}

/// Returns the targets in the records, and checks that the order of the records does not change
/// them.
fn find_with(options: QueryOptions, records: &[Value]) -> Vec<Target> {
    find_all(options, records).0
}

/// The same, with the warnings.
fn find_all(options: QueryOptions, records: &[Value]) -> (Vec<Target>, Vec<String>) {
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
        let (targets, left_out) = all.targets(&query);
        (targets, left_out.sentences(&query, None))
    };
    let found = find(&mut records.iter());
    assert_eq!(find(&mut records.iter().rev()), found, "the reverse order");
    found
}

fn find(records: &[Value]) -> Vec<Target> {
    find_with(QueryOptions::default(), records)
}

/// Returns the targets in the group chat.
fn in_group(mut targets: Vec<Target>) -> Vec<Target> {
    targets.retain(|target| target.thread_id == GROUP);
    targets
}

/// Returns the name, the object id, and how the id was found or why it was not.
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

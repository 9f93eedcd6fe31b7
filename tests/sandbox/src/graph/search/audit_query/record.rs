//! Audit log records in the format of Graph.

use serde_json::{Value, json};

use super::super::instant;

/// Graph's names for the record types that tests use.
pub(super) const KINDS: [(u64, &str); 6] = [
    (1, "exchangeAdmin"),
    (2, "exchangeItem"),
    (4, "sharePoint"),
    (8, "azureActiveDirectory"),
    (25, "microsoftTeams"),
    (57, "microsoftTeamsAdmin"),
];

/// Returns Graph's name for the type of a record. A record without a type counts as Teams, which is
/// what tests use; a type without a name above counts as SharePoint.
pub(super) fn kind(record: &Value) -> &'static str {
    let Some(number) = record.get("RecordType") else {
        return "microsoftTeams";
    };
    let known = KINDS.iter().find(|(one, _)| number.as_u64() == Some(*one));
    known.map_or("sharePoint", |(_, name)| name)
}

/// Wraps a record in an `auditLogRecord`.
pub(super) fn item(record: &Value) -> Value {
    let text = |member: &str| record[member].as_str();
    json!({
        "id": text("Id"),
        "createdDateTime": text("CreationTime").and_then(instant).map(|at| at.to_string()),
        "auditLogRecordType": kind(record),
        "operation": text("Operation"),
        "organizationId": text("OrganizationId"),
        "userType": "regular",
        "userId": text("UserKey").or_else(|| text("UserId")),
        "service": text("Workload").unwrap_or("MicrosoftTeams"),
        "objectId": null,
        "userPrincipalName": text("UserId"),
        "clientIp": null,
        "administrativeUnits": [""],
        "auditData": audit_data(record),
    })
}

/// Returns the record with its `@odata.type`. A value that is not an object stays unchanged.
fn audit_data(record: &Value) -> Value {
    let mut data = record.clone();
    if let Some(members) = data.as_object_mut() {
        let name = "#microsoft.graph.security.defaultAuditData";
        members.insert("@odata.type".into(), name.into());
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_without_a_type_counts_as_teams() {
        for (record, name) in [
            (json!({}), "microsoftTeams"),
            (json!({"RecordType": 25}), "microsoftTeams"),
            (json!({"RecordType": 8}), "azureActiveDirectory"),
            (json!({"RecordType": 6}), "sharePoint"),
            (json!({"RecordType": "25"}), "sharePoint"),
        ] {
            assert_eq!(kind(&record), name, "{record}");
        }
    }

    #[test]
    fn a_record_is_wrapped_with_its_time_in_utc() {
        let item = item(&json!({
            "Id": "1", "CreationTime": "2026-11-01T05:00:00", "Operation": "ChatCreated",
            "UserId": "eve@fabrikam.example", "ChatThreadId": "19:a@thread.v2",
        }));
        assert_eq!(item["createdDateTime"], "2026-11-01T05:00:00Z");
        assert_eq!(item["userPrincipalName"], "eve@fabrikam.example");
        assert_eq!(item["auditData"]["ChatThreadId"], "19:a@thread.v2");
        assert_eq!(
            item["auditData"]["@odata.type"],
            "#microsoft.graph.security.defaultAuditData"
        );
    }

    #[test]
    fn a_value_that_is_not_an_object_stays_unchanged() {
        assert_eq!(item(&json!([1]))["auditData"], json!([1]));
    }
}

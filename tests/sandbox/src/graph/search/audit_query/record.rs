//! A record of the audit log, as Graph wraps it.

use serde_json::{Value, json};

use super::super::instant;

/// The names of Graph for the numbers in the records, as far as anyone needs them here.
pub(super) const KINDS: [(u64, &str); 6] = [
    (1, "exchangeAdmin"),
    (2, "exchangeItem"),
    (4, "sharePoint"),
    (8, "azureActiveDirectory"),
    (25, "microsoftTeams"),
    (57, "microsoftTeamsAdmin"),
];

/// What kind of record it is. Where none says so, it is one of Teams, for that is what tests write;
/// any number without a name here is SharePoint.
pub(super) fn kind(record: &Value) -> &'static str {
    let Some(number) = record.get("RecordType") else {
        return "microsoftTeams";
    };
    let known = KINDS.iter().find(|(one, _)| number.as_u64() == Some(*one));
    known.map_or("sharePoint", |(_, name)| name)
}

/// The `auditLogRecord` around a record.
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

/// The record itself, with its type; what is no object goes out as it is.
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
    fn a_record_is_of_teams_unless_it_says_otherwise() {
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
    fn what_is_no_record_goes_out_as_it_is() {
        assert_eq!(item(&json!([1]))["auditData"], json!([1]));
    }
}

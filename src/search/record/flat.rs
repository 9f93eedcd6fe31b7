//! Audit records whose fields are columns of their own.
//!
//! Hawk writes `Members_0_UPN`, Power Query `AuditData.Members.0.UPN`, and Sentinel's table
//! OfficeActivity one column for each field. A column's name is a path into the record; the values
//! are put together at these paths, and the record is read as usual.

use serde_json::{Map, Value};

/// The fields of an audit record that a search uses.
const FIELDS: [&str; 23] = [
    "Id",
    "CreationTime",
    "Operation",
    "OrganizationId",
    "UserType",
    "UserId",
    "UserKey",
    "UserTenantId",
    "ChatThreadId",
    "CommunicationType",
    "ResourceTenantId",
    "Members",
    "UPN",
    "DisplayName",
    "ParticipantInfo",
    "HasForeignTenantUsers",
    "HasGuestUsers",
    "HasOtherGuestUsers",
    "HasUnauthenticatedUsers",
    "ParticipatingTenantIds",
    "ParticipatingSIPDomains",
    "DomainName",
    "TenantId",
];

/// The names of a row's own copies of these fields.
const ALIASES: [(&str, &str); 6] = [
    ("timegenerated", "CreationTime"),
    ("timegenerated [utc]", "CreationTime"),
    ("creationdate", "CreationTime"),
    ("operations", "Operation"),
    ("userids", "UserId"),
    ("officeid", "Id"),
];

/// Prefixes of a field's name in a record that was expanded into columns.
const PREFIXES: [&str; 4] = ["auditdata", "raweventdata", "properties", "data"];

/// Maximum number of items in a list. It bounds the memory.
const LONGEST_LIST: usize = 1000;

/// The place of a column's value in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldPath {
    steps: Vec<Step>,
    /// Whether another column can contain the same field under its own name.
    alias: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Field(&'static str),
    Item(usize),
}

impl FieldPath {
    /// Returns the place for the column `name`, or `None` for a column that a search does not use.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let name = name.trim();
        if let Some((_, field)) = ALIASES
            .iter()
            .find(|(alias, _)| alias.eq_ignore_ascii_case(name))
        {
            return Some(Self {
                steps: vec![Step::Field(field)],
                alias: true,
            });
        }
        let mut parts: Vec<&str> = name
            .split(['.', '_', '/', ':', '[', ']'])
            .filter(|part| !part.is_empty())
            .collect();
        while parts.len() > 1
            && PREFIXES
                .iter()
                .any(|one| one.eq_ignore_ascii_case(parts[0]))
        {
            parts.remove(0);
        }
        let mut steps = Vec::new();
        for part in parts {
            if let Ok(at) = part.parse::<usize>() {
                steps.push(Step::Item(at).within_limit()?);
                continue;
            }
            let field = FIELDS.iter().find(|one| one.eq_ignore_ascii_case(part))?;
            // A list that was expanded into rows has one item in each.
            if let Some(Step::Field("Members" | "ParticipatingSIPDomains")) = steps.last() {
                steps.push(Step::Item(0));
            }
            steps.push(Step::Field(field));
        }
        let alone = match steps.first()? {
            Step::Field("Members" | "ParticipantInfo") => true,
            // These names have another meaning outside of a list or of ParticipantInfo.
            Step::Field("UPN" | "DisplayName" | "TenantId" | "DomainName") | Step::Item(_) => {
                return None;
            }
            Step::Field(_) => steps.len() == 1,
        };
        alone.then_some(Self {
            steps,
            alias: false,
        })
    }

    /// Returns whether this is the chat's id.
    pub(crate) fn is_chat(&self) -> bool {
        self.steps == [Step::Field("ChatThreadId")]
    }
}

impl Step {
    fn within_limit(self) -> Option<Self> {
        (!matches!(self, Self::Item(at) if at >= LONGEST_LIST)).then_some(self)
    }
}

/// Builds a record of the values. An empty text is a missing value.
pub(crate) fn record<'p>(values: impl Iterator<Item = (&'p FieldPath, Value)>) -> Value {
    let mut record = Value::Object(Map::new());
    let mut aliases = Vec::new();
    for (path, value) in values {
        if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
            continue;
        }
        if path.alias {
            aliases.push((path, value));
        } else {
            put(&mut record, &path.steps, value);
        }
    }
    for (path, value) in aliases {
        put(&mut record, &path.steps, value);
    }
    record
}

/// Sets a value, unless one is set.
fn put(at: &mut Value, steps: &[Step], value: Value) {
    let Some((step, rest)) = steps.split_first() else {
        if at.is_null() {
            *at = value;
        }
        return;
    };
    if at.is_null() {
        *at = match step {
            Step::Field(_) => Value::Object(Map::new()),
            Step::Item(_) => Value::Array(Vec::new()),
        };
    }
    match (step, at) {
        (Step::Field(name), Value::Object(fields)) => {
            put(fields.entry(*name).or_insert(Value::Null), rest, value);
        }
        (Step::Item(index), Value::Array(items)) => {
            if items.len() <= *index {
                items.resize(index + 1, Value::Null);
            }
            put(&mut items[*index], rest, value);
        }
        // Another column says that this is not a list, or not an object.
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_are_put_together_whatever_separates_the_names() {
        for names in [
            [
                "ChatThreadId",
                "Members_0_UPN",
                "Members_1_UPN",
                "ParticipantInfo_HasForeignTenantUsers",
            ],
            [
                "AuditData.ChatThreadId",
                "AuditData.Members.0.UPN",
                "AuditData.Members.1.UPN",
                "AuditData.ParticipantInfo.HasForeignTenantUsers",
            ],
            [
                "chatthreadid",
                "Members[0].UPN",
                "Members[1].UPN",
                "ParticipantInfo/HasForeignTenantUsers",
            ],
        ] {
            let paths = names.map(|name| FieldPath::new(name).unwrap());
            assert!(paths[0].is_chat());
            let values = ["19:x", "ann@contoso.com", "eve@evil.example", "True"];
            let record = record(paths.iter().zip(values.map(Value::from)));
            assert_eq!(
                record,
                json!({
                    "ChatThreadId": "19:x",
                    "Members": [{"UPN": "ann@contoso.com"}, {"UPN": "eve@evil.example"}],
                    "ParticipantInfo": {"HasForeignTenantUsers": "True"},
                })
            );
        }
    }

    #[test]
    fn a_field_of_the_record_wins_over_that_of_its_row() {
        let paths = ["CreationDate", "CreationTime"].map(|name| FieldPath::new(name).unwrap());
        let record = record(paths.iter().zip(["row", "record"].map(Value::from)));
        assert_eq!(record, json!({"CreationTime": "record"}));
    }

    #[test]
    fn other_columns_do_not_matter() {
        for name in [
            "TenantId",
            "Workload",
            "Members_100000_UPN",
            "UserId_Domain",
            "",
            "UPN",
        ] {
            assert_eq!(FieldPath::new(name), None, "{name}");
        }
    }
}

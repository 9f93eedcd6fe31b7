//! The filters of an audit log query.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::instant;
use super::record;
use crate::graph::Refusal;

/// The members that a client can send. Other documented members are refused on purpose: the pages
/// of the documentation disagree on `serviceFilter` and `serviceFilters`, so a client should use
/// neither.
const TEXTS: [&str; 2] = ["displayName", "keywordFilter"];
const LISTS: [&str; 3] = [
    "recordTypeFilters",
    "operationFilters",
    "userPrincipalNameFilters",
];
const TIMES: [&str; 2] = ["filterStartDateTime", "filterEndDateTime"];

#[derive(Clone, Debug)]
pub(super) struct AuditQuery {
    /// The members as sent. Members that were not sent are null or empty.
    members: Map<String, Value>,
    start: Timestamp,
    end: Timestamp,
}

impl AuditQuery {
    pub(super) fn parse(sent: Map<String, Value>) -> Result<Self, Refusal> {
        let mut members = Map::new();
        for name in TEXTS.iter().chain(&TIMES) {
            members.insert((*name).into(), Value::Null);
        }
        for name in LISTS {
            members.insert(name.into(), json!([]));
        }
        for (name, value) in sent {
            if name == "@odata.type" {
                expect_type(&value)?;
                continue;
            }
            check(&name, &value)?;
            members.insert(name, value);
        }
        let [start, end] = TIMES.map(|name| time(&members, name));
        let (start, end) = (start?, end?);
        if end <= start {
            return Err(Refusal::bad_request(
                "filterEndDateTime must be later than filterStartDateTime.",
            ));
        }
        Ok(Self {
            members,
            start,
            end,
        })
    }

    pub(super) fn json(&self) -> Value {
        self.members.clone().into()
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        let list = self.members.get(name).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    }

    /// Returns whether a record matches. The end of the time range is excluded.
    pub(super) fn matches(&self, record: &Value) -> bool {
        let text = |member: &str| record[member].as_str().unwrap_or_default();
        let any = |name: &str, value: &str| {
            let mut wanted = self.list(name).peekable();
            wanted.peek().is_none() || wanted.any(|one| one.eq_ignore_ascii_case(value))
        };
        let keyword = self.members["keywordFilter"].as_str().unwrap_or_default();
        instant(text("CreationTime")).is_none_or(|at| (self.start..self.end).contains(&at))
            && any("recordTypeFilters", record::kind(record))
            && any("operationFilters", text("Operation"))
            && any("userPrincipalNameFilters", text("UserId"))
            && (keyword.is_empty()
                || record
                    .to_string()
                    .to_lowercase()
                    .contains(&keyword.to_lowercase()))
    }
}

fn expect_type(value: &Value) -> Result<(), Refusal> {
    let name = value.as_str().unwrap_or_default();
    if name.trim_start_matches('#') == "microsoft.graph.security.auditLogQuery" {
        return Ok(());
    }
    Err(Refusal::bad_request(format!(
        "The type '{name}' is not microsoft.graph.security.auditLogQuery."
    )))
}

/// Checks that a member has a supported name and a value of its type.
fn check(name: &str, value: &Value) -> Result<(), Refusal> {
    let is_good = if LISTS.contains(&name) {
        is_list_of_texts(value)
    } else if TEXTS.contains(&name) {
        value.is_string() || value.is_null()
    } else if TIMES.contains(&name) {
        value.is_string()
    } else {
        return Err(Refusal::bad_request(format!(
            "The property '{name}' does not exist on type \
             'microsoft.graph.security.auditLogQuery'. Make sure to only use property names that \
             are defined by the type."
        )));
    };
    if !is_good {
        return Err(Refusal::bad_request(format!(
            "Invalid value for property '{name}'."
        )));
    }
    if name != "recordTypeFilters" {
        return Ok(());
    }
    let is_kind = |one: &Value| record::KINDS.iter().any(|(_, kind)| one == kind);
    let mut kinds = value.as_array().into_iter().flatten();
    match kinds.find(|one| !is_kind(one)) {
        None => Ok(()),
        Some(unknown) => Err(Refusal::bad_request(format!(
            "Cannot convert the literal {unknown} to the expected type \
             'microsoft.graph.security.auditLogRecordType'."
        ))),
    }
}

fn is_list_of_texts(value: &Value) -> bool {
    let list = value.as_array();
    list.is_some_and(|list| list.iter().all(Value::is_string))
}

/// Returns a required time, which must have an offset.
fn time(members: &Map<String, Value>, name: &str) -> Result<Timestamp, Refusal> {
    let Some(text) = members.get(name).and_then(Value::as_str) else {
        return Err(Refusal::bad_request(format!(
            "A value is required for property '{name}'."
        )));
    };
    text.parse().map_err(|_| {
        Refusal::bad_request(format!(
            "Cannot convert the literal '{text}' to the expected type 'Edm.DateTimeOffset'."
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(more: Value) -> Result<AuditQuery, Refusal> {
        let mut sent = json!({
            "filterStartDateTime": "2026-11-01T00:00:00Z",
            "filterEndDateTime": "2026-11-02T00:00:00+00:00",
        });
        for (name, value) in more.as_object().unwrap() {
            sent[name] = value.clone();
        }
        AuditQuery::parse(sent.as_object().unwrap().clone())
    }

    #[test]
    fn a_query_matches_records_that_pass_all_of_its_filters() {
        let record = json!({
            "CreationTime": "2026-11-01T05:00:00", "RecordType": 25, "Operation": "ChatCreated",
            "UserId": "Eve@fabrikam.example", "ChatThreadId": "19:a@thread.v2",
        });
        for (more, matches) in [
            (json!({}), true),
            (json!({"recordTypeFilters": ["microsoftTeams"]}), true),
            (json!({"recordTypeFilters": ["sharePoint"]}), false),
            (
                json!({"operationFilters": ["MessageSent", "chatcreated"]}),
                true,
            ),
            (json!({"operationFilters": ["MessageSent"]}), false),
            (
                json!({"userPrincipalNameFilters": ["eve@fabrikam.example"]}),
                true,
            ),
            (
                json!({"userPrincipalNameFilters": ["bob@contoso.example"]}),
                false,
            ),
            (json!({"keywordFilter": "19:A@"}), true),
            (json!({"keywordFilter": "19:b@"}), false),
            (json!({"filterStartDateTime": "2026-11-01T05:00:00Z"}), true),
            (json!({"filterEndDateTime": "2026-11-01T05:00:00Z"}), false),
        ] {
            assert_eq!(
                query(more.clone()).unwrap().matches(&record),
                matches,
                "{more}"
            );
        }
        let hostile = json!(["not", "a", "record"]);
        assert!(query(json!({})).unwrap().matches(&hostile));
    }

    #[test]
    fn a_query_accepts_only_supported_members_with_values_of_their_type() {
        for good in [
            json!({"@odata.type": "#microsoft.graph.security.auditLogQuery"}),
            json!({"displayName": "a"}),
        ] {
            assert!(query(good.clone()).is_ok(), "{good}");
        }
        for bad in [
            json!({"serviceFilter": "MicrosoftTeams"}),
            json!({"serviceFilters": ["MicrosoftTeams"]}),
            json!({"recordTypeFilters": ["25"]}),
            json!({"recordTypeFilters": "microsoftTeams"}),
            json!({"operationFilters": [1]}),
            json!({"displayName": 1}),
            json!({"filterStartDateTime": null}),
            json!({"filterStartDateTime": "2026-11-01"}),
            json!({"filterStartDateTime": "2026-11-01T00:00:00"}),
            json!({"filterEndDateTime": "2026-11-01T00:00:00Z"}),
            json!({"@odata.type": "#microsoft.graph.security.auditLogRecord"}),
        ] {
            assert!(query(bad.clone()).is_err(), "{bad}");
        }
    }
}

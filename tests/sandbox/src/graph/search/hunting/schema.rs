//! The columns of the tables.

use serde_json::Value;

/// The types of columns, as answers name them.
pub(super) const TEXT: &str = "String";
pub(super) const TIME: &str = "DateTime";
pub(super) const BOOLEAN: &str = "SByte";
pub(super) const NUMBER: &str = "Int64";
pub(super) const DYNAMIC: &str = "Object";

type Columns = [(&'static str, &'static str)];

const MESSAGE_EVENTS: &Columns = &[
    ("Timestamp", TIME),
    ("LastEditedTime", TEXT),
    ("TeamsMessageId", TEXT),
    ("SenderEmailAddress", TEXT),
    ("SenderDisplayName", TEXT),
    ("SenderObjectId", TEXT),
    ("SenderType", TEXT),
    ("RecipientDetails", DYNAMIC),
    ("IsOwnedThread", BOOLEAN),
    ("MessageId", TEXT),
    ("ParentMessageId", TEXT),
    ("GroupId", TEXT),
    ("GroupName", TEXT),
    ("ThreadId", TEXT),
    ("ThreadSubtype", TEXT),
    ("IsExternalThread", BOOLEAN),
    ("ReportId", TEXT),
];

const CLOUD_APP_EVENTS: &Columns = &[
    ("Timestamp", TIME),
    ("ActionType", TEXT),
    ("Application", TEXT),
    ("AccountObjectId", TEXT),
    ("AccountId", TEXT),
    ("IsExternalUser", BOOLEAN),
    ("RawEventData", DYNAMIC),
    ("ReportId", TEXT),
];

/// The columns of a table. One that is not known here has those of its rows.
pub(super) fn columns(table: &str, rows: &[Value]) -> Vec<(String, &'static str)> {
    let known = match table {
        "MessageEvents" => MESSAGE_EVENTS,
        "CloudAppEvents" => CLOUD_APP_EVENTS,
        _ => return columns_of(rows),
    };
    known
        .iter()
        .map(|(name, kind)| ((*name).to_owned(), *kind))
        .collect()
}

fn columns_of(rows: &[Value]) -> Vec<(String, &'static str)> {
    let mut columns: Vec<(String, &'static str)> = Vec::new();
    for (name, value) in rows.iter().filter_map(Value::as_object).flatten() {
        if !columns.iter().any(|(one, _)| one == name) {
            let kind = if name == "Timestamp" {
                TIME
            } else {
                kind_of(value)
            };
            columns.push((name.clone(), kind));
        }
    }
    columns
}

/// The type of a column that has this value in it.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::String(_) => TEXT,
        Value::Bool(_) => BOOLEAN,
        Value::Number(_) => NUMBER,
        Value::Null | Value::Array(_) | Value::Object(_) => DYNAMIC,
    }
}

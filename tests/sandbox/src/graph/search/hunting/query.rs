//! The hunting queries that ChatAccess sends, run over the rows of a table.
//!
//! This is no interpreter of the Kusto query language. It recognises the lines that ChatAccess
//! writes, one operator a line:
//!
//! ```kusto
//! MessageEvents
//! | where Timestamp >= datetime(<start>) and Timestamp < datetime(<end>)
//! | where coalesce(column_ifexists("IsExternalThread", true), true)
//! | project Timestamp, ThreadId, ThreadType = column_ifexists("ThreadType", "")
//! ```
//!
//! Any other line is refused and quoted, so that no test passes with a filter that was skipped or
//! misread. `tests/kusto.rs` tests with Microsoft's own parser that the queries are valid.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde_json::{Map, Value, json};

use super::super::instant;
use crate::graph::Refusal;

/// The result of a query.
pub(super) struct Table {
    /// The columns, each with its type.
    pub(super) columns: Vec<(String, &'static str)>,
    pub(super) rows: Vec<Value>,
}

/// A condition of a `where`.
struct Condition {
    text: &'static str,
    holds: fn(&Value) -> bool,
}

/// The conditions that are supported, apart from the time range.
const CONDITIONS: [Condition; 4] = [
    Condition {
        text: r#"coalesce(column_ifexists("IsExternalThread", true), true)"#,
        holds: |row| !is_false(&row["IsExternalThread"]),
    },
    Condition {
        text: r#"Application == "Microsoft Teams""#,
        holds: |row| row["Application"] == "Microsoft Teams",
    },
    Condition {
        text: "isnotempty(RawEventData.ChatThreadId)",
        holds: |row| {
            let chat = &raw_event(row)["ChatThreadId"];
            !chat.is_null() && chat != ""
        },
    },
    Condition {
        text: r#"tostring(RawEventData.ParticipantInfo.HasForeignTenantUsers) !in~ ("false", "0") or array_length(RawEventData.ParticipantInfo.ParticipatingTenantIds) > 1 or column_ifexists("IsExternalUser", false) == true"#,
        holds: |row| {
            let event = raw_event(row);
            let participants = &event["ParticipantInfo"];
            let tenants = participants["ParticipatingTenantIds"].as_array();
            !is_false(&participants["HasForeignTenantUsers"])
                || tenants.is_some_and(|tenants| tenants.len() > 1)
                || row["IsExternalUser"] == true
                || row["IsExternalUser"] == 1
        },
    },
];

/// Runs a query and returns the first `limit` rows of its result.
pub(super) fn run(
    query: &str,
    tables: &BTreeMap<String, Vec<Value>>,
    limit: usize,
) -> Result<Table, Refusal> {
    let mut lines = query.lines();
    let name = lines.next().unwrap_or_default();
    if !is_name(name) {
        return Err(unsupported(name));
    }
    let rows = tables.get(name).ok_or_else(|| {
        Refusal::bad_request(format!(
            "Failed to resolve table or column expression named '{name}'"
        ))
    })?;
    let line = lines.next().unwrap_or_default();
    let (from, until) = time_range(line).ok_or_else(|| unsupported(line))?;
    let in_range = |row: &&Value| time(row).is_some_and(|time| (from..until).contains(&time));
    let mut rows: Vec<&Value> = rows.iter().filter(in_range).collect();
    for line in lines.by_ref() {
        if let Some(condition) = line.strip_prefix("| where ") {
            let known = CONDITIONS.iter().find(|known| known.text == condition);
            let known = known.ok_or_else(|| unsupported(line))?;
            rows.retain(|row| (known.holds)(row));
            continue;
        }
        let table = count(line, &rows, limit).or_else(|| project(line, &rows, limit));
        return match lines.next() {
            None => table.ok_or_else(|| unsupported(line)),
            Some(after) => Err(unsupported(after)),
        };
    }
    Err(Refusal::bad_request(
        "The sandbox serves only queries that end in a 'summarize' or a 'project'.",
    ))
}

fn unsupported(line: &str) -> Refusal {
    Refusal::bad_request(format!(
        "The sandbox does not support this line of a hunting query: '{line}'. \
         The supported lines are in hunting/query.rs."
    ))
}

fn time_range(line: &str) -> Option<(Timestamp, Timestamp)> {
    let (from, until) = line
        .strip_prefix("| where Timestamp >= datetime(")?
        .strip_suffix(')')?
        .split_once(") and Timestamp < datetime(")?;
    Some((from.parse().ok()?, until.parse().ok()?))
}

/// The number of rows in each hour, minute or second that has any.
fn count(line: &str, rows: &[&Value], limit: usize) -> Option<Table> {
    let unit = match line
        .strip_prefix("| summarize Rows = count() by Slice = bin(Timestamp, ")?
        .strip_suffix(')')?
    {
        "1h" => Unit::Hour,
        "1m" => Unit::Minute,
        "1s" => Unit::Second,
        _ => return None,
    };
    let bin = TimestampRound::new().smallest(unit).mode(RoundMode::Floor);
    let mut bins = BTreeMap::<Timestamp, u64>::new();
    for start in rows.iter().filter_map(|row| time(row)?.round(bin).ok()) {
        *bins.entry(start).or_default() += 1;
    }
    let row = |(start, rows): (&Timestamp, &u64)| json!({"Slice": start.to_string(), "Rows": rows});
    Some(Table {
        columns: vec![("Slice".into(), "DateTime"), ("Rows".into(), "Int64")],
        rows: bins.iter().take(limit).map(row).collect(),
    })
}

/// The rows, with the columns that `project` lists and no others.
fn project(line: &str, rows: &[&Value], limit: usize) -> Option<Table> {
    let columns = columns(line.strip_prefix("| project ")?)?;
    let value =
        |row: &Value, (name, default): &(&str, Value)| row.get(*name).unwrap_or(default).clone();
    let projected = |row: &&Value| {
        let cells = columns
            .iter()
            .map(|column| (column.0.to_owned(), value(row, column)));
        Value::Object(cells.collect::<Map<_, _>>())
    };
    let first = rows.first().copied().unwrap_or(&Value::Null);
    Some(Table {
        columns: columns
            .iter()
            .map(|column| (column.0.to_owned(), kind(column.0, &value(first, column))))
            .collect(),
        rows: rows.iter().take(limit).map(projected).collect(),
    })
}

/// The columns in a list of `A` and `B = column_ifexists("B", default)`, each with the value that
/// stands for a missing one.
fn columns(list: &str) -> Option<Vec<(&str, Value)>> {
    let mut columns = Vec::new();
    let mut parts = list.split(", ");
    while let Some(part) = parts.next() {
        let Some((name, expression)) = part.split_once(" = ") else {
            columns.push((Some(part).filter(|part| is_name(part))?, Value::Null));
            continue;
        };
        if expression != format!("column_ifexists(\"{name}\"") {
            return None;
        }
        let default = parts.next()?.strip_suffix(')')?;
        columns.push((name, serde_json::from_str(default).ok()?));
    }
    Some(columns)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The type of a column, as Graph names it.
fn kind(name: &str, value: &Value) -> &'static str {
    match value {
        _ if name == "Timestamp" => "DateTime",
        Value::String(_) => "String",
        Value::Bool(_) => "SByte",
        Value::Number(_) => "Int64",
        Value::Null | Value::Array(_) | Value::Object(_) => "Object",
    }
}

/// Whether a value is false in one of the forms in which hunting results write it.
fn is_false(value: &Value) -> bool {
    match value {
        Value::String(text) => text == "0" || text.eq_ignore_ascii_case("false"),
        value => *value == false || *value == 0,
    }
}

fn time(row: &Value) -> Option<Timestamp> {
    instant(row["Timestamp"].as_str()?)
}

/// The raw event of a row: an object, or the text of one.
fn raw_event(row: &Value) -> Cow<'_, Value> {
    match &row["RawEventData"] {
        Value::String(text) => Cow::Owned(serde_json::from_str(text).unwrap_or_default()),
        event => Cow::Borrowed(event),
    }
}

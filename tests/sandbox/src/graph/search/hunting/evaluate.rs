//! A query at work on the rows of its table.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::instant;
use super::kql::{Column, Filter, Query, Shape};
use super::schema::{self, NUMBER, TIME};
use crate::graph::Refusal;

/// The seconds from the year 1, where slices of time start, to 1970.
const TO_1970: i64 = 62_135_596_800;

/// What a query comes to.
#[derive(Debug)]
pub(super) struct Table {
    /// The columns with their types.
    pub(super) columns: Vec<(String, &'static str)>,
    pub(super) rows: Vec<Value>,
}

/// Runs a query; of its rows the first `limit` come back.
pub(super) fn run(query: &Query, rows: &[Value], limit: usize) -> Result<Table, Refusal> {
    let columns = schema::columns(query.table, rows);
    for filter in &query.filters {
        let column = match filter {
            Filter::Time { .. } => "Timestamp",
            Filter::Application(_) => "Application",
            Filter::HasChat | Filter::MayHaveOutsiders => "RawEventData",
            Filter::True { .. } => continue,
        };
        resolve(&columns, column)?;
    }
    let found = rows
        .iter()
        .filter(|row| query.filters.iter().all(|filter| passes(filter, row)));
    match &query.shape {
        Shape::Rows => Ok(Table {
            rows: found.take(limit).cloned().collect(),
            columns,
        }),
        Shape::Count {
            count,
            slice,
            seconds,
        } => {
            resolve(&columns, "Timestamp")?;
            let mut slices = BTreeMap::<Timestamp, u64>::new();
            for start in found.filter_map(|row| floor(time(row)?, *seconds)) {
                *slices.entry(start).or_default() += 1;
            }
            let slices = slices.iter().take(limit);
            let row = |(start, rows): (&Timestamp, &u64)| json!({*slice: start.to_string(), *count: rows});
            Ok(Table {
                columns: vec![((*slice).into(), TIME), ((*count).into(), NUMBER)],
                rows: slices.map(row).collect(),
            })
        }
        Shape::Columns(wanted) => Ok(Table {
            columns: wanted
                .iter()
                .map(|column| kind(&columns, column))
                .collect::<Result<_, _>>()?,
            rows: found.take(limit).map(|row| project(row, wanted)).collect(),
        }),
    }
}

/// The type of a column that the table must have.
fn resolve(columns: &[(String, &'static str)], name: &str) -> Result<&'static str, Refusal> {
    let found = columns.iter().find(|(one, _)| one == name);
    found.map(|(_, kind)| *kind).ok_or_else(|| {
        Refusal::bad_request(format!(
            "Failed to resolve scalar expression named '{name}'"
        ))
    })
}

fn kind(
    columns: &[(String, &'static str)],
    column: &Column,
) -> Result<(String, &'static str), Refusal> {
    match column {
        Column::Bare(name) => Ok(((*name).into(), resolve(columns, name)?)),
        Column::IfExists {
            name,
            column,
            default,
        } => {
            let kind = resolve(columns, column).unwrap_or_else(|_| schema::kind_of(default));
            Ok(((*name).into(), kind))
        }
    }
}

fn passes(filter: &Filter, row: &Value) -> bool {
    match filter {
        Filter::Time { from, until } => {
            time(row).is_some_and(|time| (*from..*until).contains(&time))
        }
        Filter::True {
            column,
            missing,
            null,
        } => match row.get(column) {
            None => *missing,
            // As results have it.
            Some(value) if value.is_null() || *value == json!({}) => *null,
            Some(value) => is_true(value),
        },
        Filter::Application(name) => row["Application"] == **name,
        Filter::HasChat => match &raw_event(row)["ChatThreadId"] {
            Value::Null => false,
            Value::String(id) => !id.is_empty(),
            _ => true,
        },
        Filter::MayHaveOutsiders => {
            let event = raw_event(row);
            let participants = &event["ParticipantInfo"];
            let tenants = participants["ParticipatingTenantIds"].as_array();
            let said = match &participants["HasForeignTenantUsers"] {
                Value::String(text) => text.to_lowercase(),
                value => value.to_string(),
            };
            !matches!(said.as_str(), "false" | "0")
                || tenants.is_some_and(|tenants| tenants.len() > 1)
                || is_true(&row["IsExternalUser"])
        }
    }
}

/// Booleans arrive in each of these forms.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_u64() == Some(1),
        Value::String(text) => text == "1" || text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

fn time(row: &Value) -> Option<Timestamp> {
    instant(row["Timestamp"].as_str()?)
}

/// The raw event of a row, which may be an object or its text.
fn raw_event(row: &Value) -> Cow<'_, Value> {
    match &row["RawEventData"] {
        Value::String(text) => Cow::Owned(serde_json::from_str(text).unwrap_or_default()),
        event => Cow::Borrowed(event),
    }
}

/// Where the slice of this many seconds starts that `time` is in.
fn floor(time: Timestamp, seconds: i64) -> Option<Timestamp> {
    // The whole second first: a time before 1970 has a negative fraction.
    let second = time.as_nanosecond().div_euclid(1_000_000_000);
    let second = i64::try_from(second).ok()?;
    let since = second + TO_1970;
    Timestamp::from_second(since - since.rem_euclid(seconds) - TO_1970).ok()
}

fn project(row: &Value, wanted: &[Column]) -> Value {
    let value = |column: &Column| match column {
        Column::Bare(name) => ((*name).to_owned(), row[*name].clone()),
        Column::IfExists {
            name,
            column,
            default,
        } => {
            let value = row.get(*column).unwrap_or(default);
            ((*name).to_owned(), value.clone())
        }
    };
    wanted.iter().map(value).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_start_where_kusto_has_them() {
        for (time, seconds, start) in [
            ("2026-11-01T05:59:59.9Z", 3_600, "2026-11-01T05:00:00Z"),
            ("2026-11-01T05:00:00Z", 3_600, "2026-11-01T05:00:00Z"),
            ("2026-11-01T05:00:01Z", 86_400, "2026-11-01T00:00:00Z"),
            ("1969-12-31T23:59:59.5Z", 60, "1969-12-31T23:59:00Z"),
            ("0001-01-08T00:00:00Z", 7 * 86_400, "0001-01-08T00:00:00Z"),
        ] {
            let floor = floor(time.parse().unwrap(), seconds).unwrap();
            assert_eq!(floor.to_string(), start, "{time}");
        }
    }

    #[test]
    fn what_is_true_is_told_in_several_ways() {
        for yes in [
            json!(true),
            json!(1),
            json!("1"),
            json!("true"),
            json!("True"),
        ] {
            assert!(is_true(&yes), "{yes}");
        }
        for no in [
            json!(false),
            json!(0),
            json!("0"),
            json!({}),
            json!(null),
            json!(2),
        ] {
            assert!(!is_true(&no), "{no}");
        }
    }

    #[test]
    fn a_raw_event_may_be_text_and_the_text_may_be_none() {
        let row = json!({"RawEventData": "{\"ChatThreadId\":\"19:a\"}"});
        assert!(passes(&Filter::HasChat, &row));
        for row in [
            json!({"RawEventData": "{"}),
            json!({"RawEventData": {"ChatThreadId": ""}}),
            json!({}),
            json!("text"),
        ] {
            assert!(!passes(&Filter::HasChat, &row), "{row}");
        }
    }
}

//! The little of the query language that is served: a table, then one operator a line.
//!
//! ```kusto
//! MessageEvents
//! | where Timestamp >= datetime(2026-11-01T00:00:00Z) and Timestamp < datetime(2026-11-02T00:00:00Z)
//! | where coalesce(column_ifexists("IsExternalThread", true), true)
//! | project Timestamp, ThreadId, Kind = column_ifexists("ThreadType", "")
//! ```
//!
//! Each operator has one spelling. Whatever else Defender would understand is an error here, for a
//! test that passes is to mean that its query was understood.

use jiff::Timestamp;
use serde_json::Value;

use crate::graph::Refusal;

/// A query, read.
#[derive(Debug, PartialEq)]
pub(super) struct Query<'a> {
    pub(super) table: &'a str,
    /// All of them must let a row through.
    pub(super) filters: Vec<Filter<'a>>,
    pub(super) shape: Shape<'a>,
}

/// A `where`.
#[derive(Debug, PartialEq)]
pub(super) enum Filter<'a> {
    /// The row is from this time on, and before that.
    Time {
        from: Timestamp,
        until: Timestamp,
    },
    /// The column is true, where the table has it and the row a value.
    True {
        column: &'a str,
        /// What stands for it where there is no such column,
        missing: bool,
        /// and where it has no value.
        null: bool,
    },
    Application(&'a str),
    /// The raw event names a chat.
    HasChat,
    /// The raw event does not say that everybody is of one tenant.
    MayHaveOutsiders,
}

/// What becomes of the rows.
#[derive(Debug, PartialEq)]
pub(super) enum Shape<'a> {
    /// They stay as they are.
    Rows,
    /// `summarize`: how many there are in each slice of time.
    Count {
        count: &'a str,
        slice: &'a str,
        seconds: i64,
    },
    /// `project`: these columns of them.
    Columns(Vec<Column<'a>>),
}

/// A column of a `project`.
#[derive(Debug, PartialEq)]
pub(super) enum Column<'a> {
    /// One that the table must have.
    Bare(&'a str),
    /// One that it may have, and what stands for it where it has not.
    IfExists {
        name: &'a str,
        column: &'a str,
        default: Value,
    },
}

const MAY_HAVE_OUTSIDERS: &str = r#"tostring(RawEventData.ParticipantInfo.HasForeignTenantUsers) !in~ ("false", "0") or array_length(RawEventData.ParticipantInfo.ParticipatingTenantIds) > 1 or column_ifexists("IsExternalUser", false) == true"#;

/// Reads a query. One without a time is refused too: it would go through all there is.
pub(super) fn parse(text: &str) -> Result<Query<'_>, Refusal> {
    let query = read(text)
        .ok_or_else(|| Refusal::bad_request("A recognition error occurred in the query."))?;
    let is_time = |filter: &Filter| matches!(filter, Filter::Time { .. });
    if query.filters.iter().any(is_time) {
        return Ok(query);
    }
    Err(Refusal::bad_request(
        "The query has no time range. The sandbox takes none without \
         '| where Timestamp >= datetime(...) and Timestamp < datetime(...)'.",
    ))
}

fn read(text: &str) -> Option<Query<'_>> {
    let mut lines = text.trim().lines().map(str::trim);
    let mut query = Query {
        table: name(lines.next()?)?,
        filters: Vec::new(),
        shape: Shape::Rows,
    };
    for line in lines {
        let operator = line.strip_prefix("| ")?;
        // Nothing can follow what gives the rows another shape.
        if query.shape != Shape::Rows {
            return None;
        }
        if let Some(condition) = operator.strip_prefix("where ") {
            query.filters.push(filter(condition)?);
        } else if let Some(summary) = operator.strip_prefix("summarize ") {
            query.shape = count(summary)?;
        } else {
            let columns = split(operator.strip_prefix("project ")?);
            let columns = columns.into_iter().map(column);
            query.shape = Shape::Columns(columns.collect::<Option<_>>()?);
        }
    }
    Some(query)
}

fn filter(condition: &str) -> Option<Filter<'_>> {
    match condition {
        "isnotempty(RawEventData.ChatThreadId)" => return Some(Filter::HasChat),
        MAY_HAVE_OUTSIDERS => return Some(Filter::MayHaveOutsiders),
        _ => {}
    }
    if let Some(times) = condition.strip_prefix("Timestamp >= datetime(") {
        let (from, until) = times
            .strip_suffix(')')?
            .split_once(") and Timestamp < datetime(")?;
        return Some(Filter::Time {
            from: from.parse().ok()?,
            until: until.parse().ok()?,
        });
    }
    if let Some(application) = condition.strip_prefix("Application == ") {
        return Some(Filter::Application(text(application)?));
    }
    let values = condition.strip_prefix("coalesce(")?.strip_suffix(')')?;
    let (expression, null) = values.rsplit_once(", ")?;
    let (column, missing) = if_exists(expression)?;
    Some(Filter::True {
        column,
        missing: missing.as_bool()?,
        null: null.parse().ok()?,
    })
}

/// `Rows = count() by Slice = bin(Timestamp, 1h)`.
fn count(summary: &str) -> Option<Shape<'_>> {
    let (count, slices) = summary.split_once(" = count() by ")?;
    let (slice, span) = slices.split_once(" = bin(Timestamp, ")?;
    let span = span.strip_suffix(')')?;
    let (number, unit) = span.split_at_checked(span.len().checked_sub(1)?)?;
    let unit = match unit {
        "d" => 86_400,
        "h" => 3_600,
        "m" => 60,
        "s" => 1,
        _ => return None,
    };
    let number: u32 = number.parse().ok()?;
    (number > 0).then_some(Shape::Count {
        count: name(count)?,
        slice: name(slice)?,
        seconds: i64::from(number) * unit,
    })
}

/// `A` or `B = column_ifexists("C", default)`.
fn column(text: &str) -> Option<Column<'_>> {
    let Some((new, expression)) = text.split_once(" = ") else {
        return Some(Column::Bare(name(text)?));
    };
    let (column, default) = if_exists(expression)?;
    Some(Column::IfExists {
        name: name(new)?,
        column,
        default,
    })
}

fn if_exists(expression: &str) -> Option<(&str, Value)> {
    let arguments = expression
        .strip_prefix("column_ifexists(")?
        .strip_suffix(')')?;
    let (column, default) = arguments.split_once(", ")?;
    Some((name(text(column)?)?, literal(default)?))
}

fn literal(text_of: &str) -> Option<Value> {
    if let Some(json) = text_of.strip_prefix("dynamic(") {
        return serde_json::from_str(json.strip_suffix(')')?).ok();
    }
    match text_of {
        "datetime(null)" | "bool(null)" | "int(null)" | "long(null)" => Some(Value::Null),
        "true" => Some(true.into()),
        "false" => Some(false.into()),
        quoted if quoted.starts_with('"') => Some(text(quoted)?.into()),
        number => number.parse::<i64>().ok().map(Value::from),
    }
}

/// A text in quotes, without any in it.
fn text(quoted: &str) -> Option<&str> {
    let text = quoted.strip_prefix('"')?.strip_suffix('"')?;
    (!text.contains(['"', '\\'])).then_some(text)
}

/// A name that needs no quotes.
fn name(text: &str) -> Option<&str> {
    let is_part = |one: char| one.is_ascii_alphanumeric() || one == '_';
    let is_name = text.chars().all(is_part) && !text.starts_with(|one: char| one.is_ascii_digit());
    (is_name && !text.is_empty()).then_some(text)
}

/// The parts of a list, at the commas that are in no text and no parentheses.
fn split(list: &str) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, one) in list.char_indices() {
        match one {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(list[start..].trim());
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TIME: &str = "| where Timestamp >= datetime(2026-11-01T00:00:00Z) and Timestamp < datetime(2026-11-02T00:00:00.5Z)";

    fn with(line: &str) -> Option<Query<'_>> {
        read(line)
    }

    #[test]
    fn every_operator_is_read() {
        let text = format!(
            "CloudAppEvents\n{TIME}\n| where coalesce(column_ifexists(\"IsExternalThread\", true), false)\n\
             | where Application == \"Microsoft Teams\"\n\
             | where isnotempty(RawEventData.ChatThreadId)\n| where {MAY_HAVE_OUTSIDERS}\n\
             | project Timestamp, Kind = column_ifexists(\"ThreadType\", \"a, b\"), C = column_ifexists(\"C\", dynamic([1, 2]))\n"
        );
        let query = with(&text).unwrap();
        assert_eq!(query.table, "CloudAppEvents");
        let is_external = Filter::True {
            column: "IsExternalThread",
            missing: true,
            null: false,
        };
        assert_eq!(
            query.filters[1..],
            [
                is_external,
                Filter::Application("Microsoft Teams"),
                Filter::HasChat,
                Filter::MayHaveOutsiders
            ]
        );
        let if_exists = |name, column, default| Column::IfExists {
            name,
            column,
            default,
        };
        assert_eq!(
            query.shape,
            Shape::Columns(vec![
                Column::Bare("Timestamp"),
                if_exists("Kind", "ThreadType", json!("a, b")),
                if_exists("C", "C", json!([1, 2])),
            ])
        );
    }

    #[test]
    fn a_slice_is_a_number_of_units() {
        for (span, seconds) in [
            ("1h", Some(3_600)),
            ("15m", Some(900)),
            ("2d", Some(172_800)),
            ("30s", Some(30)),
            ("0h", None),
            ("h", None),
            ("1w", None),
            ("", None),
            ("1\u{e9}", None),
        ] {
            let line = format!("Rows = count() by Slice = bin(Timestamp, {span})");
            let shape = seconds.map(|seconds| Shape::Count {
                count: "Rows",
                slice: "Slice",
                seconds,
            });
            assert_eq!(count(&line), shape, "{span}");
        }
    }

    #[test]
    fn anything_else_is_not_understood() {
        for line in [
            "| take 10",
            "| where ThreadId == \"a\"",
            "| where Timestamp > ago(30d)",
            "| where Timestamp >= datetime(2026-11-01) and Timestamp < datetime(2026-11-02)",
            "| where coalesce(column_ifexists(\"IsExternalThread\", 1), true)",
            "| summarize count() by bin(Timestamp, 1h)",
            "| project ",
            "| project A B",
            "| project A = B",
            "| project A, ",
            "| project A\n| where isnotempty(RawEventData.ChatThreadId)",
            "where isnotempty(RawEventData.ChatThreadId)",
            "",
            "// a comment",
        ] {
            let text = format!("MessageEvents\n{TIME}\n{line}\n.");
            assert!(with(&text).is_none(), "{line}");
            let text = format!("MessageEvents\n{line}\n{TIME}");
            assert!(with(&text).is_none(), "{line}");
        }
        for text in ["", "|", "a b", "MessageEvents | take 1", "\"a\"", "1a"] {
            assert!(with(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_query_needs_a_time() {
        assert!(parse("MessageEvents").is_err());
        assert!(parse(&format!("MessageEvents\r\n{TIME}\r\n")).is_ok());
    }
}

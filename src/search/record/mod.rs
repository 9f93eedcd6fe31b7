//! Reads the bytes of a record into typed fields.
//!
//! [`read_json`] reads a record of any JSON source and recognises its kind; [`read_audit`] reads a
//! text that is known to be an audit record, such as the AuditData column of a CSV file. Both pass
//! the fields to a closure, because most of them borrow from the input.

mod alert;
mod audit;
mod chat;
mod error;
mod flat;
mod hunting;
mod lenient;
mod moment;
mod repair;
mod truncated;

use std::borrow::Cow;
use std::collections::BTreeMap;

use memchr::memmem;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use self::alert::{EVIDENCE_FIELD, read_alert};
pub(crate) use self::audit::{AuditRecord, ParticipantInfo, SipDomain};
pub(crate) use self::chat::{ConversationMember, GraphChat, ListOwner};
pub use self::error::RecordError;
pub(crate) use self::flat::{FieldPath, record as flat_record};
pub(crate) use self::hunting::{MessageEvent, Recipient, recipients};
use self::lenient::value_in_text;
pub(crate) use self::lenient::{Flag, Text};
pub(crate) use self::moment::read_time;
use self::repair::repair;
use self::truncated::before_the_cut;

/// The source of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// The unified audit log.
    AuditLog,
    /// Defender's table `CloudAppEvents`, which contains audit records.
    CloudAppEvents,
    /// Defender's table `MessageEvents`.
    MessageEvents,
    /// The list of a user's chats.
    Chats,
    /// An alert of Defender.
    Alerts,
}

/// A record's fields.
#[derive(Debug)]
pub(crate) enum Record<'a> {
    /// An audit record.
    Audit(AuditRecord<'a>, Origin),
    /// A message and its recipients.
    Message(MessageEvent<'a>, Vec<Recipient<'a>>),
    /// An alert, with the names of its fields in lower case.
    Alert(Value),
}

impl Record<'_> {
    fn is_about_a_chat(&self) -> bool {
        let thread = match self {
            Self::Audit(record, _) => &record.chat_thread_id,
            Self::Message(event, _) => &event.thread_id,
            Self::Alert(_) => return true,
        };
        thread.filled().is_some()
    }
}

/// The field that every audit record about a chat has.
pub(crate) const CHAT_FIELD: &[u8] = b"ChatThreadId";

/// The field that every row of `MessageEvents` has.
pub(crate) const RECIPIENTS_FIELD: &[u8] = b"RecipientDetails";

/// The objects that can contain an audit record, by the field that contains it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wrapped<'a> {
    /// Graph's `auditLogRecord`.
    #[serde(borrow, rename = "auditData")]
    graph: Option<&'a RawValue>,
    /// A row of `Search-UnifiedAuditLog` or of an imported CSV file.
    #[serde(borrow, rename = "AuditData")]
    row: Option<&'a RawValue>,
    /// A row of `CloudAppEvents`.
    #[serde(borrow, rename = "RawEventData")]
    event: Option<&'a RawValue>,
    /// A row of `MessageEvents`.
    #[serde(borrow, rename = "RecipientDetails")]
    recipients: Option<&'a RawValue>,
    /// An alert of Defender.
    #[serde(borrow, rename = "evidence", alias = "Evidence")]
    evidence: Option<&'a RawValue>,
    /// The object is an audit record itself.
    #[serde(borrow, rename = "ChatThreadId")]
    thread: Option<&'a RawValue>,
    /// The object is a record, about a chat or not.
    #[serde(borrow, rename = "Operation")]
    operation: Option<&'a RawValue>,
}

/// A table of the Log Analytics API: the names of the columns and the rows apart.
#[derive(Debug, Deserialize)]
struct Table<'a> {
    #[serde(alias = "Columns")]
    columns: Vec<TableColumn>,
    #[serde(borrow, alias = "Rows")]
    rows: Vec<Vec<&'a RawValue>>,
}

#[derive(Debug, Deserialize)]
struct TableColumn {
    #[serde(alias = "Name", alias = "columnName", alias = "ColumnName")]
    name: String,
}

/// Maximum number of levels a record may be nested in containers.
const DEEPEST: usize = 16;

/// Reads the records in a piece of a JSON source: a record, a list of records or a container of
/// them. `take` is not called for a record that is not about a chat.
///
/// # Errors
/// Why it, or a record in it, can't be read. The other records are read.
pub(crate) fn read_json(json: &[u8], take: &mut dyn FnMut(Record<'_>)) -> Result<(), RecordError> {
    let json = json.trim_ascii();
    if !may_be_about_a_chat(json) && (json.is_empty() || is_bracketed(json)) {
        return Ok(());
    }
    match with_repair(json, take, parse_whole)? {
        true => Ok(()),
        false => Err(RecordError::NoRecord),
    }
}

/// Parses a piece of a JSON source, up to the cut if its end is missing.
fn parse_whole(json: &str, take: &mut dyn FnMut(Record<'_>)) -> Result<bool, RecordError> {
    let json = json.trim();
    let parsed = parse_any(json, 0, take);
    if let Err(RecordError::Truncated { used: false }) = parsed
        && let Some(rest) = before_the_cut(json)
    {
        let mut used = false;
        // The first error is the one that matters.
        let _ = parse_any(&rest, 0, &mut |record| {
            if record.is_about_a_chat() {
                used = true;
                take(record);
            }
        });
        return Err(RecordError::Truncated { used });
    }
    parsed
}

/// Returns whether `json` begins and ends as an object or a list does.
pub(crate) fn is_bracketed(json: &[u8]) -> bool {
    matches!(json, [b'{', .., b'}'] | [b'[', .., b']'])
}

/// Reads an audit record.
///
/// # Errors
/// Why it can't be read, or not all of it.
pub(crate) fn read_audit(
    json: &[u8],
    origin: Origin,
    take: &mut dyn FnMut(Record<'_>),
) -> Result<(), RecordError> {
    with_repair(json, take, |text, take| {
        parse_audit_text(text, origin, take)
    })
}

/// Reads an audit record whose fields are columns.
pub(crate) fn read_flat<'p>(
    values: impl Iterator<Item = (&'p FieldPath, Value)>,
    take: &mut dyn FnMut(Record<'_>),
) -> Result<(), RecordError> {
    // As text, because a second deserializer of records would be 20 KB of code.
    let json = flat_record(values).to_string();
    take(Record::Audit(
        serde_json::from_str(&json)?,
        Origin::AuditLog,
    ));
    Ok(())
}

/// Returns whether these bytes can be a record about a chat. They can't be one without the name of
/// one of three fields.
pub(crate) fn may_be_about_a_chat(json: &[u8]) -> bool {
    [CHAT_FIELD, RECIPIENTS_FIELD, EVIDENCE_FIELD]
        .iter()
        .any(|field| memmem::find(json, field).is_some())
}

/// Parses `json`. If that fails and used nothing, replaces the characters that no parser accepts
/// and parses it again.
fn with_repair<T, P>(
    json: &[u8],
    take: &mut dyn FnMut(Record<'_>),
    mut parse: P,
) -> Result<T, RecordError>
where
    P: FnMut(&str, &mut dyn FnMut(Record<'_>)) -> Result<T, RecordError>,
{
    let mut taken = false;
    let first = match std::str::from_utf8(json) {
        Ok(text) => {
            let parsed = parse(text, &mut |record| {
                taken = true;
                take(record);
            });
            match parsed {
                Ok(done) => return Ok(done),
                Err(error) => error,
            }
        }
        Err(_) => RecordError::NotUtf8,
    };
    match repair(json).filter(|_| !taken) {
        Some(repaired) => parse(&repaired, take).map_err(|_| first),
        None => Err(first),
    }
}

/// Reads a value at this level of containers. Returns whether it is or contains a record, about a
/// chat or not.
fn read_nested(
    json: &[u8],
    depth: usize,
    take: &mut dyn FnMut(Record<'_>),
) -> Result<bool, RecordError> {
    if depth > DEEPEST {
        return Err(RecordError::TooDeep);
    }
    with_repair(json, take, |text, take| parse_any(text.trim(), depth, take))
}

fn parse_any(
    json: &str,
    depth: usize,
    take: &mut dyn FnMut(Record<'_>),
) -> Result<bool, RecordError> {
    if is_text_of_an_audit_record(json) {
        return parse_audit_text(json, Origin::AuditLog, take).map(|()| true);
    }
    match json.as_bytes().first() {
        Some(b'{') => {}
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(json)?;
            return read_all(items.into_iter().map(RawValue::get), depth, take);
        }
        Some(b'"') => {
            let text = serde_json::from_str::<Text<'_>>(json)?;
            return match text.get().as_bytes() {
                [b'{' | b'[', ..] => read_nested(text.get().as_bytes(), depth + 1, take),
                _ => Ok(false),
            };
        }
        _ => {
            return serde_json::from_str::<&RawValue>(json)
                .map(|_| false)
                .map_err(Into::into);
        }
    }
    let wrapped: Wrapped<'_> = serde_json::from_str(json)?;
    if let Some(list) = wrapped.recipients {
        let event = serde_json::from_str(json)?;
        let list = json_of(list)?;
        take(Record::Message(event, recipients(&list)?));
        return Ok(true);
    }
    if wrapped.evidence.is_some() {
        take(Record::Alert(read_alert(json)?));
        return Ok(true);
    }
    if let Some(event) = wrapped.event {
        parse_audit_value(event, Origin::CloudAppEvents, take)?;
        return Ok(true);
    }
    if let Some(inner) = wrapped.graph.or(wrapped.row) {
        parse_audit_value(inner, Origin::AuditLog, take)?;
        return Ok(true);
    }
    if wrapped.thread.is_some() && !has_flat_fields(json) {
        take(Record::Audit(serde_json::from_str(json)?, Origin::AuditLog));
        return Ok(true);
    }
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(json)?;
    let paths: Vec<_> = fields
        .iter()
        .filter_map(|(name, value)| Some((FieldPath::new(name)?, *value)))
        .collect();
    if paths.iter().any(|(path, _)| path.is_chat()) {
        let values = paths
            .iter()
            .map(|(path, value)| (path, serde_json::from_str(value.get()).unwrap_or_default()));
        read_flat(values, take)?;
        return Ok(true);
    }
    if let Ok(table) = serde_json::from_str::<Table<'_>>(json) {
        return read_table(&table, depth, take);
    }
    let found = read_all(fields.values().map(|value| value.get()), depth, take)?;
    Ok(found || wrapped.operation.is_some())
}

/// Reads all items. If one can't be read, the others are still read.
fn read_all<'a>(
    items: impl Iterator<Item = &'a str>,
    depth: usize,
    take: &mut dyn FnMut(Record<'_>),
) -> Result<bool, RecordError> {
    let (mut found, mut failed) = (false, None);
    for item in items.filter(|item| may_be_about_a_chat(item.as_bytes())) {
        match read_nested(item.as_bytes(), depth + 1, take) {
            Ok(one) => found |= one,
            Err(why) => failed = failed.or(Some(why)),
        }
    }
    match failed {
        Some(why) => Err(why),
        None => Ok(found),
    }
}

fn read_table(
    table: &Table<'_>,
    depth: usize,
    take: &mut dyn FnMut(Record<'_>),
) -> Result<bool, RecordError> {
    let rows: Vec<String> = table
        .rows
        .iter()
        .filter_map(|row| {
            let names = table.columns.iter().map(|column| column.name.as_str());
            serde_json::to_string(&names.zip(row).collect::<BTreeMap<_, _>>()).ok()
        })
        .collect();
    read_all(rows.iter().map(String::as_str), depth, take)
}

/// Returns whether fields of the record may be spread over keys such as `Members_0_UPN` or have the
/// names that Sentinel gives them.
fn has_flat_fields(json: &str) -> bool {
    [
        "\"Members_",
        "\"Members.",
        "\"Members[",
        "\"ParticipantInfo_",
        "\"ParticipantInfo.",
        "\"TimeGenerated",
    ]
    .iter()
    .any(|name| memmem::find(json.as_bytes(), name.as_bytes()).is_some())
}

/// Reads an audit record that is an object or JSON text.
fn parse_audit_value(
    value: &RawValue,
    origin: Origin,
    take: &mut dyn FnMut(Record<'_>),
) -> Result<(), RecordError> {
    let json = value.get();
    if json.starts_with('"') {
        let text = serde_json::from_str::<Text<'_>>(json)?;
        return read_audit(text.get().as_bytes(), origin, take);
    }
    take(Record::Audit(serde_json::from_str(json)?, origin));
    Ok(())
}

/// Returns whether `text` is a cell of AuditData that is not JSON as it is.
fn is_text_of_an_audit_record(text: &str) -> bool {
    text.starts_with("@{") || text.starts_with("System.") || has_doubled_quotes(text)
}

/// Returns whether a program that takes quotes for plain characters doubled them.
fn has_doubled_quotes(text: &str) -> bool {
    text.starts_with("{\"\"") && !text.starts_with("{\"\":")
}

/// Reads an audit record from the text of a cell.
fn parse_audit_text(
    text: &str,
    origin: Origin,
    take: &mut dyn FnMut(Record<'_>),
) -> Result<(), RecordError> {
    let text = text.trim();
    if text.starts_with("@{") {
        let value = value_in_text(text).ok_or(RecordError::PowerShellDepth { used: false })?;
        let json = value.to_string();
        let record: AuditRecord<'_> = serde_json::from_str(&json)?;
        let used = record.chat_thread_id.filled().is_some();
        if used {
            take(Record::Audit(record, origin));
        }
        // The lists and objects in it are the names of their types, or empty.
        return Err(RecordError::PowerShellDepth { used });
    }
    if text.starts_with("System.") {
        return Err(RecordError::PowerShellDepth { used: false });
    }
    let mut text = Cow::Borrowed(text);
    // Every pass through such a program doubles them again.
    while has_doubled_quotes(&text) {
        text = Cow::Owned(text.replace("\"\"", "\""));
    }
    let cut = match serde_json::from_str::<AuditRecord<'_>>(&text) {
        Ok(record) => {
            take(Record::Audit(record, origin));
            return Ok(());
        }
        Err(error) if error.is_eof() => before_the_cut(&text),
        Err(error) => return Err(error.into()),
    };
    let mut used = false;
    if let Some(record) = cut
        .as_deref()
        .and_then(|cut| serde_json::from_str::<AuditRecord<'_>>(cut).ok())
        .map(|record| Record::Audit(record, origin))
        .filter(Record::is_about_a_chat)
    {
        take(record);
        used = true;
    }
    Err(RecordError::Truncated { used })
}

/// Returns the JSON of a value that is itself JSON, or text that contains JSON.
fn json_of(value: &RawValue) -> Result<Cow<'_, str>, RecordError> {
    let json = value.get();
    if json.starts_with('"') {
        Ok(serde_json::from_str::<Text<'_>>(json)?.0)
    } else {
        Ok(Cow::Borrowed(json))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUDIT: &str = r#"{"Operation":"ChatCreated","ChatThreadId":"19:a@thread.v2"}"#;

    fn read(json: &str) -> Vec<String> {
        let mut seen = Vec::new();
        read_json(json.as_bytes(), &mut |record| {
            seen.push(match record {
                Record::Audit(audit, origin) => {
                    format!(
                        "{origin:?} {} {}",
                        audit.operation.get(),
                        audit.chat_thread_id.get()
                    )
                }
                Record::Message(event, recipients) => {
                    format!("message {} to {}", event.thread_id.get(), recipients.len())
                }
                Record::Alert(alert) => format!("alert {}", alert["id"]),
            });
        })
        .unwrap();
        seen
    }

    #[test]
    fn an_audit_record_is_found_in_each_object_that_can_contain_it() {
        let text = serde_json::to_string(AUDIT).unwrap();
        for json in [
            AUDIT.to_string(),
            format!(r#"{{"id":"1","operation":"x","auditData":{AUDIT}}}"#),
            format!(r#"{{"RecordType":25,"AuditData":{text}}}"#),
        ] {
            assert_eq!(
                read(&json),
                ["AuditLog ChatCreated 19:a@thread.v2"],
                "{json}"
            );
        }
        for json in [
            format!(r#"{{"ActionType":"x","RawEventData":{AUDIT}}}"#),
            format!(r#"{{"ActionType":"x","RawEventData":{text}}}"#),
        ] {
            assert_eq!(
                read(&json),
                ["CloudAppEvents ChatCreated 19:a@thread.v2"],
                "{json}"
            );
        }
    }

    #[test]
    fn recipients_may_be_an_array_its_text_or_missing() {
        for (details, count) in [
            (
                r#"[{"RecipientObjectId":"a"},{"RecipientSmtpAddress":{}}]"#,
                2,
            ),
            (r#""[{\"RecipientObjectId\":\"a\"}]""#, 1),
            (r#""""#, 0),
            ("{}", 0),
        ] {
            let json = format!(r#"{{"ThreadId":"19:a@thread.v2","RecipientDetails":{details}}}"#);
            assert_eq!(read(&json), [format!("message 19:a@thread.v2 to {count}")]);
        }
    }

    #[test]
    fn a_word_in_a_value_does_not_change_what_a_record_is() {
        let json = AUDIT.replace("ChatCreated", "\\\"AuditData\\\" RecipientDetails");
        assert_eq!(
            read(&json),
            ["AuditLog \"AuditData\" RecipientDetails 19:a@thread.v2"]
        );
    }

    #[test]
    fn records_that_are_not_about_chats_are_not_parsed() {
        assert!(read(r#"{"Operation":"FileAccessed", and then no JSON at all}"#).is_empty());
        assert!(read(" \r\n").is_empty());
    }

    #[test]
    fn a_cell_of_audit_data_is_read_on_its_own_as_in_its_row() {
        let doubled = AUDIT.replace('"', "\"\"");
        assert_eq!(read(&doubled), ["AuditLog ChatCreated 19:a@thread.v2"]);
        let cut = |length| &AUDIT[..length];
        let cases = [
            (cut(AUDIT.len() - 1), RecordError::Truncated { used: false }),
            (cut(20), RecordError::Truncated { used: false }),
            (
                "System.Object[]",
                RecordError::PowerShellDepth { used: false },
            ),
            (
                "@{Operation=ChatCreated; ChatThreadId=19:a@thread.v2; Members=}",
                RecordError::PowerShellDepth { used: true },
            ),
            ("no JSON", RecordError::NotJson),
        ];
        for (text, expected) in cases {
            let mut records = 0;
            let row = read_audit(text.as_bytes(), Origin::AuditLog, &mut |_| records += 1);
            let alone = read_json(text.as_bytes(), &mut |_| records -= 1);
            assert_eq!(row, Err(expected), "{text}");
            assert_eq!((alone, records), (row, 0), "{text}");
        }
    }

    #[test]
    fn hostile_values_affect_only_their_record() {
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        let json = AUDIT.replace("\"ChatCreated\"", &format!("\"x\",\"Odd\":{deep}"));
        assert!(
            read_json(json.as_bytes(), &mut |_| ()).is_ok(),
            "an ignored field may be deep"
        );
        let json = AUDIT.replace("\"ChatCreated\"", &deep);
        assert_eq!(
            read(&json),
            ["AuditLog  19:a@thread.v2"],
            "a field of another type is absent"
        );
        let objects = "{\"a\":".repeat(10_000) + "1" + &"}".repeat(10_000);
        let json = AUDIT.replace("\"ChatCreated\"", &format!("\"x\",\"Members\":[{objects}]"));
        assert_eq!(read(&json), ["AuditLog x 19:a@thread.v2"]);
        let twice = AUDIT.replace('}', r#","ChatThreadId":"19:b@thread.v2"}"#);
        let error = read_json(twice.as_bytes(), &mut |_| ()).unwrap_err();
        assert_eq!(error, RecordError::DuplicateField("ChatThreadId".into()));
        let half = AUDIT.replace("ChatCreated", "\\ud83d");
        assert_eq!(read(&half), ["AuditLog \u{FFFD} 19:a@thread.v2"]);
    }
}

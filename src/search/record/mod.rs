//! From the bytes of one record to typed fields.
//!
//! [`read_json`] takes a record of any JSON source and finds out what it is; [`read_audit`] takes what is
//! known to be an audit record, such as the AuditData column of a CSV file. Both hand the fields to a
//! closure, because most of them borrow from the input.

mod audit;
mod chat;
mod hunting;
mod lenient;
mod moment;
mod repair;

use std::borrow::Cow;

use memchr::memmem;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub(crate) use self::audit::{AuditRecord, ParticipantInfo, SipDomain};
pub(crate) use self::chat::{ConversationMember, GraphChat, ListOwner};
pub(crate) use self::hunting::{MessageEvent, Recipient, recipients};
pub(crate) use self::lenient::{Flag, Text};
pub(crate) use self::moment::read_time;
use self::repair::repair;

/// Where a record comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// The unified audit log, by whichever way.
    AuditLog,
    /// Defender's table `CloudAppEvents`, which passes audit records on.
    CloudAppEvents,
    /// Defender's table `MessageEvents`.
    MessageEvents,
    /// The list of a user's chats.
    Chats,
}

/// A record's fields.
#[derive(Debug)]
pub(crate) enum Record<'a> {
    /// An audit record.
    Audit(AuditRecord<'a>, Origin),
    /// A message, with who got it.
    Message(MessageEvent<'a>, Vec<Recipient<'a>>),
}

/// The field without which a record says nothing of a chat.
pub(crate) const CHAT_FIELD: &[u8] = b"ChatThreadId";

/// The field without which a hunting row has nobody to protect.
pub(crate) const RECIPIENTS_FIELD: &[u8] = b"RecipientDetails";

/// What an audit record may be wrapped in.
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
}

/// Reads a record of a JSON source. `take` is not called for a record that has nothing to do with a chat.
///
/// # Errors
/// Why it can't be read, as the end of a sentence.
pub(crate) fn read_json(json: &[u8], take: &mut dyn FnMut(Record<'_>)) -> Result<(), String> {
    if !speaks_of_a_chat(json) {
        return Ok(());
    }
    with_repair(json, &mut |text| parse_any(text, take))
}

/// Reads an audit record.
///
/// # Errors
/// Why it can't be read, as the end of a sentence.
pub(crate) fn read_audit(
    json: &[u8],
    origin: Origin,
    take: &mut dyn FnMut(Record<'_>),
) -> Result<(), String> {
    with_repair(json, &mut |text| parse_audit(text, origin, take))
}

/// Whether these bytes can be a record about a chat. It looks for the name of a field, so it never says
/// no to one that is.
pub(crate) fn speaks_of_a_chat(json: &[u8]) -> bool {
    memmem::find(json, CHAT_FIELD).is_some() || memmem::find(json, RECIPIENTS_FIELD).is_some()
}

fn with_repair(
    json: &[u8],
    parse: &mut dyn FnMut(&str) -> Result<(), serde_json::Error>,
) -> Result<(), String> {
    let first = match std::str::from_utf8(json) {
        Ok(text) => match parse(text) {
            Ok(()) => return Ok(()),
            Err(error) => error.to_string(),
        },
        Err(_) => "it is not UTF-8 text".to_string(),
    };
    match repair(json) {
        Some(repaired) => parse(&repaired).map_err(|_| first),
        None => Err(first),
    }
}

fn parse_any(json: &str, take: &mut dyn FnMut(Record<'_>)) -> Result<(), serde_json::Error> {
    let wrapped: Wrapped<'_> = serde_json::from_str(json)?;
    if let Some(list) = wrapped.recipients {
        let event = serde_json::from_str(json)?;
        let list = unwrap(list)?;
        take(Record::Message(event, recipients(&list)?));
        return Ok(());
    }
    if let Some(event) = wrapped.event {
        return parse_audit(&unwrap(event)?, Origin::CloudAppEvents, take);
    }
    match wrapped.graph.or(wrapped.row) {
        Some(inner) => parse_audit(&unwrap(inner)?, Origin::AuditLog, take),
        None => parse_audit(json, Origin::AuditLog, take),
    }
}

fn parse_audit(
    json: &str,
    origin: Origin,
    take: &mut dyn FnMut(Record<'_>),
) -> Result<(), serde_json::Error> {
    take(Record::Audit(serde_json::from_str(json)?, origin));
    Ok(())
}

/// A value that may stand there as itself or as JSON text.
fn unwrap(value: &RawValue) -> Result<Cow<'_, str>, serde_json::Error> {
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
            });
        })
        .unwrap();
        seen
    }

    #[test]
    fn an_audit_record_is_found_in_whatever_it_is_wrapped_in() {
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
    fn records_that_speak_of_no_chat_are_not_parsed() {
        assert!(read(r#"{"Operation":"FileAccessed", and then no JSON at all"#).is_empty());
    }

    #[test]
    fn hostile_values_cost_at_most_their_record() {
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
        assert!(error.contains("duplicate field"), "{error}");
        let half = AUDIT.replace("ChatCreated", "\\ud83d");
        assert_eq!(read(&half), ["AuditLog \u{FFFD} 19:a@thread.v2"]);
    }
}

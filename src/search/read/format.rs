//! Recognises the format of a file by its content, never by its name.

use std::collections::HashMap;

use memchr::{memchr, memmem};

use super::csv::{Fields, one_cell};
use super::error::FormatError;
use super::json;
use crate::search::record::{FieldPath, Origin};

/// The format of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Format {
    /// Delimited text with a header.
    Csv(Csv),
    /// JSON of any source. The kind of each record is recognised by itself.
    Json(json::Layout),
}

/// The layout of delimited text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Csv {
    pub(crate) delimiter: u8,
    pub(crate) rows: Rows,
}

/// The content of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rows {
    /// An audit record as JSON, in this column.
    Audit { column: usize, origin: Origin },
    /// A message of the table `MessageEvents`.
    Messages(MessageColumns),
    /// An audit record with a column for each field.
    Flat(Vec<Option<FieldPath>>),
}

/// The columns of `MessageEvents`. An export can lack some of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MessageColumns {
    pub(crate) time: Option<usize>,
    pub(crate) message: Option<usize>,
    pub(crate) sender_address: Option<usize>,
    pub(crate) sender_name: Option<usize>,
    pub(crate) sender_id: Option<usize>,
    pub(crate) thread: Option<usize>,
    pub(crate) thread_type: Option<usize>,
    pub(crate) external: Option<usize>,
    pub(crate) recipients: Option<usize>,
}

/// A file's format, and the number of the sample's bytes before its first record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Recognised {
    pub(crate) format: Format,
    pub(crate) skip: usize,
}

/// Each record of a known JSON source has at least one of these fields.
const KNOWN: [&[u8]; 8] = [
    b"\"Operation\"",
    b"\"auditData\"",
    b"\"AuditData\"",
    b"\"RawEventData\"",
    b"\"RecipientDetails\"",
    b"\"ThreadId\"",
    b"ChatThreadId",
    b"vidence\"",
];

/// Recognises a file by its first bytes, in UTF-8 without a byte order mark. `whole`: there are no
/// more.
///
/// # Errors
/// Its format is unknown.
pub(crate) fn recognise(sample: &[u8], whole: bool) -> Result<Recognised, FormatError> {
    let content = sample.trim_ascii_start();
    let blank = sample.len() - content.len();
    match content.first() {
        None => Err(FormatError::Empty),
        Some(b'{' | b'[') => recognise_json(content, whole).map(|layout| Recognised {
            format: Format::Json(layout),
            skip: blank,
        }),
        Some(_) => recognise_csv(content, whole).map(|(csv, header)| Recognised {
            format: Format::Csv(csv),
            skip: blank + header,
        }),
    }
}

fn recognise_json(content: &[u8], whole: bool) -> Result<json::Layout, FormatError> {
    let mut scan = json::Scan::new(json::Layout::Nested);
    let mut pieces = Vec::new();
    scan.feed(content, 0, &mut pieces);
    let known = |bytes: &[u8]| KNOWN.iter().any(|name| memmem::find(bytes, name).is_some());
    // A single record may be longer than the sample; an empty list is a search without results.
    if !pieces.is_empty() && !known(content) {
        return Err(FormatError::UnknownJson);
    }
    if pieces.is_empty() && whole && scan.in_progress().is_some() && !known(content) {
        return Err(FormatError::TruncatedJson);
    }
    let line = memchr(b'\n', content).unwrap_or(content.len());
    let one_per_line = content[0] == b'{'
        && pieces.first().is_some_and(|piece| {
            piece.range.start == 0
                && content[piece.range.end..].trim_ascii_start().first() != Some(&b',')
                && piece.range.end <= line
                && content[piece.range.end..line].trim_ascii().is_empty()
        });
    Ok(if one_per_line {
        json::Layout::Lines
    } else {
        json::Layout::Nested
    })
}

fn recognise_csv(content: &[u8], whole: bool) -> Result<(Csv, usize), FormatError> {
    let mut start = 0;
    loop {
        let rest = &content[start..];
        let end = match memchr(b'\n', rest) {
            Some(length) => start + length + 1,
            None if whole => content.len(),
            None => return Err(FormatError::LongHeader),
        };
        let line = &content[start..end];
        // Windows PowerShell's Export-Csv puts a type before the header, and Excel a separator.
        if (line.starts_with(b"#TYPE") || line.starts_with(b"sep=")) && end < content.len() {
            start = end;
            continue;
        }
        return match [b',', b';', b'\t']
            .into_iter()
            .find_map(|delimiter| rows(line, delimiter).map(|rows| Csv { delimiter, rows }))
        {
            Some(csv) => Ok((csv, end)),
            None => Err(FormatError::UnknownColumns),
        };
    }
}

/// Returns the content of the rows under this header.
fn rows(header: &[u8], delimiter: u8) -> Option<Rows> {
    if let Some(row) = one_cell(header, delimiter) {
        return rows(&row, delimiter);
    }
    let columns: HashMap<String, usize> = Fields::new(header, delimiter)
        .enumerate()
        .map(|(at, field)| (field.text().trim().to_ascii_lowercase(), at))
        .collect();
    let column = |names: &[&str]| names.iter().find_map(|name| columns.get(*name).copied());
    if let Some(recipients) = column(&["recipientdetails"]) {
        return Some(Rows::Messages(MessageColumns {
            time: column(&["timestamp", "timegenerated", "timegenerated [utc]"]),
            message: column(&["teamsmessageid"]),
            sender_address: column(&["senderemailaddress"]),
            sender_name: column(&["senderdisplayname"]),
            sender_id: column(&["senderobjectid"]),
            thread: column(&["threadid"]),
            thread_type: column(&["threadtype"]),
            external: column(&["isexternalthread"]),
            recipients: Some(recipients),
        }));
    }
    let audit = |column, origin| Rows::Audit { column, origin };
    column(&["auditdata"])
        .map(|at| audit(at, Origin::AuditLog))
        .or_else(|| column(&["raweventdata"]).map(|at| audit(at, Origin::CloudAppEvents)))
        .or_else(|| {
            let paths: Vec<_> = Fields::new(header, delimiter)
                .map(|field| FieldPath::new(&field.text()))
                .collect();
            let mut known = paths.iter().flatten();
            known.any(FieldPath::is_chat).then_some(Rows::Flat(paths))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(header: &str) -> Csv {
        match recognise(header.as_bytes(), false).unwrap() {
            Recognised {
                format: Format::Csv(csv),
                skip,
            } => {
                assert_eq!(&header[skip..], "x", "the header is skipped");
                csv
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn audit_exports_are_known_by_their_column() {
        for (header, at) in [
            (
                "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\r\nx",
                5,
            ),
            ("CreationDate,UserIds,Operations,AuditData\nx", 3),
            ("\"AuditData\",\"CreationDate\",\"Identity\"\r\nx", 0),
            (
                "#TYPE Deserialized.Thing\r\n\"CreationDate\",\"AuditData\"\r\nx",
                1,
            ),
            ("sep=,\r\nCreationDate,auditdata\r\nx", 1),
        ] {
            let rows = Rows::Audit {
                column: at,
                origin: Origin::AuditLog,
            };
            assert_eq!(
                csv(header),
                Csv {
                    delimiter: b',',
                    rows
                },
                "{header}"
            );
        }
    }

    #[test]
    fn spreadsheets_with_other_delimiters_are_known() {
        assert_eq!(csv("CreationDate;UserIds;AuditData\nx").delimiter, b';');
        assert_eq!(csv("CreationDate\tUserIds\tAuditData\nx").delimiter, b'\t');
    }

    #[test]
    fn hunting_tables_are_known_by_their_columns() {
        let sentinel =
            csv("TenantId,\"TimeGenerated [UTC]\",ThreadId,RecipientDetails,IsExternalThread\nx");
        let Rows::Messages(columns) = sentinel.rows else {
            panic!("{sentinel:?}")
        };
        assert_eq!(
            (columns.time, columns.thread, columns.recipients),
            (Some(1), Some(2), Some(3))
        );
        assert_eq!(
            csv("Timestamp,ActionType,RawEventData\nx").rows,
            Rows::Audit {
                column: 2,
                origin: Origin::CloudAppEvents
            }
        );
    }

    #[test]
    fn json_is_read_by_line_where_its_first_line_is_a_record() {
        let layout = |text: &str| match recognise(text.as_bytes(), true) {
            Ok(Recognised {
                format: Format::Json(layout),
                ..
            }) => layout,
            other => panic!("{text}: {other:?}"),
        };
        let record = r#"{"Operation":"x"}"#;
        assert_eq!(
            layout(&format!("{record}\n{record}\n")),
            json::Layout::Lines
        );
        assert_eq!(layout(record), json::Layout::Lines);
        for text in [
            format!("[{record}]"),
            format!("{{\"value\":[{record}]}}"),
            format!("{record}{record}"),
            "{\n\"Operation\":\"x\"}\n".to_string(),
            "[]".to_string(),
            r#"{"value":[]}"#.to_string(),
        ] {
            assert_eq!(layout(&text), json::Layout::Nested, "{text}");
        }
    }

    #[test]
    fn an_unknown_format_is_an_error_that_says_what_was_expected() {
        for text in [
            "",
            " \n",
            "Name,Value\n1,2\n",
            "<html></html>",
            "PK",
            r#"{"name":"chat","version":1}"#,
            r#"[{"name":"chat"},{"name":"x"}]"#,
            r#"{"name":"chat"#,
        ] {
            let error = recognise(text.as_bytes(), true).unwrap_err().to_string();
            assert!(
                error.contains("AuditData") && error.contains("MessageEvents"),
                "{error}"
            );
        }
    }
}

//! Why a record can't be used, or not all of it.

use std::fmt;

use super::lenient::TOO_MANY_ITEMS;

/// Why a record is skipped, or which part of it is missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RecordError {
    /// The record is longer than 4 MiB.
    TooLong,
    /// Its brackets or quotes don't match.
    Unbalanced,
    /// A quoted CSV field has no closing quote.
    OpenQuote,
    /// The row has no audit record.
    NoAuditData,
    /// The text is not JSON.
    NotJson,
    /// The bytes are neither UTF-8 nor JSON.
    NotUtf8,
    /// A field occurs twice, so which value is meant is unknown.
    DuplicateField(String),
    /// A value has another type than its field.
    WrongType,
    /// The end of the record is missing.
    Truncated {
        /// The fields before the cut are used.
        used: bool,
    },
    /// PowerShell wrote a nested value as the name of its type, or as `@{…}`.
    PowerShellDepth {
        /// The other fields are used.
        used: bool,
    },
    /// `RecipientDetails` is not a JSON list.
    Recipients,
    /// No known record is in it, at any level.
    NoRecord,
    /// One of its lists has more than 5000 items.
    TooManyItems,
    /// Its records are nested deeper than the limit.
    TooDeep,
}

impl RecordError {
    /// Returns whether the rest of the record is used.
    pub fn is_used(&self) -> bool {
        matches!(
            self,
            Self::Truncated { used: true } | Self::PowerShellDepth { used: true }
        )
    }
}

impl fmt::Display for RecordError {
    /// Writes the end of a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "it is longer than 4 MiB, the limit for a record",
            Self::Unbalanced => "its brackets or quotes do not match",
            Self::OpenQuote => "a quoted field has no closing quote",
            Self::NoAuditData => "it contains no audit record",
            Self::NotJson => "it is not valid JSON",
            Self::NotUtf8 => "it is not UTF-8 text",
            Self::DuplicateField(name) => {
                return write!(
                    f,
                    "it contains the field {name} twice, with unclear meaning"
                );
            }
            Self::WrongType => "a value has an unexpected type",
            Self::Truncated { .. } => "its end is missing; export it again without a length limit",
            Self::PowerShellDepth { .. } => {
                "PowerShell cut a nested value; export again with ConvertTo-Json -Depth 10"
            }
            Self::Recipients => "its RecipientDetails are not a JSON list",
            Self::NoRecord => {
                "it contains no audit record, no row of MessageEvents or CloudAppEvents, and no alert with evidence"
            }
            Self::TooManyItems => "it lists more than 5000 members, recipients or domains",
            Self::TooDeep => "its records are nested more than 16 levels deep",
        })
    }
}

impl std::error::Error for RecordError {}

impl From<serde_json::Error> for RecordError {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        if let Some(name) = text
            .strip_prefix("duplicate field `")
            .and_then(|rest| rest.split('`').next())
        {
            return Self::DuplicateField(name.into());
        }
        if text.starts_with(TOO_MANY_ITEMS) {
            return Self::TooManyItems;
        }
        match error.classify() {
            serde_json::error::Category::Data => Self::WrongType,
            serde_json::error::Category::Eof => Self::Truncated { used: false },
            _ => Self::NotJson,
        }
    }
}

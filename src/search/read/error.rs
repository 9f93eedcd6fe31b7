//! Why a source can't be read, or not to its end.

use std::{fmt, io};

use crate::input::one_line;

/// Why a file's format is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FormatError {
    /// The file is empty.
    Empty,
    /// No JSON object in it is a known record.
    UnknownJson,
    /// The file is one JSON object without an end, and not a known record.
    TruncatedJson,
    /// The file is one JSON object longer than 4 MiB, without a known list of records.
    LongContainer,
    /// The first line is longer than 256 KiB.
    LongHeader,
    /// The first line has none of the known columns.
    UnknownColumns,
}

impl fmt::Display for FormatError {
    /// Writes the end of a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Empty => "it is empty",
            Self::UnknownJson => "its JSON objects are of an unknown kind",
            Self::TruncatedJson => "it is truncated JSON of an unknown kind",
            Self::LongContainer => {
                "it is one JSON object longer than 4 MiB, without a list of records of a known name"
            }
            Self::LongHeader => "its first line is longer than 256 KiB",
            Self::UnknownColumns => "its format is unknown",
        };
        write!(
            f,
            "{what}; expected an audit log export (CSV with the column AuditData or ChatThreadId, or JSON), \
             results of the hunting tables MessageEvents or CloudAppEvents (CSV or JSON), \
             or Defender incidents or alerts with their evidence (JSON)"
        )
    }
}

impl std::error::Error for FormatError {}

/// Why a source can't be read, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ReadError {
    /// The file does not exist.
    NotFound,
    /// Access to the file is denied.
    AccessDenied,
    /// The path is that of a folder.
    Folder,
    /// The compressed data ends too early.
    PackedDataEnds,
    /// The file ends inside a record.
    EndsInRecord,
    /// The last closing bracket is missing.
    NoClosingBracket,
    /// The file is a workbook of a spreadsheet program.
    Workbook,
    /// The directory of a zip archive can't be read.
    ZipDirectory,
    /// The compressed data is damaged.
    PackedDataDamaged,
    /// A file in a zip archive is encrypted.
    Encrypted(String),
    /// A file in a zip archive has an unsupported compression method.
    Compression(String),
    /// A file in a zip archive has no data.
    NoData(String),
    /// The format is unknown.
    Format(FormatError),
    /// The system reports another error.
    Io(String),
}

impl fmt::Display for ReadError {
    /// Writes the end of a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("the file does not exist"),
            Self::AccessDenied => f.write_str("access to it is denied"),
            Self::Folder => {
                f.write_str("it is a folder; specify the files in it, such as folder/*.csv")
            }
            Self::PackedDataEnds => f.write_str("its compressed data ends too early"),
            Self::EndsInRecord => f.write_str("it ends inside a record"),
            Self::NoClosingBracket => f.write_str("its last closing bracket is missing"),
            Self::Workbook => f.write_str(
                "it is a workbook; open it, save it as 'CSV UTF-8 (Comma delimited)' and search that file",
            ),
            Self::ZipDirectory => {
                f.write_str("its zip directory can't be read; the archive may be truncated")
            }
            Self::PackedDataDamaged => f.write_str("its compressed data is damaged"),
            Self::Encrypted(name) => write!(f, "'{name}' in it is encrypted; extract it first"),
            Self::Compression(name) => write!(
                f,
                "'{name}' in it has an unsupported compression method; extract it first"
            ),
            Self::NoData(name) => write!(f, "'{name}' in it has no data in the archive"),
            Self::Format(why) => why.fmt(f),
            Self::Io(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::PackedDataEnds,
            io::ErrorKind::NotFound => Self::NotFound,
            io::ErrorKind::PermissionDenied => Self::AccessDenied,
            // Only decompression reports these.
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Self::PackedDataDamaged,
            _ => Self::Io(one_line(&error.to_string(), 200)),
        }
    }
}

impl From<FormatError> for ReadError {
    fn from(error: FormatError) -> Self {
        Self::Format(error)
    }
}

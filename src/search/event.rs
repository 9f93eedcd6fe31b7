//! The events of a search, as its owner fetches them.

use serde::Serialize;

use super::target::Target;

/// An event of a search.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// How far it is; the latest replaces the one before.
    Progress {
        /// Files begun.
        files: usize,
        /// Files not begun yet.
        files_waiting: usize,
        /// Bytes read, as they are on the disk.
        bytes: u64,
        /// Bytes of all files that were given.
        bytes_total: u64,
    },
    /// A file that can't be used at all.
    FileError {
        /// The file.
        file: String,
        /// A sentence.
        message: String,
    },
    /// A file that ends too early.
    Truncated {
        /// The file.
        file: String,
        /// A sentence.
        message: String,
    },
    /// A row that can't be used.
    BadRow {
        /// The file.
        file: String,
        /// Its number, counted with the header.
        row: u64,
        /// A sentence.
        message: String,
    },
    /// The request that is under way at Graph; the latest replaces the one before.
    Asking {
        /// "AuditQuery", "Hunting", "Chats" or "Directory".
        source: &'static str,
        /// What is done, as the end of a sentence.
        message: String,
        /// Records that came.
        records: u64,
    },
    /// Graph is asked again after so long.
    Wait {
        /// A sentence.
        reason: String,
        /// How long.
        seconds: f64,
    },
    /// A source that Graph was asked for is not complete.
    SourceError {
        /// "AuditQuery", "Hunting" or "Chats".
        source: &'static str,
        /// "Denied", "Unauthorized", "Throttled", "Unreachable" or "Failed".
        error: &'static str,
        /// A sentence.
        message: String,
        /// What to do about it.
        next_step: String,
        /// Records that came before; they are used.
        records: u64,
    },
    /// Something to know that costs nothing of what was found.
    Warning {
        /// A sentence.
        message: String,
    },
    /// The report is written.
    Report {
        /// The file.
        path: String,
    },
    /// A chat and a user.
    Target(Box<Target>),
    /// The last event.
    Searched {
        /// Files read and queries run.
        files: usize,
        /// Records seen.
        records: u64,
        /// Rows that can't be used, of which the first thousand are told.
        bad_rows: u64,
        /// Chats and users found.
        targets: usize,
    },
}

//! The events of a search.

use serde::Serialize;

use super::search_source::SearchSource;
use super::target::Target;

/// An event of a search.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Progress through the files. Replaces the previous progress event.
    Progress {
        /// Files opened.
        files: usize,
        /// Files not opened yet.
        files_waiting: usize,
        /// Bytes read from the disk, before decompression.
        bytes: u64,
        /// Bytes of all files.
        bytes_total: u64,
    },
    /// A file that can't be read or written.
    FileError {
        /// The file.
        file: String,
        /// A sentence.
        message: String,
    },
    /// A truncated file.
    Truncated {
        /// The file.
        file: String,
        /// A sentence.
        message: String,
    },
    /// A row that can't be read, or not all of it.
    BadRow {
        /// The file.
        file: String,
        /// The row number. The header counts as a row.
        row: u64,
        /// Whether what could be read of the row is used. Otherwise the row is skipped.
        used: bool,
        /// A sentence.
        message: String,
    },
    /// Progress of requests to Graph. Replaces the previous event of this kind.
    RequestProgress {
        /// "AuditQuery", "Hunting", "Chats" or "Directory".
        source: &'static str,
        /// The current step, as the end of a sentence.
        message: String,
        /// Records received.
        records: u64,
    },
    /// A request is repeated after a wait.
    Wait {
        /// A sentence.
        reason: String,
        /// The length of the wait in seconds.
        seconds: f64,
    },
    /// The records of an online source are incomplete.
    SourceError {
        /// "AuditQuery", "Hunting" or "Chats".
        source: &'static str,
        /// "Denied", "Unauthorized", "Throttled", "Unreachable" or "Failed".
        error: &'static str,
        /// A sentence.
        message: String,
        /// The next step.
        next_step: String,
        /// Records received before the failure. They are used.
        records: u64,
    },
    /// A warning. The results so far are correct.
    Warning {
        /// A sentence.
        message: String,
    },
    /// The report has been written.
    Report {
        /// The file.
        path: String,
    },
    /// One user's access to one chat.
    Target(Box<Target>),
    /// The last event.
    Searched {
        /// Files read and queries run.
        files: usize,
        /// Records read.
        records: u64,
        /// Rows that can't be read, or not completely. The first thousand are reported.
        bad_rows: u64,
        /// Targets found.
        targets: usize,
        /// The sources, and how complete their records are.
        sources: Vec<SearchSource>,
        /// Other reasons why targets may be missing, a sentence each.
        incomplete: Vec<String>,
    },
}

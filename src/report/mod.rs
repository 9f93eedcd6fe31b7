//! The report: who reached whom, what was removed, and what is open.
//!
//! A [`Case`] collects targets, outcomes, journals and sources. Its result is a JSON document, which
//! [`page`] shows as one self-contained HTML page. External users influence the values in records,
//! so every value is escaped, and the page's policy allows nothing but its own style and script.
//! [`RunningReport`] does this in the background; [`write_findings`] is for the results of a search.

mod access;
mod case;
mod fields;
mod journal;
mod page;
mod running_report;
mod text;
mod timeline;
mod write;

use std::io;
use std::path::Path;

use jiff::Timestamp;

pub use self::case::Case;
pub use self::page::page;
pub use self::running_report::{ReportOptions, RunningReport};
use crate::cancel::Cancel;
use crate::search::Findings;

/// The title of a report without one.
const TITLE: &str = "Chats with external users";

/// Writes the report on `findings` to `path`, as [`SearchOptions`](crate::search::SearchOptions)
/// requires.
///
/// # Errors
/// The file can't be written. What was at `path` stays as it was.
pub fn write_findings(path: &Path, findings: &Findings) -> io::Result<()> {
    let mut case = Case::of(findings)?;
    case.hash(&Cancel::default());
    let case = case.finish(TITLE, "", Timestamp::now());
    write::write(path, page(&case).as_bytes())
}

#[cfg(test)]
mod tests;

//! The inputs of a search: its sources, its filters and its outputs.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::findings::Findings;
use super::online::Online;
use super::query::QueryOptions;
use crate::identity::Account;

/// A report on the results. A function writes it, because the report is above the search.
#[derive(Debug)]
pub struct ReportFile {
    /// The path.
    pub path: PathBuf,
    /// Writes the report.
    pub write: fn(&Path, &Findings) -> io::Result<()>,
}

/// What to search, and for what.
#[derive(Debug, Default)]
pub struct SearchOptions {
    /// The files to read.
    pub paths: Vec<PathBuf>,
    /// The filters.
    pub query: QueryOptions,
    /// The sources in Microsoft Graph.
    pub online: Online,
    /// The report to write, if any.
    pub report: Option<ReportFile>,
    /// The signed-in account. Its tenant is the home tenant if the sources do not name one.
    pub account: Option<Arc<Account>>,
    /// Whether to look up users in the account's directory if no record contains their object id.
    pub resolve_users: bool,
}

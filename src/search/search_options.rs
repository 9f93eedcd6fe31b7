//! The inputs of a search: its sources, its filters and its outputs.

use std::path::PathBuf;
use std::sync::Arc;

use super::online::Online;
use super::query::QueryOptions;
use crate::identity::Account;

/// What to search, and for what.
#[derive(Debug, Default)]
pub struct SearchOptions {
    /// The files to read.
    pub paths: Vec<PathBuf>,
    /// The filters.
    pub query: QueryOptions,
    /// The sources in Microsoft Graph.
    pub online: Online,
    /// The path of the HTML report, if one is written.
    pub report: Option<PathBuf>,
    /// The signed-in account. Its tenant is the home tenant if the sources do not name one.
    pub account: Option<Arc<Account>>,
    /// Whether to look up users in the account's directory if no record contains their object id.
    pub resolve_users: bool,
}

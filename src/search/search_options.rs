//! The inputs of a search: its sources, its filters and its outputs.

use std::path::PathBuf;
use std::sync::Arc;

use super::online::Online;
use super::query::QueryOptions;
use crate::identity::Account;

/// What to search, and for what.
#[derive(Debug, Default)]
pub struct SearchOptions {
    /// The files.
    pub paths: Vec<PathBuf>,
    /// What to look for.
    pub query: QueryOptions,
    /// What Graph is asked for.
    pub online: Online,
    /// Where a page for people goes.
    pub report: Option<PathBuf>,
    /// Who is signed in. Its tenant is taken for the own one where sources name none.
    pub account: Option<Arc<Account>>,
    /// Users whose id is in no record are looked up in the account's directory.
    pub resolve_users: bool,
}

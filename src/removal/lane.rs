//! A signed-in account with its pace.

use std::sync::Arc;

use super::Limits;
use super::pace::SharedPace;
use crate::identity::Account;

/// A signed-in account and the pace that the service allows its user.
///
/// All runs of one account share its lane, so that runs one after the other, or at the same time,
/// stay under the limit together.
#[derive(Debug)]
pub struct Lane {
    account: Arc<Account>,
    pace: Arc<SharedPace>,
}

impl Lane {
    /// Creates a lane that has sent nothing yet.
    pub fn new(account: impl Into<Arc<Account>>) -> Self {
        Self {
            account: account.into(),
            pace: Arc::new(SharedPace::new(Limits::default().per_user)),
        }
    }

    /// The signed-in account.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Returns the account for work outside a run, such as a search.
    pub fn shared_account(&self) -> Arc<Account> {
        Arc::clone(&self.account)
    }

    pub(super) fn pace(&self) -> Arc<SharedPace> {
        Arc::clone(&self.pace)
    }
}

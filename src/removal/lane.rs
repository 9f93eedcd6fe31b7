//! A signed-in account as runs use it.

use std::sync::Arc;

use super::Limits;
use super::pace::SharedPace;
use crate::identity::Account;

/// An account and the pace that the service allows its user. All runs of one account share both, so that
/// one command after the other, or beside it, stays under the limit too.
#[derive(Debug)]
pub struct Lane {
    account: Arc<Account>,
    pace: Arc<SharedPace>,
}

impl Lane {
    /// A lane that has sent nothing yet.
    pub fn new(account: impl Into<Arc<Account>>) -> Self {
        Self {
            account: account.into(),
            pace: Arc::new(SharedPace::new(Limits::default().per_user)),
        }
    }

    /// Who is signed in.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The account itself, for work that is no run.
    pub fn shared_account(&self) -> Arc<Account> {
        Arc::clone(&self.account)
    }

    pub(super) fn pace(&self) -> Arc<SharedPace> {
        Arc::clone(&self.pace)
    }
}

//! A sign-in's handle, which becomes its account's.

use std::sync::{Arc, OnceLock};

use super::ChatAccessStatus;
use crate::identity::{SignIn, Stage};
use crate::removal::Lane;

/// A sign-in, and the lane of its account once there is one.
pub(super) struct SigningIn {
    pub(super) sign_in: SignIn,
    lane: OnceLock<Arc<Lane>>,
}

impl SigningIn {
    pub(super) fn new(sign_in: SignIn) -> Self {
        Self {
            sign_in,
            lane: OnceLock::new(),
        }
    }

    /// The account: not yet, or never where the sign-in failed.
    pub(super) fn lane(&self) -> Result<Arc<Lane>, ChatAccessStatus> {
        match self.sign_in.stage() {
            Stage::UnderWay => Err(ChatAccessStatus::NotYet),
            Stage::Failed => Err(ChatAccessStatus::Ended),
            Stage::SignedIn(account) => Ok(Arc::clone(
                self.lane.get_or_init(|| Arc::new(Lane::new(account))),
            )),
        }
    }
}

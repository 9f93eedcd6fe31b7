//! Registration handles: the application to sign in with is found or created.

use serde::Deserialize;

use super::handles;
use super::request::OpenError;
use crate::registration::{Consent, Registration, RegistrationOptions};

/// The request for a registration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistrationRequest {
    account: i64,
    name: String,
    #[serde(default)]
    consent: Consent,
    #[serde(default)]
    change: bool,
}

impl RegistrationRequest {
    pub(super) fn open(self) -> Result<Registration, OpenError> {
        let lane = handles::account(self.account)?;
        let options = RegistrationOptions::new(&self.name, self.consent, self.change)?;
        Ok(Registration::start(lane.shared_account(), options)?)
    }
}

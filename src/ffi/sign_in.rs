//! Sign-in handles, which become account handles.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::Deserialize;

use super::account::CloudRequest;
use super::request::OpenError;
use super::status::ChatAccessStatus;
use crate::identity::{Application, Method, SignIn, Stage};
use crate::removal::Lane;
use crate::token::RefreshToken;

/// The request for a sign-in. A refresh token is the call's secret.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInRequest {
    method: MethodName,
    tenant: Option<String>,
    client_id: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    login_hint: Option<String>,
    #[serde(default = "ten_minutes")]
    time_ms: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum MethodName {
    Browser,
    DeviceCode,
    RefreshToken,
}

fn ten_minutes() -> u64 {
    600_000
}

impl SignInRequest {
    pub(super) fn open(
        self,
        cloud: &CloudRequest,
        secret: Option<&[u8]>,
    ) -> Result<SigningIn, OpenError> {
        let cloud = cloud.cloud()?;
        let application = Application::new(
            self.tenant.as_deref(),
            self.client_id.as_deref(),
            self.scopes,
        )?;
        let method = match self.method {
            MethodName::Browser => Method::Browser {
                login_hint: self.login_hint,
                limit: Duration::from_millis(self.time_ms),
            },
            MethodName::DeviceCode => Method::DeviceCode,
            MethodName::RefreshToken => {
                Method::RefreshToken(RefreshToken::new(secret.unwrap_or_default())?)
            }
        };
        Ok(SigningIn {
            sign_in: SignIn::start(cloud, application, method)?,
            lane: OnceLock::new(),
        })
    }
}

/// A sign-in, and the lane of its account once there is one.
pub(super) struct SigningIn {
    pub(super) sign_in: SignIn,
    lane: OnceLock<Arc<Lane>>,
}

impl SigningIn {
    /// Returns the lane of the account.
    ///
    /// # Errors
    /// [`ChatAccessStatus::NotYet`] while the sign-in is in progress, [`ChatAccessStatus::Ended`]
    /// after it failed.
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

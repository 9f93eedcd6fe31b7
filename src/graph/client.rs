//! One client per session: its connections are reused, and what it may do is narrow.

use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::redirect::Policy;
use uuid::Uuid;

use super::{Answer, ApiVersion, Cloud, Removal};
use crate::identity::AccessToken;

const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// A session's way to Microsoft Graph.
#[derive(Debug)]
pub struct GraphClient {
    http: Client,
    cloud: Cloud,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// The request did not leave this computer whole: it can't have had an effect.
    #[error("{0}")]
    NotSent(String),
    /// The request went out and its answer did not come: it may have had its effect.
    #[error("{0}")]
    Lost(String),
}

impl GraphClient {
    /// A client for one cloud. The system's proxy settings are honoured, except for a Graph on this
    /// computer.
    ///
    /// # Errors
    /// A sentence, where the system's certificates or proxy settings can't be used.
    pub fn new(cloud: Cloud) -> Result<Self, String> {
        // An error says that another part of this process has chosen the provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .https_only(!cloud.graph.starts_with("http://"))
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_LIMIT)
            .user_agent(concat!("ChatAccess/", env!("CARGO_PKG_VERSION")));
        if cloud.loopback {
            builder = builder.no_proxy();
        }
        let http = builder
            .build()
            .map_err(|error| format!("The HTTPS client can't be set up: {}.", told(&error)))?;
        Ok(Self { http, cloud })
    }

    /// Where this client's requests go.
    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    /// `POST {root}/{version}/chats/{id}/removeAllAccessForUser`, within `limit`.
    ///
    /// # Errors
    /// No answer came: see [`ExchangeError`] for what that says about the removal.
    pub fn remove_all_access_for_user(
        &self,
        version: ApiVersion,
        removal: &Removal,
        token: &AccessToken,
        client_request_id: Uuid,
        limit: Duration,
    ) -> Result<Answer, ExchangeError> {
        let url = format!(
            "{}/{}/{}",
            self.cloud.graph,
            version.segment(),
            removal.path()
        );
        let deadline = Instant::now() + limit;
        let response = self
            .http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header("client-request-id", client_request_id.to_string())
            .bearer_auth(token.expose())
            .timeout(limit)
            .body(removal.body())
            .send()
            .map_err(|error| classify(&error))?;
        Ok(Answer::read(response, token, deadline))
    }
}

fn classify(error: &reqwest::Error) -> ExchangeError {
    // `is_connect` covers name resolution, the TCP and TLS handshakes and the proxy's answer to
    // CONNECT: all before the first byte of the request.
    if error.is_connect() || error.is_builder() {
        ExchangeError::NotSent(told(error))
    } else {
        ExchangeError::Lost(told(error))
    }
}

/// The innermost cause, which is what a person can act on, without the address: it stands in the
/// outcome already.
fn told(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return if error.is_connect() {
            "no connection within the time limit".into()
        } else {
            "no answer within the time limit".into()
        };
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    crate::input::one_line(&cause.to_string(), 200)
}

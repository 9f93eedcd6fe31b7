//! The client and what its failures mean.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use rustls::crypto::{CryptoProvider, KeyProvider, ring};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::SigningKey;

use crate::cloud::is_loopback;

const CONNECT_LIMIT: Duration = Duration::from_secs(10);

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

/// A client for the service at `root`. The system's proxy settings are honoured, except for a service on
/// this computer.
///
/// # Errors
/// A sentence, where the system's certificates or proxy settings can't be used.
pub(crate) fn client(root: &str) -> Result<Client, String> {
    let provider = CryptoProvider {
        key_provider: &NoKeys,
        ..ring::default_provider()
    };
    // An error says that another part of this process has chosen the provider already.
    let _ = provider.install_default();
    let mut builder = Client::builder()
        .https_only(!root.starts_with("http://"))
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_LIMIT)
        .user_agent(concat!("ChatAccess/", env!("CARGO_PKG_VERSION")));
    if Url::parse(root).is_ok_and(|root| is_loopback(&root)) {
        builder = builder.no_proxy();
    }
    builder
        .build()
        .map_err(|error| format!("The HTTPS client can't be set up: {}.", told(&error)))
}

/// Returns whether the same request may succeed later: too many requests, or a fault of the service or of a
/// gateway before it.
pub(crate) fn is_transient(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// Takes no private key: the client has no certificate of its own, and leaves out what would sign with one.
#[derive(Debug)]
struct NoKeys;

impl KeyProvider for NoKeys {
    fn load_private_key(
        &self,
        _: PrivateKeyDer<'static>,
    ) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        Err(rustls::Error::General(
            "client certificates are not used".into(),
        ))
    }
}

impl From<reqwest::Error> for ExchangeError {
    fn from(error: reqwest::Error) -> Self {
        // `is_connect` covers name resolution, the TCP and TLS handshakes and the proxy's answer to
        // CONNECT: all before the first byte of the request.
        if error.is_connect() || error.is_builder() {
            Self::NotSent(told(&error))
        } else {
            Self::Lost(told(&error))
        }
    }
}

/// The innermost cause, which is what a person can act on, without the address: it is known already.
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

//! The HTTPS client, and what its errors mean.

use std::str::FromStr;
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

/// Why there is no response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// The request was not sent completely, so it can't have had an effect.
    #[error("{0}")]
    NotSent(String),
    /// The request was sent and its response was lost, so it may have had an effect.
    #[error("{0}")]
    Lost(String),
}

/// Why no HTTPS client can be set up.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ClientError {
    /// The system's certificates or proxy settings can't be used.
    #[error("The HTTPS client can't be set up: {}.", innermost(.0))]
    Settings(#[source] Arc<reqwest::Error>),
    /// The address of the service can't be parsed.
    #[error("The service's address can't be used: {0}.")]
    Address(#[source] AddressError),
}

impl ClientError {
    /// Returns what to do about it.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Settings(_) => "Check the system's certificates and proxy settings.",
            Self::Address(_) => "Check GraphEndpoint and AuthorityHost.",
        }
    }
}

/// Why an address can't be parsed.
pub(crate) type AddressError = <Url as FromStr>::Err;

/// Errors are equal that say the same; the cause itself can't be compared.
impl PartialEq for ClientError {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for ClientError {}

/// Makes a client for the service at `root`, which uses the system's proxy settings except for a service on
/// this computer.
///
/// # Errors
/// See [`ClientError`].
pub(crate) fn client(root: &str) -> Result<Client, ClientError> {
    let provider = CryptoProvider {
        key_provider: &NoKeys,
        ..ring::default_provider()
    };
    // This fails if another part of this process has installed a provider already.
    let _ = provider.install_default();
    let mut builder = Client::builder()
        .https_only(!root.starts_with("http://"))
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_LIMIT)
        .user_agent(concat!("ChatAccess/", env!("CARGO_PKG_VERSION")));
    if is_loopback(&Url::parse(root).map_err(ClientError::Address)?) {
        builder = builder.no_proxy();
    }
    builder
        .build()
        .map_err(|error| ClientError::Settings(Arc::new(error)))
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
            Self::NotSent(innermost(&error))
        } else {
            Self::Lost(innermost(&error))
        }
    }
}

/// Returns the innermost cause, which is what a person can act on, without the address, which is known.
fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return if error.is_connect() {
            "no connection within the time limit".into()
        } else {
            "no response within the time limit".into()
        };
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    crate::input::one_line(&cause.to_string(), 200)
}

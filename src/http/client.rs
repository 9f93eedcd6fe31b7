//! The HTTPS client and its errors.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use reqwest::{NoProxy, Proxy, Url};
use rustls::crypto::{CryptoProvider, KeyProvider, ring};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::SigningKey;

use super::transport_fault::{TransportFault, is_name_resolution};
use crate::cloud::{Route, is_loopback};

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
    /// The request was not sent, and no other request to this service can be sent either.
    #[error("{0}")]
    Permanent(TransportFault),
}

/// Why no HTTPS client can be set up.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ClientError {
    /// The system's certificates or proxy settings can't be used.
    #[error("The HTTPS client can't be set up: {}.", innermost(.0))]
    Settings(#[source] Arc<reqwest::Error>),
    /// An environment variable that names the proxy can't be used. Its value may hold a password,
    /// so it is not shown.
    #[error("The environment variable {0} doesn't contain the address of a proxy.")]
    Proxy(&'static str),
    /// The address of the service can't be parsed.
    #[error("The service's address can't be used: {0}.")]
    Address(#[source] AddressError),
}

impl ClientError {
    /// Returns what to do about it.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Settings(_) => "Check the system's certificates and proxy settings.",
            Self::Proxy(_) => {
                "Set it to an address such as http://proxy.contoso.com:8080, or remove it."
            }
            Self::Address(_) => "Check GraphEndpoint and AuthorityHost.",
        }
    }
}

/// Why an address can't be parsed.
pub(crate) type AddressError = <Url as FromStr>::Err;

/// Compares the messages, because the causes can't be compared.
impl PartialEq for ClientError {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for ClientError {}

/// Creates a client for the service at `root`. Its proxy is that of the environment variables, else
/// that of `route`, else that of the system's settings. A service on this computer has none.
///
/// # Errors
/// See [`ClientError`].
pub(crate) fn client(root: &str, route: Option<&Route>) -> Result<Client, ClientError> {
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
    let settings = |error| ClientError::Settings(Arc::new(error));
    let is_local = is_loopback(&Url::parse(root).map_err(ClientError::Address)?);
    if is_local || current_proxy_variable()?.is_none() {
        builder = match route {
            _ if is_local => builder.no_proxy(),
            None => builder,
            Some(Route::Direct) => builder.no_proxy(),
            Some(Route::Proxy(proxy)) => {
                let proxy = Proxy::https(proxy.clone()).map_err(settings)?;
                builder.proxy(proxy.no_proxy(NoProxy::from_env()))
            }
        };
    }
    builder.build().map_err(settings)
}

/// Returns the variable of this process that names the proxy for https addresses, if there is one.
pub(super) fn current_proxy_variable() -> Result<Option<&'static str>, ClientError> {
    proxy_variable(|name| std::env::var(name).ok())
}

/// Returns the variable that names the proxy for https addresses, if there is one, and checks all
/// of them, in the order in which they apply. Without this check a malformed value is ignored, and
/// the requests go past the proxy.
fn proxy_variable(
    value: impl Fn(&str) -> Option<String>,
) -> Result<Option<&'static str>, ClientError> {
    let mut found = None;
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let Some(value) = value(name).filter(|value| !value.trim().is_empty()) else {
            continue;
        };
        let scheme = value.split_once("://").map_or("http", |(scheme, _)| scheme);
        let address = match value.contains("://") {
            true => value.clone(),
            false => format!("http://{value}"),
        };
        let known = ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str());
        if !known || !Url::parse(&address).is_ok_and(|url| url.has_host()) {
            return Err(ClientError::Proxy(name));
        }
        found.get_or_insert(name);
    }
    Ok(found)
}

/// Returns whether the same request may succeed later: too many requests, or a fault of the service
/// or of a gateway before it.
pub(crate) fn is_transient(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// Refuses every private key. The client has no certificate, so the code that signs with one is not
/// linked.
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
        let host = error.url().and_then(Url::host_str).unwrap_or("the service");
        if let Some(fault) = TransportFault::find(&error, host) {
            return Self::Permanent(fault);
        }
        // `is_connect` covers name resolution, the TCP and TLS handshakes and the proxy's response
        // to CONNECT: all before the first byte of the request.
        if error.is_connect() || error.is_builder() {
            Self::NotSent(innermost(&error))
        } else {
            Self::Lost(innermost(&error))
        }
    }
}

impl ExchangeError {
    /// Converts the error of a request to `root`. A host that doesn't exist is permanent only while
    /// the host of `other_root`, the other service of the same cloud, resolves: otherwise the
    /// network is down. If the host itself resolves, it was the name of the proxy that did not.
    pub(crate) fn of(error: reqwest::Error, root: &str, other_root: &str) -> Self {
        let host = error.url().and_then(Url::host_str).map(String::from);
        match host {
            Some(host) if is_name_resolution(&error) && !resolves(root) && resolves(other_root) => {
                Self::Permanent(TransportFault::UnknownHost(host))
            }
            _ => error.into(),
        }
    }
}

fn resolves(root: &str) -> bool {
    Url::parse(root).is_ok_and(|url| url.socket_addrs(|| None).is_ok_and(|all| !all.is_empty()))
}

/// Returns the innermost cause, which is the most specific one, without the address of the request.
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
    match cause.to_string().as_str() {
        // hyper-util's word for every other refusal of a proxy.
        "tunnel error: unsuccessful" => "the proxy refused to connect to the service".into(),
        text => crate::input::one_line(text, 200),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ascii_host_names_are_addresses() {
        assert!(Url::parse("https://gräph.microsoft.com/").is_err());
        let url = Url::parse("https://xn--grph-loa.Contoso.com/").unwrap();
        assert_eq!(url.host_str(), Some("xn--grph-loa.contoso.com"));
    }

    #[test]
    fn a_malformed_proxy_variable_is_an_error_that_does_not_repeat_it() {
        let check = |text: &str| {
            let text = text.to_string();
            proxy_variable(|name| (name == "HTTPS_PROXY").then(|| text.clone()))
        };
        assert_eq!(check(" ").unwrap(), None);
        for good in [
            "proxy:8080",
            "http://proxy:8080",
            "http://u:p@proxy.contoso.com",
            "https://proxy",
        ] {
            assert_eq!(check(good).unwrap(), Some("HTTPS_PROXY"), "{good}");
        }
        for bad in [
            "http://",
            "http://:8080",
            "htp://u:secret@proxy",
            "http://pro xy:8080",
            "proxy:port",
        ] {
            let error = check(bad).expect_err(bad).to_string();
            assert!(
                error.contains("HTTPS_PROXY") && !error.contains("secret"),
                "{error}"
            );
        }
    }
}

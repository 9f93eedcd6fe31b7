//! Faults of the connection that no retry heals, told apart from those that pass.

use std::error::Error;
use std::io;

use rustls::CertificateError;

/// Why no request can reach the service until this computer or its network is configured
/// differently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportFault {
    /// The TLS certificate of the service is not accepted.
    #[error("the certificate of {host} {problem}")]
    Certificate {
        /// The host of the request.
        host: String,
        /// What is wrong with it, as the end of a sentence.
        problem: String,
        /// What to do about it.
        next_step: &'static str,
    },
    /// The proxy requires credentials (HTTP status 407).
    #[error("the proxy requires authentication (HTTP status 407)")]
    ProxyAuthentication,
    /// The host name has no address, although other names resolve.
    #[error("the host {0} doesn't exist")]
    UnknownHost(String),
}

impl TransportFault {
    /// Returns what to do about it.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Certificate { next_step, .. } => next_step,
            Self::ProxyAuthentication => {
                "Set HTTPS_PROXY to http://user:password@host:port, or ask for a proxy rule that lets this computer reach the service without credentials. See docs/network.md."
            }
            Self::UnknownHost(_) => "Check Environment and GraphEndpoint.",
        }
    }

    /// Finds the fault in the causes of `error`; `host` is the host of the request.
    pub(super) fn find(error: &(dyn Error + 'static), host: &str) -> Option<Self> {
        for cause in causes(error) {
            if let Some(rustls::Error::InvalidCertificate(reason)) = tls_error(cause) {
                return Some(Self::certificate(host, reason));
            }
            // The type is private to hyper-util; its text has been the same since it exists.
            if cause.to_string() == "tunnel error: proxy authorization required" {
                return Some(Self::ProxyAuthentication);
            }
        }
        None
    }

    fn certificate(host: &str, reason: &CertificateError) -> Self {
        const TRUST: &str = "If a proxy or a security product inspects TLS connections, add its root certificate to the certificate store of this computer, or exempt this host. See docs/network.md.";
        const CLOCK: &str = "Check the clock of this computer. If it is right, contact the owner of the proxy or endpoint.";
        let (problem, next_step) = match reason {
            CertificateError::UnknownIssuer => (
                "was issued by an authority that this computer doesn't trust".into(),
                TRUST,
            ),
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                ("has expired".into(), CLOCK)
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                ("is not valid yet".into(), CLOCK)
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                (
                    "is for another host name".into(),
                    "Check GraphEndpoint and AuthorityHost, and whether a proxy or a captive portal answers in place of the service.",
                )
            }
            CertificateError::Revoked => ("was revoked".into(), TRUST),
            other => Self::platform_problem(other),
        };
        Self::Certificate {
            host: host.into(),
            problem,
            next_step,
        }
    }

    /// Puts the operating system's own certificate error into words. On Windows and macOS the
    /// system verifies certificates, and rustls passes most of its errors on as text.
    fn platform_problem(reason: &CertificateError) -> (String, &'static str) {
        const REVOCATION: &str = "Let this computer reach the revocation servers of the certificate's issuer over http, directly or through the proxy. See docs/network.md.";
        const TRUST: &str = "Add the issuer's root certificate to the certificate store of this computer. See docs/network.md.";
        let text = match reason {
            CertificateError::Other(other) => other.0.to_string(),
            other => format!("{other:?}"),
        };
        // CERT_E_REVOCATION_FAILURE, CRYPT_E_NO_REVOCATION_CHECK and CRYPT_E_REVOCATION_OFFLINE.
        const REVOCATION_CODES: [&str; 3] = ["-2146762482", "-2146885614", "-2146885613"];
        if matches!(reason, CertificateError::UnknownRevocationStatus)
            || REVOCATION_CODES.iter().any(|code| text.contains(code))
        {
            return (
                "can't be checked for revocation, because the issuer's revocation servers can't be reached".into(),
                REVOCATION,
            );
        }
        // webpki's word for a self-signed certificate that is not among the trusted ones.
        if text.contains("CaUsedAsEndEntity") {
            return (
                "is self-signed, and this computer doesn't trust it".into(),
                TRUST,
            );
        }
        let text = crate::input::one_line(&text, 160);
        (
            format!("is not accepted ({})", text.trim_end_matches('.')),
            TRUST,
        )
    }
}

/// Returns whether the causes of `error` include a failed DNS lookup.
pub(super) fn is_name_resolution(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| cause.to_string().starts_with("dns error"))
}

/// Returns `error` and its causes, outermost first.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause: &&'a (dyn Error + 'static)| {
        (*cause).source()
    })
}

/// Returns the TLS error that `cause` is or wraps. An `io::Error` doesn't list the error that it
/// wraps among its sources.
fn tls_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    cause.downcast_ref::<rustls::Error>().or_else(|| {
        let wrapped = cause.downcast_ref::<io::Error>()?.get_ref()?;
        wrapped.downcast_ref::<rustls::Error>().or_else(|| {
            let inner = wrapped.downcast_ref::<io::Error>()?.get_ref()?;
            inner.downcast_ref::<rustls::Error>()
        })
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use rustls::OtherError;

    #[derive(Debug, thiserror::Error)]
    #[error("client error (Connect)")]
    struct Connect(#[source] io::Error);

    fn fault(reason: CertificateError) -> TransportFault {
        let tls = rustls::Error::InvalidCertificate(reason);
        let error = Connect(io::Error::new(io::ErrorKind::InvalidData, tls));
        TransportFault::find(&error, "graph.microsoft.com").expect("a certificate error")
    }

    #[test]
    fn a_certificate_error_is_found_inside_of_an_io_error_and_named() {
        for (reason, problem) in [
            (
                CertificateError::UnknownIssuer,
                "an authority that this computer doesn't trust",
            ),
            (CertificateError::Expired, "has expired"),
            (CertificateError::NotValidForName, "another host name"),
            (CertificateError::Revoked, "was revoked"),
            (
                CertificateError::UnknownRevocationStatus,
                "can't be checked for revocation",
            ),
        ] {
            let fault = fault(reason);
            let text = fault.to_string();
            assert!(
                text.starts_with("the certificate of graph.microsoft.com "),
                "{text}"
            );
            assert!(text.contains(problem), "{text}");
            assert!(fault.next_step().ends_with('.'), "{text}");
        }
    }

    #[test]
    fn the_codes_of_windows_become_words() {
        let system = io::Error::other("OS Error -2146762482 (FormatMessageW() returned error 317)");
        let text = fault(CertificateError::Other(OtherError(Arc::new(system)))).to_string();
        assert!(
            text.contains("revocation servers can't be reached"),
            "{text}"
        );
        assert!(!text.contains("-2146762482"), "{text}");
    }

    #[test]
    fn a_connection_that_is_refused_is_not_permanent() {
        let refused = Connect(io::ErrorKind::ConnectionRefused.into());
        assert_eq!(TransportFault::find(&refused, "x"), None);
    }
}

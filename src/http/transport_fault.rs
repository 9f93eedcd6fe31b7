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
        let text = match reason {
            CertificateError::Other(other) => other.0.to_string(),
            other => other.to_string(),
        };
        let (problem, next_step) = match known_problem(reason, &text) {
            Some((problem, next_step)) => (problem.into(), next_step),
            None => {
                let text = crate::input::one_line(&text, 160);
                (
                    format!("is not accepted ({})", text.trim_end_matches('.')),
                    TRUST,
                )
            }
        };
        Self::Certificate {
            host: host.into(),
            problem,
            next_step,
        }
    }
}

/// What is wrong with a certificate, as the end of a sentence, and what to do about it.
type Problem = (&'static str, &'static str);

const TRUST: &str = "If a proxy or a security product inspects TLS connections, add its root certificate to the certificate store of this computer, or exempt this host. See docs/network.md.";
const CLOCK: &str =
    "Check the clock of this computer. If it is right, contact the owner of the proxy or endpoint.";
const OWNER: &str = "Ask the owner of the proxy or the security product that inspects TLS connections for a valid certificate, or for an exemption of this host. See docs/network.md.";

const UNTRUSTED: Problem = (
    "was issued by an authority that this computer doesn't trust",
    TRUST,
);
const SELF_SIGNED: Problem = ("is self-signed, and this computer doesn't trust it", TRUST);
const DISTRUSTED: Problem = (
    "is blocked in the certificate store of this computer",
    OWNER,
);
const REVOKED: Problem = ("was revoked", OWNER);
const EXPIRED: Problem = ("has expired", CLOCK);
const NOT_YET: Problem = ("is not valid yet", CLOCK);
const OTHER_NAME: Problem = (
    "is for another host name",
    "Check GraphEndpoint and AuthorityHost, and whether a proxy or a captive portal answers in place of the service.",
);
const OTHER_PURPOSE: Problem = ("is not for the identification of a server", OWNER);
const TOO_LONG: Problem = ("is valid for longer than this computer accepts", OWNER);
const MALFORMED: Problem = ("is malformed", OWNER);
const BAD_SIGNATURE: Problem = ("has a signature that is not valid", OWNER);
const NOT_CHECKED: Problem = (
    "can't be checked for revocation, because the issuer's revocation servers can't be reached",
    "Let this computer reach the revocation servers of the certificate's issuer over http, directly or through the proxy. See docs/network.md.",
);

/// Returns the problem for a known error, whose text is `text`.
fn known_problem(reason: &CertificateError, text: &str) -> Option<Problem> {
    Some(match reason {
        CertificateError::UnknownIssuer => UNTRUSTED,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => EXPIRED,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => NOT_YET,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            OTHER_NAME
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            OTHER_PURPOSE
        }
        CertificateError::Revoked => REVOKED,
        CertificateError::UnknownRevocationStatus => NOT_CHECKED,
        CertificateError::BadSignature => BAD_SIGNATURE,
        CertificateError::BadEncoding => MALFORMED,
        // webpki's word for a self-signed certificate that is not among the trusted ones.
        _ if text.contains("CaUsedAsEndEntity") => SELF_SIGNED,
        _ => return platform_problem(text),
    })
}

/// Returns the problem for an error of the operating system. On Windows and macOS the system
/// verifies certificates, and rustls passes on most of its errors as text, which contains the code.
fn platform_problem(text: &str) -> Option<Problem> {
    let code = text
        .split(|c: char| !c.is_ascii_digit() && c != '-')
        .find_map(|word| word.strip_prefix('-')?.parse::<u32>().ok())?;
    // The codes of Windows are HRESULTs, written as negative numbers.
    Some(match (code.wrapping_neg(), code) {
        // CERT_E_UNTRUSTEDROOT, _CHAINING, _UNTRUSTEDTESTROOT, _UNTRUSTEDCA, _ISSUERCHAINING;
        // errSecCreateChainFailed, errSecNotTrusted.
        (0x800B_0109 | 0x800B_010A | 0x800B_010D | 0x800B_0112 | 0x800B_0107, _)
        | (_, 25318 | 67843) => UNTRUSTED,
        // TRUST_E_EXPLICIT_DISTRUST; errSecTrustSettingDeny.
        (0x800B_0111, _) | (_, 67654) => DISTRUSTED,
        // CERT_E_REVOKED, CRYPT_E_REVOKED; errSecCertificateRevoked.
        (0x800B_010C | 0x8009_2010, _) | (_, 67820) => REVOKED,
        // CERT_E_REVOCATION_FAILURE, CRYPT_E_NO_REVOCATION_DLL, _NO_REVOCATION_CHECK,
        // _REVOCATION_OFFLINE; errSecOCSPUnavailable, errSecIncompleteCertRevocationCheck.
        (0x800B_010E | 0x8009_2011 | 0x8009_2012 | 0x8009_2013, _) | (_, 67632 | 67635) => {
            NOT_CHECKED
        }
        // CERT_E_EXPIRED, _VALIDITYPERIODNESTING; errSecCertificateExpired.
        (0x800B_0101 | 0x800B_0102, _) | (_, 67818) => EXPIRED,
        // errSecCertificateNotValidYet.
        (_, 67819) => NOT_YET,
        // errSecHostNameMismatch.
        (_, 67602) => OTHER_NAME,
        // CERT_E_ROLE, _PURPOSE, _WRONG_USAGE, TRUST_E_BASIC_CONSTRAINTS;
        // errSecInvalidExtendedKeyUsage.
        (0x800B_0103 | 0x800B_0106 | 0x800B_0110 | 0x8009_6019, _) | (_, 67609) => OTHER_PURPOSE,
        // errSecCertificateValidityPeriodTooLong.
        (_, 67901) => TOO_LONG,
        // CERT_E_MALFORMED.
        (0x800B_0108, _) => MALFORMED,
        // TRUST_E_CERT_SIGNATURE, TRUST_E_BAD_DIGEST.
        (0x8009_6004 | 0x8009_6010, _) => BAD_SIGNATURE,
        _ => return None,
    })
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
    fn the_codes_of_windows_and_macos_become_words() {
        for (system, problem) in [
            (
                "OS Error -2146762482 (FormatMessageW() returned error 317)",
                "revocation servers can't be reached",
            ),
            (
                "The revocation function was unable to check revocation. (os error -2146885613)",
                "revocation servers can't be reached",
            ),
            (
                "A certificate chain could not be built. (os error -2146762486)",
                "an authority that this computer doesn't trust",
            ),
            ("It is distrusted. (os error -2146762479)", "is blocked"),
            ("x (os error -2146762484)", "was revoked"),
            ("x (os error -2146762494)", "has expired"),
            ("x (os error -2146869244)", "a signature that is not valid"),
            (
                "\u{201c}graph\u{201d} certificate is not trusted: -67843",
                "an authority that this computer doesn't trust",
            ),
            ("certificate is expired: -67818", "has expired"),
            ("x: -67819", "is not valid yet"),
            ("x: -67901", "is valid for longer"),
        ] {
            let other = OtherError(Arc::new(io::Error::other(system)));
            let fault = fault(CertificateError::Other(other));
            let text = fault.to_string();
            assert!(text.contains(problem), "{system}: {text}");
            assert!(!text.contains(['-', '(']), "{text}");
            assert!(fault.next_step().ends_with('.'), "{text}");
        }
    }

    #[test]
    fn an_unknown_error_of_the_system_is_repeated_without_names_of_types() {
        let system = io::Error::other("Something else. (os error -5)");
        let text = fault(CertificateError::Other(OtherError(Arc::new(system)))).to_string();
        assert!(
            text.ends_with("is not accepted (Something else. (os error -5))"),
            "{text}"
        );
    }

    #[test]
    fn a_connection_that_is_refused_is_not_permanent() {
        let refused = Connect(io::ErrorKind::ConnectionRefused.into());
        assert_eq!(TransportFault::find(&refused, "x"), None);
    }
}

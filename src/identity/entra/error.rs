//! The errors of a sign-in or a token renewal.

use std::time::Duration;

use super::EntraError;
use crate::cancel::Cancelled;
use crate::http::{ClientError, ExchangeError};

/// Why a sign-in or a token renewal failed. All text in it is safe to print.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// Entra refused the request.
    #[error("{0}")]
    Refused(Box<EntraError>),
    /// Entra was not reached, or did not respond.
    #[error("Entra can't be reached: {0}.")]
    Unreachable(#[from] ExchangeError),
    /// Entra throttles requests (429) or has a fault (5xx).
    #[error("Entra is temporarily unavailable (HTTP status {status}).")]
    Unavailable {
        /// HTTP status.
        status: u16,
        /// The wait that Entra's Retry-After header specifies.
        retry_after: Option<Duration>,
    },
    /// The response is not one of Entra's.
    #[error("{0}")]
    NotEntra(String),
    /// The user did not complete the sign-in in time.
    #[error("The sign-in in the browser was not completed in time.")]
    TimedOut,
    /// The account that signed in belongs to another tenant than the requested one.
    #[error("The signed-in account belongs to tenant {found}, but TenantId is {wanted}.")]
    WrongTenant {
        /// The requested tenant.
        wanted: String,
        /// The account's tenant.
        found: String,
    },
    /// The response belongs to another sign-in.
    #[error("The response doesn't belong to this sign-in and was not used: {0}.")]
    Forged(&'static str),
    /// No local port can be opened for the browser's redirect.
    #[error("No local port can be opened for the browser's redirect: {0}.")]
    NoListener(String),
    /// The session was opened with an access token and has no refresh token.
    #[error("The session was opened with an access token and can't renew it.")]
    NotRenewable,
    /// The owner of the sign-in closed it.
    #[error("The sign-in was stopped.")]
    Cancelled,
    /// The HTTPS client can't be set up.
    #[error(transparent)]
    NoClient(#[from] ClientError),
    /// The system can't start a thread.
    #[error("The system can't start another thread: {0}.")]
    NoThread(String),
}

impl From<Cancelled> for SignInError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl SignInError {
    /// Returns a stable name, such as `AdminConsentNeeded` or `Unreachable`.
    pub fn id(&self) -> String {
        match self {
            Self::Refused(error) => error.refusal.id(),
            Self::Unreachable(_) => "Unreachable".into(),
            Self::Unavailable { .. } => "TemporarilyUnavailable".into(),
            Self::NotEntra(_) => "NotEntra".into(),
            Self::TimedOut => "TimedOut".into(),
            Self::WrongTenant { .. } => "WrongTenant".into(),
            Self::Forged(_) => "Forged".into(),
            Self::NoListener(_) => "NoListener".into(),
            Self::NotRenewable => "NotRenewable".into(),
            Self::Cancelled => "Cancelled".into(),
            Self::NoClient(_) => "NoClient".into(),
            Self::NoThread(_) => "NoThread".into(),
        }
    }

    /// Returns how to resolve it.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Refused(error) => error.refusal.next_step(),
            Self::Unreachable(ExchangeError::Permanent(fault)) => fault.next_step(),
            Self::Unreachable(_) => "Check the network, the proxy and Environment, then try again.",
            Self::Unavailable { .. } => "Try again later.",
            Self::NotEntra(_) => {
                "Check Environment, AuthorityHost and any proxy between this computer and Entra."
            }
            Self::TimedOut => "Run Connect-ChatAccess again, or use -UseDeviceCode.",
            Self::WrongTenant { .. } => {
                "Sign in with an account of that tenant, or check TenantId: it must be your home tenant, not the external user's."
            }
            Self::Forged(_) => "Close other sign-in pages and run Connect-ChatAccess again.",
            Self::NoListener(_) => "Use -UseDeviceCode.",
            Self::NotRenewable => "Get a new token and run Connect-ChatAccess again.",
            Self::Cancelled => "Run Connect-ChatAccess again.",
            Self::NoClient(error) => error.next_step(),
            Self::NoThread(_) => {
                "Stop other work in this process or raise its thread limit, then try again."
            }
        }
    }

    /// Returns whether a later attempt may succeed without the user.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused(error) => error.is_transient(),
            Self::Unreachable(ExchangeError::Permanent(_)) => false,
            Self::Unreachable(_) | Self::Unavailable { .. } => true,
            _ => false,
        }
    }

    /// Returns the wait that Entra's Retry-After header specifies.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Returns Entra's refusal, if this is one.
    pub fn entra(&self) -> Option<&EntraError> {
        match self {
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }
}

//! Why there is no token.

use std::time::Duration;

use super::EntraError;
use crate::cancel::Cancelled;
use crate::http::ExchangeError;

/// Why a sign-in or a refresh brought no token. All text in it is safe to print.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// Entra refused.
    #[error("{0}")]
    Refused(Box<EntraError>),
    /// Entra was not reached, or did not answer.
    #[error("Entra can't be reached: {0}.")]
    Unreachable(#[from] ExchangeError),
    /// Entra has too much to do (429) or a fault (5xx).
    #[error("Entra answered {status}: it is not available just now.")]
    Unavailable {
        /// HTTP status.
        status: u16,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// What answered does not speak as Entra does.
    #[error("{0}")]
    NotEntra(String),
    /// The person did not finish in time.
    #[error("Nobody finished the sign-in in the browser in time.")]
    TimedOut,
    /// The account that signed in is of another tenant than the one that was asked for.
    #[error("The account that signed in is of tenant {found}, and TenantId is {wanted}.")]
    WrongTenant {
        /// The one that was asked for.
        wanted: String,
        /// The account's.
        found: String,
    },
    /// The answer belongs to another sign-in.
    #[error("Entra's answer does not belong to this sign-in ({0}); it was not used.")]
    Forged(&'static str),
    /// No port on this computer could be opened for the browser to come back to.
    #[error("No port of this computer can be opened for the browser to come back to: {0}.")]
    NoListener(String),
    /// This session has a token that the caller gave, and nothing to get another one with.
    #[error("The access token was given from outside, and it can't be renewed here.")]
    NotRenewable,
    /// The owner of the sign-in closed it.
    #[error("The sign-in was stopped.")]
    Cancelled,
    /// The system's certificates or proxy settings can't be used.
    #[error("{0}")]
    NoClient(String),
}

impl From<Cancelled> for SignInError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl SignInError {
    /// A stable name, such as `AdminConsentNeeded` or `Unreachable`.
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
        }
    }

    /// What to do about it.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Refused(error) => error.refusal.next_step(),
            Self::Unreachable(_) => {
                "Check the network, the proxy and the Environment, and try again."
            }
            Self::Unavailable { .. } => "Try again later.",
            Self::NotEntra(_) => {
                "Check the Environment, the proxy and what else stands between this computer and Entra."
            }
            Self::TimedOut => "Run Connect-ChatAccess again, or use -UseDeviceCode.",
            Self::WrongTenant { .. } => {
                "Sign in with an account of that tenant, or check TenantId: it is your own tenant, not the outsider's."
            }
            Self::Forged(_) => "Close other sign-in pages and run Connect-ChatAccess again.",
            Self::NoListener(_) => "Use -UseDeviceCode.",
            Self::NotRenewable => "Get a new token and run Connect-ChatAccess again.",
            Self::Cancelled => "Run Connect-ChatAccess again.",
            Self::NoClient(_) => "Check the system's certificates and proxy settings.",
        }
    }

    /// Trying again may succeed, without a person.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused(error) => error.is_transient(),
            Self::Unreachable(_) | Self::Unavailable { .. } => true,
            _ => false,
        }
    }

    /// How long the service asks to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Entra's own refusal, where it is one.
    pub fn entra(&self) -> Option<&EntraError> {
        match self {
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }
}

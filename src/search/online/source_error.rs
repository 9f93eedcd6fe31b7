//! What can go wrong with a source, as a person is told it.

use crate::identity::RequestError;

/// Why a source is not complete.
pub(super) enum SourceError {
    /// Graph did not answer in a way that can be used. The permission is the one that it takes.
    RequestError(RequestError, &'static str),
    /// Something else, and what to do about it.
    Other(String, &'static str),
}

/// What to do where nothing else is known.
const AGAIN: &str = "Run the same command again; what it found is right, and may not be all.";

impl SourceError {
    /// An answer of Graph's that is not as it must be.
    pub(super) fn unreadable(what: &str) -> Self {
        Self::Other(
            format!("Microsoft Graph's answer can't be used: {what}."),
            AGAIN,
        )
    }

    /// Whether the search was stopped.
    pub(super) fn is_stop(&self) -> bool {
        matches!(self, Self::RequestError(RequestError::Stopped, _))
    }

    /// Whether another request may fare better: neither the token, nor the service, nor the way to it is why.
    pub(super) fn is_about_what_was_asked(&self) -> bool {
        match self {
            Self::Other(..) => true,
            Self::RequestError(RequestError::Refused(answer), _) => {
                (400..500).contains(&answer.status) && !matches!(answer.status, 401 | 429)
            }
            Self::RequestError(..) => false,
        }
    }

    /// A stable name, a sentence, and what to do; `None` where the search was stopped. `token` says how to come by
    /// another token.
    pub(super) fn told(self, token: &str) -> Option<(&'static str, String, String)> {
        let (answer, permission) = match self {
            Self::Other(message, next_step) => return Some(("Failed", message, next_step.into())),
            Self::RequestError(answer, permission) => (answer, permission),
        };
        let (error, next_step) = match &answer {
            RequestError::Stopped => return None,
            RequestError::SignIn(error) => ("Unauthorized", error.next_step().to_string()),
            RequestError::Refused(refused) => match refused.status {
                401 => ("Unauthorized", token.into()),
                403 | 412 => ("Denied", format!("It takes the permission {permission}.")),
                429 => ("Throttled", AGAIN.into()),
                _ => ("Failed", AGAIN.into()),
            },
            RequestError::Exchange(_) => (
                "Unreachable",
                format!("Check the network and the proxy. {AGAIN}"),
            ),
        };
        Some((error, answer.to_string(), next_step))
    }
}

//! Errors of an online source, as they are reported.

use crate::identity::RequestError;

/// Why the records of a source are incomplete.
pub(super) enum SourceError {
    /// A request failed. It requires the given permission.
    Request(RequestError, &'static str),
    /// Another failure: a sentence, and the next step.
    Other(String, &'static str),
}

/// The next step where there is no better one.
const AGAIN: &str = "Run the command again; the results so far are correct but may be incomplete.";

impl SourceError {
    /// A response that does not have the documented form. `what` ends the sentence.
    pub(super) fn unreadable(what: &str) -> Self {
        Self::Other(
            format!("Microsoft Graph returned an unexpected response: {what}."),
            AGAIN,
        )
    }

    /// Returns whether the search was cancelled.
    pub(super) fn is_cancelled(&self) -> bool {
        matches!(self, Self::Request(RequestError::Stopped, _))
    }

    /// Returns whether the failure concerns only this request, so that others may still succeed:
    /// the cause is neither the token, nor the service, nor the connection.
    pub(super) fn is_about_the_request(&self) -> bool {
        match self {
            Self::Other(..) => true,
            Self::Request(RequestError::Refused(response), _) => {
                (400..500).contains(&response.status) && !matches!(response.status, 401 | 429)
            }
            Self::Request(..) => false,
        }
    }

    /// Returns a stable name, a sentence and the next step, or `None` if the search was cancelled.
    /// `new_token` says how to get another token.
    pub(super) fn report(self, new_token: &str) -> Option<(&'static str, String, String)> {
        let (response, permission) = match self {
            Self::Other(message, next_step) => return Some(("Failed", message, next_step.into())),
            Self::Request(response, permission) => (response, permission),
        };
        let (error, next_step) = match &response {
            RequestError::Stopped => return None,
            RequestError::SignIn(error) => ("Unauthorized", error.next_step().to_string()),
            RequestError::Refused(refused) => match refused.status {
                401 => ("Unauthorized", new_token.into()),
                403 | 412 => (
                    "Denied",
                    format!("The request requires the permission {permission}."),
                ),
                429 => ("Throttled", AGAIN.into()),
                _ => ("Failed", AGAIN.into()),
            },
            RequestError::Exchange(_) => (
                "Unreachable",
                format!("Check the network and the proxy. {AGAIN}"),
            ),
        };
        Some((error, response.to_string(), next_step))
    }
}

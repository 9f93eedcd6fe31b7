//! Why a registration failed, and the event that reports it.

use super::{RegistrationEvent, USABLE_LIMIT};
use crate::cancel::Cancelled;
use crate::graph::{ExchangeError, GraphResponse};
use crate::identity::SignInError;

/// Why a registration failed.
#[derive(Debug)]
pub(super) enum RegistrationError {
    /// Several applications have the name.
    Ambiguous(Vec<String>),
    /// Graph refused a request.
    Graph(Box<GraphResponse>),
    /// Graph was not reached, or its response was lost.
    Exchange(ExchangeError),
    /// Graph's response lacks a required value.
    Unreadable(&'static str),
    /// No token is available, or Entra did not respond.
    Identity(SignInError),
    /// Entra did not accept the application within the time limit.
    NotUsable,
}

impl From<Cancelled> for RegistrationError {
    fn from(cancelled: Cancelled) -> Self {
        SignInError::from(cancelled).into()
    }
}

impl From<SignInError> for RegistrationError {
    fn from(error: SignInError) -> Self {
        Self::Identity(error)
    }
}

impl RegistrationError {
    pub(super) fn into_event(self) -> RegistrationEvent {
        let request_id = match &self {
            Self::Graph(response) => response.request_id.clone(),
            _ => None,
        };
        let (error, message, next_step) = match self {
            Self::Ambiguous(ids) => (
                "Ambiguous".into(),
                format!(
                    "Several applications have this name, with the ClientIds {}.",
                    ids.join(", ")
                ),
                "Run Connect-ChatAccess with one of these ClientIds, or use another -Name.".into(),
            ),
            Self::Graph(response) => {
                let code = response.code.unwrap_or_else(|| response.status.to_string());
                let message = response.message.unwrap_or_default();
                let (error, next_step) = match response.status {
                    401 => ("Unauthorized", "Sign in again with Connect-ChatAccess."),
                    403 => (
                        "Denied",
                        "Sign in as a Cloud Application Administrator or higher, with -Scope Application.ReadWrite.All, DelegatedPermissionGrant.ReadWrite.All.",
                    ),
                    429 => ("Throttled", "Run the command again later."),
                    _ => (
                        "Refused",
                        "Graph's message says what it rejected. Correct it and run the command again.",
                    ),
                };
                (
                    error.into(),
                    format!("Microsoft Graph refused the request: {code}: {message}"),
                    next_step.into(),
                )
            }
            Self::Exchange(error) => (
                "Unreachable".into(),
                format!("Microsoft Graph can't be reached: {error}."),
                "Check the network and the proxy, then run the command again.".into(),
            ),
            Self::Unreadable(what) => (
                "Unreadable".into(),
                format!(
                    "Microsoft Graph returned an unexpected response: {what} is missing or malformed."
                ),
                "Check GraphEndpoint and any proxy between this computer and Microsoft Graph."
                    .into(),
            ),
            Self::Identity(error) => (error.id(), error.to_string(), error.next_step().to_string()),
            Self::NotUsable => (
                "NotUsable".into(),
                format!(
                    "Entra still doesn't accept sign-ins with the application after {} s.",
                    USABLE_LIMIT.as_secs()
                ),
                "The application has been created. Wait a few minutes and run the command again."
                    .into(),
            ),
        };
        RegistrationEvent::Failed {
            error,
            message,
            next_step,
            request_id,
        }
    }
}

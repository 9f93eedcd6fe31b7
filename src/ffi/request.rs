//! The request of `chat_access_open`: which kind of handle to open.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::account::{AccountRequest, CloudRequest};
use super::handles::Object;
use super::registration::RegistrationRequest;
use super::removals::RemovalsRequest;
use super::search::SearchRequest;
use super::sign_in::SignInRequest;
use super::status::ChatAccessStatus;
use crate::http::Probe;
use crate::identity::SignInError;
use crate::input::InvalidInput;
use crate::removal::StartError;
use crate::report::{ReportOptions, RunningReport};
use crate::search;

/// What to do when the system has no thread left.
const NO_THREAD: &str = "Close other programs or start a new process, and try again.";

/// The kind of handle that a request opens.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Account,
    SignIn,
    Probe,
    Registration,
    Removals,
    Search,
    Report,
    /// A fault, to show that this build catches it.
    Panic,
}

/// Opens what `request` describes.
pub(super) fn open(request: &str, secret: Option<&[u8]>) -> Result<Object, OpenError> {
    // A tagged enum would do the same with 30 KB of code.
    let mut members: Map<String, Value> = serde_json::from_str(request).map_err(invalid)?;
    let kind = members.remove("open").unwrap_or_default();
    Ok(match read(kind)? {
        Kind::Account => {
            let cloud = CloudRequest::take(&mut members)?;
            let request: AccountRequest = read(members)?;
            Object::Account(Arc::new(request.open(&cloud, secret)?))
        }
        Kind::SignIn => {
            let cloud = CloudRequest::take(&mut members)?;
            let request: SignInRequest = read(members)?;
            Object::SignIn(Arc::new(request.open(&cloud, secret)?))
        }
        Kind::Probe => {
            let cloud = CloudRequest::take(&mut members)?.cloud()?;
            let probe = Probe::start(&cloud).map_err(|error| OpenError::Unavailable {
                message: format!("This process can't start another thread: {error}."),
                next_step: NO_THREAD,
            })?;
            Object::Probe(Arc::new(probe))
        }
        Kind::Registration => {
            let request: RegistrationRequest = read(members)?;
            Object::Registration(Arc::new(request.open()?))
        }
        Kind::Removals => {
            let request: RemovalsRequest = read(members)?;
            Object::Run(Arc::new(request.open()?))
        }
        Kind::Search => {
            let request: SearchRequest = read(members)?;
            Object::Search(Arc::new(request.open(secret)?))
        }
        Kind::Report => {
            let options = ReportOptions::read(&members)?;
            Object::Report(Arc::new(RunningReport::new(options)))
        }
        Kind::Panic => panic!("requested by the caller"),
    })
}

/// Reads a part of a request.
///
/// # Errors
/// A member is missing, unknown or of another type.
pub(super) fn read<T: DeserializeOwned>(value: impl Into<Value>) -> Result<T, InvalidInput> {
    serde_json::from_value(value.into()).map_err(invalid)
}

fn invalid(error: serde_json::Error) -> InvalidInput {
    InvalidInput::new(
        "request",
        &error.to_string(),
        "specify a JSON object as chat_access.h describes it",
    )
}

/// Why nothing was opened.
#[derive(Debug)]
pub(super) enum OpenError {
    /// A value of the request can't be used.
    Invalid(InvalidInput),
    /// The system refused something that the library needs: a thread, the certificate store.
    Unavailable {
        message: String,
        next_step: &'static str,
    },
    /// A handle in the request, or the call itself.
    Status(ChatAccessStatus),
}

impl OpenError {
    /// The error for an HTTPS client that can't be set up; `message` says why.
    pub(super) fn no_client(message: impl ToString) -> Self {
        Self::Unavailable {
            message: message.to_string(),
            next_step: "Make sure that this process can read the system's certificates and proxy settings, and try again.",
        }
    }
}

impl From<InvalidInput> for OpenError {
    fn from(error: InvalidInput) -> Self {
        Self::Invalid(error)
    }
}

impl From<search::StartError> for OpenError {
    fn from(error: search::StartError) -> Self {
        match error {
            search::StartError::Input(error) => Self::Invalid(error),
            search::StartError::Thread(_) => Self::Unavailable {
                message: error.to_string(),
                next_step: NO_THREAD,
            },
        }
    }
}

impl From<ChatAccessStatus> for OpenError {
    fn from(status: ChatAccessStatus) -> Self {
        Self::Status(status)
    }
}

impl From<StartError> for OpenError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Invalid(error) => Self::Invalid(error),
            StartError::Thread(_) => Self::Unavailable {
                message: error.to_string(),
                next_step: NO_THREAD,
            },
        }
    }
}

impl From<SignInError> for OpenError {
    fn from(error: SignInError) -> Self {
        Self::Unavailable {
            message: error.to_string(),
            next_step: error.next_step(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_can_not_start_is_not_reported_as_bad_input() {
        let error = StartError::Thread(std::io::Error::from_raw_os_error(11));
        let OpenError::Unavailable { message, next_step } = error.into() else {
            panic!("a thread is no input");
        };
        assert!(
            message.starts_with("This process can't start another thread: "),
            "{message}"
        );
        assert!(next_step.contains("start a new process"), "{next_step}");
    }
}

//! Requests with an account's token, with retries while Graph is temporarily unavailable.

use std::time::{Duration, Instant};

use super::{Account, SignInError};
use crate::graph::{Call, ExchangeError, GraphResponse};
use crate::http::{self, Body};
use crate::input::one_line;
use crate::retry::RetrySettings;
use crate::token::AccessToken;

/// Sends requests with an account's token and retries transient failures.
pub(crate) struct Session<'a> {
    pub(crate) account: &'a Account,
    pub(crate) retry: RetrySettings,
    /// Waits before a retry for the reason in the second argument. Returns `false` to stop
    /// retrying.
    pub(crate) wait: &'a dyn Fn(Duration, &str) -> bool,
}

/// Why a request has no usable response.
#[derive(Debug)]
pub(crate) enum RequestError {
    /// The owner stopped the operation.
    Stopped,
    /// No token is available.
    SignIn(SignInError),
    /// Graph refused.
    Refused(Box<GraphResponse>),
    /// Graph was not reached, or its response was lost.
    Exchange(ExchangeError),
}

impl Session<'_> {
    /// Sends a request and returns the body of its successful response. The body is JSON, empty, or
    /// truncated at the request's size limit.
    ///
    /// # Errors
    /// The last failure, once the time limit of the retry settings has passed.
    pub(crate) fn send(&self, call: &Call) -> Result<Body, RequestError> {
        let began = Instant::now();
        let mut attempts = 0;
        let mut renewed = false;
        loop {
            if !(self.wait)(Duration::ZERO, "") {
                return Err(RequestError::Stopped);
            }
            attempts += 1;
            let (failure, wait) = match self.exchange(call) {
                Err(error) if error.is_transient() => {
                    let wait = error.retry_after();
                    (RequestError::SignIn(error), wait)
                }
                Err(error) => return Err(RequestError::SignIn(error)),
                Ok((_, Ok((response, body)))) if response.is_success() => {
                    match response.message.filter(|_| !body.truncated) {
                        None => return Ok(body),
                        Some(why) => (RequestError::Exchange(ExchangeError::Lost(why)), None),
                    }
                }
                Ok((token, Ok((response, _)))) if response.status == 401 && !renewed => {
                    renewed = true;
                    self.renew(&token, &response)?;
                    continue;
                }
                Ok((_, Ok((response, _)))) => {
                    let wait = response.retry_after;
                    let transient = http::is_transient(response.status);
                    let refused = RequestError::Refused(Box::new(response));
                    if !transient {
                        return Err(refused);
                    }
                    (refused, wait)
                }
                Ok((_, Err(error @ ExchangeError::Permanent(_)))) => {
                    return Err(RequestError::Exchange(error));
                }
                Ok((_, Err(error))) => (RequestError::Exchange(error), None),
            };
            if matches!(failure, RequestError::Exchange(ExchangeError::Lost(_)))
                && !call.is_repeatable()
            {
                return Err(failure);
            }
            if began.elapsed() > self.retry.item_time() {
                return Err(failure);
            }
            // The service's Retry-After is honored in full, even if it exceeds the time limit.
            let wait = wait.unwrap_or_else(|| self.retry.back_off(attempts));
            if !(self.wait)(wait, &failure.to_string()) {
                return Err(RequestError::Stopped);
            }
        }
    }

    /// Sends the request once, with the current token.
    #[allow(clippy::type_complexity, reason = "the parts of the type are named")]
    fn exchange(
        &self,
        call: &Call,
    ) -> Result<(AccessToken, Result<(GraphResponse, Body), ExchangeError>), SignInError> {
        let token = self.account.token()?;
        let exchange = self.account.client().call(call, &token);
        Ok((token, exchange))
    }

    /// Replaces the token that `response` rejects.
    fn renew(&self, refused: &AccessToken, response: &GraphResponse) -> Result<(), RequestError> {
        let challenge = response.claims_challenge.as_deref();
        match self.account.refresh(refused, challenge) {
            Ok(_) => Ok(()),
            Err(_) => Err(RequestError::Refused(Box::new(response.clone()))),
        }
    }
}

impl std::fmt::Display for RequestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stopped => f.write_str("The operation was stopped."),
            Self::SignIn(error) => error.fmt(f),
            Self::Refused(response) => {
                let why = [response.code.as_deref(), response.message.as_deref()];
                let why: Vec<&str> = why.into_iter().flatten().collect();
                let why = one_line(&why.join(": "), 300);
                write!(
                    f,
                    "Microsoft Graph returned status {} ({why}).",
                    response.status
                )
            }
            Self::Exchange(ExchangeError::Permanent(fault)) => {
                write!(f, "Microsoft Graph can't be reached: {fault}.")
            }
            Self::Exchange(ExchangeError::NotSent(why) | ExchangeError::Lost(why)) => {
                let why = why.trim_end_matches('.');
                write!(f, "Microsoft Graph didn't respond ({why}).")
            }
        }
    }
}

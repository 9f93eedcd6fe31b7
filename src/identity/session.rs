//! Requests with a session's token, sent again until Graph has time for them.

use std::time::{Duration, Instant};

use super::{Account, SignInError};
use crate::graph::{Answer, Call, ExchangeError};
use crate::http::{self, Body};
use crate::input::one_line;
use crate::retry::RetrySettings;
use crate::token::AccessToken;

/// How an account's requests are made.
pub(crate) struct Session<'a> {
    pub(crate) account: &'a Account,
    pub(crate) retry: RetrySettings,
    /// Waits that long for the reason given; `false` where there is to be no more asking.
    pub(crate) wait: &'a dyn Fn(Duration, &str) -> bool,
}

/// Why a request has no answer that can be used.
#[derive(Debug)]
pub(crate) enum RequestError {
    /// Whoever asked has stopped.
    Stopped,
    /// There is no token.
    SignIn(SignInError),
    /// Graph refused.
    Refused(Box<Answer>),
    /// Graph was not reached, or its answer was lost.
    Exchange(ExchangeError),
}

impl Session<'_> {
    /// The body of a success: JSON, or nothing, or the beginning of one that is larger than the request has
    /// room for.
    ///
    /// # Errors
    /// Why there is none, after all attempts that the settings have time for.
    pub(crate) fn ask(&self, call: &Call) -> Result<Body, RequestError> {
        let began = Instant::now();
        let mut attempts = 0;
        let mut renewed = false;
        loop {
            if !(self.wait)(Duration::ZERO, "") {
                return Err(RequestError::Stopped);
            }
            attempts += 1;
            let (no_answer, wait) = match self.exchange(call) {
                Err(error) if error.is_transient() => {
                    let wait = error.retry_after();
                    (RequestError::SignIn(error), wait)
                }
                Err(error) => return Err(RequestError::SignIn(error)),
                Ok((_, Ok((answer, body)))) if answer.is_success() => {
                    match answer.message.filter(|_| !body.cut) {
                        None => return Ok(body),
                        Some(why) => (RequestError::Exchange(ExchangeError::Lost(why)), None),
                    }
                }
                Ok((token, Ok((answer, _)))) if answer.status == 401 && !renewed => {
                    renewed = true;
                    self.renew(&token, &answer)?;
                    continue;
                }
                Ok((_, Ok((answer, _)))) => {
                    let wait = answer.retry_after;
                    let transient = http::is_transient(answer.status);
                    let refused = RequestError::Refused(Box::new(answer));
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
            if matches!(no_answer, RequestError::Exchange(ExchangeError::Lost(_)))
                && !call.is_repeatable()
            {
                return Err(no_answer);
            }
            if began.elapsed() > self.retry.item_time() {
                return Err(no_answer);
            }
            // What the service asks for is kept in full, also where it is longer than all attempts may take.
            let wait = wait.unwrap_or_else(|| self.retry.back_off(attempts));
            if !(self.wait)(wait, &no_answer.to_string()) {
                return Err(RequestError::Stopped);
            }
        }
    }

    /// Sends it once, with the present token.
    #[allow(clippy::type_complexity, reason = "it has a name in each of its parts")]
    fn exchange(
        &self,
        call: &Call,
    ) -> Result<(AccessToken, Result<(Answer, Body), ExchangeError>), SignInError> {
        let token = self.account.token()?;
        let exchange = self.account.client().call(call, &token);
        Ok((token, exchange))
    }

    /// Another token in place of the one that `answer` refuses.
    fn renew(&self, refused: &AccessToken, answer: &Answer) -> Result<(), RequestError> {
        let challenge = answer.claims_challenge.as_deref();
        match self.account.refresh(refused, challenge) {
            Ok(_) => Ok(()),
            Err(_) => Err(RequestError::Refused(Box::new(answer.clone()))),
        }
    }
}

impl std::fmt::Display for RequestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stopped => f.write_str("The operation was stopped."),
            Self::SignIn(error) => error.fmt(f),
            Self::Refused(answer) => {
                let why = [answer.code.as_deref(), answer.message.as_deref()];
                let why: Vec<&str> = why.into_iter().flatten().collect();
                let why = one_line(&why.join(": "), 300);
                write!(
                    f,
                    "Microsoft Graph returned status {} ({why}).",
                    answer.status
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

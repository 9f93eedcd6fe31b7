//! Signing in with a code that the person enters on another device (RFC 8628).

use std::time::{Duration, Instant};

use reqwest::Url;
use serde::Deserialize;

use crate::cancel::Cancel;
use crate::cloud::{Cloud, is_loopback};
use crate::identity::entra::{Entra, Field, Tokens};
use crate::identity::{Application, EntraError, Refusal, SignInError};
use crate::input::one_line;
use crate::secret::Secret;

/// Where no interval is given, RFC 8628 wants this one.
const INTERVAL: u64 = 5;

/// What `slow_down` adds to the interval, by RFC 8628. Entra does not document that it says so.
const SLOWER: Duration = Duration::from_secs(5);

/// The longest space between two questions while Entra can't be reached.
const LONGEST: Duration = Duration::from_secs(60);

/// A code that waits to be entered.
#[derive(Debug)]
pub(super) struct DeviceCode {
    code: Secret,
    /// What to tell the person, whole.
    pub(super) message: String,
    /// The code to enter,
    pub(super) user_code: String,
    /// and where.
    pub(super) verification_uri: String,
    /// How long it may be entered.
    pub(super) life: Duration,
    interval: Duration,
}

#[derive(Deserialize)]
struct Answer {
    device_code: Secret,
    user_code: String,
    verification_uri: String,
    expires_in: u64,
    #[serde(default)]
    interval: Option<u64>,
    #[serde(default)]
    message: Option<String>,
}

impl DeviceCode {
    /// Asks for a code.
    pub(super) fn request(entra: &Entra) -> Result<Self, SignInError> {
        let scope = entra.scope();
        let answer: Answer = entra.post("devicecode", &[Field::Plain("scope", &scope)])?;
        // The person is sent there, so it is no other kind of address than Entra's own is.
        let page = Url::parse(&answer.verification_uri)
            .ok()
            .filter(|page| page.scheme() == "https" || is_loopback(page))
            .ok_or_else(|| {
                SignInError::NotEntra(
                    "Entra's answer can't be used: the page for the code is not an https address."
                        .into(),
                )
            })?;
        let page = one_line(page.as_str(), 200);
        let user_code = one_line(&answer.user_code, 40);
        let message = answer.message.filter(|text| !text.is_empty());
        Ok(Self {
            code: answer.device_code,
            message: message.map_or_else(
                || format!("To sign in, open {page} in a browser and enter the code {user_code}."),
                |text| one_line(&text, 400),
            ),
            user_code,
            verification_uri: page,
            life: Duration::from_secs(answer.expires_in.clamp(1, 3600)),
            interval: Duration::from_secs(answer.interval.unwrap_or(INTERVAL).clamp(1, 60)),
        })
    }

    /// Asks as often as it may until the person is done.
    pub(super) fn redeem(&self, entra: &Entra, cancel: &Cancel) -> Result<Tokens, SignInError> {
        let mut polling = Polling {
            interval: self.interval,
            life: self.life,
        };
        let began = Instant::now();
        loop {
            cancel.wait(polling.interval)?;
            let form = [
                Field::Plain("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                Field::Secret("device_code", &self.code),
            ];
            match entra.tokens(&form) {
                Ok(tokens) => return Ok(tokens),
                Err(error) => polling.after(error, began.elapsed())?,
            }
        }
    }
}

/// Returns whether Entra knows the application already. Entra issues a device code as soon as it does, so
/// this requests one, which nobody enters.
///
/// # Errors
/// Entra can't be reached or returned no usable response.
pub(crate) fn is_registered(cloud: &Cloud, application: &Application) -> Result<bool, SignInError> {
    match DeviceCode::request(&Entra::new(cloud, application.clone())?) {
        Ok(_) => Ok(true),
        // Any other refusal, such as a policy that blocks device codes, comes from an application that
        // Entra knows.
        Err(SignInError::Refused(error)) => Ok(error.refusal != Refusal::AppNotFound),
        Err(error) => Err(error),
    }
}

/// When to ask again.
struct Polling {
    interval: Duration,
    life: Duration,
}

impl Polling {
    /// Takes in an answer that brought no token, so long after the code was given.
    ///
    /// # Errors
    /// The answer, where asking again is no use.
    fn after(&mut self, error: SignInError, elapsed: Duration) -> Result<(), SignInError> {
        match error.entra().map(|refusal| refusal.error.as_str()) {
            Some("authorization_pending") => {}
            Some("slow_down") => self.interval += SLOWER,
            _ if error.is_transient() => {
                let wait = error.retry_after().unwrap_or(self.interval * 2);
                self.interval = wait.clamp(self.interval, LONGEST.max(self.interval));
            }
            _ => return Err(error),
        }
        if elapsed + self.interval >= self.life {
            let expired = EntraError::new("expired_token", "", false);
            return Err(SignInError::Refused(Box::new(expired)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::ExchangeError;

    fn refused(error: &str) -> SignInError {
        SignInError::Refused(Box::new(EntraError::new(error, "", false)))
    }

    fn polling() -> Polling {
        Polling {
            interval: Duration::from_secs(5),
            life: Duration::from_secs(900),
        }
    }

    #[test]
    fn pending_keeps_the_pace_and_slow_down_adds_five_seconds_each_time() {
        let mut polling = polling();
        for (answer, seconds) in [
            ("authorization_pending", 5),
            ("slow_down", 10),
            ("authorization_pending", 10),
            ("slow_down", 15),
        ] {
            assert_eq!(polling.after(refused(answer), Duration::ZERO), Ok(()));
            assert_eq!(polling.interval.as_secs(), seconds, "{answer}");
        }
    }

    #[test]
    fn a_service_that_is_away_is_asked_less_often_and_as_it_says() {
        let mut polling = polling();
        let away = || SignInError::Unreachable(ExchangeError::NotSent("no".into()));
        for seconds in [10, 20, 40, 60, 60] {
            assert_eq!(polling.after(away(), Duration::ZERO), Ok(()));
            assert_eq!(polling.interval.as_secs(), seconds);
        }
        let mut polling = self::polling();
        let busy = SignInError::Unavailable {
            status: 429,
            retry_after: Some(Duration::from_secs(7)),
        };
        assert_eq!(polling.after(busy, Duration::ZERO), Ok(()));
        assert_eq!(polling.interval.as_secs(), 7);
    }

    #[test]
    fn declined_and_expired_end_it() {
        for answer in ["authorization_declined", "expired_token", "invalid_grant"] {
            assert!(polling().after(refused(answer), Duration::ZERO).is_err());
        }
        let late = polling().after(refused("authorization_pending"), Duration::from_secs(896));
        let refusal = late.unwrap_err().entra().unwrap().refusal;
        assert_eq!(refusal, Refusal::DeviceCodeExpired);
    }
}

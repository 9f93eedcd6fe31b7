//! Sign-in with a code that the user enters on another device (RFC 8628).

use std::time::{Duration, Instant};

use reqwest::Url;
use serde::Deserialize;

use crate::cancel::Cancel;
use crate::cloud::Cloud;
use crate::identity::entra::{Entra, Field, Tokens};
use crate::identity::{Application, EntraError, Refusal, SignInError};
use crate::input::one_line;
use crate::secret::Secret;

/// Polling interval in seconds that RFC 8628 specifies for a response without one.
const DEFAULT_INTERVAL: u64 = 5;

/// Addition to the interval after `slow_down`, from RFC 8628. Entra doesn't document that it sends
/// it.
const SLOW_DOWN: Duration = Duration::from_secs(5);

/// Longest interval between two requests while Entra is unavailable.
const MAX_INTERVAL: Duration = Duration::from_secs(60);

/// Hosts of the pages on which a user enters a code for an Entra of Microsoft's, beside that Entra
/// itself. Source: the responses in Microsoft's documentation of the device authorization grant.
const PAGE_HOSTS: [&str; 4] = [
    "microsoft.com",
    "www.microsoft.com",
    "login.microsoft.com",
    "login.microsoftonline.com",
];

/// A device code that the user has to enter.
#[derive(Debug)]
pub(super) struct DeviceCode {
    code: Secret,
    /// The complete instructions for the user. Entra's own text is not used: whoever changed it
    /// could send the user to another page.
    pub(super) message: String,
    /// The code to enter.
    pub(super) user_code: String,
    /// The page on which to enter it.
    pub(super) verification_uri: String,
    /// How long the code is valid.
    pub(super) lifetime: Duration,
    interval: Duration,
}

#[derive(Deserialize)]
struct DeviceCodeResponse {
    device_code: Secret,
    user_code: String,
    verification_uri: String,
    expires_in: u64,
    #[serde(default)]
    interval: Option<u64>,
}

impl DeviceCode {
    /// Requests a device code.
    pub(super) fn request(entra: &Entra) -> Result<Self, SignInError> {
        let scope = entra.scope();
        let response: DeviceCodeResponse =
            entra.post("devicecode", &[Field::Plain("scope", &scope)])?;
        let page = Url::parse(&response.verification_uri)
            .ok()
            .filter(|page| is_page_of(page, &entra.endpoint("devicecode")))
            .ok_or_else(|| {
                SignInError::NotEntra(
                    "Entra returned an unexpected response: the verification address isn't one of Microsoft's."
                        .into(),
                )
            })?;
        let page = one_line(page.as_str(), 200);
        let user_code = one_line(&response.user_code, 40);
        Ok(Self {
            code: response.device_code,
            message: format!(
                "To sign in, open {page} in a browser and enter the code {user_code}."
            ),
            user_code,
            verification_uri: page,
            lifetime: Duration::from_secs(response.expires_in.clamp(1, 3600)),
            interval: Duration::from_secs(
                response.interval.unwrap_or(DEFAULT_INTERVAL).clamp(1, 60),
            ),
        })
    }

    /// Polls for the tokens, at the interval that Entra allows, until the user completes the
    /// sign-in.
    pub(super) fn redeem(&self, entra: &Entra, cancel: &Cancel) -> Result<Tokens, SignInError> {
        let mut polling = Polling {
            interval: self.interval,
            lifetime: self.lifetime,
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
                Err(error) => polling.on_error(error, began.elapsed())?,
            }
        }
    }
}

/// Returns whether the user can be sent to `page` by the Entra at `endpoint`: a page of that Entra,
/// or one of [`PAGE_HOSTS`] if it is Microsoft's.
fn is_page_of(page: &Url, endpoint: &str) -> bool {
    if !page.username().is_empty() || page.password().is_some() {
        return false;
    }
    let Ok(entra) = Url::parse(endpoint) else {
        return false;
    };
    let is_microsofts = |host: &str| host.starts_with("login.microsoftonline.");
    page.origin() == entra.origin()
        || page.scheme() == "https"
            && page.port().is_none()
            && entra.host_str().is_some_and(is_microsofts)
            && page
                .host_str()
                .is_some_and(|host| PAGE_HOSTS.contains(&host))
}

/// Returns whether Entra knows the application already. Entra issues a device code as soon as it
/// does, so this requests one, which nobody enters.
///
/// # Errors
/// Entra can't be reached or returned no usable response.
pub(crate) fn is_registered(cloud: &Cloud, application: &Application) -> Result<bool, SignInError> {
    match DeviceCode::request(&Entra::new(cloud, application.clone())?) {
        Ok(_) => Ok(true),
        // Any other refusal, such as a policy that blocks device codes, comes from an application
        // that Entra knows.
        Err(SignInError::Refused(error)) => Ok(error.refusal != Refusal::AppNotFound),
        Err(error) => Err(error),
    }
}

/// The schedule of the requests for tokens.
struct Polling {
    interval: Duration,
    lifetime: Duration,
}

impl Polling {
    /// Adjusts the interval after a response without tokens. `elapsed` counts from when the code
    /// was issued.
    ///
    /// # Errors
    /// The failure, if polling can't succeed any more.
    fn on_error(&mut self, error: SignInError, elapsed: Duration) -> Result<(), SignInError> {
        match error.entra().map(|refusal| refusal.error.as_str()) {
            Some("authorization_pending") => {}
            Some("slow_down") => self.interval += SLOW_DOWN,
            _ if error.is_transient() => {
                let wait = error.retry_after().unwrap_or(self.interval * 2);
                self.interval = wait.clamp(self.interval, MAX_INTERVAL.max(self.interval));
            }
            _ => return Err(error),
        }
        if elapsed + self.interval >= self.lifetime {
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

    #[test]
    fn the_user_is_only_sent_to_a_page_of_the_chosen_entra() {
        let global = "https://login.microsoftonline.com/organizations/oauth2/v2.0/devicecode";
        let government = "https://login.microsoftonline.us/organizations/oauth2/v2.0/devicecode";
        let custom = "http://127.0.0.1:8080/organizations/oauth2/v2.0/devicecode";
        for (page, entra, accepted) in [
            ("https://microsoft.com/devicelogin", global, true),
            ("https://login.microsoft.com/device", global, true),
            ("https://microsoft.com/deviceloginus", government, true),
            (
                "https://login.microsoftonline.us/common/oauth2/deviceauth",
                government,
                true,
            ),
            ("http://127.0.0.1:8080/devicelogin", custom, true),
            ("https://microsoft.com@evil.example/", global, false),
            ("https://ann@microsoft.com/devicelogin", global, false),
            ("https://microsoft.com:8443/devicelogin", global, false),
            ("http://microsoft.com/devicelogin", global, false),
            (
                "https://microsoft.com.evil.example/devicelogin",
                global,
                false,
            ),
            (
                "https://login.microsoftonline.us/common/oauth2/deviceauth",
                global,
                false,
            ),
            ("https://microsoft.com/devicelogin", custom, false),
            ("http://127.0.0.1:8081/devicelogin", custom, false),
            ("javascript:alert(1)", global, false),
        ] {
            assert_eq!(
                is_page_of(&Url::parse(page).unwrap(), entra),
                accepted,
                "{page} {entra}"
            );
        }
    }

    fn polling() -> Polling {
        Polling {
            interval: Duration::from_secs(5),
            lifetime: Duration::from_secs(900),
        }
    }

    #[test]
    fn pending_keeps_the_interval_and_slow_down_adds_five_seconds() {
        let mut polling = polling();
        for (response, seconds) in [
            ("authorization_pending", 5),
            ("slow_down", 10),
            ("authorization_pending", 10),
            ("slow_down", 15),
        ] {
            assert_eq!(polling.on_error(refused(response), Duration::ZERO), Ok(()));
            assert_eq!(polling.interval.as_secs(), seconds, "{response}");
        }
    }

    #[test]
    fn an_unavailable_service_is_polled_with_backoff_or_its_retry_after() {
        let mut polling = polling();
        let away = || SignInError::Unreachable(ExchangeError::NotSent("no".into()));
        for seconds in [10, 20, 40, 60, 60] {
            assert_eq!(polling.on_error(away(), Duration::ZERO), Ok(()));
            assert_eq!(polling.interval.as_secs(), seconds);
        }
        let mut polling = self::polling();
        let busy = SignInError::Unavailable {
            status: 429,
            retry_after: Some(Duration::from_secs(7)),
        };
        assert_eq!(polling.on_error(busy, Duration::ZERO), Ok(()));
        assert_eq!(polling.interval.as_secs(), 7);
    }

    #[test]
    fn a_declined_or_expired_code_ends_polling() {
        for response in ["authorization_declined", "expired_token", "invalid_grant"] {
            assert!(
                polling()
                    .on_error(refused(response), Duration::ZERO)
                    .is_err()
            );
        }
        let late = polling().on_error(refused("authorization_pending"), Duration::from_secs(896));
        let refusal = late.unwrap_err().entra().unwrap().refusal;
        assert_eq!(refusal, Refusal::DeviceCodeExpired);
    }
}

//! A sign-in that runs on its own thread and reports its progress as events.

mod browser;
mod device_code;
mod loopback;
mod page;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use self::browser::Browser;
use self::device_code::DeviceCode;
pub(crate) use self::device_code::is_registered;
use crate::background::spawn;
use crate::cancel::Cancel;
use crate::cloud::Cloud;
use crate::events::EventQueue;
use crate::identity::entra::{Entra, Tokens};
use crate::identity::{Account, Application, Claims, SignInError};
use crate::token::RefreshToken;

/// Maximum number of attempts while Entra is unavailable.
const MAX_ATTEMPTS: u32 = 4;

/// Longest wait between two attempts: a user is watching the sign-in.
const MAX_WAIT: Duration = Duration::from_secs(120);

/// How to sign in.
#[derive(Debug)]
pub enum Method {
    /// In a browser, which the caller opens.
    Browser {
        /// The account that the sign-in page suggests.
        login_hint: Option<String>,
        /// Time limit for the user.
        limit: Duration,
    },
    /// With a code on another device.
    DeviceCode,
    /// With a refresh token, without the user.
    RefreshToken(RefreshToken),
}

/// What a sign-in reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum SignInEvent {
    /// The user has to enter this code.
    DeviceCode {
        /// The complete instructions for the user.
        message: String,
        /// The code to enter.
        user_code: String,
        /// The page on which to enter it.
        verification_uri: String,
        /// How long the code is valid.
        expires_in_seconds: u64,
    },
    /// The caller has to open a browser at this address.
    Browser {
        /// The address.
        url: String,
        /// Time limit for the user.
        expires_in_seconds: u64,
    },
    /// Entra is unavailable. The request will be sent again.
    Wait {
        /// Why Entra is unavailable.
        reason: String,
        /// Seconds until the next attempt.
        seconds: f64,
    },
    /// The sign-in succeeded.
    SignedIn {
        /// The account, as [`Account::describe`] returns it.
        account: Value,
    },
    /// The sign-in failed.
    Failed {
        /// The error's stable name, see [`SignInError::id`].
        error: String,
        /// What happened.
        message: String,
        /// How to resolve it.
        next_step: &'static str,
        /// Entra's error code (`AADSTS…`), if there is one.
        code: Option<String>,
        /// Entra's id of the sign-in.
        correlation_id: Option<String>,
        /// Entra's id of the request.
        trace_id: Option<String>,
    },
}

/// The stage of a sign-in.
#[derive(Debug, Clone)]
pub enum Stage {
    /// The sign-in is in progress.
    UnderWay,
    /// The sign-in succeeded with this account.
    SignedIn(Arc<Account>),
    /// The sign-in failed.
    Failed,
}

/// A sign-in. Dropping it stops it, but its account stays valid for the runs that use it.
#[derive(Debug)]
pub struct SignIn {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    events: EventQueue<SignInEvent>,
    cancel: Cancel,
    /// `None` if the sign-in failed.
    account: OnceLock<Option<Arc<Account>>>,
}

impl SignIn {
    /// Starts the sign-in and returns immediately.
    ///
    /// # Errors
    /// [`SignInError::NoClient`], [`SignInError::NoThread`].
    pub fn start(
        cloud: Cloud,
        application: Application,
        method: Method,
    ) -> Result<Self, SignInError> {
        let entra = Entra::new(&cloud, application)?;
        let shared = Arc::new(Shared {
            events: EventQueue::default(),
            cancel: Cancel::default(),
            account: OnceLock::new(),
        });
        let worker = Arc::clone(&shared);
        spawn("chat-access-sign-in", move || {
            let _end = End(&worker);
            worker.run(cloud, entra, method);
        })
        .map_err(|error| SignInError::NoThread(error.to_string()))?;
        Ok(Self { shared })
    }

    /// Returns the event queue. Its last event is `SignedIn` or `Failed`.
    pub fn events(&self) -> &EventQueue<SignInEvent> {
        &self.shared.events
    }

    /// Returns the current stage.
    pub fn stage(&self) -> Stage {
        match self.shared.account.get() {
            None => Stage::UnderWay,
            Some(None) => Stage::Failed,
            Some(Some(account)) => Stage::SignedIn(Arc::clone(account)),
        }
    }

    /// Stops the sign-in immediately: ends its waits and closes the port for the redirect.
    pub fn close(&self) {
        self.shared.cancel.cancel();
        self.shared.events.close();
    }
}

impl Drop for SignIn {
    fn drop(&mut self) {
        self.close();
    }
}

/// Ends the event queue when the thread ends, even after a panic, so that no reader blocks forever.
struct End<'a>(&'a Shared);

impl Drop for End<'_> {
    fn drop(&mut self) {
        let _ = self.0.account.set(None);
        self.0.events.end();
    }
}

impl Shared {
    fn run(&self, cloud: Cloud, entra: Entra, method: Method) {
        let result = self.sign_in(cloud, entra, method).map(Arc::new);
        let event = match &result {
            Ok(account) => SignInEvent::SignedIn {
                account: account.describe(),
            },
            Err(error) => SignInEvent::Failed {
                error: error.id(),
                message: error.to_string(),
                next_step: error.next_step(),
                code: error
                    .entra()
                    .and_then(|entra| Some(format!("AADSTS{}", entra.code?))),
                correlation_id: error.entra().and_then(|entra| entra.correlation_id.clone()),
                trace_id: error.entra().and_then(|entra| entra.trace_id.clone()),
            },
        };
        // The account is set first, so that a reader of the event finds it.
        let _ = self.account.set(result.ok());
        self.events.push(event);
    }

    fn sign_in(&self, cloud: Cloud, entra: Entra, method: Method) -> Result<Account, SignInError> {
        let wanted = entra.application.tenant.id().map(|id| id.to_string());
        let (requested_at, mut tokens, name) = match &method {
            Method::Browser { login_hint, limit } => {
                self.browser(&entra, login_hint.as_deref(), *limit, wanted.as_deref())
            }
            Method::DeviceCode => self.device_code(&entra),
            Method::RefreshToken(token) => {
                self.with_retries(|| entra.refresh(token, None), "RefreshToken")
            }
        }?;
        check_tenant(&tokens, wanted.as_deref())?;
        if let Method::RefreshToken(token) = method {
            tokens.refresh.get_or_insert(token);
        }
        Account::signed_in(cloud, entra, tokens, requested_at, name)
    }

    fn browser(
        &self,
        entra: &Entra,
        login_hint: Option<&str>,
        limit: Duration,
        tenant: Option<&str>,
    ) -> Result<(Instant, Tokens, &'static str), SignInError> {
        let browser = Browser::new(entra, login_hint)?;
        self.events.push(SignInEvent::Browser {
            url: browser.url.clone(),
            expires_in_seconds: limit.as_secs(),
        });
        let returned = browser.wait(limit, &self.cancel)?;
        let redeemed = self
            .with_retries(|| returned.redeem(entra), "Browser")
            .and_then(|redeemed| check_tenant(&redeemed.1, tenant).map(|()| redeemed));
        returned.close(redeemed.is_ok());
        redeemed
    }

    fn device_code(&self, entra: &Entra) -> Result<(Instant, Tokens, &'static str), SignInError> {
        let (_, code, _) = self.with_retries(|| DeviceCode::request(entra), "")?;
        self.events.push(SignInEvent::DeviceCode {
            message: code.message.clone(),
            user_code: code.user_code.clone(),
            verification_uri: code.verification_uri.clone(),
            expires_in_seconds: code.lifetime.as_secs(),
        });
        let tokens = code.redeem(entra, &self.cancel)?;
        Ok((Instant::now(), tokens, "DeviceCode"))
    }

    /// Calls `request` until Entra is available, up to the limits above. Returns when the
    /// successful request was sent, its result, and `name`.
    fn with_retries<T>(
        &self,
        request: impl Fn() -> Result<T, SignInError>,
        name: &'static str,
    ) -> Result<(Instant, T, &'static str), SignInError> {
        let mut attempts = 0;
        loop {
            let requested_at = Instant::now();
            let error = match request() {
                Ok(response) => return Ok((requested_at, response, name)),
                Err(error) => error,
            };
            let wait = error
                .retry_after()
                .unwrap_or(Duration::from_secs(1 << attempts));
            attempts += 1;
            if !error.is_transient() || attempts == MAX_ATTEMPTS || wait > MAX_WAIT {
                return Err(error);
            }
            self.events.push(SignInEvent::Wait {
                reason: error.to_string(),
                seconds: wait.as_secs_f64(),
            });
            self.cancel.wait(wait)?;
        }
    }
}

/// Checks that the tokens belong to the requested tenant.
fn check_tenant(tokens: &Tokens, wanted: Option<&str>) -> Result<(), SignInError> {
    let claims = Claims::read(&tokens.access).or_else(|| tokens.identity.clone());
    match (wanted, claims.and_then(|claims| claims.tenant_id)) {
        (Some(wanted), Some(found)) if !found.eq_ignore_ascii_case(wanted) => {
            Err(SignInError::WrongTenant {
                wanted: wanted.into(),
                found,
            })
        }
        _ => Ok(()),
    }
}

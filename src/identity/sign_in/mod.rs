//! A sign-in under way: a thread that does it, and the events that tell whoever waits for it.

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

/// How often Entra is asked again while it is not available.
const TRIES: u32 = 4;

/// The longest wait that a sign-in makes for Entra. Somebody watches it.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// How to sign in.
#[derive(Debug)]
pub enum Method {
    /// In a browser, which the owner opens.
    Browser {
        /// The account that the page is to suggest.
        login_hint: Option<String>,
        /// How long the person has.
        limit: Duration,
    },
    /// With a code on another device.
    DeviceCode,
    /// Without a person.
    RefreshToken(RefreshToken),
}

/// What a sign-in reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum SignInEvent {
    /// The person is to enter this code.
    DeviceCode {
        /// What to tell them, whole.
        message: String,
        /// The code,
        user_code: String,
        /// and where to enter it.
        verification_uri: String,
        /// How long it may be entered.
        expires_in_seconds: u64,
    },
    /// A browser is to be opened here.
    Browser {
        /// The address.
        url: String,
        /// How long the person has.
        expires_in_seconds: u64,
    },
    /// Entra is not available; it is asked again.
    Wait {
        /// Why.
        reason: String,
        /// When, from now.
        seconds: f64,
    },
    /// The handle is an account now.
    SignedIn {
        /// As [`Account::describe`].
        account: Value,
    },
    /// Nobody is signed in.
    Failed {
        /// A stable name, see [`SignInError::id`].
        error: String,
        /// What happened.
        message: String,
        /// What to do about it.
        next_step: &'static str,
        /// `AADSTS…`, where Entra gave one.
        code: Option<String>,
        /// Entra's id of the sign-in.
        correlation_id: Option<String>,
        /// Entra's id of the request.
        trace_id: Option<String>,
    },
}

/// How far a sign-in is.
#[derive(Debug, Clone)]
pub enum Stage {
    /// It goes on.
    UnderWay,
    /// It made this account.
    SignedIn(Arc<Account>),
    /// Nobody is signed in.
    Failed,
}

/// A sign-in. Dropping it stops it; the account it made lives on with the runs that use it.
#[derive(Debug)]
pub struct SignIn {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    events: EventQueue<SignInEvent>,
    cancel: Cancel,
    /// `None` where it failed.
    account: OnceLock<Option<Arc<Account>>>,
}

impl SignIn {
    /// Starts to sign in. Returns at once.
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

    /// What there is to tell. It ends with `SignedIn` or `Failed`.
    pub fn events(&self) -> &EventQueue<SignInEvent> {
        &self.shared.events
    }

    /// How far it is.
    pub fn stage(&self) -> Stage {
        match self.shared.account.get() {
            None => Stage::UnderWay,
            Some(None) => Stage::Failed,
            Some(Some(account)) => Stage::SignedIn(Arc::clone(account)),
        }
    }

    /// Stops it at once: waits end, and the port for the browser is closed.
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

/// The end of the thread, also by a panic: whoever waits is not left waiting.
struct End<'a>(&'a Shared);

impl Drop for End<'_> {
    fn drop(&mut self) {
        let _ = self.0.account.set(None);
        self.0.events.end();
    }
}

impl Shared {
    fn run(&self, cloud: Cloud, entra: Entra, method: Method) {
        let made = self.sign_in(cloud, entra, method).map(Arc::new);
        let event = match &made {
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
        // First, so that whoever learns of it finds it.
        let _ = self.account.set(made.ok());
        self.events.push(event);
    }

    fn sign_in(&self, cloud: Cloud, entra: Entra, method: Method) -> Result<Account, SignInError> {
        let wanted = entra.application.tenant.id().map(|id| id.to_string());
        let (asked, mut tokens, name) = match &method {
            Method::Browser { login_hint, limit } => {
                self.browser(&entra, login_hint.as_deref(), *limit, wanted.as_deref())
            }
            Method::DeviceCode => self.device_code(&entra),
            Method::RefreshToken(token) => {
                self.patiently(|| entra.refresh(token, None), "RefreshToken")
            }
        }?;
        check_tenant(&tokens, wanted.as_deref())?;
        if let Method::RefreshToken(token) = method {
            tokens.refresh.get_or_insert(token);
        }
        Account::signed_in(cloud, entra, tokens, asked, name)
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
            .patiently(|| returned.redeem(entra), "Browser")
            .and_then(|redeemed| check_tenant(&redeemed.1, tenant).map(|()| redeemed));
        returned.close(redeemed.is_ok());
        redeemed
    }

    fn device_code(&self, entra: &Entra) -> Result<(Instant, Tokens, &'static str), SignInError> {
        let (_, code, _) = self.patiently(|| DeviceCode::request(entra), "")?;
        self.events.push(SignInEvent::DeviceCode {
            message: code.message.clone(),
            user_code: code.user_code.clone(),
            verification_uri: code.verification_uri.clone(),
            expires_in_seconds: code.life.as_secs(),
        });
        let tokens = code.redeem(entra, &self.cancel)?;
        Ok((Instant::now(), tokens, "DeviceCode"))
    }

    /// Asks Entra until it is available, within reason. With the answer comes when it was asked for, and
    /// the name of how.
    fn patiently<T>(
        &self,
        ask: impl Fn() -> Result<T, SignInError>,
        name: &'static str,
    ) -> Result<(Instant, T, &'static str), SignInError> {
        let mut tried = 0;
        loop {
            let asked = Instant::now();
            let error = match ask() {
                Ok(answer) => return Ok((asked, answer, name)),
                Err(error) => error,
            };
            let wait = error
                .retry_after()
                .unwrap_or(Duration::from_secs(1 << tried));
            tried += 1;
            if !error.is_transient() || tried == TRIES || wait > LONGEST_WAIT {
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

/// A sign-in to one tenant is of no use with a token of another.
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

//! Finds or creates the application that administrators sign in with, and waits until it is usable.
//!
//! It automates the steps of the sample script: a public client of a given name with the loopback
//! redirect URI, the delegated permission Chat.ReadWrite.All and, on request, consent to it.

mod application;
mod error;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::application::{App, REDIRECT, permission};
use self::error::RegistrationError;
use crate::background::spawn;
use crate::cancel::Cancel;
use crate::events::EventQueue;
use crate::graph::{Call, ExchangeError, GRAPH_APP_ID, REMOVAL_SCOPE, encoded};
use crate::identity::{Account, Application, RequestError, Session, SignInError, is_registered};
use crate::input::{InvalidInput, shown};
use crate::retry::RetrySettings;

/// Time limit for a new application to become known throughout Entra.
const USABLE_LIMIT: Duration = Duration::from_secs(120);

/// Time limit for retries of one request while Graph is unavailable, in milliseconds.
const RETRY_LIMIT_MS: u64 = 30_000;

/// The consent to grant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// No consent. The first sign-in requests it.
    #[default]
    None,
    /// Consent for the signed-in user.
    User,
    /// Consent for all users of the tenant.
    Tenant,
}

/// The settings of a registration.
#[derive(Debug, Clone)]
pub struct RegistrationOptions {
    name: String,
    consent: Consent,
    /// If `false`, nothing is changed and the result lists the pending changes.
    change: bool,
}

impl RegistrationOptions {
    /// Checks the name. With `change` off, nothing is changed and the result lists the pending
    /// changes.
    ///
    /// # Errors
    /// The name is empty, is longer than 120 characters or contains control characters.
    pub fn new(name: &str, consent: Consent, change: bool) -> Result<Self, InvalidInput> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 120 || name.contains(char::is_control) {
            return Err(InvalidInput::new(
                "Name",
                name,
                "use the application's display name, at most 120 characters",
            ));
        }
        Ok(Self {
            name: name.into(),
            consent,
            change,
        })
    }
}

/// An event of a registration.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RegistrationEvent {
    /// A step was completed or is being waited for.
    Step {
        /// What happened, as a sentence.
        message: String,
    },
    /// The registration succeeded.
    Registered {
        /// The application (client) id. `None` if the application doesn't exist and changes are
        /// off.
        app_id: Option<String>,
        /// The application's object id.
        object_id: Option<String>,
        /// Its display name.
        name: String,
        /// The tenant that contains it.
        tenant_id: Option<String>,
        /// The changes that were made, or that are pending if changes are off: `create`, `update`,
        /// `enable`, `consent`.
        changes: Vec<&'static str>,
    },
    /// The registration failed.
    Failed {
        /// The error's stable name.
        error: String,
        /// What happened.
        message: String,
        /// How to resolve it.
        next_step: String,
        /// Graph's id of the request.
        request_id: Option<String>,
    },
}

/// A registration in progress. Dropping it stops it before the next step.
#[derive(Debug)]
pub struct Registration {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    account: Arc<Account>,
    options: RegistrationOptions,
    events: EventQueue<RegistrationEvent>,
    cancel: Cancel,
}

impl Registration {
    /// Starts the registration and returns immediately.
    ///
    /// # Errors
    /// [`SignInError::NoThread`].
    pub fn start(account: Arc<Account>, options: RegistrationOptions) -> Result<Self, SignInError> {
        let shared = Arc::new(Shared {
            account,
            options,
            events: EventQueue::default(),
            cancel: Cancel::default(),
        });
        let worker = Arc::clone(&shared);
        spawn("chat-access-register", move || {
            let _end = worker.events.end_on_drop();
            worker.run();
        })
        .map_err(|error| SignInError::NoThread(error.to_string()))?;
        Ok(Self { shared })
    }

    /// Returns the event queue. Its last event is `Registered` or `Failed`.
    pub fn events(&self) -> &EventQueue<RegistrationEvent> {
        &self.shared.events
    }

    /// Stops the registration before the next step.
    pub fn close(&self) {
        self.shared.cancel.cancel();
        self.shared.events.close();
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn run(&self) {
        let event = self
            .register()
            .unwrap_or_else(RegistrationError::into_event);
        self.events.push(event);
    }

    fn step(&self, message: impl Into<String>) {
        self.events.push(RegistrationEvent::Step {
            message: message.into(),
        });
    }

    fn register(&self) -> Result<RegistrationEvent, RegistrationError> {
        let name = self.options.name.as_str();
        let mut changes = Vec::new();
        let mut app = match self.find()? {
            Some(app) => {
                self.step(format!(
                    "Found the application '{name}' with ClientId {}.",
                    app.app_id
                ));
                if let Some(change) = app.missing_settings() {
                    changes.push("update");
                    if self.options.change {
                        self.call(&Call::patch(
                            format!("applications/{}", encoded(&app.id)),
                            change,
                        ))?;
                        self.step("Updated the application's public client setting, redirect URI and permission.");
                    }
                }
                Some(app)
            }
            None => {
                changes.push("create");
                None
            }
        };
        if app.is_none() && self.options.change {
            app = Some(self.create()?);
        }
        if let Some(app) = &app {
            self.principal(app, &mut changes)?;
            if self.options.change && !changes.is_empty() {
                self.wait_until_usable(app)?;
            }
        } else if self.options.consent != Consent::None {
            changes.push("consent");
        }
        Ok(RegistrationEvent::Registered {
            app_id: app.as_ref().map(|app| app.app_id.clone()),
            object_id: app.map(|app| app.id),
            name: name.into(),
            tenant_id: self.account.tenant(),
            changes,
        })
    }

    /// Finds the application by its name.
    fn find(&self) -> Result<Option<App>, RegistrationError> {
        let name = self.options.name.replace('\'', "''");
        let filter = encoded(&format!("displayName eq '{name}'"));
        let select = "id,appId,isFallbackPublicClient,publicClient,requiredResourceAccess";
        let path = format!("applications?$filter={filter}&$select={select}&$top=10");
        let mut response = self.call(&Call::get(path))?;
        let mut apps: Vec<App> = serde_json::from_value(response["value"].take())
            .map_err(|_| RegistrationError::Unreadable("the list of applications"))?;
        match apps.len() {
            0 | 1 => Ok(apps.pop()),
            _ => Err(RegistrationError::Ambiguous(
                apps.iter().map(|app| shown(&app.app_id)).collect(),
            )),
        }
    }

    fn create(&self) -> Result<App, RegistrationError> {
        let body = json!({
            "displayName": self.options.name,
            "signInAudience": "AzureADMyOrg",
            "isFallbackPublicClient": true,
            "publicClient": {"redirectUris": [REDIRECT]},
            "requiredResourceAccess": [permission()],
        });
        let created = match self.call(&Call::post("applications".into(), body)) {
            Ok(created) => created,
            // The request may have succeeded, and a second application of the same name would make
            // the name ambiguous.
            Err(RegistrationError::Exchange(ExchangeError::Lost(why))) => {
                self.cancel.wait(Duration::from_secs(2))?;
                let lost = RegistrationError::Exchange(ExchangeError::Lost(why));
                return self.find()?.ok_or(lost);
            }
            Err(failure) => return Err(failure),
        };
        let app: App = serde_json::from_value(created)
            .map_err(|_| RegistrationError::Unreadable("the application that was created"))?;
        self.step(format!(
            "Created the application with ClientId {}.",
            app.app_id
        ));
        Ok(app)
    }

    /// Enables the application in the tenant and grants consent to its permission.
    fn principal(
        &self,
        app: &App,
        changes: &mut Vec<&'static str>,
    ) -> Result<(), RegistrationError> {
        let id = match self.principal_id(&app.app_id)? {
            Some(id) => id,
            None if !self.options.change => {
                changes.push("enable");
                if self.options.consent != Consent::None {
                    changes.push("consent");
                }
                return Ok(());
            }
            None => {
                changes.push("enable");
                self.enable(app)?
            }
        };
        if self.options.consent == Consent::None {
            return Ok(());
        }
        let user = match self.options.consent {
            Consent::User => Some(self.account.user().ok_or(RegistrationError::Unreadable(
                "the id of the signed-in user",
            ))?),
            _ => None,
        };
        let filter = encoded(&format!("clientId eq '{id}'"));
        let response = self.call(&Call::get(format!(
            "oauth2PermissionGrants?$filter={filter}"
        )))?;
        let grants = response["value"].as_array().cloned().unwrap_or_default();
        let same = |grant: &&Value| match &user {
            Some(user) => grant["principalId"].as_str() == Some(user),
            None => grant["consentType"] == "AllPrincipals",
        };
        let scope_of = |grant: &Value| grant["scope"].as_str().unwrap_or_default().to_string();
        let granted = |grant: &Value| {
            scope_of(grant)
                .split_whitespace()
                .any(|one| one.eq_ignore_ascii_case(REMOVAL_SCOPE))
        };
        let existing = grants.iter().find(same);
        if existing.is_some_and(granted) {
            return Ok(());
        }
        changes.push("consent");
        if !self.options.change {
            return Ok(());
        }
        let call = match existing {
            Some(grant) => Call::patch(
                format!(
                    "oauth2PermissionGrants/{}",
                    encoded(grant["id"].as_str().unwrap_or_default())
                ),
                json!({"scope": format!("{} {REMOVAL_SCOPE}", scope_of(grant)).trim()}),
            ),
            None => Call::post(
                "oauth2PermissionGrants".into(),
                json!({
                    "clientId": id,
                    "consentType": if user.is_some() { "Principal" } else { "AllPrincipals" },
                    "principalId": user,
                    "resourceId": self
                        .principal_id(GRAPH_APP_ID)?
                        .ok_or(RegistrationError::Unreadable("the service principal of Microsoft Graph"))?,
                    "scope": REMOVAL_SCOPE,
                }),
            ),
        };
        self.call(&call)?;
        self.step(format!("Granted consent to {REMOVAL_SCOPE}."));
        Ok(())
    }

    fn principal_id(&self, app_id: &str) -> Result<Option<String>, RegistrationError> {
        let path = format!("servicePrincipals(appId='{}')?$select=id", encoded(app_id));
        match self.call(&Call::get(path)) {
            Ok(response) => response["id"]
                .as_str()
                .map(|id| Some(id.to_string()))
                .ok_or(RegistrationError::Unreadable(
                    "the application's service principal",
                )),
            Err(RegistrationError::Graph(response)) if response.status == 404 => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Creates the application's service principal in the tenant, which enables it. Retries while a
    /// new application is not yet known throughout the directory.
    fn enable(&self, app: &App) -> Result<String, RegistrationError> {
        let call = Call::post("servicePrincipals".into(), json!({"appId": app.app_id}));
        let began = Instant::now();
        loop {
            let refused = match self.call(&call) {
                Ok(response) => {
                    self.step("Enabled the application in the tenant.");
                    return response["id"].as_str().map(ToString::to_string).ok_or(
                        RegistrationError::Unreadable("the application's service principal"),
                    );
                }
                Err(refused) => refused,
            };
            // Another administrator, or a request whose response was lost, has created it already.
            if let Some(id) = self.principal_id(&app.app_id)? {
                return Ok(id);
            }
            let unknown = matches!(&refused, RegistrationError::Graph(response) if matches!(response.status, 400 | 404));
            if !unknown || began.elapsed() > USABLE_LIMIT {
                return Err(refused);
            }
            self.cancel.wait(Duration::from_secs(1))?;
        }
    }

    /// Waits until Entra accepts sign-ins with the application.
    fn wait_until_usable(&self, app: &App) -> Result<(), RegistrationError> {
        let cloud = self.account.client().cloud();
        let application = Application::new(
            self.account.tenant().as_deref(),
            Some(&app.app_id),
            Vec::new(),
        )
        .map_err(|_| RegistrationError::Unreadable("the application's ClientId"))?;
        let began = Instant::now();
        let mut wait = Duration::from_millis(250);
        loop {
            match is_registered(cloud, &application) {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) if error.is_transient() => {}
                Err(error) => return Err(error.into()),
            }
            if began.elapsed() > USABLE_LIMIT {
                return Err(RegistrationError::NotUsable);
            }
            self.step("Waiting until Entra accepts sign-ins with the application.");
            self.cancel.wait(wait)?;
            wait = (wait * 2).min(Duration::from_secs(5));
        }
    }

    /// Sends a request, with retries, and returns the JSON of its successful response.
    fn call(&self, call: &Call) -> Result<Value, RegistrationError> {
        let session = Session {
            account: &self.account,
            retry: RetrySettings {
                item_time_ms: RETRY_LIMIT_MS,
                ..RetrySettings::default()
            },
            wait: &|time, _| self.cancel.wait(time).is_ok(),
        };
        match session.send(call) {
            // A success without a body becomes null.
            Ok(body) => Ok(serde_json::from_slice(&body.bytes).unwrap_or_default()),
            Err(RequestError::Stopped) => Err(SignInError::Cancelled.into()),
            Err(RequestError::SignIn(error)) => Err(error.into()),
            Err(RequestError::Refused(response)) => Err(RegistrationError::Graph(response)),
            Err(RequestError::Exchange(error)) => Err(RegistrationError::Exchange(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_application_name_is_refused() {
        for name in ["", "  ", "a\nb"] {
            assert!(RegistrationOptions::new(name, Consent::None, true).is_err());
        }
        assert!(RegistrationOptions::new(&"x".repeat(121), Consent::None, true).is_err());
    }
}

//! What `chat_access_open` can open, as its JSON request says.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::ChatAccessStatus;
use super::handles::{self, Object};
use super::sign_in::SigningIn;
use crate::audit::{QueryOptions, RunningSearch};
use crate::graph::Cloud;
use crate::identity::{
    AccessToken, Account, Application, Consent, Method, RefreshToken, Registration,
    RegistrationOptions, SignIn, Tenant,
};
use crate::input::InvalidInput;
use crate::removal::{Lane, Run, RunOptions};

/// The request of `chat_access_open`.
#[derive(Deserialize)]
#[serde(tag = "open", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Request {
    /// An account whose access token is the call's secret.
    Account {
        tenant: Option<String>,
        environment: Option<String>,
        graph_endpoint: Option<String>,
        authority_host: Option<String>,
    },
    /// An account that Entra is to give; a refresh token is the call's secret.
    SignIn {
        method: MethodName,
        tenant: Option<String>,
        client_id: Option<String>,
        #[serde(default)]
        scopes: Vec<String>,
        login_hint: Option<String>,
        #[serde(default = "ten_minutes")]
        time_ms: u64,
        environment: Option<String>,
        graph_endpoint: Option<String>,
        authority_host: Option<String>,
    },
    /// An application to find or create with an account.
    Registration {
        account: i64,
        name: String,
        #[serde(default)]
        consent: Consent,
        #[serde(default)]
        change: bool,
    },
    /// A run of removals with one or more accounts.
    Removals {
        accounts: Vec<i64>,
        #[serde(default)]
        options: RunOptions,
    },
    /// A search through files, and through records that are fed.
    Search {
        #[serde(default)]
        paths: Vec<std::path::PathBuf>,
        #[serde(default)]
        query: QueryOptions,
        report: Option<std::path::PathBuf>,
        account: Option<i64>,
    },
    /// A fault, to show that it is caught in this build.
    Panic,
}

/// A way to sign in, by its name.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum MethodName {
    Browser,
    DeviceCode,
    RefreshToken,
}

fn ten_minutes() -> u64 {
    600_000
}

/// Why nothing was opened.
pub(super) enum NotOpened {
    /// A sentence for the caller's buffer.
    Invalid(InvalidInput),
    /// A status says it all.
    Status(ChatAccessStatus),
}

impl From<InvalidInput> for NotOpened {
    fn from(error: InvalidInput) -> Self {
        Self::Invalid(error)
    }
}

impl From<ChatAccessStatus> for NotOpened {
    fn from(status: ChatAccessStatus) -> Self {
        Self::Status(status)
    }
}

/// Opens what `request` asks for.
pub(super) fn open(request: &str, secret: Option<&[u8]>) -> Result<Object, NotOpened> {
    let request: Request = serde_json::from_str(request).map_err(|error| {
        InvalidInput::new(
            "request",
            &error.to_string(),
            "give JSON as the manual in chat_access.h says",
        )
    })?;
    match request {
        Request::Account {
            tenant,
            environment,
            graph_endpoint,
            authority_host,
        } => {
            let cloud = Cloud::new(
                environment.as_deref(),
                graph_endpoint.as_deref(),
                authority_host.as_deref(),
            )?;
            let token = AccessToken::new(secret.unwrap_or_default())?;
            let account = Account::with_token(cloud, token).map_err(|why| unusable(&why))?;
            if let Some(tenant) = tenant {
                expect_tenant(&account, &tenant)?;
            }
            Ok(Object::Account(Arc::new(Lane::new(account))))
        }
        Request::SignIn {
            method,
            tenant,
            client_id,
            scopes,
            login_hint,
            time_ms,
            environment,
            graph_endpoint,
            authority_host,
        } => {
            let cloud = Cloud::new(
                environment.as_deref(),
                graph_endpoint.as_deref(),
                authority_host.as_deref(),
            )?;
            let application = Application::new(tenant.as_deref(), client_id.as_deref(), scopes)?;
            let method = match method {
                MethodName::Browser => Method::Browser {
                    login_hint,
                    limit: Duration::from_millis(time_ms),
                },
                MethodName::DeviceCode => Method::DeviceCode,
                MethodName::RefreshToken => {
                    Method::RefreshToken(RefreshToken::new(secret.unwrap_or_default())?)
                }
            };
            let sign_in = SignIn::start(cloud, application, method)
                .map_err(|error| unusable(&error.to_string()))?;
            Ok(Object::SignIn(Arc::new(SigningIn::new(sign_in))))
        }
        Request::Registration {
            account,
            name,
            consent,
            change,
        } => {
            let lane = handles::account(account)?;
            let options = RegistrationOptions::new(&name, consent, change)?;
            let registration = Registration::start(lane.shared_account(), options)
                .map_err(|error| unusable(&error.to_string()))?;
            Ok(Object::Registration(Arc::new(registration)))
        }
        Request::Removals { accounts, options } => {
            let accounts = accounts
                .into_iter()
                .map(handles::account)
                .collect::<Result<Vec<_>, _>>()?;
            if let Some(journal) = &options.journal {
                handles::close_left_behind(journal);
            }
            Ok(Object::Run(Arc::new(Run::start(accounts, options)?)))
        }
        Request::Search {
            paths,
            query,
            report,
            account,
        } => {
            let account = match account {
                Some(handle) => Some(handles::account(handle)?.shared_account()),
                None => None,
            };
            let search = RunningSearch::start(paths, query, report, account)?;
            Ok(Object::Search(Arc::new(search)))
        }
        Request::Panic => panic!("asked for"),
    }
}

/// The client or a thread can't be had, whatever the request says.
fn unusable(why: &str) -> InvalidInput {
    InvalidInput::new(
        "Environment",
        why,
        "the system's certificates and proxy settings must be readable",
    )
}

/// A token of another tenant than the caller thinks would be refused at the first removal.
fn expect_tenant(account: &Account, tenant: &str) -> Result<(), InvalidInput> {
    match (Tenant::parse(tenant)?.id(), account.tenant()) {
        (Some(wanted), Some(found)) if !found.eq_ignore_ascii_case(&wanted.to_string()) => {
            Err(InvalidInput::new(
                "TenantId",
                tenant,
                format!("the access token is of tenant {found}; get one of your tenant"),
            ))
        }
        _ => Ok(()),
    }
}

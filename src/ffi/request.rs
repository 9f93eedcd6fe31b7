//! What `chat_access_open` can open, as its JSON request says.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::ChatAccessStatus;
use super::handles::{self, Object};
use super::sign_in::SigningIn;
use crate::cloud::Cloud;
use crate::identity::{Account, Application, Method, SignIn, Tenant};
use crate::input::InvalidInput;
use crate::registration::{Consent, Registration, RegistrationOptions};
use crate::removal::{Lane, RetrySettings, Run, RunOptions};
use crate::search::{
    ChatList, Online, QueryOptions, RunningSearch, SearchOptions, Span, SpanOptions, StartError,
};
use crate::token::{AccessToken, RefreshToken};

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
    /// A search through files, through records that are fed, and through what Graph is asked for.
    Search(Box<SearchRequest>),
    /// A fault, to show that it is caught in this build.
    Panic,
}

/// The request for a search. An application's token, for `chats`, is the call's secret.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
pub(super) struct SearchRequest {
    paths: Vec<std::path::PathBuf>,
    query: QueryOptions,
    report: Option<std::path::PathBuf>,
    account: Option<i64>,
    resolve_users: bool,
    audit_query: Option<SpanOptions>,
    hunting: Option<SpanOptions>,
    chats: Option<ChatsRequest>,
    retry: RetrySettings,
}

/// Whose chats are listed, and where.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChatsRequest {
    users: Vec<String>,
    environment: Option<String>,
    graph_endpoint: Option<String>,
    authority_host: Option<String>,
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

impl From<StartError> for NotOpened {
    fn from(error: StartError) -> Self {
        Self::Invalid(match error {
            StartError::Input(error) => error,
            StartError::Thread(error) => InvalidInput::new(
                "Path",
                &error.to_string(),
                "the system has no thread left to read with",
            ),
        })
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
            let cloud = cloud(&environment, &graph_endpoint, &authority_host)?;
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
            let cloud = cloud(&environment, &graph_endpoint, &authority_host)?;
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
        Request::Search(request) => {
            let search = RunningSearch::start(request.options(secret)?)?;
            Ok(Object::Search(Arc::new(search)))
        }
        Request::Panic => panic!("asked for"),
    }
}

impl SearchRequest {
    /// The search that is asked for; without a time it is the last days that there can be anything of.
    fn options(self, secret: Option<&[u8]>) -> Result<SearchOptions, NotOpened> {
        let now = jiff::Timestamp::now();
        let span = |options: Option<SpanOptions>, days| {
            options
                .map(|options| Span::new(&options, now, days))
                .transpose()
        };
        let chats = match self.chats {
            Some(chats) => {
                let cloud = cloud(
                    &chats.environment,
                    &chats.graph_endpoint,
                    &chats.authority_host,
                )?;
                let token =
                    AccessToken::new(secret.unwrap_or_default()).map_err(|error| InvalidInput {
                        parameter: "DiscoveryToken",
                        ..error
                    })?;
                let account = Account::with_token(cloud, token).map_err(|why| unusable(&why))?;
                Some(ChatList::new(account, chats.users)?)
            }
            None => None,
        };
        let account = match self.account {
            Some(handle) => Some(handles::account(handle)?.shared_account()),
            None => None,
        };
        Ok(SearchOptions {
            online: Online {
                audit_query: span(self.audit_query, Span::AUDIT_DAYS)?,
                hunting: span(self.hunting, Span::HUNTING_DAYS)?,
                chats,
                retry: self.retry.check()?,
            },
            paths: self.paths,
            query: self.query,
            report: self.report,
            account,
            resolve_users: self.resolve_users,
        })
    }
}

fn cloud(
    environment: &Option<String>,
    graph_endpoint: &Option<String>,
    authority_host: &Option<String>,
) -> Result<Cloud, InvalidInput> {
    Cloud::new(
        environment.as_deref(),
        graph_endpoint.as_deref(),
        authority_host.as_deref(),
    )
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

//! What `chat_access_open` can open, as its JSON request says.

use std::sync::Arc;

use serde::Deserialize;

use super::ChatAccessStatus;
use super::handles::{self, Object};
use crate::audit::{QueryOptions, RunningSearch};
use crate::graph::Cloud;
use crate::identity::{AccessToken, Account};
use crate::input::InvalidInput;
use crate::removal::{Lane, Run, RunOptions};

/// The request of `chat_access_open`.
#[derive(Deserialize)]
#[serde(tag = "open", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Request {
    /// An account whose access token is the call's secret.
    Account {
        environment: Option<String>,
        graph_endpoint: Option<String>,
        authority_host: Option<String>,
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
    },
    /// A fault, to show that it is caught in this build.
    Panic,
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
            let account = Account::with_token(cloud, token).map_err(|why| {
                InvalidInput::new(
                    "Environment",
                    &why,
                    "the system's certificates and proxy settings must be readable",
                )
            })?;
            Ok(Object::Account(Arc::new(Lane::new(account))))
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
        } => Ok(Object::Search(Arc::new(RunningSearch::start(
            paths, query, report,
        )?))),
        Request::Panic => panic!("asked for"),
    }
}

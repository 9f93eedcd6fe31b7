//! A sandbox, an account that is signed in to it, and a search that uses both.

use std::sync::Arc;

use chat_access::cloud::Cloud;
use chat_access::identity::Account;
use chat_access::retry::RetrySettings;
use chat_access::search::{
    ChatList, Online, QueryOptions, RunningSearch, SearchOptions, Span, SpanOptions,
};
use chat_access::token::AccessToken;
use sandbox::{Sandbox, SandboxOptions, TENANT_ID, TokenClaims};
use serde_json::Value;

/// A search at a sandbox, with waits a thousand times shorter than at the real service.
pub(crate) struct Job {
    pub(crate) sandbox: Sandbox,
    pub(crate) options: SearchOptions,
}

impl Job {
    /// Creates a search by an administrator with these permissions.
    pub(crate) fn new(scopes: &str) -> Self {
        let sandbox = Sandbox::start(SandboxOptions::default());
        let claims = TokenClaims {
            scp: Some(scopes.into()),
            ..TokenClaims::default()
        };
        let account = Account::with_token(cloud(&sandbox), token(&sandbox, claims)).unwrap();
        let mut job = Self {
            sandbox,
            options: SearchOptions {
                account: Some(Arc::new(account)),
                ..SearchOptions::default()
            },
        };
        job.options.online.retry = RetrySettings {
            first_wait_ms: 1,
            longest_wait_ms: 20,
            item_time_ms: 3_000,
        };
        job
    }

    pub(crate) fn online(&mut self) -> &mut Online {
        &mut self.options.online
    }

    pub(crate) fn query(&mut self) -> &mut QueryOptions {
        &mut self.options.query
    }

    /// Lists the chats of these users with an application that has these permissions.
    pub(crate) fn list(&mut self, roles: &[&str], users: &[&str]) {
        let token = token(&self.sandbox, TokenClaims::app_with(roles.iter().copied()));
        let account = Account::with_token(cloud(&self.sandbox), token).unwrap();
        let users = users.iter().map(ToString::to_string).collect();
        let list = ChatList::new(account, users).unwrap();
        self.online().chats = Some(list);
    }

    pub(crate) fn start(&mut self) -> RunningSearch {
        RunningSearch::start(std::mem::take(&mut self.options)).unwrap()
    }

    /// Runs the search to its end.
    pub(crate) fn run(mut self) -> Outcome {
        let search = self.start();
        search.finish();
        Outcome {
            events: events(&search),
            sandbox: self.sandbox,
        }
    }
}

pub(crate) fn events(search: &RunningSearch) -> Vec<Value> {
    crate::common::drain(search.events())
}

/// The events of a finished search.
pub(crate) struct Outcome {
    pub(crate) events: Vec<Value>,
    pub(crate) sandbox: Sandbox,
}

impl Outcome {
    /// Returns the events with this name.
    pub(crate) fn named(&self, name: &str) -> Vec<&Value> {
        let events = self.events.iter();
        events.filter(|event| event["event"] == name).collect()
    }

    /// Returns the ids of the users found, sorted.
    pub(crate) fn users(&self) -> Vec<String> {
        let mut users: Vec<String> = self
            .named("target")
            .iter()
            .map(|target| target["user_id"].as_str().unwrap_or("none").to_string())
            .collect();
        users.sort();
        users
    }

    /// Returns the error, message and next step of the only source error.
    pub(crate) fn error(&self) -> (&str, &str, &str) {
        let errors = self.named("source_error");
        assert_eq!(errors.len(), 1, "{:?}", self.events);
        let text = |name: &str| errors[0][name].as_str().unwrap();
        (text("error"), text("message"), text("next_step"))
    }

    /// Returns the warnings as one text.
    pub(crate) fn warnings(&self) -> String {
        let warnings = self.named("warning").into_iter();
        warnings.map(|event| event["message"].to_string()).collect()
    }

    /// Asserts that no source failed or warned.
    pub(crate) fn assert_complete(&self) {
        assert!(self.named("source_error").is_empty(), "{:?}", self.events);
        assert_eq!(self.warnings(), "");
    }
}

pub(crate) fn cloud(sandbox: &Sandbox) -> Cloud {
    Cloud::new(None, Some(&sandbox.url()), None).unwrap()
}

pub(crate) fn token(sandbox: &Sandbox, claims: TokenClaims) -> AccessToken {
    AccessToken::new(sandbox.token(claims).as_bytes()).unwrap()
}

/// Returns the period from `start` to before `end`.
pub(crate) fn span(start: &str, end: &str) -> Option<Span> {
    let options = SpanOptions {
        start: Some(start.into()),
        end: Some(end.into()),
    };
    Some(Span::new(&options, jiff::Timestamp::now(), 1).unwrap())
}

/// Moves a record of the file tests to the sandbox's tenant.
pub(crate) fn at_home(record: &str) -> Value {
    let record = record.replace(crate::file_search::support::HOME, TENANT_ID);
    serde_json::from_str(&record).unwrap()
}

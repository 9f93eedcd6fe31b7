//! The state of a sandbox, shared by its handle and its connections.

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::entra::{Entra, EntraSettings};
use crate::faults::{FaultScript, Faults, Hit};
use crate::graph::{Alerts, AuditLog, Chats, Directory, DirectoryUser, Hunting, Refusal, Searches};
use crate::guid;
use crate::ledger::Ledger;
use crate::limits::{Caller, InvalidLimits, Limiter, Limits};
use crate::lock::lock;
use crate::sandbox::SandboxOptions;
use crate::token::{IssuedToken, TokenClaims, TokenStore};

/// The response of the tenant to a well-formed chat id.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Chat {
    Exists,
    Missing,
    Forbidden,
}

/// The users of the tenant, and the exceptions to the rule that every well-formed chat id exists.
#[derive(Default)]
struct Tenant {
    missing_chats: HashSet<String>,
    forbidden_chats: HashSet<String>,
    users: Vec<DirectoryUser>,
}

pub(crate) struct Service {
    options: SandboxOptions,
    started: Instant,
    /// Seconds by which the service's clock is ahead of this computer's.
    clock_ahead: AtomicI64,
    tokens: Mutex<TokenStore>,
    entra: Mutex<Entra>,
    directory: Mutex<Directory>,
    tenant: Mutex<Tenant>,
    searches: Mutex<Searches>,
    limiter: Mutex<Limiter>,
    faults: Mutex<Faults>,
    ledger: Mutex<Ledger>,
}

impl Service {
    pub(crate) fn new(options: SandboxOptions) -> Result<Self, InvalidLimits> {
        let service = Self {
            started: Instant::now(),
            clock_ahead: AtomicI64::new(0),
            tokens: Mutex::default(),
            entra: Mutex::default(),
            directory: Mutex::default(),
            tenant: Mutex::default(),
            searches: Mutex::default(),
            limiter: Mutex::new(Limiter::new(&options.limits)?),
            faults: Mutex::default(),
            ledger: Mutex::new(Ledger::new(options.keep_requests)),
            options,
        };
        service.reset();
        Ok(service)
    }

    /// Restores the state of the start. Tokens stay valid, because clients still use them.
    pub(crate) fn reset(&self) {
        let options = &self.options;
        self.set_clock_ahead(0);
        self.set_missing_chats(&options.missing_chats);
        self.set_forbidden_chats(&options.forbidden_chats);
        self.set_users(options.users.clone());
        self.script(options.faults.clone());
        self.set_entra(options.entra.clone());
        *self.directory() = Directory::default();
        *self.searches() = Searches::default();
        self.set_audit_log(options.audit_log.clone());
        self.set_hunting(options.hunting.clone());
        self.set_alerts(options.alerts.clone());
        self.set_chats(options.chats.clone());
        *self.ledger() = Ledger::new(options.keep_requests);
        self.set_limits(&options.limits)
            .expect("the limits were valid at the start");
    }

    /// Returns the time since the start, which is the clock of all records.
    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Returns the time by the service's clock, which `Date` headers and messages have.
    pub(crate) fn time(&self) -> Timestamp {
        let ahead = self.clock_ahead.load(Ordering::Relaxed);
        Timestamp::now()
            .saturating_add(SignedDuration::from_secs(ahead))
            .unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn set_clock_ahead(&self, seconds: i64) {
        self.clock_ahead.store(seconds, Ordering::Relaxed);
    }

    /// Lets users write: adds rows to `MessageEvents`, and shows their chats again to those who had
    /// lost access.
    pub(crate) fn write(&self, messages: Vec<Value>) {
        for message in &messages {
            if let Some(chat) = message["ThreadId"].as_str() {
                self.ledger().show(chat);
            }
        }
        let rows = messages.into_iter().map(|mut message| {
            for (column, value) in [
                ("Timestamp", json!(self.time().to_string())),
                ("TeamsMessageId", json!(guid::random())),
            ] {
                if message[column].is_null() {
                    message[column] = value;
                }
            }
            message
        });
        let rows = rows.collect();
        self.searches().hunting.add("MessageEvents", rows);
    }

    pub(crate) fn options(&self) -> &SandboxOptions {
        &self.options
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.ledger)
    }

    pub(crate) fn entra(&self) -> MutexGuard<'_, Entra> {
        lock(&self.entra)
    }

    pub(crate) fn directory(&self) -> MutexGuard<'_, Directory> {
        lock(&self.directory)
    }

    /// Replaces the behaviour of the Entra endpoints. Codes and tokens that were issued stay valid.
    pub(crate) fn set_entra(&self, settings: EntraSettings) {
        self.entra().settings = settings;
    }

    pub(crate) fn issue(&self, claims: TokenClaims) -> String {
        lock(&self.tokens).issue(claims)
    }

    pub(crate) fn issued_token(&self, token: &str) -> Option<Arc<IssuedToken>> {
        lock(&self.tokens).find(token)
    }

    pub(crate) fn chat(&self, id: &str) -> Chat {
        let id = id.to_ascii_lowercase();
        let tenant = lock(&self.tenant);
        if tenant.missing_chats.contains(&id) {
            Chat::Missing
        } else if tenant.forbidden_chats.contains(&id) {
            Chat::Forbidden
        } else {
            Chat::Exists
        }
    }

    pub(crate) fn set_missing_chats(&self, chats: &[String]) {
        lock(&self.tenant).missing_chats = in_lower_case(chats);
    }

    pub(crate) fn set_forbidden_chats(&self, chats: &[String]) {
        lock(&self.tenant).forbidden_chats = in_lower_case(chats);
    }

    pub(crate) fn user(&self, key: &str) -> Option<DirectoryUser> {
        let tenant = lock(&self.tenant);
        tenant.users.iter().find(|user| user.is(key)).cloned()
    }

    pub(crate) fn set_users(&self, users: Vec<DirectoryUser>) {
        lock(&self.tenant).users = users;
    }

    pub(crate) fn searches(&self) -> MutexGuard<'_, Searches> {
        lock(&self.searches)
    }

    pub(crate) fn set_audit_log(&self, log: AuditLog) {
        self.searches().audit.set(log);
    }

    pub(crate) fn set_hunting(&self, hunting: Hunting) {
        self.searches().hunting.set(hunting);
    }

    pub(crate) fn set_alerts(&self, alerts: Alerts) {
        self.searches().alerts.set(alerts);
    }

    pub(crate) fn set_chats(&self, chats: Chats) {
        self.searches().chats.set(chats);
    }

    /// Replaces the limits and forgets all usage.
    pub(crate) fn set_limits(&self, limits: &Limits) -> Result<(), InvalidLimits> {
        *lock(&self.limiter) = Limiter::new(limits)?;
        Ok(())
    }

    /// Admits a request for `chat` by the account of `claims`, or throttles it.
    pub(crate) fn admit(&self, claims: &TokenClaims, chat: &str) -> Result<(), Refusal> {
        let caller = Caller {
            user: &claims.oid,
            chat,
            app: &claims.appid,
            tenant: &claims.tid,
        };
        let mut limiter = lock(&self.limiter);
        // The time is read under the lock, so that the limiter never sees it go back.
        let throttled = match limiter.admit(caller, self.now()) {
            Ok(()) => return Ok(()),
            Err(throttled) => throttled,
        };
        let retry_after = limiter.limits().retry_after(throttled.wait);
        self.ledger().count_throttled(throttled.avoidable);
        Err(Refusal::throttled(Some(retry_after)))
    }

    pub(crate) fn script(&self, script: FaultScript) {
        *lock(&self.faults) = Faults::new(script, self.now());
    }

    pub(crate) fn hit(&self, chat: Option<&str>, now: Duration) -> Option<Hit> {
        lock(&self.faults).hit(chat, now)
    }

    pub(crate) fn apply(&self, tenant: &str, user: &str, chat: &str) {
        let now = self.now();
        self.ledger().apply(tenant, user, chat, now);
    }
}

fn in_lower_case(chats: &[String]) -> HashSet<String> {
    chats.iter().map(|chat| chat.to_ascii_lowercase()).collect()
}

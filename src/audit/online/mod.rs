//! Sources that Microsoft Graph is asked for, in place of an export: the audit log ([`audit_query`]), Defender
//! ([`hunting`]), and lists of users' chats ([`chats`]). [`users`] is the directory.
//!
//! Each gives its records to a [`Sink`], page by page. What goes wrong with one of them is told and costs nothing
//! of what it gave before, nor of the others.

mod audit_query;
mod chats;
mod hunting;
mod pages;
mod sink;
mod span;
mod users;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

pub use self::chats::ChatList;
use self::sink::Sink;
pub use self::span::{Span, SpanOptions};
pub(super) use self::users::GraphUsers;
use super::query::Query;
use super::running::Event;
use super::search::Gathered;
use crate::events::EventQueue;
use crate::graph::Call;
use crate::http::Body;
use crate::identity::{Account, Asking, NoAnswer};
use crate::input::InvalidInput;
use crate::retry::RetrySettings;

/// A wait is over at the latest so long after the search was stopped.
const STOP_LIMIT: Duration = Duration::from_millis(50);

/// A wait that is shorter is not worth an event.
const NOTICEABLE: Duration = Duration::from_secs(2);

/// What Graph is asked for.
#[derive(Debug, Default)]
pub struct Online {
    /// The audit log, over this time.
    pub audit_query: Option<Span>,
    /// Defender's tables, over this time.
    pub hunting: Option<Span>,
    /// The chats of users.
    pub chats: Option<ChatList>,
    /// The waits between requests.
    pub retry: RetrySettings,
}

impl Online {
    /// What `account`, which is to ask, can't do.
    pub(super) fn check(&self, account: Option<&Arc<Account>>) -> Result<(), InvalidInput> {
        if self.audit_query.is_none() && self.hunting.is_none() {
            return Ok(());
        }
        let Some(account) = account else {
            return Err(InvalidInput::new(
                "Account",
                "",
                "the audit query and the hunting query need a signed-in account",
            ));
        };
        let environment = account.client().cloud().environment;
        if self.audit_query.is_some() && environment.starts_with("USGov") {
            return Err(InvalidInput::new(
                "Environment",
                environment,
                "Microsoft Graph has the audit query in the worldwide cloud only; \
                 pipe what Search-UnifiedAuditLog returns, or give an export",
            ));
        }
        Ok(())
    }

    /// The own tenant: the one that the caller gives, or that of whoever asks. What is asked is of one tenant.
    ///
    /// # Errors
    /// They are different ones, or a list of chats is of none.
    pub(super) fn tenant(
        &self,
        given: Option<&str>,
        account: Option<&Arc<Account>>,
    ) -> Result<Option<String>, InvalidInput> {
        let asks = self.audit_query.is_some() || self.hunting.is_some();
        let signed_in = account.and_then(|account| account.tenant());
        let listed = self.chats.as_ref().and_then(|list| list.account.tenant());
        let known = [
            ("TenantId", given.map(|text| text.trim().to_string())),
            ("DiscoveryToken", listed),
            ("Account", signed_in.clone().filter(|_| asks)),
        ];
        let mut known = known
            .into_iter()
            .filter_map(|(name, tenant)| Some((name, tenant?)));
        let Some((name, tenant)) = known.next() else {
            if self.chats.is_some() && signed_in.is_none() {
                return Err(InvalidInput::new(
                    "TenantId",
                    "",
                    "the DiscoveryToken does not say of which tenant it is; give your tenant's GUID",
                ));
            }
            return Ok(signed_in);
        };
        for (other, of) in known {
            if !of.eq_ignore_ascii_case(&tenant) {
                return Err(InvalidInput::new(
                    name,
                    &tenant,
                    format!("what is asked with the {other} is of tenant {of}"),
                ));
            }
        }
        Ok(Some(tenant))
    }
}

/// One source that is asked, and what it has to ask with.
pub(super) struct Graph<'a> {
    pub(super) account: &'a Account,
    pub(super) retry: RetrySettings,
    pub(super) stop: &'a AtomicBool,
    pub(super) events: &'a EventQueue<Event>,
    /// Its name in events and in the ids of errors.
    pub(super) source: &'static str,
}

impl Graph<'_> {
    fn ask(&self, call: &Call) -> Result<Body, NoAnswer> {
        let asking = Asking {
            account: self.account,
            retry: self.retry,
            wait: &|time, reason| self.wait(time, reason),
        };
        asking.ask(call)
    }

    /// Waits; `false` as soon as the search is stopped.
    fn wait(&self, time: Duration, reason: &str) -> bool {
        if time >= NOTICEABLE && !reason.is_empty() {
            self.events.push(Event::Wait {
                reason: reason.into(),
                seconds: time.as_secs_f64(),
            });
        }
        let end = Instant::now() + time;
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return false;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            thread::sleep(left.min(STOP_LIMIT));
        }
    }

    fn tell(&self, message: impl Into<String>, records: u64) {
        let event = Event::Asking {
            source: self.source,
            message: message.into(),
            records,
        };
        self.events
            .replace_last(event, |last| matches!(last, Event::Asking { .. }));
    }

    fn warn(&self, message: String) {
        self.events.push(Event::Warning { message });
    }
}

/// Why a source is not complete.
enum Trouble {
    /// Graph did not answer in a way that can be used. The permission is the one that it takes.
    NoAnswer(NoAnswer, &'static str),
    /// Something else, and what to do about it.
    Other(String, &'static str),
}

/// What to do where nothing else is known.
const AGAIN: &str = "Run the same command again; what it found is right, and may not be all.";

impl Trouble {
    /// An answer of Graph's that is not as it must be.
    fn unreadable(what: &str) -> Self {
        Self::Other(
            format!("Microsoft Graph's answer can't be used: {what}."),
            AGAIN,
        )
    }

    /// A stable name, a sentence, and what to do; `None` where the search was stopped.
    fn told(self) -> Option<(&'static str, String, String)> {
        let (answer, permission) = match self {
            Self::Other(message, next_step) => return Some(("Failed", message, next_step.into())),
            Self::NoAnswer(answer, permission) => (answer, permission),
        };
        let (error, next_step) = match &answer {
            NoAnswer::Stopped => return None,
            NoAnswer::SignIn(error) => ("Unauthorized", error.next_step().to_string()),
            NoAnswer::Refused(refused) => match refused.status {
                401 => ("Unauthorized", "Sign in again.".into()),
                403 | 412 => ("Denied", format!("It takes the permission {permission}.")),
                429 => ("Throttled", AGAIN.into()),
                _ => ("Failed", AGAIN.into()),
            },
            NoAnswer::Exchange(_) => (
                "Unreachable",
                format!("Check the network and the proxy. {AGAIN}"),
            ),
        };
        Some((error, answer.to_string(), next_step))
    }
}

/// Asks for everything, one source after the other, and adds it to what the files gave. `account` is who is
/// signed in.
pub(super) fn gather(
    online: &Online,
    account: Option<&Arc<Account>>,
    query: &Query,
    stop: &AtomicBool,
    events: &EventQueue<Event>,
    gathered: &mut Gathered,
) {
    let graph = |account, source| Graph {
        account,
        retry: online.retry,
        stop,
        events,
        source,
    };
    let mut take =
        |name: &str,
         graph: Graph<'_>,
         search: &dyn Fn(&Graph<'_>, &mut Sink<'_>) -> Result<(), Trouble>| {
            let mut sink = Sink::new(query, gathered.files.len());
            gathered.files.push(name.into());
            if let Err(trouble) = search(&graph, &mut sink)
                && let Some((error, message, next_step)) = trouble.told()
            {
                events.push(Event::SourceError {
                    source: graph.source,
                    error,
                    message,
                    next_step,
                    records: sink.records,
                });
            }
            sink.pour(gathered);
        };
    if let (Some(span), Some(account)) = (&online.audit_query, account) {
        take(
            "the audit query",
            graph(account, "AuditQuery"),
            &|graph, sink| audit_query::search(span, query, graph, sink),
        );
    }
    if let (Some(span), Some(account)) = (&online.hunting, account) {
        take(
            "the hunting query",
            graph(account, "Hunting"),
            &|graph, sink| hunting::search(span, query, graph, sink),
        );
    }
    if let Some(list) = &online.chats {
        take(
            "the lists of chats",
            graph(&list.account, "Chats"),
            &|graph, sink| chats::search(list, graph, sink),
        );
    }
}

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
mod source_context;
mod source_error;
mod span;
mod users;

use std::cell::RefCell;
use std::sync::Arc;

pub use self::chats::ChatList;
use self::sink::Sink;
pub(super) use self::source_context::SourceContext;
use self::source_error::SourceError;
pub use self::span::{Span, SpanOptions};
pub(super) use self::users::GraphUsers;
use super::event::Event;
use super::findings::Gathered;
use super::query::Query;
use crate::cancel::Cancel;
use crate::events::EventQueue;
use crate::identity::Account;
use crate::input::InvalidInput;
use crate::retry::RetrySettings;

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

/// Asks for everything, one source after the other, and adds it to what the files gave. `account` is who is
/// signed in.
pub(super) fn gather(
    online: &Online,
    account: Option<&Arc<Account>>,
    query: &Query,
    cancel: &Cancel,
    events: &EventQueue<Event>,
    gathered: &mut Gathered,
) {
    let graph = |account, source| SourceContext {
        account,
        retry: online.retry,
        cancel,
        events,
        source,
        warned: RefCell::default(),
    };
    let mut take =
        |name: &str,
         token: &str,
         graph: SourceContext<'_>,
         search: &dyn Fn(&SourceContext<'_>, &mut Sink<'_>) -> Result<(), SourceError>| {
            let mut sink = Sink::new(query, gathered.files.len());
            gathered.files.push(name.into());
            if let Err(trouble) = search(&graph, &mut sink)
                && let Some((error, message, next_step)) = trouble.told(token)
            {
                gathered.incomplete.push(message.clone());
                events.push(Event::SourceError {
                    source: graph.source,
                    error,
                    message,
                    next_step,
                    records: sink.records,
                });
            }
            gathered.incomplete.append(&mut graph.warned.borrow_mut());
            sink.pour(gathered);
        };
    if let (Some(span), Some(account)) = (&online.audit_query, account) {
        take(
            "the audit query",
            "Sign in again.",
            graph(account, "AuditQuery"),
            &|graph, sink| audit_query::search(span, query, graph, sink),
        );
    }
    if let (Some(span), Some(account)) = (&online.hunting, account) {
        take(
            "the hunting query",
            "Sign in again.",
            graph(account, "Hunting"),
            &|graph, sink| hunting::search(span, query, graph, sink),
        );
    }
    if let Some(list) = &online.chats {
        take(
            "the lists of chats",
            chats::ANOTHER_TOKEN,
            graph(&list.account, "Chats"),
            &|graph, sink| chats::search(list, query, graph, sink),
        );
    }
}

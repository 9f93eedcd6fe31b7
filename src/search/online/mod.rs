//! Sources in Microsoft Graph, in place of an export: the audit log ([`audit_query`]), Defender
//! ([`hunting`], [`alerts`]), and the lists of users' chats ([`chats`]). [`users`] is the directory.
//!
//! Each source adds its records to a [`Sink`], page by page. If one fails, the failure is reported;
//! the records that it returned before and those of the other sources are kept.

mod alerts;
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

pub use self::alerts::AlertIds;
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

/// The sources in Graph that a search reads.
#[derive(Debug, Default)]
pub struct Online {
    /// The audit log in this period.
    pub audit_query: Option<Span>,
    /// Defender's tables in this period.
    pub hunting: Option<Span>,
    /// Incidents and alerts of Defender.
    pub alerts: Option<AlertIds>,
    /// The chats of users.
    pub chats: Option<ChatList>,
    /// The waits between requests.
    pub retry: RetrySettings,
}

impl Online {
    /// Checks that `account` can query these sources.
    pub(super) fn check(&self, account: Option<&Arc<Account>>) -> Result<(), InvalidInput> {
        if !self.uses_account() {
            return Ok(());
        }
        if let Some(ids) = &self.alerts {
            ids.check()?;
        }
        let Some(account) = account else {
            return Err(InvalidInput::new(
                "Account",
                "",
                "the audit query, the hunting query, incidents and alerts need a signed-in account",
            ));
        };
        let environment = account.client().cloud().environment;
        if self.audit_query.is_some() && environment.starts_with("USGov") {
            return Err(InvalidInput::new(
                "Environment",
                environment,
                "Microsoft Graph has the audit query in the worldwide cloud only; \
                 pipe the output of Search-UnifiedAuditLog, or use an export",
            ));
        }
        Ok(())
    }

    /// Returns whether a source is read with the signed-in account.
    fn uses_account(&self) -> bool {
        self.audit_query.is_some() || self.hunting.is_some() || self.alerts.is_some()
    }

    /// Returns the home tenant: the one that the caller specifies, or that of the tokens. All
    /// sources must be of one tenant.
    ///
    /// # Errors
    /// The tenants differ, or the tenant of a list of chats is unknown.
    pub(super) fn tenant(
        &self,
        tenant_id: Option<&str>,
        account: Option<&Arc<Account>>,
    ) -> Result<Option<String>, InvalidInput> {
        let uses_account = self.uses_account();
        let signed_in = account.and_then(|account| account.tenant());
        let listed = self.chats.as_ref().and_then(|list| list.account.tenant());
        let known = [
            ("TenantId", tenant_id.map(|text| text.trim().to_string())),
            ("DiscoveryToken", listed),
            ("Account", signed_in.clone().filter(|_| uses_account)),
        ];
        let mut known = known
            .into_iter()
            .filter_map(|(name, tenant)| Some((name, tenant?)));
        let Some((name, tenant)) = known.next() else {
            if self.chats.is_some() && signed_in.is_none() {
                return Err(InvalidInput::new(
                    "TenantId",
                    "",
                    "the DiscoveryToken does not name its tenant. Use your tenant's GUID",
                ));
            }
            return Ok(signed_in);
        };
        for (other, of) in known {
            if !of.eq_ignore_ascii_case(&tenant) {
                return Err(InvalidInput::new(
                    name,
                    &tenant,
                    format!("the {other} belongs to tenant {of}"),
                ));
            }
        }
        Ok(Some(tenant))
    }
}

/// Reads all sources, one after the other, and merges their records into `gathered`. `account` is
/// the signed-in account.
pub(super) fn gather(
    online: &Online,
    account: Option<&Arc<Account>>,
    query: &Query,
    cancel: &Cancel,
    events: &EventQueue<Event>,
    gathered: &mut Gathered,
) {
    let context = |account, source| SourceContext {
        account,
        retry: online.retry,
        cancel,
        events,
        source,
        warnings: RefCell::default(),
    };
    let mut read =
        |name: &str,
         token: &str,
         context: SourceContext<'_>,
         search: &dyn Fn(&SourceContext<'_>, &mut Sink<'_>) -> Result<(), SourceError>| {
            let mut sink = Sink::new(query, gathered.files.len());
            gathered.files.push(name.into());
            if let Err(error) = search(&context, &mut sink)
                && let Some((error, message, next_step)) = error.report(token)
            {
                gathered.incomplete.push(message.clone());
                events.push(Event::SourceError {
                    source: context.source,
                    error,
                    message,
                    next_step,
                    records: sink.records,
                });
            }
            gathered
                .incomplete
                .append(&mut context.warnings.borrow_mut());
            sink.merge_into(gathered);
        };
    if let (Some(span), Some(account)) = (&online.audit_query, account) {
        read(
            "the audit query",
            "Sign in again.",
            context(account, "AuditQuery"),
            &|context, sink| audit_query::search(span, query, context, sink),
        );
    }
    if let (Some(span), Some(account)) = (&online.hunting, account) {
        read(
            "the hunting query",
            "Sign in again.",
            context(account, "Hunting"),
            &|context, sink| hunting::search(span, query, context, sink),
        );
    }
    if let (Some(ids), Some(account)) = (&online.alerts, account) {
        read(
            "the alerts",
            "Sign in again.",
            context(account, "Alerts"),
            &|context, sink| alerts::search(ids, context, sink),
        );
    }
    if let Some(list) = &online.chats {
        read(
            "the lists of chats",
            chats::NEW_TOKEN,
            context(&list.account, "Chats"),
            &|context, sink| chats::search(list, query, context, sink),
        );
    }
}

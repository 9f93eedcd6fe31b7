//! The facts in the records, before any target is decided.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::chat::Chat;
use super::domain_tenants::{DomainTenants, domain_of};
use super::thread::guid;
use crate::search::left_out::LeftOut;
use crate::search::query::{Filter, Query};
use crate::search::record::Record;

/// The facts in the records. They do not depend on the order of the records.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The chats by home tenant (`None` if no record names it) and chat id.
    pub(super) chats: HashMap<(Option<Uuid>, Box<str>), Chat>,
    pub(super) domain_tenants: DomainTenants,
    /// The UserKeys of actors, by home tenant and name.
    pub(super) actors: HashMap<(Uuid, Box<str>), BTreeSet<Uuid>>,
    /// Tenants whose audit log was read.
    pub(super) homes: BTreeSet<Uuid>,
    cache: DomainCache,
    pub(super) left_out: LeftOut,
}

/// The facts of the last record about an internal chat. Nearly all such records repeat them, and
/// parsing them again costs more than finding the record.
#[derive(Debug, Default)]
struct DomainCache {
    /// The home tenant as the record writes it.
    tenant: String,
    home: Uuid,
    /// The domains already added for it, as the records write them.
    domains: Vec<Box<str>>,
}

/// Maximum number of cached domains. Comparing with more of them would cost more than adding a
/// domain.
const DOMAINS: usize = 8;

impl Facts {
    /// Adds a record. A record that is not about a chat adds only the tenants of domains.
    pub(crate) fn add(&mut self, record: &Record<'_>, query: &Query) {
        match record {
            Record::Audit(record, origin) => self.add_audit(record, *origin, query),
            Record::Message(event, recipients) => self.add_message(event, recipients, query),
        }
    }

    /// Returns whether a filter excludes a chat by its id.
    pub(super) fn excludes_thread(&mut self, thread: &str, query: &Query) -> bool {
        let excluded = !query.matches_thread(thread);
        if excluded {
            self.left_out.exclude(Filter::ThreadId, [thread]);
        }
        excluded
    }

    /// Merges the facts that another thread found.
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, chat) in other.chats {
            self.chats.entry(key).or_default().merge(chat);
        }
        self.domain_tenants.merge(other.domain_tenants);
        for (name, keys) in other.actors {
            self.actors.entry(name).or_default().extend(keys);
        }
        self.homes.extend(other.homes);
        self.left_out.merge(other.left_out);
    }

    /// Adds the tenant of the domains in a record about an internal chat. Returns `false` and adds
    /// nothing if `tenant` is not a GUID.
    pub(crate) fn add_internal_chat(&mut self, tenant: &str, names: &[&str]) -> bool {
        if self.cache.tenant != tenant {
            let Some(home) = guid(tenant) else {
                return false;
            };
            self.homes.insert(home);
            self.cache = DomainCache {
                tenant: tenant.into(),
                home,
                domains: Vec::new(),
            };
        }
        self.left_out.internal += 1;
        let DomainCache { home, domains, .. } = &mut self.cache;
        for name in names {
            let spelling = name.rsplit('@').next().unwrap_or_default();
            if domains.iter().any(|known| **known == *spelling) {
                continue;
            }
            if let Some(domain) = domain_of(name) {
                self.domain_tenants.add(&domain, *home);
                if domains.len() < DOMAINS {
                    domains.push(spelling.into());
                }
            }
        }
        true
    }
}

//! The facts in the records, before any target is decided.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::actors::Actors;
use super::chat::Chat;
use super::domain_tenants::{DomainTenants, domain_of};
use super::thread::guid;
use crate::search::damage::{Place, Rows};
use crate::search::left_out::LeftOut;
use crate::search::query::{Filter, Query};
use crate::search::record::Record;

/// The facts in the records. They do not depend on the order of the records.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The chats by home tenant (`None` if no record names it) and chat id.
    pub(super) chats: HashMap<(Option<Uuid>, Box<str>), Chat>,
    pub(super) domain_tenants: DomainTenants,
    pub(super) actors: Actors,
    /// Tenants whose audit log was read.
    pub(super) homes: BTreeSet<Uuid>,
    cache: DomainCache,
    /// The place of the record that is added.
    pub(crate) place: Place,
    /// The rows of the places, when all records are added.
    pub(crate) rows: Rows,
    pub(super) left_out: LeftOut,
    /// The approximate size in memory, in bytes.
    pub(super) size: usize,
    /// How much of `size` the memory of the search knows.
    counted: usize,
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
            Record::Alert(alert) => self.add_alert(alert, query),
        }
    }

    /// Returns a chat and its size, or `None` if there is no memory for another chat: records about
    /// further chats are counted only.
    pub(super) fn chat(
        &mut self,
        home: Option<Uuid>,
        thread: &str,
        query: &Query,
    ) -> Option<(&mut Chat, usize)> {
        let key = (home, Box::from(thread));
        let size = self.size + (self.domain_tenants.len() + self.actors.len()) * 128;
        let further = size.saturating_sub(self.counted);
        self.counted += further;
        if query.memory.exceeds_limit(further) && !self.chats.contains_key(&key) {
            self.left_out.beyond_memory += 1;
            return None;
        }
        let chat = match self.chats.entry(key) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                self.size += size_of::<Chat>() + 2 * thread.len() + 64;
                entry.insert(Chat::default())
            }
        };
        let size = chat.size();
        Some((chat, size))
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
        self.actors.merge(other.actors);
        self.homes.extend(other.homes);
        self.size += other.size;
        self.counted += other.counted;
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
                self.domain_tenants.add(&domain, *home, Uuid::nil());
                if domains.len() < DOMAINS {
                    domains.push(spelling.into());
                }
            }
        }
        true
    }
}

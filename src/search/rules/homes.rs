//! The home tenants of chats whose source does not name one.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::chat::Chat;
use super::facts::Facts;
use super::person::Person;
use crate::search::query::Query;

impl Facts {
    /// Assigns a home tenant to the chats of sources that do not name one: the tenant of the same
    /// chat in an audit log, or the only audited tenant that a participant's domain belongs to.
    pub(super) fn assign_homes(&mut self, query: &Query) {
        let mut homes_of: HashMap<Box<str>, Vec<Uuid>> = HashMap::new();
        let mut without_home = Vec::new();
        for (home, thread) in self.chats.keys() {
            match home {
                Some(home) => homes_of.entry(thread.clone()).or_default().push(*home),
                None => without_home.push(thread.clone()),
            }
        }
        for thread in without_home {
            let Some(chat) = self.chats.remove(&(None, thread.clone())) else {
                continue;
            };
            let home = match homes_of.get(&thread).map(Vec::as_slice) {
                Some([home]) => Some(*home),
                Some(_) => None,
                None => self.home_by_domain(&chat, query),
            };
            self.chats.entry((home, thread)).or_default().merge(chat);
        }
    }

    fn home_by_domain(&self, chat: &Chat, query: &Query) -> Option<Uuid> {
        let mut homes: BTreeSet<Uuid> = chat
            .people
            .iter()
            .filter_map(Person::domain)
            .filter(|domain| {
                let stated = query.domain_is_internal(domain);
                stated.unwrap_or(!query.lists_internal_domains())
            })
            .filter_map(|domain| self.domain_tenants.tenant(&domain))
            .filter(|tenant| self.homes.contains(tenant))
            .collect();
        homes.pop_first().filter(|_| homes.is_empty())
    }
}

//! The targets that follow from the facts.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::decision::Decision;
use super::facts::Facts;
use super::person::{Person, Side};
use crate::search::query::Query;
use crate::search::target::Target;

/// The chats that have no targets, by reason.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// Number of chats that a domain filter excludes because their external users have no known
    /// domain.
    pub(crate) without_domain: usize,
    /// Number of chats whose records do not show whether external users take part.
    pub(crate) without_sides: usize,
    /// Some of the domains in the chats that `without_sides` counts.
    pub(crate) domains: BTreeSet<String>,
}

impl LeftOut {
    /// Maximum number of domains that are reported.
    const REPORTED: usize = 10;
}

impl Facts {
    /// Returns the sorted targets that match the query, and the chats that are left out.
    pub(crate) fn targets(mut self, query: &Query) -> (Vec<Target>, LeftOut) {
        self.assign_homes(query);
        let Self {
            chats,
            domain_tenants,
            actors,
            ..
        } = self;
        let (mut targets, mut left_out) = (Vec::new(), LeftOut::default());
        for ((home, thread), chat) in chats {
            if chat.evidence.is_empty() {
                continue;
            }
            let decision = Decision::new(home, &thread, chat, &domain_tenants, &actors, query);
            if decision.is_without_sides(query) {
                left_out.without_sides += 1;
                let people = decision.on_side(Side::is_unknown);
                left_out.domains.extend(people.filter_map(Person::domain));
                // The first domains in sorted order, so that the order of the chats does not
                // matter.
                while left_out.domains.len() > LeftOut::REPORTED {
                    left_out.domains.pop_last();
                }
                continue;
            }
            match decision.targets(query) {
                Some(of_chat) => targets.extend(of_chat),
                None => left_out.without_domain += 1,
            }
        }
        targets.sort_by(|a, b| order(a).cmp(&order(b)));
        (targets, left_out)
    }
}

fn order(target: &Target) -> (&str, Option<Uuid>, Option<&str>, Option<Uuid>) {
    let name = target.user_principal_name.as_deref();
    (&target.thread_id, target.tenant_id, name, target.user_id)
}

//! The targets that follow from the facts.

use super::decision::{Decision, assignment};
use super::facts::Facts;
use super::person::{Person, Side};
use crate::search::left_out::{LeftOut, Names};
use crate::search::query::{Query, folded};
use crate::search::target::{Target, Unresolved};

impl Facts {
    /// Returns the sorted targets that match the query, and what is left out.
    pub(crate) fn targets(mut self, query: &Query) -> (Vec<Target>, LeftOut) {
        self.assign_homes(query);
        let Self {
            chats,
            domain_tenants,
            actors,
            mut homes,
            mut left_out,
            rows,
            ..
        } = self;
        homes.extend(query.tenant);
        let is_stated = |domain: &str| query.domain_is_internal(domain) == Some(true);
        for (domain, tenant, record) in domain_tenants.contradictions(&homes, is_stated) {
            left_out
                .contradictions
                .add(&assignment(domain, tenant, record));
        }
        let mut targets = Vec::new();
        for ((home, thread), chat) in chats {
            if chat.evidence.is_empty() {
                continue;
            }
            let places = chat.evidence.places;
            let decision = Decision::new(home, &thread, chat, &domain_tenants, &actors, query);
            if decision.is_without_sides(query) {
                left_out.without_sides += 1;
                for domain in decision
                    .on_side(Side::is_uncertain)
                    .filter_map(Person::domain)
                {
                    left_out.domains.add(&domain);
                }
                continue;
            }
            for contradiction in decision.contradictions() {
                left_out.contradictions.add(&contradiction);
            }
            let found = decision.targets(query, &mut left_out);
            let Some(places) = places.filter(|_| !found.is_empty()) else {
                continue;
            };
            let [first, last] = places.map(|(_, place)| rows.name(place));
            targets.extend(found.into_iter().map(|target| Target {
                first_record: first.clone(),
                last_record: last.clone(),
                ..target
            }));
        }
        left_out.exclude_ambiguous(&mut targets, query);
        targets.sort_by(|a, b| order(a).cmp(&order(b)));
        (targets, left_out)
    }
}

impl LeftOut {
    /// Excludes users whom the query names by a local part that several users have.
    fn exclude_ambiguous(&mut self, targets: &mut Vec<Target>, query: &Query) {
        if query.local_parts.is_empty() {
            return;
        }
        let mut users: Vec<(String, Names)> = query
            .local_parts
            .iter()
            .map(|part| (part.clone(), Names::default()))
            .collect();
        for target in targets.iter() {
            // An external user can have the same local part.
            let may_be_external = matches!(
                target.unresolved,
                Some(Unresolved::UnknownSide { .. } | Unresolved::UnverifiedSender { .. })
            );
            if let Some(name) = target.user_principal_name.as_deref()
                && let Some(part) = query.local_part_of(name)
                && !may_be_external
                && let Some((_, users)) = users.iter_mut().find(|(known, _)| known == part)
            {
                users.add(&folded(name));
            }
        }
        users.retain(|(_, users)| users.has_several());
        targets.retain(|target| {
            let name = target.user_principal_name.as_deref().unwrap_or_default();
            let id = target.user_id.map(|id| id.to_string()).unwrap_or_default();
            let part = query.local_part_of(name);
            part.is_none_or(|part| users.iter().all(|(known, _)| known != part))
                || query.names_user(&[name, &id])
        });
        self.ambiguous = users;
    }
}

/// Orders targets by external user, so that a table shows what each of them reached, then by user.
fn order(target: &Target) -> impl Ord + '_ {
    let external = (&target.external_users, &target.external_domains);
    let user = (target.user_principal_name.as_deref(), target.user_id);
    (external, user, &target.thread_id, target.tenant_id)
}

//! Decides which users of a chat are targets.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::chat::Chat;
use super::domain_tenants::DomainTenants;
use super::participant::{Participant, joined_by_id};
use super::person::{Person, Side};
use crate::graph::{ChatId, users_of_one_to_one};
use crate::search::left_out::LeftOut;
use crate::search::query::{Filter, Query};
use crate::search::target::{ChatKind, FoundBy, Target, Unresolved};

/// The decision about one chat.
pub(super) struct Decision<'a> {
    pub(super) home: Option<Uuid>,
    thread: &'a str,
    pub(super) chat: Chat,
    pub(super) people: Vec<Participant>,
    /// The two object ids in the id of a one-to-one chat.
    pub(super) pair: Option<[Uuid; 2]>,
    domain_tenants: &'a DomainTenants,
    pub(super) actors: &'a HashMap<(Uuid, Box<str>), BTreeSet<Uuid>>,
}

/// An object id and how it was found, or why it was not found.
pub(super) type Resolution = Result<(Uuid, FoundBy), Unresolved>;

impl<'a> Decision<'a> {
    pub(super) fn new(
        home: Option<Uuid>,
        thread: &'a str,
        mut chat: Chat,
        domain_tenants: &'a DomainTenants,
        actors: &'a HashMap<(Uuid, Box<str>), BTreeSet<Uuid>>,
        query: &Query,
    ) -> Self {
        let people = std::mem::take(&mut chat.people)
            .into_people()
            .map(|person| Participant {
                side: person.side(home, domain_tenants, query),
                person,
            });
        let people = joined_by_id(people);
        let mut decision = Self {
            home,
            thread,
            pair: users_of_one_to_one(thread),
            chat,
            people,
            domain_tenants,
            actors,
        };
        decision.chat.external |= !decision.chat.tenants.is_empty()
            || decision.on_side(Side::is_external).next().is_some();
        decision.derive_other_side();
        decision
    }

    pub(super) fn on_side(&self, wanted: fn(Side) -> bool) -> impl Iterator<Item = &Person> {
        self.people
            .iter()
            .filter(move |participant| wanted(participant.side))
            .map(|participant| &participant.person)
    }

    /// Derives the side of one of two listed people from that of the other: an external one-to-one
    /// chat has one person on each side.
    fn derive_other_side(&mut self) {
        if self.pair.is_none() || !self.chat.external {
            return;
        }
        let listed: Vec<usize> = (0..self.people.len())
            .filter(|at| self.people[*at].person.listed)
            .collect();
        let [a, b] = listed[..] else {
            return;
        };
        for (known, unknown) in [(a, b), (b, a)] {
            match (self.people[known].side, self.people[unknown].side) {
                (Side::External(_), Side::Unknown) => self.people[unknown].side = Side::Internal,
                (Side::Internal, Side::Unknown) => self.people[unknown].side = Side::External(None),
                _ => {}
            }
        }
    }

    /// Returns whether no user is known to be external, but one may be.
    pub(super) fn is_without_sides(&self, query: &Query) -> bool {
        !self.chat.external
            && !query.include_internal
            && (self.people.len() < 2 || self.on_side(Side::is_unknown).next().is_some())
    }

    /// Returns the targets that match the query. Adds what it excludes to `left_out`.
    pub(super) fn targets(mut self, query: &Query, left_out: &mut LeftOut) -> Vec<Target> {
        let events = self.chat.evidence.events();
        if !self.chat.external && !query.include_internal {
            left_out.internal += events;
            if self.chat.guests {
                left_out.guests.add(self.thread);
            }
            return Vec::new();
        }
        let kind = self.chat.kind.unwrap_or(ChatKind::Other);
        let tenants: Vec<Uuid> = self.external_tenants();
        let domains = self.external_domains(query);
        let undecided = self.on_side(Side::is_unknown).filter_map(Person::domain);
        let not_internal: BTreeSet<String> = domains.iter().cloned().chain(undecided).collect();
        if !query.matches_kind(kind) {
            left_out.exclude(Filter::ChatType, [kind.name()]);
            return Vec::new();
        }
        if !query.matches_tenants(&tenants) {
            left_out.without_tenant += u64::from(self.chat.external && tenants.is_empty());
            let tenants: Vec<String> = tenants.iter().map(Uuid::to_string).collect();
            left_out.exclude(Filter::ExternalTenantId, tenants.iter().map(String::as_str));
            return Vec::new();
        }
        if !query.matches_domains(not_internal.iter().map(String::as_str)) {
            left_out.without_domain += u64::from(self.chat.external && not_internal.is_empty());
            left_out.exclude(
                Filter::ExternalDomain,
                not_internal.iter().map(String::as_str),
            );
            return Vec::new();
        }
        let users = self
            .on_side(Side::is_external)
            .filter_map(|person| Some(person.display_name()?.to_string()))
            .collect::<BTreeSet<_>>();
        let resolutions = self.users();
        let evidence = &self.chat.evidence;
        let target = |name: Option<String>, resolution: Resolution| {
            let (found, unresolved) = match resolution {
                Ok(found) => (Some(found), None),
                Err(why) => (None, Some(why)),
            };
            Target {
                tenant_id: self.home,
                user_id: found.map(|(id, _)| id),
                thread_id: self.thread.into(),
                user_principal_name: name,
                chat_type: kind,
                external: self.chat.external,
                external_tenants: tenants.clone(),
                external_domains: domains.iter().cloned().collect(),
                external_users: users.iter().cloned().collect(),
                operations: evidence
                    .operations
                    .iter()
                    .map(|name| name.to_string())
                    .collect(),
                first_seen: evidence.first,
                last_seen: evidence.last,
                events,
                sources: evidence.sources.iter().copied().collect(),
                found_by: found.map(|(_, by)| by),
                unresolved,
            }
        };
        let mut targets: Vec<Target> = resolutions
            .into_iter()
            .map(|(name, resolution)| target(name, resolution))
            .collect();
        if query.has_users() {
            targets.retain(|target| is_of_user(target, query, left_out));
        }
        targets
    }

    /// Returns each user of the home tenant once, and the people who may belong to it.
    fn users(&self) -> Vec<(Option<String>, Resolution)> {
        let Some(home) = self.home else {
            return vec![(None, Err(Unresolved::NoTenant))];
        };
        let unusable = ChatId::parse(self.thread)
            .err()
            .map(|error| Unresolved::UnusableThread(error.to_string()));
        let name = |person: &Person| person.display_name().map(str::to_string);
        let mut resolved: BTreeMap<Uuid, (Option<String>, FoundBy)> = BTreeMap::new();
        let mut users = Vec::new();
        for person in self.on_side(Side::is_internal) {
            match self.id_of(person, home) {
                // Two names with one id are one user. A user principal name is preferred.
                Ok((id, by)) => {
                    let better = person.name.is_some() || !resolved.contains_key(&id);
                    if better {
                        resolved.insert(id, (name(person), by));
                    }
                }
                Err(why) => users.push((name(person), Err(why))),
            }
        }
        users.extend(
            resolved
                .into_iter()
                .map(|(id, (name, by))| (name, Ok((id, by)))),
        );
        if users.is_empty()
            && let Some(id) = self.unnamed_internal_user()
        {
            users.push((None, Ok((id, FoundBy::ChatId))));
        }
        // In a one-to-one chat, only one person belongs to the home tenant.
        if users.is_empty() || self.pair.is_none() {
            users.extend(self.on_side(Side::is_unknown).map(|person| {
                let domain = person.domain();
                (name(person), Err(Unresolved::UnknownSide { domain }))
            }));
        }
        if users.is_empty() {
            users.push((None, Err(Unresolved::NoInternalUser { tenant: home })));
        }
        if let Some(unusable) = unusable {
            for (_, found) in &mut users {
                *found = Err(unusable.clone());
            }
        }
        users
    }

    fn external_tenants(&self) -> Vec<Uuid> {
        let of_people = self
            .people
            .iter()
            .filter_map(|participant| match participant.side {
                Side::External(tenant) => tenant,
                _ => None,
            });
        let tenants: BTreeSet<Uuid> = self.chat.tenants.iter().copied().chain(of_people).collect();
        tenants.into_iter().collect()
    }

    fn external_domains(&self, query: &Query) -> BTreeSet<String> {
        let of_people = self.on_side(Side::is_external).filter_map(Person::domain);
        let participating =
            self.chat
                .domains
                .iter()
                .filter(|domain| match self.domain_tenants.tenant(domain) {
                    Some(tenant) => self.home.is_some_and(|home| home != tenant),
                    None => query.domain_is_internal(domain) == Some(false),
                });
        of_people
            .chain(participating.map(|domain| domain.to_string()))
            .collect()
    }
}

/// Returns whether a target is that of a user in the query. Adds others to `left_out`.
fn is_of_user(target: &Target, query: &Query, left_out: &mut LeftOut) -> bool {
    let id = target.user_id.map(|id| id.to_string());
    let name = target.user_principal_name.as_deref();
    let names: Vec<&str> = [name, id.as_deref()].into_iter().flatten().collect();
    if query.names_user(&names) || name.is_some_and(|name| query.local_part_of(name).is_some()) {
        return true;
    }
    left_out.exclude(Filter::UserPrincipalName, name);
    left_out.nameless += u64::from(name.is_none());
    false
}

//! Decides which users of a chat are targets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use super::actors::Actors;
use super::chat::Chat;
use super::domain_tenants::{DomainTenant, DomainTenants};
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
    pub(super) actors: &'a Actors,
}

/// An object id and how it was found, or why it was not found.
pub(super) type Resolution = Result<(Uuid, FoundBy), Unresolved>;

impl<'a> Decision<'a> {
    pub(super) fn new(
        home: Option<Uuid>,
        thread: &'a str,
        mut chat: Chat,
        domain_tenants: &'a DomainTenants,
        actors: &'a Actors,
        query: &Query,
    ) -> Self {
        let people = std::mem::take(&mut chat.people)
            .into_people()
            .map(|person| Participant {
                side: person.side(home, domain_tenants, actors, query),
                person,
                is_certain: false,
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
        decision.derive_other_side(query);
        decision
    }

    pub(super) fn on_side(&self, wanted: fn(Side) -> bool) -> impl Iterator<Item = &Person> {
        self.people
            .iter()
            .filter(move |participant| wanted(participant.side))
            .map(|participant| &participant.person)
    }

    /// Derives the side of a person from that of the other one: an external one-to-one chat has one
    /// person on each side.
    fn derive_other_side(&mut self, query: &Query) {
        for participant in &mut self.people {
            participant.is_certain =
                participant.side.is_external() && participant.person.is_certainly_external(query);
        }
        let Some(pair) = self.pair.filter(|_| self.chat.external) else {
            return;
        };
        let listed: Vec<usize> = (0..self.people.len())
            .filter(|at| self.people[*at].person.listed)
            .collect();
        if let [a, b] = listed[..] {
            for (known, other) in [(a, b), (b, a)] {
                match (self.people[known].side, self.people[other].side) {
                    (Side::External(_), Side::Unknown | Side::Contradicted)
                        if self.people[known].is_certain
                            && self.people[other].person.may_be_internal =>
                    {
                        self.people[other].side = Side::Internal;
                    }
                    (Side::Internal, Side::Unknown) => {
                        self.people[other].side = Side::External(None);
                    }
                    _ => {}
                }
            }
        }
        // The sender of a message need not be listed.
        if let Some(internal) = self.other_of(pair, &self.certainly_external_ids()) {
            for participant in &mut self.people {
                let mut ids = participant.person.internal_ids();
                if participant.side.is_uncertain() && ids.any(|known| known.id == internal) {
                    participant.side = Side::Internal;
                }
            }
        }
    }

    /// Returns whether no user is known to be external, but one may be.
    pub(super) fn is_without_sides(&self, query: &Query) -> bool {
        !self.chat.external
            && !query.include_internal
            && (self.people.len() < 2 || self.on_side(Side::is_uncertain).next().is_some())
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
        let undecided = self.on_side(Side::is_uncertain).filter_map(Person::domain);
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
        let names = self.on_side(Side::is_external);
        let names = names.flat_map(|person| person.display_names.iter());
        let names = shared(names.map(ToString::to_string).collect::<BTreeSet<_>>());
        let longest = users.len().max(domains.len()).max(tenants.len());
        if longest > Target::LISTED || self.chat.is_crowded {
            left_out.shortened.add(self.thread);
        }
        let users = shared(users);
        let domains = shared(domains);
        let tenants: Arc<[Uuid]> = tenants.into_iter().take(Target::LISTED).collect();
        let resolutions = self.users();
        let evidence = &self.chat.evidence;
        let operations = shared(evidence.operations.iter().map(|name| name.to_string()));
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
                external_tenants: Arc::clone(&tenants),
                external_domains: Arc::clone(&domains),
                external_users: Arc::clone(&users),
                external_names: Arc::clone(&names),
                operations: Arc::clone(&operations),
                first_seen: evidence.first,
                last_seen: evidence.last,
                events,
                first_record: None,
                last_record: None,
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
            users.extend(self.on_side(Side::is_contradicted).map(|person| {
                let what = self.contradiction(person, home);
                (name(person), Err(Unresolved::Contradiction(what)))
            }));
            users.extend(self.on_side(Side::is_unknown).map(|person| {
                let unresolved = if person.is_only_claimed() {
                    let mut ids = person.internal_ids().map(|known| known.id);
                    let id = ids.next().filter(|_| ids.next().is_none());
                    Unresolved::UnverifiedSender { id }
                } else {
                    let domain = person.domain();
                    Unresolved::UnknownSide { domain }
                };
                (name(person), Err(unresolved))
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

    /// Returns how the records contradict each other about the tenant of a person.
    fn contradiction(&self, person: &Person, home: Uuid) -> String {
        let mut claims = person.tenants.other_than(home);
        if let Some((tenant, record)) = claims.next() {
            let name = person.display_name().unwrap_or("the user");
            return assignment(name, tenant, record) + ", and others to your tenant";
        }
        let domain = person.domain().unwrap_or_default();
        format!("they assign {domain} to your tenant and to another one")
    }

    /// Returns the records that assign users of the home tenant to other tenants.
    pub(super) fn contradictions(&self) -> impl Iterator<Item = String> {
        self.home.into_iter().flat_map(|home| {
            let people = self
                .on_side(|side| side.is_internal() || side.is_contradicted())
                .filter_map(|person| Some((person, person.display_name()?)));
            people.flat_map(move |(person, name)| {
                let claims = person.tenants.other_than(home);
                claims.map(move |(tenant, record)| assignment(name, tenant, record))
            })
        })
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
                .filter(|domain| match query.domain_is_internal(domain) {
                    Some(internal) => !internal,
                    None => match self
                        .home
                        .map(|home| self.domain_tenants.tenant_for(domain, home))
                    {
                        Some(DomainTenant::Other(_)) => true,
                        Some(DomainTenant::Home | DomainTenant::Contradiction) => false,
                        Some(DomainTenant::Unknown) | None => query.lists_internal_domains(),
                    },
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
    let is_uncertain = matches!(
        target.unresolved,
        Some(Unresolved::Contradiction(_) | Unresolved::UnverifiedSender { .. })
    );
    left_out.nameless += u64::from(name.is_none() || is_uncertain);
    false
}

/// Says that a record assigns a user or a domain to a tenant.
pub(super) fn assignment(what: &str, tenant: Uuid, record: Uuid) -> String {
    if record.is_nil() {
        format!("a record assigns {what} to the tenant {tenant}")
    } else {
        format!("the record {record} assigns {what} to the tenant {tenant}")
    }
}

/// Returns the first texts of a list, for all targets of a chat.
fn shared(texts: impl IntoIterator<Item = String>) -> Arc<[String]> {
    texts.into_iter().take(Target::LISTED).collect()
}

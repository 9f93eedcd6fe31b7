//! From facts to targets.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::chat::Chat;
use super::domain_tenants::DomainTenants;
use super::facts::Facts;
use super::person::{Person, Side};
use crate::graph::{ChatId, users_of_one_to_one};
use crate::search::query::{Query, folded};
use crate::search::target::{ChatKind, FoundBy, Target, Unresolved};

/// Number of chats without targets, by why.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// The query names domains, and those of the external users are unknown.
    pub(crate) without_domain: usize,
    /// Nothing shows whether external users take part.
    pub(crate) without_sides: usize,
    /// Some of the domains in these chats.
    pub(crate) domains: BTreeSet<String>,
}

impl LeftOut {
    /// Maximum number of domains that are shown.
    const SHOWN: usize = 10;
}

impl Facts {
    /// Decides what can be decided, and gives the targets that the query asks for, in order; and how many chats it
    /// leaves out.
    pub(crate) fn targets(mut self, query: &Query) -> (Vec<Target>, LeftOut) {
        self.find_homes(query);
        let Self {
            chats,
            domain_tenants,
            actors,
            ..
        } = self;
        let (mut targets, mut left_out) = (Vec::new(), LeftOut::default());
        for ((home, thread), chat) in chats {
            if chat.seen.is_empty() {
                continue;
            }
            let decision = Decision::new(home, &thread, chat, &domain_tenants, &actors, query);
            if decision.is_without_sides(query) {
                left_out.without_sides += 1;
                let people = decision.on_side(is_unknown);
                left_out.domains.extend(people.filter_map(Person::domain));
                // Always the first ones, in whatever order the chats come.
                while left_out.domains.len() > LeftOut::SHOWN {
                    left_out.domains.pop_last();
                }
                continue;
            }
            match decision.targets(query) {
                Some(found) => targets.extend(found),
                None => left_out.without_domain += 1,
            }
        }
        targets.sort_by(|a, b| order(a).cmp(&order(b)));
        (targets, left_out)
    }

    /// Gives a tenant to the chats of sources that name none: that of the same chat in an audit log, or
    /// the one audited tenant that a participant's domain belongs to.
    fn find_homes(&mut self, query: &Query) {
        let mut homes_of: HashMap<Box<str>, Vec<Uuid>> = HashMap::new();
        let mut homeless = Vec::new();
        for (home, thread) in self.chats.keys() {
            match home {
                Some(home) => homes_of.entry(thread.clone()).or_default().push(*home),
                None => homeless.push(thread.clone()),
            }
        }
        for thread in homeless {
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
            .filter(|domain| query.domain_is_internal(domain) != Some(false))
            .filter_map(|domain| self.domain_tenants.tenant(&domain))
            .filter(|tenant| self.homes.contains(tenant))
            .collect();
        homes.pop_first().filter(|_| homes.is_empty())
    }
}

fn order(target: &Target) -> (&str, Option<Uuid>, Option<&str>, Option<Uuid>) {
    let name = target.user_principal_name.as_deref();
    (&target.thread_id, target.tenant_id, name, target.user_id)
}

/// Somebody, with their side.
struct Participant {
    person: Person,
    side: Side,
}

/// One chat, to be decided.
struct Decision<'a> {
    home: Option<Uuid>,
    thread: &'a str,
    chat: Chat,
    people: Vec<Participant>,
    /// The two ids in a one-to-one chat's.
    pair: Option<[Uuid; 2]>,
    domain_tenants: &'a DomainTenants,
    actors: &'a HashMap<(Uuid, Box<str>), BTreeSet<Uuid>>,
}

/// An id and how it was found, or why there is none.
type Found = Result<(Uuid, FoundBy), Unresolved>;

impl<'a> Decision<'a> {
    fn new(
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
        decision.chat.external |=
            !decision.chat.tenants.is_empty() || decision.on_side(is_external).next().is_some();
        decision.settle_the_other_of_two();
        decision
    }

    fn on_side(&self, wanted: fn(Side) -> bool) -> impl Iterator<Item = &Person> {
        self.people
            .iter()
            .filter(move |participant| wanted(participant.side))
            .map(|participant| &participant.person)
    }

    /// In a one-to-one chat with an external user there is one of each side. So where a list names two people
    /// and the side of one is known, so is the other's.
    fn settle_the_other_of_two(&mut self) {
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

    /// Returns whether nobody is known to be external, and somebody may be.
    fn is_without_sides(&self, query: &Query) -> bool {
        !self.chat.external
            && !query.include_internal
            && (self.people.len() < 2 || self.on_side(is_unknown).next().is_some())
    }

    /// `None` where the query asks for domains and those of the external users are not known.
    fn targets(mut self, query: &Query) -> Option<Vec<Target>> {
        if !self.chat.external && !query.include_internal {
            return Some(Vec::new());
        }
        let kind = self.chat.kind.unwrap_or(ChatKind::Other);
        let tenants: Vec<Uuid> = self.external_tenants();
        let domains = self.external_domains(query);
        let undecided = self.on_side(is_unknown).filter_map(Person::domain);
        let not_internal: BTreeSet<String> = domains.iter().cloned().chain(undecided).collect();
        if !query.matches_kind(kind) || !query.matches_tenants(&tenants) {
            return Some(Vec::new());
        }
        if !query.matches_domains(not_internal.iter().map(String::as_str)) {
            let without_domain = self.chat.external && not_internal.is_empty();
            return (!without_domain).then(Vec::new);
        }
        let users = self
            .on_side(is_external)
            .filter_map(|person| Some(person.display_name()?.to_string()))
            .collect::<BTreeSet<_>>();
        let found = self.users();
        let events = self.chat.seen.events();
        let seen = &self.chat.seen;
        let target = |name: Option<String>, found: Found| {
            let (found, unresolved) = match found {
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
                operations: seen
                    .operations
                    .iter()
                    .map(|name| name.to_string())
                    .collect(),
                first_seen: seen.first,
                last_seen: seen.last,
                events,
                sources: seen.sources.iter().copied().collect(),
                found_by: found.map(|(_, by)| by),
                unresolved,
            }
        };
        let targets = found
            .into_iter()
            .map(|(name, found)| target(name, found))
            .filter(|target| {
                let id = target.user_id.map(|id| id.to_string());
                let names = [target.user_principal_name.as_deref(), id.as_deref()];
                query.matches_user(&names.into_iter().flatten().collect::<Vec<_>>())
            });
        Some(targets.collect())
    }

    /// The users of the home tenant, each once, and whoever may be one.
    fn users(&self) -> Vec<(Option<String>, Found)> {
        let Some(home) = self.home else {
            return vec![(None, Err(Unresolved::NoTenant))];
        };
        let unusable = ChatId::parse(self.thread)
            .err()
            .map(|error| Unresolved::UnusableThread(error.to_string()));
        let name = |person: &Person| person.display_name().map(str::to_string);
        let mut resolved: BTreeMap<Uuid, (Option<String>, FoundBy)> = BTreeMap::new();
        let mut users = Vec::new();
        for person in self.on_side(is_internal) {
            match self.id_of(person, home) {
                // Two names with one id are one user; the one with a user principal name is shown.
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
        // Of two people one is of the home tenant: where that one is known, nobody else can be.
        if users.is_empty() || self.pair.is_none() {
            users.extend(self.on_side(is_unknown).map(|person| {
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

    /// The object id of a user of the home tenant.
    fn id_of(&self, person: &Person, home: Uuid) -> Found {
        let own: BTreeSet<Uuid> = person.ids.iter().map(|(id, _)| *id).collect();
        if own.len() > 1 {
            return Err(Unresolved::Contradiction(format!(
                "they contain the object ids {} for the user",
                own.iter()
                    .map(Uuid::to_string)
                    .collect::<Vec<_>>()
                    .join(" and ")
            )));
        }
        let own = person.ids.first().copied();
        let external_ids: BTreeSet<Uuid> = self
            .on_side(is_external)
            .flat_map(|person| person.ids.iter().map(|(id, _)| *id))
            .collect();
        if let Some((id, _)) = own
            && external_ids.contains(&id)
        {
            return Err(Unresolved::Contradiction(format!(
                "the object id {id} also belongs to an external user"
            )));
        }
        let Some(pair) = self.pair else {
            return own
                .or_else(|| self.id_elsewhere(person, home))
                .ok_or(Unresolved::NoObjectId { in_chat_id: false });
        };
        let other = self
            .beside(pair, &external_ids)
            .or_else(|| self.beside_colleague(pair, person));
        match (own, other) {
            (Some((id, _)), _) if !pair.contains(&id) => Err(Unresolved::Contradiction(format!(
                "the chat id does not contain the user's object id {id}"
            ))),
            (Some((id, _)), Some(other)) if id != other => Err(Unresolved::Contradiction(format!(
                "the user's object id is {id}, but {other} by the chat id"
            ))),
            (Some(found), _) => Ok(found),
            (None, Some(other)) => Ok((other, FoundBy::ChatId)),
            (None, None) => self
                .id_elsewhere(person, home)
                .filter(|(id, _)| pair.contains(id))
                .ok_or(Unresolved::NoObjectId { in_chat_id: true }),
        }
    }

    /// The one id of the pair that is not among `ids`, where the other one is.
    fn beside(&self, pair: [Uuid; 2], ids: &BTreeSet<Uuid>) -> Option<Uuid> {
        match pair.map(|id| ids.contains(&id)) {
            [true, false] => Some(pair[1]),
            [false, true] => Some(pair[0]),
            _ => None,
        }
    }

    /// The same in a chat of two colleagues, both of whom a list names.
    fn beside_colleague(&self, pair: [Uuid; 2], person: &Person) -> Option<Uuid> {
        let listed = self.people.iter().filter(|one| one.person.listed).count();
        if self.chat.external || !person.listed || listed != 2 {
            return None;
        }
        let ids = self
            .on_side(is_internal)
            .filter(|other| other.listed && other.display_name() != person.display_name())
            .flat_map(|other| other.ids.iter().map(|(id, _)| *id))
            .collect();
        self.beside(pair, &ids)
    }

    /// The id that a user had as the actor of a record of another chat.
    fn id_elsewhere(&self, person: &Person, home: Uuid) -> Option<(Uuid, FoundBy)> {
        let name = folded(person.name.as_deref()?).into_boxed_str();
        let mut ids = self.actors.get(&(home, name))?.iter();
        match (ids.next(), ids.next()) {
            (Some(id), None) => Some((*id, FoundBy::UserKey)),
            _ => None,
        }
    }

    /// The user of the home tenant in a one-to-one chat whose records name only the external user: the id beside
    /// the external user's.
    fn unnamed_internal_user(&self) -> Option<Uuid> {
        let listed = self
            .on_side(is_external)
            .filter(|person| person.listed)
            .count();
        if !self.chat.external || listed > 1 {
            return None;
        }
        let ids = self
            .on_side(is_external)
            .flat_map(|person| person.ids.iter().map(|(id, _)| *id))
            .collect();
        self.beside(self.pair?, &ids)
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
        let of_people = self.on_side(is_external).filter_map(Person::domain);
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

fn is_internal(side: Side) -> bool {
    side == Side::Internal
}

fn is_external(side: Side) -> bool {
    matches!(side, Side::External(_))
}

fn is_unknown(side: Side) -> bool {
    side == Side::Unknown
}

/// People who have an object id in common are one person, unless they are known to be on different sides:
/// that is a contradiction, which must not be lost.
fn joined_by_id(people: impl Iterator<Item = Participant>) -> Vec<Participant> {
    let mut joined: Vec<Participant> = Vec::new();
    for mut one in people {
        // Whoever shares an id with this one goes into it; that may be more than one.
        joined.retain_mut(|other| {
            let mut ids = one.person.ids.iter();
            let share = ids.any(|(id, _)| other.person.ids.iter().any(|(own, _)| own == id));
            let apart = (is_internal(one.side) && is_external(other.side))
                || (is_external(one.side) && is_internal(other.side));
            if !share || apart {
                return true;
            }
            if is_unknown(one.side) {
                one.side = other.side;
            }
            one.person.merge(std::mem::take(&mut other.person));
            false
        });
        joined.push(one);
    }
    joined
}

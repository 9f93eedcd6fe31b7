//! The facts about one chat.

use jiff::Timestamp;
use uuid::Uuid;

use super::person::{KnownId, Person, PersonKey};
use super::small_set::SmallSet;
use crate::input::visible;
use crate::search::damage::Place;
use crate::search::record::Origin;
use crate::search::target::{ChatKind, FoundBy};

/// The facts about a chat.
#[derive(Debug, Default)]
pub(super) struct Chat {
    /// Whether a record says that external users take part.
    pub(super) external: bool,
    /// Whether a record says that guests or people without an account take part.
    pub(super) guests: bool,
    pub(super) kind: Option<ChatKind>,
    /// The tenants other than the home tenant.
    pub(super) tenants: SmallSet<Uuid>,
    /// The domains that take part, including those of the home tenant, in lower case.
    pub(super) domains: SmallSet<Box<str>>,
    pub(super) people: People,
    /// Whether it has more people than are kept.
    pub(super) is_crowded: bool,
    pub(super) evidence: Evidence,
}

/// The records that match the query.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) operations: SmallSet<Box<str>>,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
    pub(super) sources: SmallSet<Origin>,
    /// The places of the first and the last record, by time and then in the order of the input.
    pub(super) places: Option<[(Option<Timestamp>, Place); 2]>,
    /// Hashes of the records' ids, so that a record in two files counts once.
    ids: Vec<u64>,
    /// Number of hashes at the start that are sorted and distinct.
    sorted: usize,
    /// Number of records without an id.
    without_id: u64,
}

/// The people in a chat, sorted by key like a [`SmallSet`], because most chats have two.
#[derive(Debug, Default)]
pub(super) struct People(Vec<(PersonKey, Person)>);

impl People {
    /// Maximum number of people. A chat of Teams has at most a few thousand, and each new one
    /// moves the others.
    const MOST: usize = 10_000;

    fn person(&mut self, key: PersonKey) -> Option<&mut Person> {
        let at = match self.0.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(at) => at,
            Err(_) if self.0.len() >= Self::MOST => return None,
            Err(at) => {
                if self.0.len() < 4 {
                    self.0.reserve_exact(1);
                }
                self.0.insert(at, (key, Person::default()));
                at
            }
        };
        Some(&mut self.0[at].1)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Person> {
        self.0.iter().map(|(_, person)| person)
    }

    pub(super) fn into_people(self) -> impl Iterator<Item = Person> {
        self.0.into_iter().map(|(_, person)| person)
    }
}

impl Chat {
    /// Returns the person with this key, or `None` if the chat has too many people.
    pub(super) fn person(&mut self, key: PersonKey) -> Option<&mut Person> {
        let person = self.people.person(key);
        self.is_crowded |= person.is_none();
        person
    }

    /// Adds a person whom a source names by address, or by id if it contains no address. Returns
    /// `None` if it contains neither, or if the chat has too many people.
    pub(super) fn addressee(
        &mut self,
        address: Option<&str>,
        id: Option<Uuid>,
        found_by: FoundBy,
    ) -> Option<&mut Person> {
        let person = self.person(match address {
            Some(address) => PersonKey::of_name(address),
            None => PersonKey::Id(id?),
        })?;
        if let Some(address) = address {
            person.add_address(address);
        }
        person.ids.extend(id.map(|id| KnownId::new(id, found_by)));
        Some(person)
    }

    /// Adds the sender of a message in a chat with external users. Their address does not identify
    /// them, so the id is the key. Returns `None` if the message contains neither.
    pub(super) fn sender(
        &mut self,
        address: Option<&str>,
        id: Option<Uuid>,
    ) -> Option<&mut Person> {
        let key = match (id, address) {
            (Some(id), _) => PersonKey::Id(id),
            (None, address) => PersonKey::of_name(address?),
        };
        let person = self.person(key)?;
        if let Some(address) = address {
            person.add_claimed_address(address);
        }
        person
            .ids
            .extend(id.map(|id| KnownId::new(id, FoundBy::SenderObjectId)));
        Some(person)
    }

    /// Returns its approximate size in memory, in bytes.
    pub(super) fn size(&self) -> usize {
        const PERSON: usize = size_of::<(PersonKey, Person)>() + 160;
        size_of::<Self>() + self.people.len() * PERSON + self.domains.len() * 48
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.external |= other.external;
        self.guests |= other.guests;
        self.is_crowded |= other.is_crowded;
        // A specific kind sorts before `Other`.
        self.kind = match (self.kind, other.kind) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.tenants.extend(other.tenants);
        self.domains.extend(other.domains);
        for (key, person) in other.people.0 {
            if let Some(known) = self.person(key) {
                known.merge(person);
            }
        }
        self.evidence.merge(other.evidence);
    }
}

impl Evidence {
    /// Adds a record that matches the query.
    pub(super) fn add(
        &mut self,
        operation: &str,
        time: Option<Timestamp>,
        id: &str,
        origin: Origin,
        place: Place,
    ) {
        self.place([(time, place); 2]);
        if !operation.is_empty() {
            self.operations.add(&visible(operation));
        }
        self.widen(time, time);
        self.sources.insert(origin);
        if id.is_empty() {
            self.without_id += 1;
            return;
        }
        self.ids.push(hash(id));
        // The list grows by at most half before duplicates are removed.
        if self.ids.len() >= 64.max(self.sorted + self.sorted / 2) {
            self.sort();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.without_id == 0
    }

    /// Returns the number of distinct records.
    pub(super) fn events(&mut self) -> u64 {
        self.sort();
        self.ids.len() as u64 + self.without_id
    }

    fn sort(&mut self) {
        self.ids.sort_unstable();
        self.ids.dedup();
        self.sorted = self.ids.len();
    }

    pub(super) fn widen(&mut self, first: Option<Timestamp>, last: Option<Timestamp>) {
        self.first = match (self.first, first) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.last = self.last.max(last);
    }

    /// Adds the places of a first and a last record.
    fn place(&mut self, [first, last]: [(Option<Timestamp>, Place); 2]) {
        let known = self.places.get_or_insert([first, last]);
        // A record without a time is neither the first nor the last one if there are others.
        let order = |(time, place): &(Option<Timestamp>, Place)| (time.is_none(), *time, *place);
        known[0] = std::cmp::min_by_key(known[0], first, order);
        known[1] = known[1].max(last);
    }

    fn merge(&mut self, other: Self) {
        if let Some(places) = other.places {
            self.place(places);
        }
        self.operations.extend(other.operations);
        self.widen(other.first, other.last);
        self.sources.extend(other.sources);
        self.ids.extend(other.ids);
        self.without_id += other.without_id;
    }
}

/// FNV-1a: the same on every machine. Record ids are random, so it does not have to resist
/// collisions.
fn hash(id: &str) -> u64 {
    id.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_record_counts_once() {
        let mut evidence = Evidence::default();
        for id in ["a", "A", "b", "", ""] {
            evidence.add("x", None, id, Origin::AuditLog, Place::default());
        }
        assert_eq!(evidence.events(), 4);
        let mut other = Evidence::default();
        for at in 0..1000 {
            let id = format!("id {}", at % 100);
            other.add("x", None, &id, Origin::AuditLog, Place::default());
        }
        assert!(other.ids.len() < 200, "{}", other.ids.len());
        evidence.merge(other);
        assert_eq!(evidence.events(), 104);
    }
}

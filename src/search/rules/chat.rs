//! What records say about one chat.

use jiff::Timestamp;
use uuid::Uuid;

use super::person::{Person, PersonKey};
use super::small_set::SmallSet;
use crate::search::record::Origin;
use crate::search::target::ChatKind;

/// All that was seen of a chat.
#[derive(Debug, Default)]
pub(super) struct Chat {
    /// A record says that external users take part.
    pub(super) external: bool,
    pub(super) kind: Option<ChatKind>,
    /// The tenants other than the own one.
    pub(super) tenants: SmallSet<Uuid>,
    /// The domains that take part, own ones included, in lower case.
    pub(super) domains: SmallSet<Box<str>>,
    pub(super) people: People,
    pub(super) seen: Seen,
}

/// The records that the search is for.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) operations: SmallSet<Box<str>>,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
    pub(super) sources: SmallSet<Origin>,
    /// Hashes of the records' ids, so that one that is in two files counts once.
    ids: Vec<u64>,
    /// Up to here the hashes are in order and each is there once.
    sorted: usize,
    /// Records without an id.
    without_id: u64,
}

/// The people in a chat, by key. In order, like [`SmallSet`], because most chats have two.
#[derive(Debug, Default)]
pub(super) struct People(Vec<(PersonKey, Person)>);

impl People {
    fn person(&mut self, key: PersonKey) -> &mut Person {
        let at = match self.0.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(at) => at,
            Err(at) => {
                if self.0.len() < 4 {
                    self.0.reserve_exact(1);
                }
                self.0.insert(at, (key, Person::default()));
                at
            }
        };
        &mut self.0[at].1
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Person> {
        self.0.iter().map(|(_, person)| person)
    }

    pub(super) fn into_people(self) -> impl Iterator<Item = Person> {
        self.0.into_iter().map(|(_, person)| person)
    }
}

impl Chat {
    pub(super) fn person(&mut self, key: PersonKey) -> &mut Person {
        self.people.person(key)
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.external |= other.external;
        // A kind that is known for sure sorts before the one that is not.
        self.kind = match (self.kind, other.kind) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.tenants.extend(other.tenants);
        self.domains.extend(other.domains);
        for (key, person) in other.people.0 {
            self.person(key).merge(person);
        }
        self.seen.merge(other.seen);
    }
}

impl Seen {
    /// A record that counts.
    pub(super) fn add(
        &mut self,
        operation: &str,
        time: Option<Timestamp>,
        id: &str,
        origin: Origin,
    ) {
        if !operation.is_empty() {
            self.operations.add(operation);
        }
        self.widen(time, time);
        self.sources.insert(origin);
        if id.is_empty() {
            self.without_id += 1;
            return;
        }
        self.ids.push(hash(id));
        // The list grows by half at most before the repetitions are taken out.
        if self.ids.len() >= 64.max(self.sorted + self.sorted / 2) {
            self.sort();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.without_id == 0
    }

    /// How many different records.
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

    fn merge(&mut self, other: Self) {
        self.operations.extend(other.operations);
        self.widen(other.first, other.last);
        self.sources.extend(other.sources);
        self.ids.extend(other.ids);
        self.without_id += other.without_id;
    }
}

/// FNV-1a: the same on every machine, and the ids are random already.
fn hash(id: &str) -> u64 {
    id.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_there_twice_counts_once() {
        let mut seen = Seen::default();
        for id in ["a", "A", "b", "", ""] {
            seen.add("x", None, id, Origin::AuditLog);
        }
        assert_eq!(seen.events(), 4);
        let mut other = Seen::default();
        for at in 0..1000 {
            other.add("x", None, &format!("id {}", at % 100), Origin::AuditLog);
        }
        assert!(other.ids.len() < 200, "{}", other.ids.len());
        seen.merge(other);
        assert_eq!(seen.events(), 104);
    }
}

//! The object ids of actors, according to the audit logs.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::input::visible;
use crate::search::query::folded;

/// The UserKeys of actors, by the tenant whose audit log contains them and by their name in lower
/// case. Actors of other tenants have the name [`EXTERNAL`], because an id identifies them by any
/// name.
#[derive(Debug, Default)]
pub(super) struct Actors {
    by_name: HashMap<(Uuid, Box<str>), BTreeSet<Uuid>>,
    /// Number of ids.
    count: usize,
}

/// No name is empty.
const EXTERNAL: &str = "";

impl Actors {
    /// Adds an actor whose name is in lower case, and who is not of another tenant.
    pub(super) fn add_internal(&mut self, home: Uuid, name: &str, id: Uuid) {
        let ids = self.by_name.entry((home, name.into())).or_default();
        self.count += usize::from(ids.insert(id));
    }

    /// Adds an actor of another tenant.
    pub(super) fn add_external(&mut self, home: Uuid, id: Uuid) {
        self.add_internal(home, EXTERNAL, id);
    }

    /// Returns the ids of the user of the home tenant with this name.
    pub(super) fn ids(&self, home: Uuid, name: &str) -> Option<&BTreeSet<Uuid>> {
        let name = folded(name);
        (!name.is_empty())
            .then(|| self.by_name.get(&(home, visible(&name).into())))
            .flatten()
    }

    pub(super) fn is_external(&self, home: Uuid, id: Uuid) -> bool {
        let ids = self.by_name.get(&(home, EXTERNAL.into()));
        ids.is_some_and(|ids| ids.contains(&id))
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn merge(&mut self, other: Self) {
        for ((home, name), ids) in other.by_name {
            for id in ids {
                self.add_internal(home, &name, id);
            }
        }
    }
}

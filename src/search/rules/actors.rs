//! The object ids of actors, according to the audit logs.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::input::visible;
use crate::search::query::folded;

/// The UserKeys of actors, by the tenant whose audit log contains them.
#[derive(Debug, Default)]
pub(super) struct Actors {
    /// Those of the tenant's users, by name.
    internal: HashMap<(Uuid, Box<str>), BTreeSet<Uuid>>,
    /// Those of users of other tenants. An id identifies them by any name.
    external: BTreeSet<(Uuid, Uuid)>,
}

impl Actors {
    /// Adds an actor whose name is in lower case, and who is not of another tenant.
    pub(super) fn add_internal(&mut self, home: Uuid, name: &str, id: Uuid) {
        self.internal
            .entry((home, name.into()))
            .or_default()
            .insert(id);
    }

    /// Adds an actor of another tenant.
    pub(super) fn add_external(&mut self, home: Uuid, id: Uuid) {
        self.external.insert((home, id));
    }

    /// Returns the ids of the user of the home tenant with this name.
    pub(super) fn ids(&self, home: Uuid, name: &str) -> Option<&BTreeSet<Uuid>> {
        self.internal
            .get(&(home, visible(&folded(name)).into_owned().into()))
    }

    pub(super) fn is_external(&self, home: Uuid, id: Uuid) -> bool {
        self.external.contains(&(home, id))
    }

    pub(super) fn len(&self) -> usize {
        self.internal.len() + self.external.len()
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (name, ids) in other.internal {
            self.internal.entry(name).or_default().extend(ids);
        }
        self.external.extend(other.external);
    }
}

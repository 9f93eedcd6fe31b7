//! The object id of a user of the home tenant.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::decision::{Decision, Resolution};
use super::participant::Participant;
use super::person::{Person, Side};
use crate::search::target::{FoundBy, Unresolved};

impl Decision<'_> {
    /// Returns the object id of a user of the home tenant.
    pub(super) fn id_of(&self, person: &Person, home: Uuid) -> Resolution {
        let ids: BTreeSet<Uuid> = person.internal_ids().map(|known| known.id).collect();
        if ids.len() > 1 {
            return Err(Unresolved::Contradiction(format!(
                "they contain the object ids {} for the user",
                ids.iter()
                    .map(Uuid::to_string)
                    .collect::<Vec<_>>()
                    .join(" and ")
            )));
        }
        let own = person
            .internal_ids()
            .next()
            .map(|known| (known.id, known.by));
        let external_ids = self.external_ids();
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
            .other_of(pair, &external_ids)
            .or_else(|| self.other_than_colleague(pair, person));
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

    /// Returns the id of the pair that is not among `ids`, if the other one is.
    pub(super) fn other_of(&self, pair: [Uuid; 2], ids: &BTreeSet<Uuid>) -> Option<Uuid> {
        match pair.map(|id| ids.contains(&id)) {
            [true, false] => Some(pair[1]),
            [false, true] => Some(pair[0]),
            _ => None,
        }
    }

    /// Returns the id of the pair that is not the colleague's, in an internal chat whose list
    /// contains both users.
    fn other_than_colleague(&self, pair: [Uuid; 2], person: &Person) -> Option<Uuid> {
        let listed = self.people.iter().filter(|one| one.person.listed).count();
        if self.chat.external || !person.listed || listed != 2 {
            return None;
        }
        let ids = self
            .on_side(Side::is_internal)
            .filter(|other| other.listed && other.display_name() != person.display_name())
            .flat_map(|other| other.internal_ids().map(|known| known.id))
            .collect();
        self.other_of(pair, &ids)
    }

    /// Returns the ids of the external users.
    fn external_ids(&self) -> BTreeSet<Uuid> {
        self.ids_of(|participant| participant.side.is_external())
    }

    /// Returns the ids of users who are certainly external, so that the other id in the chat id is
    /// that of a user of the home tenant.
    pub(super) fn certainly_external_ids(&self) -> BTreeSet<Uuid> {
        let mut ids = self.ids_of(|participant| participant.is_certain);
        let is_actor = |id: &Uuid| {
            let home = self.home;
            home.is_some_and(|home| self.actors.is_external(home, *id))
        };
        ids.extend(self.pair.into_iter().flatten().filter(is_actor));
        ids
    }

    /// Returns the ids of some participants, and those of actors of other tenants by any name.
    fn ids_of(&self, wanted: fn(&Participant) -> bool) -> BTreeSet<Uuid> {
        let ids = self.people.iter().flat_map(|participant| {
            let all = wanted(participant);
            let ids = participant.person.ids.iter();
            ids.filter(move |known| all || known.is_external)
        });
        ids.map(|known| known.id).collect()
    }

    /// Returns the id that a user had as the actor in another chat.
    fn id_elsewhere(&self, person: &Person, home: Uuid) -> Option<(Uuid, FoundBy)> {
        let mut ids = self.actors.ids(home, person.name.as_deref()?)?.iter();
        match (ids.next(), ids.next()) {
            (Some(id), None) => Some((*id, FoundBy::UserKey)),
            _ => None,
        }
    }

    /// Returns the id of the user of the home tenant in a one-to-one chat whose records name only
    /// the external user: the other id in the chat id.
    pub(super) fn unnamed_internal_user(&self) -> Option<Uuid> {
        let listed = self
            .on_side(Side::is_external)
            .filter(|person| person.listed)
            .count();
        if !self.chat.external || listed > 1 {
            return None;
        }
        self.other_of(self.pair?, &self.certainly_external_ids())
    }
}

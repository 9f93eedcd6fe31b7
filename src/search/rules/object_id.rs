//! The object id of a user of the home tenant.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::decision::{Decision, Resolution};
use super::person::{Person, Side};
use crate::search::query::folded;
use crate::search::target::{FoundBy, Unresolved};

impl Decision<'_> {
    /// Returns the object id of a user of the home tenant.
    pub(super) fn id_of(&self, person: &Person, home: Uuid) -> Resolution {
        let ids: BTreeSet<Uuid> = person.ids.iter().map(|(id, _)| *id).collect();
        if ids.len() > 1 {
            return Err(Unresolved::Contradiction(format!(
                "they contain the object ids {} for the user",
                ids.iter()
                    .map(Uuid::to_string)
                    .collect::<Vec<_>>()
                    .join(" and ")
            )));
        }
        let own = person.ids.first().copied();
        let external_ids: BTreeSet<Uuid> = self
            .on_side(Side::is_external)
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
    fn other_of(&self, pair: [Uuid; 2], ids: &BTreeSet<Uuid>) -> Option<Uuid> {
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
            .flat_map(|other| other.ids.iter().map(|(id, _)| *id))
            .collect();
        self.other_of(pair, &ids)
    }

    /// Returns the id that a user had as the actor in another chat.
    fn id_elsewhere(&self, person: &Person, home: Uuid) -> Option<(Uuid, FoundBy)> {
        let name = folded(person.name.as_deref()?).into_boxed_str();
        let mut ids = self.actors.get(&(home, name))?.iter();
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
        let ids = self
            .on_side(Side::is_external)
            .flat_map(|person| person.ids.iter().map(|(id, _)| *id))
            .collect();
        self.other_of(self.pair?, &ids)
    }
}

//! The people in a chat, with their sides.

use super::person::{Person, Side};

/// A person in a chat, and whether they belong to the home tenant.
pub(super) struct Participant {
    pub(super) person: Person,
    pub(super) side: Side,
}

/// Joins people who have an object id in common, unless they are known to be on different sides:
/// that is a contradiction, which must be reported.
pub(super) fn joined_by_id(people: impl Iterator<Item = Participant>) -> Vec<Participant> {
    let mut joined: Vec<Participant> = Vec::new();
    for mut one in people {
        // More than one person can share an id with this one.
        joined.retain_mut(|other| {
            let mut ids = one.person.ids.iter();
            let share = ids.any(|(id, _)| other.person.ids.iter().any(|(known, _)| known == id));
            let apart = (one.side.is_internal() && other.side.is_external())
                || (one.side.is_external() && other.side.is_internal());
            if !share || apart {
                return true;
            }
            if one.side.is_unknown() {
                one.side = other.side;
            }
            one.person.merge(std::mem::take(&mut other.person));
            false
        });
        joined.push(one);
    }
    joined
}

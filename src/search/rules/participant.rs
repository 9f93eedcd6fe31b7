//! The people in a chat, with their sides.

use super::person::{KnownId, Person, Side};

/// A person in a chat, and whether they belong to the home tenant.
pub(super) struct Participant {
    pub(super) person: Person,
    pub(super) side: Side,
    /// Whether they are certainly external.
    pub(super) is_certain: bool,
}

/// Joins people who have an object id in common, unless they are known to be on different sides:
/// that is a contradiction, which must be reported.
pub(super) fn joined_by_id(people: impl Iterator<Item = Participant>) -> Vec<Participant> {
    let mut joined: Vec<Participant> = Vec::new();
    for mut one in people {
        // More than one person can share an id with this one.
        joined.retain_mut(|other| {
            // The id of an actor of another tenant joins nobody to a user of the home tenant.
            let may_be_internal = [one.side, other.side]
                .into_iter()
                .any(|side| side.is_internal() || side.is_contradicted());
            let usable = |known: &&KnownId| !may_be_internal || !known.is_external;
            let mut ids = one.person.ids.iter().filter(usable);
            let share = ids.any(|own| {
                let mut others = other.person.ids.iter().filter(usable);
                others.any(|known| known.id == own.id)
            });
            let apart = (one.side.is_internal() && other.side.is_external())
                || (one.side.is_external() && other.side.is_internal());
            if !share || apart {
                return true;
            }
            if one.side.is_unknown() || other.side.is_internal() {
                one.side = other.side;
            }
            one.person.merge(std::mem::take(&mut other.person));
            false
        });
        joined.push(one);
    }
    joined
}

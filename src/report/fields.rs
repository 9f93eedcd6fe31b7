//! Reads the fields of targets and outcomes, which may have been in a table meanwhile: lists are
//! then texts with a separator, and numbers are texts.

use jiff::Timestamp;
use serde_json::{Map, Value};

pub(super) type Fields = Map<String, Value>;

/// The separator that the module's lists have in a table.
const SEPARATOR: &str = "; ";

/// Returns a text, or an empty one.
pub(super) fn text<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the texts of a list.
pub(super) fn list<'a>(fields: &'a Fields, name: &str) -> impl Iterator<Item = &'a str> {
    let list = fields.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

/// Returns the objects of a list.
pub(super) fn objects<'a>(fields: &'a Fields, name: &str) -> impl Iterator<Item = &'a Fields> {
    let list = fields.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}

pub(super) fn number(fields: &Fields, name: &str) -> u64 {
    match fields.get(name) {
        Some(Value::String(text)) => text.trim().parse().unwrap_or(0),
        Some(value) => value.as_u64().unwrap_or(0),
        None => 0,
    }
}

pub(super) fn time(fields: &Fields, name: &str) -> Option<Timestamp> {
    text(fields, name).parse().ok()
}

/// Keeps the fields with these names, which are sorted, that have a value.
pub(super) fn pick(mut fields: Fields, names: &[&str]) -> Fields {
    fields.retain(|name, value| {
        // A table has texts for numbers and for truth values.
        if let Value::String(text) = value {
            match &**name {
                "events" | "http_status" | "attempts" | "times_returned" => {
                    *value = text.trim().parse().unwrap_or(0_u64).into();
                }
                "external" => *value = text.eq_ignore_ascii_case("true").into(),
                _ => {}
            }
        }
        !is_empty(value) && names.binary_search(&&**name).is_ok()
    });
    fields
}

/// Turns the texts of these names into lists.
pub(super) fn split(fields: &mut Fields, names: &[&str]) {
    for name in names {
        if let Some(Value::String(joined)) = fields.get(*name) {
            let parts = joined.split(SEPARATOR).filter(|part| !part.is_empty());
            let parts: Vec<Value> = parts.map(Value::from).collect();
            set(fields, name, parts);
        }
    }
}

pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// Sets a field.
pub(super) fn set(fields: &mut Fields, name: &str, value: impl Into<Value>) {
    fields.insert(name.into(), value.into());
}

/// Adds a member to a set, which is an object whose names are the members: the library has the code
/// for objects anyway. Returns the number of members.
pub(super) fn join(sets: &mut Fields, name: &str, member: &str) -> usize {
    let Some(Value::Object(members)) = sets.get_mut(name) else {
        set(sets, name, Fields::new());
        return join(sets, name, member);
    };
    if !members.contains_key(member) {
        set(members, member, Value::Null);
    }
    members.len()
}

/// Turns a set into a list.
pub(super) fn listed(set: Option<Value>) -> Value {
    match set {
        Some(Value::Object(members)) => members.into_iter().map(|(name, _)| name).collect(),
        _ => Value::Array(Vec::new()),
    }
}

/// Makes the time from the first to the last record include that of another one.
pub(super) fn widen(fields: &mut Fields, other: &Fields) {
    for (seen, record) in [("first_seen", "first_record"), ("last_seen", "last_record")] {
        let is_wider = match (text(fields, seen), text(other, seen)) {
            (known, new) if known == new => false,
            // Most times have this form, whose order is that of the text.
            (known, new)
                if [known, new]
                    .iter()
                    .all(|time| time.len() == 20 && time.ends_with('Z')) =>
            {
                (new < known) == (seen == "first_seen")
            }
            _ => match (time(fields, seen), time(other, seen)) {
                (Some(known), Some(new)) if seen == "first_seen" => new < known,
                (Some(known), Some(new)) => new > known,
                (known, new) => known.is_none() && new.is_some(),
            },
        };
        for name in [seen, record] {
            if let Some(value) = other.get(name).filter(|_| is_wider) {
                set(fields, name, value.clone());
            }
        }
    }
}

/// Adds the fields that are missing.
pub(super) fn fill(fields: &mut Fields, from: Fields) {
    for (name, value) in from {
        fields.entry(name).or_insert(value);
    }
}

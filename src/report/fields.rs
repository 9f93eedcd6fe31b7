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

/// Copies the fields with these names that have a value.
pub(super) fn pick(from: &Fields, names: &[&str]) -> Fields {
    let mut picked = Fields::new();
    for name in names {
        if let Some(value) = from.get(*name).filter(|value| !is_empty(value)) {
            picked.insert((*name).into(), value.clone());
        }
    }
    picked
}

/// Turns the texts of these names into lists.
pub(super) fn split(fields: &mut Fields, names: &[&str]) {
    for name in names {
        if let Some(Value::String(joined)) = fields.get(*name) {
            let parts = joined.split(SEPARATOR).filter(|part| !part.is_empty());
            let parts: Vec<Value> = parts.map(Value::from).collect();
            fields.insert((*name).into(), parts.into());
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

/// Adds the fields that are missing.
pub(super) fn fill(fields: &mut Fields, from: Fields) {
    for (name, value) in from {
        fields.entry(name).or_insert(value);
    }
}

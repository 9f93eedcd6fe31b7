//! Values whose type is not always the documented one.
//!
//! Hunting results have `{}` for a missing value, `1` for `true`, and lists as JSON text; Graph has
//! `null`; PowerShell has `@{A=b}` for an object and `{"value":[],"Count":0}` for a list. A value
//! that can't be used counts as absent, so that the other fields of the record can be used.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// A text. Numbers and booleans are converted, anything else is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl Text<'_> {
    /// Returns the text without the white space around it.
    pub(crate) fn get(&self) -> &str {
        self.0.trim()
    }

    /// Returns the text without the white space around it, or `None` if that is empty.
    pub(crate) fn filled(&self) -> Option<&str> {
        Some(self.get()).filter(|text| !text.is_empty())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text)))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(if value { "true" } else { "false" })))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(value.to_string())))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(value.to_string())))
            }
            /// Fields hold no other fractions than times, which spreadsheets count in days.
            fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
                let text = serde_json::Number::from_f64(value).map(|number| number.to_string());
                Ok(Text(Cow::Owned(text.unwrap_or_default())))
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Text::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Text::default())
            }
        }
        deserializer.deserialize_any(Texts)
    }
}

/// `true`, `false` or absent. `1`, `"1"` and `"True"` are true; `{}` is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Flag(pub(crate) Option<bool>);

impl Flag {
    pub(crate) fn read(text: &str) -> Self {
        Self(match text.trim() {
            "1" => Some(true),
            "0" => Some(false),
            text if text.eq_ignore_ascii_case("true") => Some(true),
            text if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        })
    }

    pub(crate) fn is_true(self) -> bool {
        self.0 == Some(true)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::read(Text::deserialize(deserializer)?.get()))
    }
}

/// Reads a value that is JSON text or PowerShell's `@{…}` text.
pub(crate) fn value_in_text(text: &str) -> Option<Value> {
    let text = text.trim();
    match text.as_bytes() {
        [b'{' | b'[', ..] => serde_json::from_str(text).ok(),
        [b'@', b'{', ..] => powershell_object(text),
        _ => None,
    }
}

/// Reads `@{A=b; C=d}`, which PowerShell writes for an object that is nested too deeply.
fn powershell_object(text: &str) -> Option<Value> {
    let inner = text.strip_prefix("@{")?.strip_suffix('}')?;
    let is_name =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mut fields: Vec<(&str, String)> = Vec::new();
    for part in inner.split("; ") {
        match (part.split_once('='), fields.last_mut()) {
            (Some((name, value)), _) if is_name(name) => fields.push((name, value.to_string())),
            // The value itself contains "; ".
            (_, Some((_, value))) => {
                value.push_str("; ");
                value.push_str(part);
            }
            (_, None) => return None,
        }
    }
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name.to_string(), Value::String(value)));
    Some(Value::Object(fields.collect()))
}

/// Returns the items of a list, or of an object that is one item or contains the list as `value`.
fn items<'de, T: Deserialize<'de>>(value: Value) -> Vec<T> {
    let values = match value {
        Value::Array(values) => values,
        Value::Object(mut fields) => match fields.remove("value") {
            Some(Value::Array(values)) => values,
            _ => vec![Value::Object(fields)],
        },
        Value::String(text) => return value_in_text(&text).map(items).unwrap_or_default(),
        _ => Vec::new(),
    };
    values
        .into_iter()
        .filter_map(|value| match value {
            Value::Object(_) => Some(value),
            Value::String(text) => value_in_text(&text).filter(Value::is_object),
            _ => None,
        })
        .filter_map(|value| T::deserialize(value).ok())
        .collect()
}

/// A visitor's methods for values that count as absent.
macro_rules! absent {
    ($($kind:ident: $type:ty),*; $absent:expr) => {
        $(fn $kind<E>(self, _: $type) -> Result<Self::Value, E> { Ok($absent) })*
        fn visit_unit<E>(self) -> Result<Self::Value, E> { Ok($absent) }
    };
}

/// Maximum number of items in a list. A chat of Teams has at most a few thousand members. It bounds
/// the memory and the time that one record needs.
const MOST_ITEMS: usize = 5000;

/// The start of the message for a list with more items.
pub(super) const TOO_MANY_ITEMS: &str = "more than 5000 items";

/// Returns `items`, unless there are too many.
fn limited<T, E: Error>(items: Vec<T>) -> Result<Vec<T>, E> {
    if items.len() > MOST_ITEMS {
        return Err(E::custom(TOO_MANY_ITEMS));
    }
    Ok(items)
}

/// A list of objects. Items that are not objects are left out. Any other value is an empty list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lists<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Lists<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(Object(item)) = list.next_element()? {
                    items.extend(item);
                    items = limited(items)?;
                }
                Ok(List(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Map::new();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "value" {
                        let list = map.next_value::<List<T>>()?;
                        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                        return Ok(list);
                    }
                    let text = map.next_value::<Text<'de>>()?.0.into_owned();
                    fields.insert(name, Value::String(text));
                }
                if fields.is_empty() {
                    return Ok(List::default());
                }
                limited(items(Value::Object(fields))).map(List)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                limited(items(Value::String(text.into()))).map(List)
            }
            absent!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64; List::default());
        }
        deserializer.deserialize_any(Lists(PhantomData))
    }
}

/// An object, as itself or as text.
struct Object<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Objects<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Objects<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|item| Object(Some(item)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut first = None;
                while let Some(Object(item)) = list.next_element()? {
                    first = first.or(item);
                }
                Ok(Object(first))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                let value = value_in_text(text).filter(Value::is_object);
                Ok(Object(value.and_then(|value| T::deserialize(value).ok())))
            }
            absent!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64; Object(None));
        }
        deserializer.deserialize_any(Objects(PhantomData))
    }
}

/// Reads an object, as itself or as text; anything else is absent.
pub(crate) fn object<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Object::deserialize(deserializer).map(|object| object.0)
}

/// A list of texts, which may be one text with separators between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Texts<'a>(pub(crate) Vec<Text<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Texts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lists;
        impl<'de> Visitor<'de> for Lists {
            type Value = Texts<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of texts")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element()? {
                    texts.push(text);
                    texts = limited(texts)?;
                }
                Ok(Texts(texts))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut texts = Texts::default();
                while let Some(name) = map.next_key::<Text<'de>>()? {
                    if name.get() == "value" {
                        texts = map.next_value()?;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(texts)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                let listed = match value_in_text(text) {
                    Some(Value::Array(values)) => values
                        .iter()
                        .filter_map(|value| value.as_str().map(str::to_string))
                        .collect(),
                    Some(_) => Vec::new(),
                    None => text
                        .split(['|', ',', ';', ' '])
                        .filter(|part| !part.is_empty())
                        .map(str::to_string)
                        .collect::<Vec<_>>(),
                };
                let texts = listed.into_iter().map(|text| Text(Cow::Owned(text)));
                limited(texts.collect()).map(Texts)
            }
            absent!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64; Texts::default());
        }
        deserializer.deserialize_any(Lists)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_taken_from_what_stands_there() {
        let read = |json: &str| {
            serde_json::from_str::<Text<'_>>(json)
                .unwrap()
                .0
                .into_owned()
        };
        assert_eq!(read(r#""a\tb""#), "a\tb");
        assert_eq!(read("25"), "25");
        assert_eq!(read("null"), "");
        assert_eq!(read("{}"), "");
        assert_eq!(read(r#"[{"a":[1]}]"#), "");
    }

    #[test]
    fn an_empty_object_is_not_true() {
        let read = |json: &str| serde_json::from_str::<Flag>(json).unwrap().0;
        assert_eq!(read("true"), Some(true));
        assert_eq!(read("1"), Some(true));
        assert_eq!(read(r#""False""#), Some(false));
        assert_eq!(read("{}"), None);
        assert_eq!(read("null"), None);
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Named {
        #[serde(rename = "UPN", default)]
        upn: String,
    }

    #[test]
    fn a_list_is_read_in_whatever_form_an_export_wrote_it() {
        let read = |json: &str| {
            let list = serde_json::from_str::<List<Named>>(json).unwrap().0;
            list.into_iter().map(|one| one.upn).collect::<Vec<_>>()
        };
        for json in [
            r#"[{"UPN":"a"},{"UPN":"b"}]"#,
            r#"[{"UPN":"a"},null,7,"x",{"UPN":"b"}]"#,
            r#"{"value":[{"UPN":"a"},{"UPN":"b"}],"Count":2}"#,
            r#""[{\"UPN\":\"a\"},{\"UPN\":\"b\"}]""#,
            r#"["@{Name=x; y; UPN=a}","@{UPN=b}"]"#,
            r#"["{\"UPN\":\"a\"}",{"UPN":"b"}]"#,
        ] {
            assert_eq!(read(json), ["a", "b"], "{json}");
        }
        for json in [r#"{"UPN":"a"}"#, r#""@{UPN=a}""#, r#""{\"UPN\":\"a\"}""#] {
            assert_eq!(read(json), ["a"], "{json}");
        }
        for json in [
            "{}",
            "null",
            r#""""#,
            "7",
            "[]",
            r#""System.Object[]""#,
            r#""[{""#,
        ] {
            assert!(read(json).is_empty(), "{json}");
        }
    }

    #[test]
    fn a_list_of_too_many_items_is_an_error() {
        for (count, is_read) in [(5000, true), (5001, false)] {
            let objects = format!("[{}]", vec!["{}"; count].join(","));
            let texts = format!("[{}]", vec!["\"a\""; count].join(","));
            let error = |error: serde_json::Error| {
                assert!(error.to_string().starts_with(TOO_MANY_ITEMS), "{error}");
            };
            for json in [
                &objects,
                &format!("{{\"value\":{objects}}}"),
                &format!("\"{objects}\""),
            ] {
                let read = serde_json::from_str::<List<Named>>(json).map_err(error);
                assert_eq!(read.is_ok(), is_read);
            }
            let one_text = format!("\"{}\"", vec!["a"; count].join("|"));
            for json in [texts, one_text] {
                let read = serde_json::from_str::<Texts<'_>>(&json).map_err(error);
                assert_eq!(read.is_ok(), is_read);
            }
        }
    }

    #[test]
    fn texts_are_read_from_a_list_or_from_one_text() {
        let read = |json: &str| {
            let texts = serde_json::from_str::<Texts<'_>>(json).unwrap().0;
            texts
                .iter()
                .map(|text| text.get().to_string())
                .collect::<Vec<_>>()
        };
        for json in [
            r#"["a","b"]"#,
            r#""a|b""#,
            r#""a, b""#,
            r#""[\"a\",\"b\"]""#,
            r#"{"value":["a","b"],"Count":2}"#,
        ] {
            assert_eq!(read(json), ["a", "b"], "{json}");
        }
        assert!(read("{}").is_empty());
    }
}

//! Repairs JSON that a parser rejects for a few characters.
//!
//! A display name with half a surrogate pair, a NUL or bytes of another encoding makes a parser
//! reject the whole record. Only rejected records are repaired.

/// Replaces what no parser accepts by U+FFFD. Returns `None` if there is nothing to replace.
pub(crate) fn repair(json: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(json);
    let mut repaired = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    let mut changed = matches!(text, std::borrow::Cow::Owned(_));
    while let Some(at) =
        rest.find(|c: char| c == '\\' || (c < ' ' && !matches!(c, '\t' | '\n' | '\r')))
    {
        repaired.push_str(&rest[..at]);
        rest = &rest[at..];
        let (taken, whole) = escape(rest);
        if whole {
            repaired.push_str(&rest[..taken]);
        } else {
            repaired.push('\u{FFFD}');
            changed = true;
        }
        rest = &rest[taken..];
    }
    repaired.push_str(rest);
    changed.then_some(repaired)
}

/// Returns the length of the escape or control character at the start, and whether it is valid.
fn escape(text: &str) -> (usize, bool) {
    let Some(unit) = unit(text) else {
        // Any other escape is the backslash and one character.
        let taken = match text.strip_prefix('\\') {
            Some(rest) => 1 + rest.chars().next().map_or(0, char::len_utf8),
            None => 1,
        };
        return (taken, text.starts_with('\\'));
    };
    match unit {
        0xD800..=0xDBFF => {
            let paired = text
                .get(6..)
                .and_then(self::unit)
                .is_some_and(|low| (0xDC00..=0xDFFF).contains(&low));
            if paired { (12, true) } else { (6, false) }
        }
        0xDC00..=0xDFFF => (6, false),
        _ => (6, true),
    }
}

/// Returns the value of a `\uXXXX` at the start.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_surrogate_pair_is_replaced_and_a_whole_one_stays() {
        assert_eq!(
            repair(br#"{"a":"x\ud83dy"}"#).unwrap(),
            "{\"a\":\"x\u{FFFD}y\"}"
        );
        assert_eq!(
            repair(br#"{"a":"\udc00\ud83d"}"#).unwrap(),
            "{\"a\":\"\u{FFFD}\u{FFFD}\"}"
        );
        assert_eq!(repair(br#"{"a":"\ud83d\ude00 \\ud83d \n"}"#), None);
    }

    #[test]
    fn control_characters_and_bytes_of_another_encoding_are_replaced() {
        assert_eq!(
            repair(b"{\"a\":\"x\0y\"}").unwrap(),
            "{\"a\":\"x\u{FFFD}y\"}"
        );
        assert_eq!(
            repair(b"{\"a\":\"M\xfcller\"}").unwrap(),
            "{\"a\":\"M\u{FFFD}ller\"}"
        );
        assert_eq!(repair(b"{\"a\":\"x\"}\r\n"), None);
    }

    #[test]
    fn a_backslash_at_the_end_is_no_escape() {
        assert_eq!(repair(b"{\"a\":\"\0\\").unwrap(), "{\"a\":\"\u{FFFD}\\");
        assert_eq!(
            repair(b"{\"a\":\"\0\\u12").unwrap(),
            "{\"a\":\"\u{FFFD}\\u12"
        );
    }
}

//! Invalid input: the parameter, the value and what it should be.

use std::borrow::Cow;
use std::fmt;

/// Maximum number of characters of a caller's text that an error repeats.
const MAX_SHOWN: usize = 80;

/// An argument that is not valid. No request was sent for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidInput {
    /// The parameter's name as the PowerShell module and the documentation spell it.
    pub parameter: &'static str,
    /// The value, made safe to print by [`shown`].
    pub given: String,
    /// Why the value can't be used, or what to use instead: a sentence without its period.
    pub expected: String,
}

impl InvalidInput {
    /// Creates an error. `expected` is the sentence after "`parameter` '`given`' can't be used."
    pub fn new(parameter: &'static str, given: &str, expected: impl Into<String>) -> Self {
        Self {
            parameter,
            given: shown(given),
            expected: expected.into(),
        }
    }
}

impl fmt::Display for InvalidInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.given.is_empty() {
            write!(f, "{} is empty. ", self.parameter)?;
        } else {
            write!(f, "{} '{}' can't be used. ", self.parameter, self.given)?;
        }
        let mut rest = self.expected.chars();
        let first = rest.next().map(|first| first.to_ascii_uppercase());
        write!(f, "{}{}.", first.unwrap_or_default(), rest.as_str())
    }
}

impl std::error::Error for InvalidInput {}

/// Makes a caller's text safe to print: one line, no control characters and at most 80 characters.
/// Hides text that looks like a token, because people paste tokens into the wrong parameter.
pub fn shown(text: &str) -> String {
    if looks_like_a_token(text) {
        return "(looks like a token, not shown)".into();
    }
    one_line(text, MAX_SHOWN)
}

/// Returns `text` on one line without control characters, truncated after `limit` characters.
pub fn one_line(text: &str, limit: usize) -> String {
    let mut line: String = text
        .trim()
        .chars()
        .take(limit)
        .map(|c| {
            if c.is_control() || is_format(c) {
                ' '
            } else {
                c
            }
        })
        .collect();
    if text.trim().chars().nth(limit).is_some() {
        line.push('…');
    }
    line
}

/// Returns `text` with each character that is not visible, or changes how the text around it is
/// displayed, replaced by U+FFFD, and truncated after 400 characters.
///
/// A replacement stays visible. If such characters were removed, a name could be made equal to that
/// of another user.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 400;
    let is_plain = |byte: &u8| (b' '..0x7F).contains(byte);
    let hidden = |c: char| c.is_control() || is_format(c);
    if text.len() <= LONGEST && text.as_bytes().iter().all(is_plain) {
        return Cow::Borrowed(text);
    }
    if text.chars().nth(LONGEST).is_none() && !text.chars().any(hidden) {
        return Cow::Borrowed(text);
    }
    let shown = |c| {
        if hidden(c) {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    let mut line: String = text.chars().take(LONGEST).map(shown).collect();
    if text.chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    Cow::Owned(line)
}

/// Returns whether `c` is invisible or changes how the text around it is displayed: a line
/// separator, a mark that changes the reading direction, a tag, or another format character. With
/// these, a hostile name could falsify a line.
fn is_format(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{600}'..='\u{605}'
            | '\u{61C}'
            | '\u{6DD}'
            | '\u{70F}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Returns whether `text` looks like a token: it contains the start of a base64url JSON object, or
/// is an unbroken run that is longer than any id or address.
pub(crate) fn looks_like_a_token(text: &str) -> bool {
    let text = text.trim();
    let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=');
    text.contains("eyJ") || (text.len() > 100 && text.chars().all(base64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_contains_parameter_value_and_expectation() {
        let error = InvalidInput::new("TenantId", "contoso", "use the tenant's GUID");
        assert_eq!(
            error.to_string(),
            "TenantId 'contoso' can't be used. Use the tenant's GUID."
        );
        let empty = InvalidInput::new("TenantId", "  ", "use the tenant's GUID");
        assert_eq!(
            empty.to_string(),
            "TenantId is empty. Use the tenant's GUID."
        );
    }

    #[test]
    fn shown_text_is_one_short_line() {
        let text = format!("a\r\nb\u{202E}c\u{1b}[31m{}", "é".repeat(500));
        let line = shown(&text);
        assert!(line.starts_with("a  b c [31m"), "{line}");
        assert_eq!(line.chars().count(), MAX_SHOWN + 1);
        assert!(line.ends_with('…'));
    }

    #[test]
    fn hidden_characters_are_replaced_visibly() {
        for hidden in [
            "\u{1b}",
            "\u{7}",
            "\u{7f}",
            "\u{9b}",
            "\u{ad}",
            "\u{61c}",
            "\u{200b}",
            "\u{202e}",
            "\u{2028}",
            "\u{2062}",
            "\u{2066}",
            "\u{feff}",
            "\u{e0041}",
            "\n",
        ] {
            let name = format!("ann{hidden}@contoso.com");
            assert_eq!(visible(&name), "ann\u{FFFD}@contoso.com", "{name:?}");
            assert!(!one_line(&name, 80).contains(hidden), "{name:?}");
        }
        for name in [
            "ann@contoso.com",
            "jürgen@contoso.com",
            "山田@contoso.com",
            "",
        ] {
            assert!(matches!(visible(name), Cow::Borrowed(same) if same == name));
        }
        assert_eq!(visible(&"x".repeat(500)).chars().count(), 401);
    }

    #[test]
    fn a_token_in_the_wrong_parameter_is_not_repeated() {
        for token in [
            "eyJhbGciOi.eyJzdWIi.c2ln".to_string(),
            "Bearer eyJhbGciOi".to_string(),
            format!("0.A{}", "b3-_".repeat(60)),
        ] {
            assert_eq!(shown(&token), "(looks like a token, not shown)");
        }
        assert_eq!(shown("19:meeting_x@thread.v2"), "19:meeting_x@thread.v2");
    }
}

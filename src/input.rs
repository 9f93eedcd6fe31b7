//! Invalid input: the parameter, the value and what it should be.

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

/// Returns whether `c` changes how the text around it is displayed: a line separator or a mark that
/// changes the reading direction, with which a hostile name could falsify a line.
fn is_format(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
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

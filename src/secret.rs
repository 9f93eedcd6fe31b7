//! Secret text in memory, wiped when dropped and never printed.

use std::fmt;

use memchr::memmem;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// Minimum length of a part of a secret that is hidden, in bytes. Shorter parts say nothing, and
/// words of a message would be hidden by chance.
const PART: usize = 16;

/// Maximum length of a text that is searched for parts of a secret, in bytes.
const LONGEST_TEXT: usize = 8 * 1024;

const NOT_SHOWN: &str = "(not shown)";

/// A token, a code or a verifier. `Debug` hides the text and there is no `Display`.
#[derive(Clone)]
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    /// Creates a secret from `text`, which is wiped when the secret is dropped.
    pub(crate) fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Returns the text, for a request or a comparison.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Replaces this secret and each longer part of it in `text`, which comes from a service and
    /// may echo it. Returns only the first [`LONGEST_TEXT`] bytes: messages are shorter.
    pub(crate) fn redact(&self, text: &str) -> String {
        let mut end = text.len().min(LONGEST_TEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = &text[..end];
        let secret = self.0.as_bytes();
        let length = secret.len().min(PART);
        let is_part = |window: Option<&[u8]>| {
            window.is_some_and(|window| length > 0 && memmem::find(secret, window).is_some())
        };
        let bytes = text.as_bytes();
        let mut redacted = String::with_capacity(text.len());
        let mut rest = text.char_indices().peekable();
        while let Some((at, character)) = rest.next() {
            if !is_part(bytes.get(at..at + length)) {
                redacted.push(character);
                continue;
            }
            let mut end = at + length;
            while is_part(bytes.get(end + 1 - length..=end)) {
                end += 1;
            }
            while rest.next_if(|(next, _)| *next < end).is_some() {}
            redacted.push_str(NOT_SHOWN);
        }
        redacted
    }

    /// Compares in a time that doesn't depend on the position of the first difference.
    pub(crate) fn is(&self, other: &str) -> bool {
        self.0.len() == other.len()
            && self
                .0
                .bytes()
                .zip(other.bytes())
                .fold(0, |all, (a, b)| all | (a ^ b))
                == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NOT_SHOWN)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_in_debug_output_and_redacted_from_text() {
        let secret = Secret::new("0.AbCd".into());
        assert_eq!(format!("{secret:?}"), "(not shown)");
        assert_eq!(secret.redact("no: 0.AbCd!"), "no: (not shown)!");
        assert_eq!(Secret::new(String::new()).redact("ab"), "ab");
    }

    #[test]
    fn parts_of_a_secret_are_redacted_but_not_single_words() {
        let secret = Secret::new("header.0123456789abcdefghij.signature".into());
        for (text, redacted) in [
            ("a 0123456789abcdef z", "a (not shown) z"),
            ("é0123456789abcdefghij.sigé", "é(not shown)é"),
            ("header.0123456789abcdefghij.signature", "(not shown)"),
            (
                "0123456789abcdef and 456789abcdefghij",
                "(not shown) and (not shown)",
            ),
            ("the signature of a header", "the signature of a header"),
            ("0123456789abcde", "0123456789abcde"),
        ] {
            assert_eq!(secret.redact(text), redacted);
        }
        let long = "é".repeat(LONGEST_TEXT);
        assert_eq!(secret.redact(&long).len(), LONGEST_TEXT);
        // A secret of a hostile service can be any text.
        let other = Secret::new("ééééééééééééééé".into());
        assert_eq!(other.redact("x ééééééééééééééé y"), "x (not shown) y");
        assert!(other.redact("xéééééééééy").starts_with('x'));
    }

    #[test]
    fn only_identical_text_compares_equal() {
        let secret = Secret::new("abc".into());
        assert!(secret.is("abc"));
        assert!(!secret.is("abd") && !secret.is("ab") && !secret.is("abcd") && !secret.is(""));
    }
}

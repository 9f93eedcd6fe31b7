//! A secret text in memory: wiped when dropped, never printed.

use std::fmt;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// A token, a code or a verifier. `Debug` shows nothing of it and there is no `Display`.
#[derive(Clone)]
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over; it is wiped with this.
    pub(crate) fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for a request or a comparison.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// `text` without this secret, for text that comes from outside and may echo it.
    pub(crate) fn redact(&self, text: &str) -> String {
        if self.0.is_empty() {
            return text.to_string();
        }
        text.replace(self.0.as_str(), "(not shown)")
    }

    /// Compares in a time that does not depend on where the first difference is.
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
        f.write_str("(not shown)")
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
    fn a_secret_prints_as_nothing_and_is_taken_out_of_other_text() {
        let secret = Secret::new("0.AbCd".into());
        assert_eq!(format!("{secret:?}"), "(not shown)");
        assert_eq!(secret.redact("no: 0.AbCd!"), "no: (not shown)!");
        assert_eq!(Secret::new(String::new()).redact("ab"), "ab");
    }

    #[test]
    fn only_the_same_text_is_the_same() {
        let secret = Secret::new("abc".into());
        assert!(secret.is("abc"));
        assert!(!secret.is("abd") && !secret.is("ab") && !secret.is("abcd") && !secret.is(""));
    }
}

//! Secret text in memory, wiped when dropped and never printed.

use std::fmt;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

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

    /// Replaces this secret in `text`, which comes from a service and may echo it.
    pub(crate) fn redact(&self, text: &str) -> String {
        if self.0.is_empty() {
            return text.to_string();
        }
        text.replace(self.0.as_str(), "(not shown)")
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
    fn a_secret_is_hidden_in_debug_output_and_redacted_from_text() {
        let secret = Secret::new("0.AbCd".into());
        assert_eq!(format!("{secret:?}"), "(not shown)");
        assert_eq!(secret.redact("no: 0.AbCd!"), "no: (not shown)!");
        assert_eq!(Secret::new(String::new()).redact("ab"), "ab");
    }

    #[test]
    fn only_identical_text_compares_equal() {
        let secret = Secret::new("abc".into());
        assert!(secret.is("abc"));
        assert!(!secret.is("abd") && !secret.is("ab") && !secret.is("abcd") && !secret.is(""));
    }
}

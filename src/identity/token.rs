//! An access token in memory: wiped when dropped, never printed.

use std::fmt;

use zeroize::Zeroizing;

use crate::input::InvalidInput;

/// A bearer token. `Debug` shows nothing of it, there is no `Display`, and a text from outside is
/// freed of it by [`AccessToken::redact`].
#[derive(Clone)]
pub struct AccessToken(Zeroizing<String>);

impl AccessToken {
    /// Takes UTF-8 bytes; a leading `Bearer ` and white space around are dropped.
    ///
    /// # Errors
    /// Empty, or holds what can't stand in an HTTP header. The sentence does not repeat it.
    pub fn new(bytes: &[u8]) -> Result<Self, InvalidInput> {
        let wrong =
            |expected: &str| InvalidInput::new("AccessToken", "(not shown)", expected.to_string());
        let text = std::str::from_utf8(bytes)
            .map_err(|_| wrong("it is not text; give the token as it was issued"))?
            .trim();
        let text = match text.split_at_checked(6) {
            Some((scheme, rest))
                if scheme.eq_ignore_ascii_case("bearer")
                    && rest.chars().next().is_none_or(char::is_whitespace) =>
            {
                rest.trim()
            }
            _ => text,
        };
        if text.is_empty() {
            return Err(wrong("it is empty; give a Microsoft Graph access token"));
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(wrong(
                "it has white space or characters that no token has; it may have been cut or wrapped when it was copied",
            ));
        }
        Ok(Self(Zeroizing::new(text.to_string())))
    }

    /// The token itself, for the Authorization header and for reading its claims.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// `text` without this token, for text that comes from outside and may echo it.
    pub(crate) fn redact(&self, text: &str) -> String {
        text.replace(self.0.as_str(), "(token)")
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_paste_around_a_token_is_dropped() {
        for text in [
            "abc.def.ghi",
            " abc.def.ghi\r\n",
            "Bearer abc.def.ghi",
            "bearer  abc.def.ghi",
        ] {
            assert_eq!(
                AccessToken::new(text.as_bytes()).unwrap().expose(),
                "abc.def.ghi"
            );
        }
    }

    #[test]
    fn what_is_no_token_is_refused_without_repeating_it() {
        for text in [
            &b""[..],
            b"  ",
            b"Bearer ",
            b"abc def",
            b"abc\r\nX-Evil: 1",
            "sécret".as_bytes(),
            b"\xff\xfe",
        ] {
            let error = AccessToken::new(text).unwrap_err().to_string();
            assert!(error.starts_with("AccessToken"), "{error}");
            assert!(!error.contains("abc") && !error.contains("cret"), "{error}");
        }
    }

    #[test]
    fn a_token_prints_as_nothing_and_is_taken_out_of_other_text() {
        let token = AccessToken::new(b"abc.def.ghi").unwrap();
        assert!(!format!("{token:?}").contains("abc"));
        assert_eq!(token.redact("no: abc.def.ghi!"), "no: (token)!");
    }
}

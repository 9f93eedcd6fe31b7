//! The tokens of a session, as they are given and as they are sent.

use crate::input::InvalidInput;
use crate::secret::Secret;

/// A bearer token for Microsoft Graph.
#[derive(Debug, Clone)]
pub struct AccessToken(Secret);

impl AccessToken {
    /// Takes UTF-8 bytes; a leading `Bearer ` and white space around are dropped.
    ///
    /// # Errors
    /// Empty, or holds what can't stand in an HTTP header. The sentence does not repeat it.
    pub fn new(bytes: &[u8]) -> Result<Self, InvalidInput> {
        read("AccessToken", "give a Microsoft Graph access token", bytes).map(Self)
    }

    /// The token itself, for the Authorization header and for reading its claims.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }

    /// `text` without this token, for text that comes from outside and may echo it.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.0.redact(text)
    }
}

/// What gets new access tokens without a person, until Entra ends it.
#[derive(Debug, Clone)]
pub struct RefreshToken(Secret);

impl RefreshToken {
    /// Takes UTF-8 bytes; white space around is dropped.
    ///
    /// # Errors
    /// As for [`AccessToken::new`].
    pub fn new(bytes: &[u8]) -> Result<Self, InvalidInput> {
        read(
            "RefreshToken",
            "give a refresh token, as Export-ChatAccessToken returns it",
            bytes,
        )
        .map(Self)
    }

    /// The token itself, for the token endpoint and for whoever stores it.
    pub(crate) fn secret(&self) -> &Secret {
        &self.0
    }
}

fn read(parameter: &'static str, what_to_give: &str, bytes: &[u8]) -> Result<Secret, InvalidInput> {
    let wrong = |expected: &str| InvalidInput::new(parameter, "(not shown)", expected);
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
        return Err(wrong(&format!("it is empty; {what_to_give}")));
    }
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(wrong(
            "it has white space or characters that no token has; it may have been cut or wrapped when it was copied",
        ));
    }
    Ok(Secret::new(text.to_string()))
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
            let other = RefreshToken::new(text).unwrap_err().to_string();
            assert!(other.starts_with("RefreshToken"), "{other}");
            for text in [error, other] {
                assert!(!text.contains("abc") && !text.contains("cret"), "{text}");
            }
        }
    }
}

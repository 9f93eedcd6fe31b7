//! The access token and the refresh token of a session.

use crate::input::InvalidInput;
use crate::secret::Secret;

/// A bearer token for Microsoft Graph.
#[derive(Debug, Clone)]
pub struct AccessToken(Secret);

impl AccessToken {
    /// Parses UTF-8 bytes. A leading `Bearer ` and surrounding white space are ignored.
    ///
    /// # Errors
    /// The token is empty or contains characters that an HTTP header can't. The error never
    /// contains the token.
    pub fn new(bytes: &[u8]) -> Result<Self, InvalidInput> {
        read("AccessToken", "use a Microsoft Graph access token", bytes).map(Self)
    }

    /// Returns the token's text, for the Authorization header and for reading its claims.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Replaces this token in `text`, which comes from a service and may echo it.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.0.redact(text)
    }
}

/// A refresh token, which obtains new access tokens without the user until Entra revokes it.
#[derive(Debug, Clone)]
pub struct RefreshToken(Secret);

impl RefreshToken {
    /// Parses UTF-8 bytes. Surrounding white space is ignored.
    ///
    /// # Errors
    /// See [`AccessToken::new`].
    pub fn new(bytes: &[u8]) -> Result<Self, InvalidInput> {
        read(
            "RefreshToken",
            "use a refresh token. Export-ChatAccessToken returns one",
            bytes,
        )
        .map(Self)
    }

    /// Returns the token's text, for the token endpoint and for export.
    pub(crate) fn secret(&self) -> &Secret {
        &self.0
    }
}

fn read(parameter: &'static str, expected: &str, bytes: &[u8]) -> Result<Secret, InvalidInput> {
    let invalid = |reason: &str| InvalidInput::new(parameter, "(not shown)", reason);
    let text = std::str::from_utf8(bytes)
        .map_err(|_| invalid("it is not UTF-8 text. Use the token as it was issued"))?
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
        return Err(invalid(&format!("it is empty; {expected}")));
    }
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(invalid(
            "it contains white space or characters that tokens don't contain; it may have been truncated or wrapped when it was copied",
        ));
    }
    Ok(Secret::new(text.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_prefix_and_white_space_are_ignored() {
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
    fn an_invalid_token_is_refused_without_repeating_it() {
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

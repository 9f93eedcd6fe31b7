//! The response of the token endpoint, checked before use.

use std::time::Duration;

use serde::Deserialize;

use super::SignInError;
use crate::identity::{Application, Claims};
use crate::input::one_line;
use crate::secret::Secret;
use crate::token::{AccessToken, RefreshToken};

/// Longest lifetime of an access token that is accepted, in seconds. Entra's longest is 28 hours.
const MAX_LIFETIME_SECONDS: u64 = 7 * 24 * 60 * 60;

/// The tokens of one response.
#[derive(Debug, Clone)]
pub(in crate::identity) struct Tokens {
    pub(in crate::identity) access: AccessToken,
    pub(in crate::identity) refresh: Option<RefreshToken>,
    /// Lifetime of the access token, from when it was received.
    pub(in crate::identity) lifetime: Duration,
    /// The claims of the ID token about the user.
    pub(in crate::identity) identity: Option<Claims>,
    /// The nonce in the ID token.
    pub(in crate::identity) nonce: Option<Secret>,
    /// The granted permissions.
    pub(in crate::identity) scopes: Vec<String>,
}

/// The JSON of the response.
#[derive(Deserialize)]
pub(super) struct TokenResponse {
    token_type: String,
    access_token: Secret,
    expires_in: u64,
    #[serde(default)]
    refresh_token: Option<Secret>,
    #[serde(default)]
    id_token: Option<Secret>,
    #[serde(default)]
    scope: String,
}

impl Tokens {
    pub(super) fn read(
        response: TokenResponse,
        application: &Application,
    ) -> Result<Self, SignInError> {
        let unexpected = |what: &str| {
            SignInError::NotEntra(format!("Entra returned an unexpected response: {what}."))
        };
        if !response.token_type.eq_ignore_ascii_case("bearer") {
            return Err(unexpected("the token type is not Bearer"));
        }
        let access = AccessToken::new(response.access_token.expose().as_bytes())
            .map_err(|_| unexpected("the access token is malformed"))?;
        let refresh = response
            .refresh_token
            .map(|token| RefreshToken::new(token.expose().as_bytes()))
            .transpose()
            .map_err(|_| unexpected("the refresh token is malformed"))?;
        let id_token = response
            .id_token
            .map(|token| AccessToken::new(token.expose().as_bytes()))
            .transpose()
            .map_err(|_| unexpected("the ID token is malformed"))?;
        let identity = id_token.as_ref().and_then(Claims::read);
        if let Some(claims) = &identity
            && claims.audience.as_deref() != Some(application.client_id.to_string().as_str())
        {
            return Err(SignInError::Forged(
                "the ID token is for another application",
            ));
        }
        Ok(Self {
            access,
            refresh,
            lifetime: Duration::from_secs(response.expires_in.min(MAX_LIFETIME_SECONDS)),
            nonce: id_token.as_ref().and_then(Claims::nonce),
            // The ID token identifies the user. Its audience and expiry don't apply to the access
            // token.
            identity: identity.map(|claims| Claims {
                audience: None,
                expires: None,
                app_only: false,
                ..claims
            }),
            scopes: response
                .scope
                .split_whitespace()
                .take(100)
                .map(|scope| one_line(scope, 100))
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn read(change: Value) -> Result<Tokens, SignInError> {
        let mut response = json!({"token_type": "Bearer", "access_token": "a.b.c", "expires_in": 3599,
            "refresh_token": "0.A", "scope": "Chat.ReadWrite.All openid"});
        let changes = change.as_object().unwrap().clone();
        response.as_object_mut().unwrap().extend(changes);
        let client = Uuid::nil().to_string();
        let application = Application::new(None, Some(&client), Vec::new()).unwrap();
        Tokens::read(serde_json::from_value(response).unwrap(), &application)
    }

    fn id_token(claims: &Value) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
    }

    #[test]
    fn a_response_is_read_with_the_identity_of_the_user() {
        let claims =
            json!({"aud": Uuid::nil().to_string(), "nonce": "n", "preferred_username": "a@b.c"});
        let tokens = read(json!({"id_token": id_token(&claims)})).unwrap();
        assert_eq!(tokens.lifetime, Duration::from_secs(3599));
        assert_eq!(tokens.identity.unwrap().account.as_deref(), Some("a@b.c"));
        assert!(tokens.nonce.unwrap().is("n"));
        assert_eq!(tokens.scopes, ["Chat.ReadWrite.All", "openid"]);
    }

    #[test]
    fn malformed_tokens_are_refused_and_long_lifetimes_capped() {
        for change in [
            json!({"token_type": "pop"}),
            json!({"access_token": ""}),
            json!({"access_token": "a b"}),
            json!({"refresh_token": "a\r\nb"}),
            json!({"id_token": id_token(&json!({"aud": "another"}))}),
        ] {
            assert!(read(change.clone()).is_err(), "{change}");
        }
        let long = read(json!({"expires_in": u64::MAX})).unwrap();
        assert_eq!(long.lifetime, Duration::from_secs(MAX_LIFETIME_SECONDS));
    }

    #[test]
    fn debug_output_contains_no_token() {
        let printed = format!("{:?}", read(json!({})).unwrap());
        assert!(
            !printed.contains("a.b.c") && !printed.contains("0.A"),
            "{printed}"
        );
    }
}

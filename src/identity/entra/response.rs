//! What the token endpoint gives, checked before anything uses it.

use std::time::Duration;

use serde::Deserialize;

use super::SignInError;
use crate::identity::{Application, Claims};
use crate::input::one_line;
use crate::secret::Secret;
use crate::token::{AccessToken, RefreshToken};

/// The longest life that is believed of an access token; Entra's longest are 28 hours.
const LONGEST_LIFE: u64 = 7 * 24 * 60 * 60;

/// The tokens of one answer.
#[derive(Debug, Clone)]
pub(in crate::identity) struct Tokens {
    pub(in crate::identity) access: AccessToken,
    pub(in crate::identity) refresh: Option<RefreshToken>,
    /// How long the access token lives, from when it was received.
    pub(in crate::identity) life: Duration,
    /// What the ID token says of who signed in.
    pub(in crate::identity) identity: Option<Claims>,
    /// The nonce in the ID token.
    pub(in crate::identity) nonce: Option<Secret>,
    /// The permissions that were given.
    pub(in crate::identity) scopes: Vec<String>,
}

/// The JSON of the answer.
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
        answer: TokenResponse,
        application: &Application,
    ) -> Result<Self, SignInError> {
        let unusable =
            |what: &str| SignInError::NotEntra(format!("Entra's answer can't be used: {what}."));
        if !answer.token_type.eq_ignore_ascii_case("bearer") {
            return Err(unusable("its token is not a bearer token"));
        }
        let access = AccessToken::new(answer.access_token.expose().as_bytes())
            .map_err(|_| unusable("its access token is not one"))?;
        let refresh = answer
            .refresh_token
            .map(|token| RefreshToken::new(token.expose().as_bytes()))
            .transpose()
            .map_err(|_| unusable("its refresh token is not one"))?;
        let id_token = answer
            .id_token
            .map(|token| AccessToken::new(token.expose().as_bytes()))
            .transpose()
            .map_err(|_| unusable("its ID token is not one"))?;
        let identity = id_token.as_ref().and_then(Claims::read);
        if let Some(claims) = &identity
            && claims.audience.as_deref() != Some(application.client_id.to_string().as_str())
        {
            return Err(SignInError::Forged(
                "its ID token is for another application",
            ));
        }
        Ok(Self {
            access,
            refresh,
            life: Duration::from_secs(answer.expires_in.min(LONGEST_LIFE)),
            nonce: id_token.as_ref().and_then(Claims::nonce),
            // It says who signed in. For whom it is and how long it lasts says nothing of the access token.
            identity: identity.map(|claims| Claims {
                audience: None,
                expires: None,
                app_only: false,
                ..claims
            }),
            scopes: answer
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
        let mut answer = json!({"token_type": "Bearer", "access_token": "a.b.c", "expires_in": 3599,
            "refresh_token": "0.A", "scope": "Chat.ReadWrite.All openid"});
        let changes = change.as_object().unwrap().clone();
        answer.as_object_mut().unwrap().extend(changes);
        let client = Uuid::nil().to_string();
        let application = Application::new(None, Some(&client), Vec::new()).unwrap();
        Tokens::read(serde_json::from_value(answer).unwrap(), &application)
    }

    fn id_token(claims: &Value) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
    }

    #[test]
    fn an_answer_is_read_with_who_signed_in() {
        let claims =
            json!({"aud": Uuid::nil().to_string(), "nonce": "n", "preferred_username": "a@b.c"});
        let tokens = read(json!({"id_token": id_token(&claims)})).unwrap();
        assert_eq!(tokens.life, Duration::from_secs(3599));
        assert_eq!(tokens.identity.unwrap().account.as_deref(), Some("a@b.c"));
        assert!(tokens.nonce.unwrap().is("n"));
        assert_eq!(tokens.scopes, ["Chat.ReadWrite.All", "openid"]);
    }

    #[test]
    fn what_can_not_be_sent_or_believed_is_refused() {
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
        assert_eq!(long.life, Duration::from_secs(LONGEST_LIFE));
    }

    #[test]
    fn nothing_of_the_tokens_is_printed() {
        let told = format!("{:?}", read(json!({})).unwrap());
        assert!(!told.contains("a.b.c") && !told.contains("0.A"), "{told}");
    }
}

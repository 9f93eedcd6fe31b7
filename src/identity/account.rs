//! A signed-in administrator, ready for requests.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::entra::{Entra, Tokens};
use super::token_source::TokenSource;
use super::{Objection, SignInError};
use crate::cloud::Cloud;
use crate::graph::{ClientError, GraphClient};
use crate::input::one_line;
use crate::token::AccessToken;

/// One session: a Graph client, and the tokens it sends.
#[derive(Debug)]
pub struct Account {
    client: GraphClient,
    tokens: TokenSource,
    /// How the session was made.
    token_source: &'static str,
}

impl Account {
    /// A session with a token that the caller has.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn with_token(cloud: Cloud, token: AccessToken) -> Result<Self, ClientError> {
        Ok(Self {
            client: GraphClient::new(cloud)?,
            tokens: TokenSource::given(token),
            token_source: "AccessToken",
        })
    }

    /// A session that a sign-in made.
    pub(super) fn signed_in(
        cloud: Cloud,
        entra: Entra,
        tokens: Tokens,
        asked: Instant,
        token_source: &'static str,
    ) -> Result<Self, SignInError> {
        Ok(Self {
            client: GraphClient::new(cloud).map_err(SignInError::NoClient)?,
            tokens: TokenSource::renewed(entra, tokens, asked),
            token_source,
        })
    }

    /// The tenant that the token is of, where it says so.
    pub fn tenant(&self) -> Option<String> {
        self.tokens.held().claims?.tenant_id
    }

    /// Whether the token says that it stands for a person.
    pub fn is_delegated(&self) -> bool {
        self.tokens
            .held()
            .claims
            .is_some_and(|claims| !claims.app_only)
    }

    /// The address that the token says it is for, where that is another cloud's Graph.
    pub fn other_audience(&self) -> Option<String> {
        let cloud = self.client.cloud();
        let audience = self.tokens.held().claims?.audience?;
        let elsewhere = audience.starts_with("https://")
            && cloud.environment != "Custom"
            && !audience
                .trim_end_matches('/')
                .eq_ignore_ascii_case(&cloud.graph);
        elsewhere.then(|| one_line(&audience, 100))
    }

    /// The session's client.
    pub fn client(&self) -> &GraphClient {
        &self.client
    }

    /// The token to send now. One that is about to end is renewed first, which may take a while.
    ///
    /// # Errors
    /// The token has ended and there is no new one: for now ([`SignInError::is_transient`]), or without
    /// a person.
    pub fn token(&self) -> Result<AccessToken, SignInError> {
        self.tokens.token()
    }

    /// A new token after Graph refused `refused`, with the claims that its challenge asks for (base64, as
    /// sent). A session with a token from outside has no other.
    ///
    /// # Errors
    /// As for [`Self::token`].
    pub fn refresh(
        &self,
        refused: &AccessToken,
        challenge: Option<&str>,
    ) -> Result<AccessToken, SignInError> {
        self.tokens.replace(refused, challenge)
    }

    /// The newest refresh token, for whoever stores it for the next session.
    pub fn export_refresh_token(&self) -> Option<Zeroizing<String>> {
        let token = self.tokens.refresh_token()?;
        Some(Zeroizing::new(token.secret().expose().to_string()))
    }

    /// What the token's own claims say against a removal in `tenant`. A token that has ended is no
    /// objection where a new one can be had.
    pub fn objection(&self, tenant: &str) -> Option<Objection> {
        let now = if self.tokens.renews() {
            i64::MIN
        } else {
            Timestamp::now().as_second()
        };
        self.tokens
            .held()
            .claims?
            .objection(tenant, &self.client.cloud().graph, now)
    }

    /// The object id of the signed-in user, where the token says so.
    pub fn user(&self) -> Option<String> {
        self.tokens.held().claims?.user_id
    }

    /// Who is signed in, where and with what, as JSON. Never a token.
    pub fn describe(&self) -> Value {
        let held = self.tokens.held();
        let left = held.left();
        let claims = held.claims.unwrap_or_default();
        let cloud = self.client.cloud();
        let expires = match left {
            Some(left) => Timestamp::now()
                .checked_add(SignedDuration::try_from(left).unwrap_or_default())
                .ok()
                .and_then(|end| Timestamp::from_second(end.as_second()).ok()),
            None => claims
                .expires
                .and_then(|end| Timestamp::from_second(end).ok()),
        };
        let scopes = if claims.scopes.is_empty() {
            held.scopes
        } else {
            claims.scopes
        };
        json!({
            "account": claims.account,
            "user_id": claims.user_id,
            "tenant_id": claims.tenant_id,
            "client_id": claims.client_id,
            "app_name": claims.app_name,
            "scopes": scopes,
            "auth_type": if claims.app_only { "AppOnly" } else { "Delegated" },
            "token_source": self.token_source,
            "renews": self.tokens.renews(),
            "expires": expires.map(|end| end.to_string()),
            "environment": cloud.environment,
            "graph_endpoint": cloud.graph,
            "authority_host": cloud.authority,
        })
    }
}

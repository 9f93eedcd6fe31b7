//! The account of a signed-in administrator: a Graph client and its tokens.

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

/// A session: a Graph client and the tokens that it sends.
#[derive(Debug)]
pub struct Account {
    client: GraphClient,
    tokens: TokenSource,
    /// How the first token was obtained: `AccessToken`, `Browser`, `DeviceCode` or `RefreshToken`.
    token_source: &'static str,
}

impl Account {
    /// Creates a session from an access token of the caller's.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn with_token(cloud: Cloud, token: AccessToken) -> Result<Self, ClientError> {
        Ok(Self {
            client: GraphClient::new(cloud)?,
            tokens: TokenSource::fixed(token),
            token_source: "AccessToken",
        })
    }

    /// Creates a session from the tokens of a sign-in, requested at `requested_at`.
    pub(super) fn signed_in(
        cloud: Cloud,
        entra: Entra,
        tokens: Tokens,
        requested_at: Instant,
        token_source: &'static str,
    ) -> Result<Self, SignInError> {
        Ok(Self {
            client: GraphClient::new(cloud).map_err(SignInError::NoClient)?,
            tokens: TokenSource::renewable(entra, tokens, requested_at),
            token_source,
        })
    }

    /// Returns the tenant id in the token's claims, if the token can be read.
    pub fn tenant(&self) -> Option<String> {
        self.tokens.held().claims?.tenant_id
    }

    /// Returns whether the token's claims identify a user rather than an application.
    pub fn is_delegated(&self) -> bool {
        self.tokens
            .held()
            .claims
            .is_some_and(|claims| !claims.app_only)
    }

    /// Returns the token's audience if it is the Graph address of another cloud.
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

    /// Returns the session's Graph client.
    pub fn client(&self) -> &GraphClient {
        &self.client
    }

    /// Returns the token to send. Renews a token that is about to expire, which blocks on a request
    /// to Entra.
    ///
    /// # Errors
    /// The token has expired and can't be renewed, either for now ([`SignInError::is_transient`])
    /// or until the user signs in again.
    pub fn token(&self) -> Result<AccessToken, SignInError> {
        self.tokens.token()
    }

    /// Replaces `refused`, a token that Graph rejected, with a new one that satisfies the claims of
    /// Graph's `challenge` (base64, as received). A session that was opened with an access token
    /// can't replace it.
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

    /// Returns the newest refresh token, for storing until the next session.
    pub fn export_refresh_token(&self) -> Option<Zeroizing<String>> {
        let token = self.tokens.refresh_token()?;
        Some(Zeroizing::new(token.secret().expose().to_string()))
    }

    /// Returns the reason why the token's claims rule out a removal in `tenant`, if there is one.
    /// An expired token is no reason while it can be renewed.
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

    /// Returns the object id of the signed-in user, if the token can be read.
    pub fn user(&self) -> Option<String> {
        self.tokens.held().claims?.user_id
    }

    /// Returns the principal name of the signed-in user, or the object id, if the token can be read.
    pub fn name(&self) -> Option<String> {
        let claims = self.tokens.held().claims?;
        [claims.account, claims.user_id]
            .into_iter()
            .flatten()
            .find(|name| !name.is_empty())
    }

    /// Describes the account, its permissions and its endpoints as JSON. Contains no token.
    pub fn describe(&self) -> Value {
        let held = self.tokens.held();
        let remaining = held.remaining();
        let claims = held.claims.unwrap_or_default();
        let cloud = self.client.cloud();
        let expires = match remaining {
            Some(remaining) => Timestamp::now()
                .checked_add(SignedDuration::try_from(remaining).unwrap_or_default())
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

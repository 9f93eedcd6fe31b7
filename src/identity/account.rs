//! A signed-in administrator, ready for requests.

use std::sync::Mutex;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AccessToken, Claims, Objection};
use crate::graph::{Cloud, GraphClient};

/// One session: a Graph client, the token it sends, and what the token says.
#[derive(Debug)]
pub struct Account {
    client: GraphClient,
    signed_in: Mutex<SignedIn>,
}

#[derive(Debug, Clone)]
struct SignedIn {
    token: AccessToken,
    claims: Option<Claims>,
}

/// There is no token that Graph takes, and none can be had without a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInNeeded;

impl Account {
    /// A session with a token that the caller has.
    ///
    /// # Errors
    /// A sentence, where the HTTPS client can't be set up.
    pub fn with_token(cloud: Cloud, token: AccessToken) -> Result<Self, String> {
        Ok(Self {
            client: GraphClient::new(cloud)?,
            signed_in: Mutex::new(SignedIn {
                claims: Claims::read(&token),
                token,
            }),
        })
    }

    /// The session's client.
    pub fn client(&self) -> &GraphClient {
        &self.client
    }

    /// The token to send now.
    pub fn token(&self) -> AccessToken {
        self.signed_in().token
    }

    /// A new token after Graph refused `refused`. A session with a token from outside has no other.
    ///
    /// # Errors
    /// [`SignInNeeded`].
    pub fn refresh(&self, refused: &AccessToken) -> Result<AccessToken, SignInNeeded> {
        let current = self.token();
        if current.expose() == refused.expose() {
            Err(SignInNeeded)
        } else {
            Ok(current)
        }
    }

    /// What the token's own claims say against a removal in `tenant`.
    pub fn objection(&self, tenant: &str) -> Option<Objection> {
        let now = Timestamp::now().as_second();
        self.signed_in()
            .claims?
            .objection(tenant, &self.client.cloud().graph, now)
    }

    /// The tenant that the token is of, where it says so.
    pub fn tenant(&self) -> Option<String> {
        self.signed_in().claims?.tenant_id
    }

    /// Who is signed in, where and with what, as JSON. Never the token.
    pub fn describe(&self) -> Value {
        let claims = self.signed_in().claims.unwrap_or_default();
        let cloud = self.client.cloud();
        let expires = claims
            .expires
            .and_then(|end| Timestamp::from_second(end).ok());
        json!({
            "account": claims.account,
            "user_id": claims.user_id,
            "tenant_id": claims.tenant_id,
            "client_id": claims.client_id,
            "app_name": claims.app_name,
            "scopes": claims.scopes,
            "auth_type": if claims.app_only { "AppOnly" } else { "Delegated" },
            "token_source": "AccessToken",
            "expires": expires.map(|end| end.to_string()),
            "environment": cloud.environment,
            "graph_endpoint": cloud.graph,
            "authority_host": cloud.authority,
        })
    }

    fn signed_in(&self) -> SignedIn {
        // A panic while the lock is held can't leave the pair half changed: it is replaced whole.
        self.signed_in
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }
}

//! Access tokens that look like Entra's and are valid for one sandbox only.
//!
//! A token has the form of a JWT (`header.payload.signature`) with the claims of a delegated Graph
//! token and a random signature. The sandbox accepts a token because it issued it, whatever the
//! token contains.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

/// The home tenant, and the default of [`TokenClaims::tid`].
pub const TENANT_ID: &str = "5f3e2b10-7c4d-4e8a-9b61-0d2c3a4f5e61";
/// The object id of the administrator, and the default of [`TokenClaims::oid`].
pub const ADMIN_ID: &str = "a1d0c9e4-2b7f-4c35-8e16-9f0b7d3c5a28";
/// The delegated permission that a removal requires.
pub const SCOPE: &str = "Chat.ReadWrite.All";

/// Microsoft Graph as an audience: its address, and the id of its service principal.
const GRAPH_AUDIENCES: [&str; 2] = [
    "https://graph.microsoft.com",
    "00000003-0000-0000-c000-000000000000",
];
/// Microsoft Graph Command Line Tools, the client id that `Connect-MgGraph` uses.
const COMMAND_LINE_TOOLS: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
/// Age of a new token in seconds. Entra dates tokens back five minutes, for clocks that run late.
const ISSUED_AGO: i64 = 300;

/// The claims of a token to issue. The default is a delegated token of the administrator with the
/// scope for removals, valid for an hour.
///
/// ```
/// use sandbox::TokenClaims;
///
/// let no_scope = TokenClaims { scp: Some("User.Read".into()), ..TokenClaims::default() };
/// let other_account = TokenClaims { oid: "0b1c…".into(), ..TokenClaims::default() };
/// let expired = TokenClaims::expired();
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenClaims {
    /// The audience. The Graph endpoints refuse any other than Microsoft Graph.
    pub aud: String,
    /// The tenant of the account. Removals in another tenant are refused.
    pub tid: String,
    /// The object id of the account, which the limit per user counts.
    pub oid: String,
    pub upn: String,
    pub name: String,
    pub appid: String,
    pub app_displayname: String,
    /// The delegated scopes, separated by spaces. `None` (`null`) leaves the claim out.
    pub scp: Option<String>,
    /// The application permissions of an app-only token. An empty list leaves the claim out.
    pub roles: Vec<String>,
    /// `user`, or `app` for an app-only token.
    pub idtyp: String,
    pub ver: String,
    /// Seconds until the token expires; negative for an expired token.
    pub expires_in: i64,
}

impl Default for TokenClaims {
    fn default() -> Self {
        Self {
            aud: GRAPH_AUDIENCES[0].into(),
            tid: TENANT_ID.into(),
            oid: ADMIN_ID.into(),
            upn: "admin@contoso.example".into(),
            name: "Contoso Administrator".into(),
            appid: COMMAND_LINE_TOOLS.into(),
            app_displayname: "Microsoft Graph Command Line Tools".into(),
            scp: Some(format!("{SCOPE} User.Read")),
            roles: Vec::new(),
            idtyp: "user".into(),
            ver: "1.0".into(),
            expires_in: 3_600,
        }
    }
}

impl TokenClaims {
    /// Returns the claims of an app-only token, as a managed identity or a client secret obtains
    /// it. Removals refuse it.
    pub fn app_only() -> Self {
        Self {
            scp: None,
            roles: vec![SCOPE.into()],
            idtyp: "app".into(),
            ..Self::default()
        }
    }

    /// Returns the claims of an app-only token with these application permissions.
    ///
    /// ```
    /// let discover = sandbox::TokenClaims::app_with(["Chat.ReadBasic.All", "User.ReadBasic.All"]);
    /// ```
    pub fn app_with(roles: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            roles: roles.into_iter().map(Into::into).collect(),
            ..Self::app_only()
        }
    }

    /// Returns the claims of a token that expired a minute ago.
    pub fn expired() -> Self {
        Self {
            expires_in: -60,
            ..Self::default()
        }
    }

    pub(crate) fn is_for_graph(&self) -> bool {
        GRAPH_AUDIENCES.contains(&self.aud.trim_end_matches('/'))
    }

    pub(crate) fn is_app_only(&self) -> bool {
        self.idtyp == "app" || (self.scp.is_none() && !self.roles.is_empty())
    }

    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        let granted = self.scp.as_deref().unwrap_or_default();
        granted
            .split(' ')
            .any(|one| one.eq_ignore_ascii_case(scope))
    }

    pub(crate) fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|one| one.eq_ignore_ascii_case(role))
    }

    /// Returns the payload of a token that is issued at `iat` and expires at `exp` (Unix seconds).
    fn payload(&self, iat: i64, exp: i64) -> Value {
        let mut payload = json!({
            "aud": self.aud,
            "iss": format!("https://sts.windows.net/{}/", self.tid),
            "iat": iat,
            "nbf": iat,
            "exp": exp,
            "acct": 0,
            "app_displayname": self.app_displayname,
            "appid": self.appid,
            "idtyp": self.idtyp,
            "oid": self.oid,
            "tid": self.tid,
            "ver": self.ver,
        });
        if self.idtyp == "user" {
            payload["name"] = json!(self.name);
            payload["upn"] = json!(self.upn);
            payload["unique_name"] = json!(self.upn);
        }
        if let Some(scp) = &self.scp {
            payload["scp"] = json!(scp);
        }
        if !self.roles.is_empty() {
            payload["roles"] = json!(self.roles);
        }
        payload
    }
}

/// A token that the sandbox issued.
pub(crate) struct IssuedToken {
    pub(crate) claims: TokenClaims,
    expires: i64,
}

impl IssuedToken {
    /// Returns whether the token has expired. Graph tolerates a clock skew of five minutes. Here
    /// both sides read the same clock, so there is no tolerance.
    pub(crate) fn has_expired(&self) -> bool {
        unix_now() >= self.expires
    }
}

/// All tokens issued so far.
#[derive(Default)]
pub(crate) struct TokenStore {
    tokens: HashMap<String, Arc<IssuedToken>>,
}

impl TokenStore {
    pub(crate) fn issue(&mut self, claims: TokenClaims) -> String {
        let expires = unix_now().saturating_add(claims.expires_in);
        let issued = unix_now().min(expires) - ISSUED_AGO;
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": random_part(20)});
        let text = [
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.payload(issued, expires).to_string()),
            random_part(256),
        ]
        .join(".");
        self.tokens
            .insert(text.clone(), Arc::new(IssuedToken { claims, expires }));
        text
    }

    pub(crate) fn find(&self, text: &str) -> Option<Arc<IssuedToken>> {
        self.tokens.get(text).cloned()
    }
}

/// Returns an ID token of the account in `claims`, for a request with this nonce.
pub(crate) fn id_token(claims: &TokenClaims, nonce: &str) -> String {
    let now = unix_now();
    let mut payload = json!({
        "aud": claims.appid,
        "iss": format!("https://login.microsoftonline.com/{}/v2.0", claims.tid),
        "iat": now,
        "nbf": now,
        "exp": now + 3_600,
        "name": claims.name,
        "oid": claims.oid,
        "preferred_username": claims.upn,
        "sub": random_part(24),
        "tid": claims.tid,
        "ver": "2.0",
    });
    if !nonce.is_empty() {
        payload["nonce"] = json!(nonce);
    }
    [
        URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"RS256"}"#),
        URL_SAFE_NO_PAD.encode(payload.to_string()),
        random_part(256),
    ]
    .join(".")
}

/// Returns random bytes in base64, as a part of a token.
fn random_part(bytes: usize) -> String {
    let mut part = vec![0; bytes];
    fastrand::fill(&mut part);
    URL_SAFE_NO_PAD.encode(part)
}

fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload_of(token: &str) -> Value {
        let part = token.split('.').nth(1).expect("a token has three parts");
        let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
        serde_json::from_slice(&bytes).expect("claims")
    }

    #[test]
    fn a_default_token_has_the_claims_of_a_delegated_graph_token() {
        let token = TokenStore::default().issue(TokenClaims::default());
        assert_eq!(token.split('.').count(), 3);
        let claims = payload_of(&token);
        assert_eq!(claims["aud"], "https://graph.microsoft.com");
        assert_eq!(claims["scp"], "Chat.ReadWrite.All User.Read");
        assert_eq!(claims["idtyp"], "user");
        assert_eq!(claims["tid"], TENANT_ID);
        assert_eq!(claims["oid"], ADMIN_ID);
        assert_eq!(claims["ver"], "1.0");
        assert_eq!(claims["nbf"], claims["iat"]);
        let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert!((3_900..=3_901).contains(&lifetime), "{lifetime}");
        assert!(claims.get("roles").is_none());
    }

    #[test]
    fn an_app_only_token_has_roles_and_no_scope() {
        let claims = payload_of(&TokenStore::default().issue(TokenClaims::app_only()));
        assert_eq!(claims["idtyp"], "app");
        assert_eq!(claims["roles"], json!(["Chat.ReadWrite.All"]));
        assert!(claims.get("scp").is_none() && claims.get("upn").is_none());
        let other = TokenClaims::app_with(["User.Read.All"]);
        assert!(other.is_app_only() && other.has_role("user.read.all"));
        assert!(!other.has_role(SCOPE));
    }

    #[test]
    fn two_tokens_with_the_same_claims_differ() {
        let mut store = TokenStore::default();
        let (one, other) = (
            store.issue(TokenClaims::default()),
            store.issue(TokenClaims::default()),
        );
        assert_ne!(one, other);
        assert!(store.find(&one).is_some() && store.find(&other).is_some());
    }

    #[test]
    fn only_an_issued_token_is_found_and_it_expires() {
        let mut store = TokenStore::default();
        let fresh = store.issue(TokenClaims::default());
        let expired = store.issue(TokenClaims::expired());
        assert!(!store.find(&fresh).unwrap().has_expired());
        assert!(store.find(&expired).unwrap().has_expired());
        assert!(store.find(&fresh[..fresh.len() - 1]).is_none());
        assert!(TokenStore::default().find(&fresh).is_none());
    }

    #[test]
    fn an_extreme_lifetime_does_not_overflow() {
        for expires_in in [i64::MAX, i64::MIN + 600] {
            let claims = TokenClaims {
                expires_in,
                ..TokenClaims::default()
            };
            TokenStore::default().issue(claims);
        }
    }

    #[test]
    fn claims_are_read_from_json_and_unknown_ones_are_refused() {
        let claims: TokenClaims =
            serde_json::from_str(r#"{"scp":null,"roles":["A"],"expires_in":-1}"#).unwrap();
        assert!(claims.scp.is_none() && claims.is_app_only());
        assert!(serde_json::from_str::<TokenClaims>(r#"{"scope":"User.Read"}"#).is_err());
    }
}

//! The claims in an access token. They are not verified and only explain errors: Graph decides.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::graph::{GRAPH_APP_ID, REMOVAL_SCOPE};
use crate::input::one_line;
use crate::secret::Secret;
use crate::token::AccessToken;

/// The claims that this library uses. All are optional: the format of a token is private to its
/// issuer and to Graph, and a token that can't be read still works.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// The service that the token was issued for (`aud`).
    pub audience: Option<String>,
    /// The signed-in user's tenant (`tid`).
    pub tenant_id: Option<String>,
    /// The signed-in user's object id (`oid`).
    pub user_id: Option<String>,
    /// The signed-in user's principal name (`upn`, `preferred_username` or `unique_name`).
    pub account: Option<String>,
    /// The application that signed in (`appid` or `azp`).
    pub client_id: Option<String>,
    /// The application's display name (`app_displayname`).
    pub app_name: Option<String>,
    /// Delegated permissions (`scp`), in the token's order.
    pub scopes: Vec<String>,
    /// Whether the token identifies an application without a user (`idtyp` is `app`, or it has
    /// roles and no scopes).
    pub app_only: bool,
    /// When the token expires (`exp`), in seconds since 1970.
    pub expires: Option<i64>,
}

impl Claims {
    /// Reads the claims of a token of three base64url parts. Returns `None` for any other, because
    /// Entra may issue tokens that only Graph can read.
    pub fn read(token: &AccessToken) -> Option<Self> {
        let claims = payload(token)?;
        let text = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| claims.get(*name)?.as_str())
                .map(|value| one_line(&token.redact(value), 200))
        };
        let scopes: Vec<String> = text_of(&claims, "scp")
            .split_whitespace()
            .map(|scope| one_line(scope, 100))
            .collect();
        let has_roles = claims.get("roles").is_some_and(Value::is_array);
        Some(Self {
            audience: text(&["aud"]),
            tenant_id: text(&["tid"]),
            user_id: text(&["oid"]),
            account: text(&["upn", "preferred_username", "unique_name"]),
            client_id: text(&["appid", "azp"]),
            app_name: text(&["app_displayname"]),
            app_only: text_of(&claims, "idtyp") == "app" || (has_roles && scopes.is_empty()),
            scopes,
            expires: claims.get("exp").and_then(Value::as_i64),
        })
    }

    /// Returns the nonce of an ID token.
    pub(super) fn nonce(token: &AccessToken) -> Option<Secret> {
        let claims = payload(token)?;
        Some(Secret::new(claims.get("nonce")?.as_str()?.to_string()))
    }

    /// Returns why Graph would refuse a removal with this token, or `None` if the claims don't rule
    /// it out. `tenant` is the tenant of the removal, `graph` the root of Microsoft Graph, and
    /// `now` the time in seconds since 1970.
    pub fn objection(&self, tenant: &str, graph: &str, now: i64) -> Option<Objection> {
        let audience_is_graph = self.audience.as_deref().is_none_or(|aud| {
            aud == GRAPH_APP_ID
                || aud.trim_end_matches('/') == graph
                // A custom endpoint may be a proxy for Microsoft Graph, which needs Graph's tokens.
                || aud.trim_end_matches('/').ends_with("graph.microsoft.com")
                || aud.trim_end_matches('/').ends_with("graph.microsoft.us")
        });
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        if !audience_is_graph {
            return Some(Objection::unauthorized(
                format!(
                    "The access token was issued for '{}', not for Microsoft Graph.",
                    or_empty(&self.audience)
                ),
                "Get a token for Microsoft Graph (resource https://graph.microsoft.com) and run Connect-ChatAccess again.",
            ));
        }
        if self.expires.is_some_and(|end| end <= now) {
            return Some(Objection::unauthorized(
                "The access token has expired.".into(),
                "Get a new token and run Connect-ChatAccess again.",
            ));
        }
        if self.app_only {
            return Some(Objection::denied(
                "The access token was issued to an application without a user, and removeAllAccessForUser accepts delegated tokens only.".into(),
                "Sign in as an administrator. A managed identity, a certificate or a client secret can't be used.",
            ));
        }
        if !self.scopes.is_empty()
            && !self
                .scopes
                .iter()
                .any(|s| s.eq_ignore_ascii_case(REMOVAL_SCOPE))
        {
            return Some(Objection::denied(
                format!(
                    "The access token lacks the permission {REMOVAL_SCOPE}. Its permissions are: {}.",
                    one_line(&self.scopes.join(" "), 200)
                ),
                "Sign in again with -Scope Chat.ReadWrite.All and consent to the permission.",
            ));
        }
        if self
            .tenant_id
            .as_deref()
            .is_some_and(|tid| !tid.eq_ignore_ascii_case(tenant))
        {
            return Some(Objection::denied(
                format!(
                    "The signed-in account belongs to tenant {}, but TenantId is {tenant}.",
                    or_empty(&self.tenant_id)
                ),
                "Check TenantId: it must be your home tenant, not the external user's. Otherwise, sign in to that tenant.",
            ));
        }
        None
    }
}

/// A refusal that the token's claims predict, so that no request is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// Whether the token itself is not valid (as with status 401) rather than its permissions
    /// insufficient (as with status 403).
    pub unauthorized: bool,
    /// What is wrong, as a sentence.
    pub message: String,
    /// How to resolve it.
    pub next_step: &'static str,
}

impl Objection {
    fn unauthorized(message: String, next_step: &'static str) -> Self {
        Self {
            unauthorized: true,
            message,
            next_step,
        }
    }

    fn denied(message: String, next_step: &'static str) -> Self {
        Self {
            unauthorized: false,
            message,
            next_step,
        }
    }
}

fn payload(token: &AccessToken) -> Option<Map<String, Value>> {
    let payload = token.expose().split('.').nth(1)?;
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&payload).ok()
}

fn text_of<'a>(claims: &'a Map<String, Value>, name: &str) -> &'a str {
    claims.get(name).and_then(Value::as_str).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TENANT: &str = "2a690434-97d9-4eed-83a6-f5f13600199a";
    const GRAPH: &str = "https://graph.microsoft.com";

    fn claims(payload: &Value) -> Claims {
        let part = URL_SAFE_NO_PAD.encode(payload.to_string());
        let token = AccessToken::new(format!("e30.{part}.c2ln").as_bytes()).unwrap();
        Claims::read(&token).unwrap()
    }

    fn good() -> Value {
        json!({"aud": GRAPH, "tid": TENANT, "scp": "User.Read Chat.ReadWrite.All", "exp": 2000,
            "upn": "admin@contoso.example", "unique_name": "other", "idtyp": "user", "appid": "a"})
    }

    #[test]
    fn a_delegated_graph_token_has_no_objection() {
        let claims = claims(&good());
        assert_eq!(claims.account.as_deref(), Some("admin@contoso.example"));
        assert_eq!(claims.scopes, ["User.Read", "Chat.ReadWrite.All"]);
        assert_eq!(claims.objection(TENANT, GRAPH, 1999), None);
    }

    #[test]
    fn each_predictable_refusal_has_its_own_message() {
        for (change, unauthorized, part) in [
            (
                json!({"aud": "https://management.azure.com/"}),
                true,
                "not for Microsoft Graph",
            ),
            (json!({"exp": 1000}), true, "expired"),
            (
                json!({"idtyp": "app", "scp": null, "roles": ["x"]}),
                false,
                "delegated tokens only",
            ),
            (
                json!({"scp": "User.Read"}),
                false,
                "Its permissions are: User.Read",
            ),
            (
                json!({"tid": "11111111-2222-3333-4444-555555555555"}),
                false,
                "but TenantId is 2a690434",
            ),
        ] {
            let mut payload = good();
            payload
                .as_object_mut()
                .unwrap()
                .extend(change.as_object().unwrap().clone());
            let objection = claims(&payload).objection(TENANT, GRAPH, 1000).unwrap();
            assert!(objection.message.contains(part), "{objection:?}");
            assert_eq!(objection.unauthorized, unauthorized, "{objection:?}");
        }
    }

    #[test]
    fn a_token_that_only_graph_can_read_has_no_claims() {
        for text in ["opaque", "a.b.c", "a.!!.c", "e30.bnVsbA.x"] {
            let token = AccessToken::new(text.as_bytes()).unwrap();
            assert_eq!(Claims::read(&token), None, "{text}");
        }
        assert_eq!(claims(&json!({})).objection(TENANT, GRAPH, 0), None);
        assert_eq!(claims(&json!({"exp": "soon", "scp": 7})).expires, None);
    }
}

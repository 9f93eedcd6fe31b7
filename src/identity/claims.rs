//! What an access token says about itself. Read, never trusted: Graph decides, this only explains.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::graph::{GRAPH_APP_ID, REMOVAL_SCOPE};
use crate::input::one_line;
use crate::secret::Secret;
use crate::token::AccessToken;

/// The claims this library has a use for. All are optional: a token is between its issuer and Graph,
/// and one that can't be read still works.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// For whom the token was issued (`aud`).
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
    /// The token stands for an application without a user (`idtyp` is `app`, or roles and no scopes).
    pub app_only: bool,
    /// When the token ends (`exp`), in seconds since 1970.
    pub expires: Option<i64>,
}

impl Claims {
    /// The claims of a token of three base64url parts. `None` for any other: Entra may issue tokens
    /// that only Graph can read.
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

    /// The nonce of an ID token.
    pub(super) fn nonce(token: &AccessToken) -> Option<Secret> {
        let claims = payload(token)?;
        Some(Secret::new(claims.get("nonce")?.as_str()?.to_string()))
    }

    /// Why Graph will refuse a removal with this token, as a sentence with the next step; `None`
    /// where nothing speaks against it. `tenant` is the tenant of the removal, `graph` the Graph root.
    pub fn objection(&self, tenant: &str, graph: &str, now: i64) -> Option<Objection> {
        let audience_is_graph = self.audience.as_deref().is_none_or(|aud| {
            aud == GRAPH_APP_ID
                || aud.trim_end_matches('/') == graph
                // A custom endpoint stands before the real Graph, whose tokens it is given.
                || aud.trim_end_matches('/').ends_with("graph.microsoft.com")
                || aud.trim_end_matches('/').ends_with("graph.microsoft.us")
        });
        let shown = |text: &Option<String>| text.clone().unwrap_or_default();
        if !audience_is_graph {
            return Some(Objection::unauthorized(
                format!(
                    "The access token was issued for '{}', not for Microsoft Graph.",
                    shown(&self.audience)
                ),
                "Get a token for Microsoft Graph (resource https://graph.microsoft.com) and connect again.",
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
                "Sign in as an administrator; a managed identity, certificate or client secret can't do this.",
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
                    "The access token has no {REMOVAL_SCOPE} permission; it has: {}.",
                    one_line(&self.scopes.join(" "), 200)
                ),
                "Sign in again asking for the delegated permission Chat.ReadWrite.All, and consent to it.",
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
                    shown(&self.tenant_id)
                ),
                "Check TenantId: it is your home tenant, not the external user's. Otherwise sign in to that tenant.",
            ));
        }
        None
    }
}

/// A refusal that the token's own claims foretell, so that no request is sent for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// The token itself is no use (as a 401), rather than what it permits (as a 403).
    pub unauthorized: bool,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
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
    fn a_delegated_graph_token_has_nothing_against_it() {
        let claims = claims(&good());
        assert_eq!(claims.account.as_deref(), Some("admin@contoso.example"));
        assert_eq!(claims.scopes, ["User.Read", "Chat.ReadWrite.All"]);
        assert_eq!(claims.objection(TENANT, GRAPH, 1999), None);
    }

    #[test]
    fn each_thing_that_graph_would_refuse_has_its_sentence() {
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
            (json!({"scp": "User.Read"}), false, "it has: User.Read"),
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

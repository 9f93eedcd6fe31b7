//! An error response of Graph.

use serde_json::{Map, Value, json};

use super::Correlation;
use crate::response::Response;

/// The challenge of a 401, with the authority and the client id of Microsoft Graph.
const CHALLENGE: &str = concat!(
    r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", "#,
    r#"client_id="00000003-0000-0000-c000-000000000000""#
);

/// The reason for refusing a request, which becomes an error response.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: u16,
    code: String,
    message: String,
    headers: Vec<(String, String)>,
    inner: Map<String, Value>,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            headers: Vec::new(),
            inner: Map::new(),
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "Forbidden", message)
    }

    /// Creates the 403 of the directory.
    pub(crate) fn insufficient_privileges() -> Self {
        Self::new(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )
    }

    /// Creates the 404 of the directory for an object with this id or name.
    pub(crate) fn resource_not_found(key: &str) -> Self {
        Self::new(
            404,
            "Request_ResourceNotFound",
            format!(
                "Resource '{key}' does not exist or one of its queried reference-property \
                 objects are not present."
            ),
        )
    }

    /// Creates a 401 for a missing or invalid token, with the address to get one.
    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(401, "InvalidAuthenticationToken", message).header("WWW-Authenticate", CHALLENGE)
    }

    /// Creates the 401 of continuous access evaluation for a token that lacks claims, for example
    /// after the account's sessions were revoked. `claims` are the requested claims in base64.
    pub(crate) fn claims_challenge(claims: &str) -> Self {
        Self::new(
            401,
            "InvalidAuthenticationToken",
            "Continuous access evaluation resulted in challenge with result: InteractionRequired \
             and code: TokenIssuedBeforeRevocationTimestamp",
        )
        .header(
            "WWW-Authenticate",
            format!(r#"{CHALLENGE}, error="insufficient_claims", claims="{claims}""#),
        )
    }

    /// Creates a 429. `None` leaves the `Retry-After` header out.
    pub(crate) fn throttled(retry_after: Option<String>) -> Self {
        let mut refusal = Self::new(429, "TooManyRequests", "Please retry again later.");
        for (name, value) in [
            ("code", "429"),
            ("message", "Please retry after"),
            ("status", "429"),
        ] {
            refusal.inner.insert(name.into(), value.into());
        }
        match retry_after {
            Some(value) => refusal.header("Retry-After", value),
            None => refusal,
        }
    }

    /// Adds a header to the response.
    pub(crate) fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn response(self, correlation: &Correlation) -> Response {
        let mut inner = correlation.inner_error();
        for (name, value) in self.inner {
            inner[name] = value;
        }
        let error = json!({"code": self.code, "message": self.message, "innerError": inner});
        let mut response = Response::json(self.status, &json!({ "error": error }));
        response.headers.extend(self.headers);
        response
    }
}

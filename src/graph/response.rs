//! Graph's response to a request. Its text is untrusted: it is cleaned and shortened here.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::blocking::Response;
use reqwest::header::{DATE, RETRY_AFTER, WWW_AUTHENTICATE};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::http::{Body, retry_after, text};
use crate::input::one_line;
use crate::token::AccessToken;

/// Maximum length of a repeated message, in characters.
const LONGEST_MESSAGE: usize = 400;

/// Status and error details of a response. No text in it contains the token that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphResponse {
    /// HTTP status.
    pub status: u16,
    /// Graph's error code, `Forbidden` for example.
    pub code: Option<String>,
    /// Graph's message; if the body is not Graph's, a sentence about what was received instead.
    pub message: Option<String>,
    /// Graph's id of the request, for a support case.
    pub request_id: Option<String>,
    /// Our id of the request as Graph read it.
    pub client_request_id: Option<String>,
    /// How long the service asks to wait, if it says so in a known form.
    pub retry_after: Option<Duration>,
    /// The service's time of the response, in whole seconds.
    pub date: Option<Timestamp>,
    /// The claims that a 401 asks for (Conditional Access), base64 as sent.
    pub claims_challenge: Option<String>,
}

impl GraphResponse {
    /// Whether Graph carried out the request.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Reads the response until `deadline`, and at most about `largest` bytes of its body. The
    /// status decides the outcome; an incomplete body only explains less.
    pub(super) fn read(
        mut received: Response,
        token: &AccessToken,
        deadline: Instant,
        largest: usize,
    ) -> (Self, Body) {
        let status = received.status().as_u16();
        let headers = received.headers().clone();
        let body = if status == 204 {
            Body::default()
        } else {
            Body::read(&mut received, deadline, largest)
        };
        let clean = |text: &str| one_line(&token.redact(text), LONGEST_MESSAGE);
        let mut response = Self {
            status,
            code: None,
            message: None,
            request_id: text(&headers, "request-id").map(clean),
            client_request_id: text(&headers, "client-request-id").map(clean),
            retry_after: text(&headers, RETRY_AFTER.as_str()).and_then(|value| {
                retry_after::parse(value, text(&headers, DATE.as_str()), Timestamp::now())
            }),
            date: text(&headers, DATE.as_str()).and_then(retry_after::timestamp),
            claims_challenge: text(&headers, WWW_AUTHENTICATE.as_str()).and_then(claims_challenge),
        };
        let is_json = || serde_json::from_slice::<IgnoredAny>(&body.bytes).is_ok();
        if response.is_success() && (status == 204 || is_json()) {
            return (response, body);
        }
        if let Ok(ErrorBody { error }) = serde_json::from_slice(&body.bytes) {
            response.code = error
                .code
                .filter(|code| !code.is_empty())
                .map(|c| clean(&c));
            response.message = error.message.filter(|m| !m.is_empty()).map(|m| clean(&m));
            let inner = error.inner.unwrap_or_default();
            response.request_id = response
                .request_id
                .or(inner.request_id.map(|id| clean(&id)));
            response.client_request_id = response
                .client_request_id
                .or(inner.client_request_id.map(|id| clean(&id)));
        } else {
            response.message = Some(body.describe_unexpected(&headers, "Microsoft Graph"));
        }
        (response, body)
    }
}

#[derive(Deserialize)]
struct ErrorBody {
    error: GraphError,
}

#[derive(Deserialize)]
struct GraphError {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    message: Option<String>,
    /// Both spellings occur in Graph's own documentation.
    #[serde(default, rename = "innerError", alias = "innererror")]
    inner: Option<InnerError>,
}

#[derive(Default, Deserialize)]
struct InnerError {
    #[serde(default, rename = "request-id")]
    request_id: Option<String>,
    #[serde(default, rename = "client-request-id")]
    client_request_id: Option<String>,
}

/// The `claims="…"` of a challenge.
fn claims_challenge(header: &str) -> Option<String> {
    let start = header.find("claims=\"")? + "claims=\"".len();
    let claims = &header[start..];
    let claims = &claims[..claims.find('"')?];
    (!claims.is_empty() && claims.len() <= 8 * 1024).then(|| claims.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_the_inner_error_are_read() {
        for inner in ["innerError", "innererror"] {
            let body = format!(
                r#"{{"error":{{"code":"Forbidden","message":"No.","{inner}":{{"request-id":"r","client-request-id":"c","date":"x"}}}}}}"#
            );
            let error = serde_json::from_str::<ErrorBody>(&body).unwrap().error;
            assert_eq!(error.code.as_deref(), Some("Forbidden"));
            assert_eq!(error.inner.unwrap().request_id.as_deref(), Some("r"));
        }
    }

    #[test]
    fn the_claims_of_a_challenge_are_found() {
        let header = r#"Bearer realm="", authorization_uri="https://x/authorize", error="insufficient_claims", claims="eyJhIjp7fX0=""#;
        assert_eq!(claims_challenge(header).as_deref(), Some("eyJhIjp7fX0="));
        assert_eq!(claims_challenge("Bearer"), None);
        assert_eq!(claims_challenge("Bearer claims=\"unfinished"), None);
    }
}

//! What Graph answered, read with care: an answer is somebody else's text.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::blocking::Response;
use reqwest::header::{DATE, RETRY_AFTER, WWW_AUTHENTICATE};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::http::{Body, retry_after, text};
use crate::input::one_line;
use crate::token::AccessToken;

/// The longest message that is repeated, in characters.
const LONGEST_MESSAGE: usize = 400;

/// An answer's status and what it says about itself. No text in it holds the token that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Graph's error code, `Forbidden` for example.
    pub code: Option<String>,
    /// Graph's message; where the body was not Graph's, a sentence about what came instead.
    pub message: Option<String>,
    /// Graph's id of the request, for a support case.
    pub request_id: Option<String>,
    /// Our id of the request as Graph read it.
    pub client_request_id: Option<String>,
    /// How long the service asks to wait, where it does so in a way that can be read.
    pub retry_after: Option<Duration>,
    /// The claims that a 401 asks for (Conditional Access), base64 as sent.
    pub claims_challenge: Option<String>,
}

impl Answer {
    /// Whether Graph did what was asked.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Reads the answer until `deadline`, and at most about `largest` bytes of its body. The status
    /// decides what became of the request; an incomplete body only explains less.
    pub(super) fn read(
        mut response: Response,
        token: &AccessToken,
        deadline: Instant,
        largest: usize,
    ) -> (Self, Body) {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = if status == 204 {
            Body::default()
        } else {
            Body::read(&mut response, deadline, largest)
        };
        let clean = |text: &str| one_line(&token.redact(text), LONGEST_MESSAGE);
        let mut answer = Self {
            status,
            code: None,
            message: None,
            request_id: text(&headers, "request-id").map(clean),
            client_request_id: text(&headers, "client-request-id").map(clean),
            retry_after: text(&headers, RETRY_AFTER.as_str()).and_then(|value| {
                retry_after::parse(value, text(&headers, DATE.as_str()), Timestamp::now())
            }),
            claims_challenge: text(&headers, WWW_AUTHENTICATE.as_str()).and_then(claims_challenge),
        };
        let is_json = || serde_json::from_slice::<IgnoredAny>(&body.bytes).is_ok();
        if answer.is_success() && (status == 204 || is_json()) {
            return (answer, body);
        }
        if let Ok(ErrorBody { error }) = serde_json::from_slice(&body.bytes) {
            answer.code = error
                .code
                .filter(|code| !code.is_empty())
                .map(|c| clean(&c));
            answer.message = error.message.filter(|m| !m.is_empty()).map(|m| clean(&m));
            let inner = error.inner.unwrap_or_default();
            answer.request_id = answer.request_id.or(inner.request_id.map(|id| clean(&id)));
            answer.client_request_id = answer
                .client_request_id
                .or(inner.client_request_id.map(|id| clean(&id)));
        } else {
            answer.message = Some(body.describe_unexpected(&headers, "Microsoft Graph"));
        }
        (answer, body)
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

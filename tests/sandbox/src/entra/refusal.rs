//! An error response of Entra.

use jiff::Timestamp;
use serde_json::json;

use crate::guid;
use crate::response::Response;

/// The reason for refusing a request.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) retry_after: Option<u64>,
    pub(super) error: String,
    code: u32,
    description: String,
}

impl Refusal {
    pub(super) fn new(error: &str, code: u32, description: impl Into<String>) -> Self {
        Self {
            status: 400,
            retry_after: None,
            error: error.into(),
            code,
            description: description.into(),
        }
    }

    pub(super) fn unknown_application(id: &str) -> Self {
        Self::new(
            "unauthorized_client",
            700_016,
            format!("Application with identifier '{id}' was not found in the directory."),
        )
    }

    /// Returns the description with AADSTS code, ids and time, as redirects and bodies carry it.
    /// Code 0 stands for no code.
    pub(super) fn text(&self, trace: &str, correlation: &str) -> String {
        let code = match self.code {
            0 => String::new(),
            code => format!("AADSTS{code}: "),
        };
        format!(
            "{code}{} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {}",
            self.description,
            timestamp()
        )
    }

    pub(super) fn response(&self) -> Response {
        let (trace, correlation) = (guid::random(), guid::random());
        let response = Response::json(
            self.status,
            &json!({
                "error": self.error,
                "error_description": self.text(&trace, &correlation),
                "error_codes": [self.code],
                "timestamp": timestamp(),
                "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.code),
            }),
        );
        match self.retry_after {
            Some(seconds) => response.with("Retry-After", seconds.to_string()),
            None => response,
        }
    }
}

fn timestamp() -> String {
    Timestamp::now().strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

//! The kinds of fault.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A fault. In JSON, `kind` is its name in snake case, and its fields stand beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Responds with 429 and this `Retry-After`, which is sent unchanged: seconds, a fraction, a
    /// date, or an invalid value. `None` leaves the header out.
    Throttle {
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// Responds with this status, Graph error code, message and headers.
    Status {
        code: u16,
        #[serde(default)]
        graph_code: String,
        #[serde(default)]
        message: String,
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// Resets the connection (RST) before the request is processed.
    ResetBefore,
    /// Processes the request and resets the connection (RST) without a response.
    ResetAfter,
    /// Closes the connection (FIN) before the request is processed.
    CloseBefore,
    /// Processes the request and closes the connection (FIN) without a response.
    CloseAfter,
    /// Sends the beginning of the response and closes the connection.
    Truncated {
        #[serde(default)]
        at: Cut,
    },
    /// Responds with 200 and a body of this size, and closes the connection.
    Giant {
        megabytes: u64,
        /// Whether the response has a Content-Length. Without one it ends with the connection.
        #[serde(default = "yes")]
        content_length: bool,
    },
    /// Sends nothing for this long, and then the real response. If the client disconnects before
    /// that, the request is not processed, except with `processed`.
    Hang { seconds: f64 },
    /// Sends the real response at this rate.
    Slow { bytes_per_second: u64 },
    /// Responds with a redirect to this address.
    Redirect {
        location: String,
        #[serde(default = "found")]
        status: u16,
    },
    /// Sends bytes that are not HTTP.
    Garbage,
    /// Responds with the HTML error page of a proxy.
    ProxyErrorPage {
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    /// Responds with a valid error body whose content type is plain text.
    WrongContentType {
        #[serde(default = "server_error")]
        status: u16,
    },
    /// Responds with an error body of content type JSON that ends halfway.
    MalformedError {
        #[serde(default = "server_error")]
        status: u16,
    },
    /// Responds with an error body that is valid JSON and hostile.
    HostileError {
        #[serde(default = "server_error")]
        status: u16,
        trick: Trick,
    },
    /// Responds with 401 and a claims challenge, as after the account's sessions were revoked.
    ExpiredToken,
    /// Processes the request and responds with this status and JSON body instead of 204.
    UnknownStatus {
        #[serde(default = "ok")]
        status: u16,
        #[serde(default)]
        body: String,
    },
}

/// The place where a truncated response ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Within the status line.
    StatusLine,
    /// Within the headers.
    Headers,
    /// Halfway through the body, after a Content-Length for all of it.
    #[default]
    Body,
}

/// The kinds of hostile error body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trick {
    /// `innerError` nested 10,000 deep.
    Nested,
    /// A message of 8 MiB.
    Huge,
    /// Terminal escapes, line breaks, NULs and bidirectional overrides in code, message and id.
    ControlCharacters,
}

impl Fault {
    /// Returns the `kind` of the fault in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Throttle { .. } => "throttle",
            Self::Status { .. } => "status",
            Self::ResetBefore => "reset_before",
            Self::ResetAfter => "reset_after",
            Self::CloseBefore => "close_before",
            Self::CloseAfter => "close_after",
            Self::Truncated { .. } => "truncated",
            Self::Giant { .. } => "giant",
            Self::Hang { .. } => "hang",
            Self::Slow { .. } => "slow",
            Self::Redirect { .. } => "redirect",
            Self::Garbage => "garbage",
            Self::ProxyErrorPage { .. } => "proxy_error_page",
            Self::WrongContentType { .. } => "wrong_content_type",
            Self::MalformedError { .. } => "malformed_error",
            Self::HostileError { .. } => "hostile_error",
            Self::ExpiredToken => "expired_token",
            Self::UnknownStatus { .. } => "unknown_status",
        }
    }

    /// Returns whether the fault changes a real response, so that the request is always processed.
    pub(super) fn follows_processing(&self) -> bool {
        matches!(
            self,
            Self::ResetAfter
                | Self::CloseAfter
                | Self::Truncated { .. }
                | Self::Slow { .. }
                | Self::UnknownStatus { .. }
        )
    }
}

fn yes() -> bool {
    true
}

fn ok() -> u16 {
    200
}

fn found() -> u16 {
    302
}

fn server_error() -> u16 {
    500
}

fn bad_gateway() -> u16 {
    502
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_returns_the_name_in_json() {
        let faults = [
            r#"{"kind":"throttle"}"#,
            r#"{"kind":"status","code":503}"#,
            r#"{"kind":"reset_before"}"#,
            r#"{"kind":"reset_after"}"#,
            r#"{"kind":"close_before"}"#,
            r#"{"kind":"close_after"}"#,
            r#"{"kind":"truncated"}"#,
            r#"{"kind":"giant","megabytes":1}"#,
            r#"{"kind":"hang","seconds":1}"#,
            r#"{"kind":"slow","bytes_per_second":1}"#,
            r#"{"kind":"redirect","location":"/"}"#,
            r#"{"kind":"garbage"}"#,
            r#"{"kind":"proxy_error_page"}"#,
            r#"{"kind":"wrong_content_type"}"#,
            r#"{"kind":"malformed_error"}"#,
            r#"{"kind":"hostile_error","trick":"control_characters"}"#,
            r#"{"kind":"expired_token"}"#,
            r#"{"kind":"unknown_status"}"#,
        ];
        for json in faults {
            let fault: Fault = serde_json::from_str(json).expect(json);
            let again = serde_json::to_value(&fault).unwrap();
            assert_eq!(again["kind"], fault.kind());
            assert_eq!(serde_json::from_value::<Fault>(again).unwrap(), fault);
        }
    }

    #[test]
    fn an_unknown_kind_or_field_is_refused() {
        for json in [
            r#"{"kind":"flood"}"#,
            r#"{"kind":"throttle","retry-after":"3"}"#,
            r#"{"kind":"hang"}"#,
            r#"{}"#,
        ] {
            assert!(serde_json::from_str::<Fault>(json).is_err(), "{json}");
        }
    }
}

//! The kinds of fault.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What goes wrong. In JSON `kind` names it in snake case, with its fields beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// 429 with this `Retry-After`, sent as it is: seconds, a fraction, a date, nonsense. Without
    /// one the header is missing.
    Throttle {
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// Any status, as an error of Graph with this code and message, and more headers.
    Status {
        code: u16,
        #[serde(default)]
        graph_code: String,
        #[serde(default)]
        message: String,
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// The connection is reset (RST) before the request takes effect.
    ResetBefore,
    /// The request takes effect; then the connection is reset, without an answer.
    ResetAfter,
    /// The connection is closed (FIN) before the request takes effect.
    CloseBefore,
    /// The request takes effect; then the connection is closed, without an answer.
    CloseAfter,
    /// The answer breaks off, and with it the connection.
    Truncated {
        #[serde(default)]
        at: Cut,
    },
    /// A 200 with a body of this size, on a connection that closes after it.
    Giant {
        megabytes: u64,
        /// Whether the answer says how long it is; if not, its end is the end of the connection.
        #[serde(default = "yes")]
        content_length: bool,
    },
    /// Nothing for this long; then the real answer, if the client is still there. A client that
    /// goes before that has not had its request take effect, but for `processed`.
    Hang { seconds: f64 },
    /// The real answer, drop by drop.
    Slow { bytes_per_second: u64 },
    /// A redirect to this place.
    Redirect {
        location: String,
        #[serde(default = "found")]
        status: u16,
    },
    /// Bytes that are not HTTP.
    Garbage,
    /// The HTML page of a proxy in between.
    ProxyErrorPage {
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    /// A proper error body that says it is plain text.
    WrongContentType {
        #[serde(default = "server_error")]
        status: u16,
    },
    /// An error body that says it is JSON and breaks off within it.
    MalformedError {
        #[serde(default = "server_error")]
        status: u16,
    },
    /// An error body that is JSON but wants to do harm.
    HostileError {
        #[serde(default = "server_error")]
        status: u16,
        trick: Trick,
    },
    /// 401 with a claims challenge, as when the account's sessions were revoked.
    ExpiredToken,
    /// A success that is not the documented one, with a body.
    UnknownStatus {
        #[serde(default = "ok")]
        status: u16,
        #[serde(default)]
        body: String,
    },
}

/// Where a truncated answer breaks off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Within the status line.
    StatusLine,
    /// Within the headers.
    Headers,
    /// Half way through the body, after a head that promised all of it.
    #[default]
    Body,
}

/// What a hostile error body does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trick {
    /// `innerError` within `innerError`, ten thousand deep.
    Nested,
    /// A message of eight megabytes.
    Huge,
    /// Terminal escapes, line breaks, NULs and bidirectional overrides in code and message.
    ControlCharacters,
}

impl Fault {
    /// The name of the kind, as in JSON.
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

    /// Whether the fault spoils a real answer, so that the request always takes effect.
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
    fn the_name_of_a_kind_is_its_name_in_json() {
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

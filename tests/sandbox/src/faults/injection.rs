//! Carries out faults.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::json;

use super::{Cut, Fault, Hit, Trick};
use crate::graph::{Correlation, Refusal};
use crate::response::Response;
use crate::wire::Ending;

/// Bytes that are neither HTTP nor text.
const GARBAGE: &[u8] = b"\x16\x03\x01\x00\xff\xfe NOT-HTTP \x00\x00\r\n\r\n\x80\x81\x82";

/// What is sent to the client.
#[derive(Debug)]
pub(crate) enum Delivery {
    Response(Response),
    /// An end of the connection, with the status that the client can have read before it.
    Ending(Ending, Option<u16>),
}

/// Carries out a fault. `process` processes the request and returns its real response.
pub(crate) async fn inject(
    hit: Hit,
    correlation: &Correlation,
    process: impl Fn() -> Response,
) -> Delivery {
    let real = hit.processed.then(&process);
    let refuse =
        |refusal: Refusal| Delivery::Response(correlation.stamp(refusal.response(correlation)));
    let error = |status| correlation.stamp(graph_error(status).response(correlation));
    match hit.fault {
        Fault::Throttle { retry_after } => refuse(Refusal::throttled(retry_after)),
        Fault::Status {
            code,
            graph_code,
            message,
            headers,
        } => {
            let refusal = Refusal::new(code, graph_code, message);
            refuse(headers.into_iter().fold(refusal, |refusal, (name, value)| {
                refusal.header(name, value)
            }))
        }
        Fault::ResetBefore | Fault::ResetAfter => Delivery::Ending(
            Ending {
                reset: true,
                ..Ending::default()
            },
            None,
        ),
        Fault::CloseBefore | Fault::CloseAfter => Delivery::Ending(Ending::default(), None),
        Fault::Truncated { at } => truncated(real.unwrap_or_else(process), at),
        Fault::Giant {
            megabytes,
            content_length,
        } => giant(
            correlation,
            megabytes.saturating_mul(1 << 20),
            content_length,
        ),
        Fault::Hang { seconds } => {
            // A wait that a Duration can't hold is endless.
            let wait = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
            tokio::time::sleep(wait).await;
            Delivery::Response(real.unwrap_or_else(process))
        }
        Fault::Slow { bytes_per_second } => {
            let response = real.unwrap_or_else(process);
            let ending = Ending {
                bytes: response.to_wire(),
                pace: Some(bytes_per_second),
                ..Ending::default()
            };
            Delivery::Ending(ending, Some(response.status))
        }
        Fault::Redirect { location, status } => Delivery::Response(
            correlation.stamp(Response::empty(status).with("Location", location)),
        ),
        Fault::Garbage => Delivery::Ending(Ending::after(GARBAGE.to_vec()), None),
        Fault::ProxyErrorPage { status } => Delivery::Response(proxy_error_page(status)),
        Fault::WrongContentType { status } => {
            let mut response = error(status);
            for (name, value) in &mut response.headers {
                if name == "Content-Type" {
                    *value = "text/plain; charset=utf-8".into();
                }
            }
            Delivery::Response(response)
        }
        Fault::MalformedError { status } => {
            let mut response = error(status);
            response.body.truncate(response.body.len() / 2);
            Delivery::Response(response)
        }
        Fault::HostileError { status, trick } => Delivery::Response(
            correlation.stamp(Response::new(status, "application/json", hostile(trick))),
        ),
        Fault::ExpiredToken => refuse(Refusal::claims_challenge(&challenged_claims())),
        Fault::UnknownStatus { status, body } => {
            Delivery::Response(correlation.stamp(Response::new(status, "application/json", body)))
        }
    }
}

/// Returns the error that Graph usually sends with a status.
fn graph_error(status: u16) -> Refusal {
    match status {
        429 => Refusal::throttled(None),
        503 => Refusal::new(status, "ServiceUnavailable", "The service is unavailable."),
        504 => Refusal::new(status, "GatewayTimeout", "The gateway timed out."),
        _ => Refusal::new(status, "InternalServerError", "Internal Server Error"),
    }
}

fn truncated(response: Response, at: Cut) -> Delivery {
    // A 204 has no body to truncate, so a response with a body replaces it.
    let response = if response.body.is_empty() && at == Cut::Body {
        Response::json(200, &json!({"@odata.context": "chats", "value": "removed"}))
    } else {
        response
    };
    let mut wire = response.to_wire();
    let head = wire.len() - response.body.len();
    let (end, status) = match at {
        Cut::StatusLine => ("HTTP/1.1 2".len(), None),
        Cut::Headers => (head / 2, None),
        Cut::Body => (head + response.body.len() / 2, Some(response.status)),
    };
    wire.truncate(end);
    Delivery::Ending(Ending::after(wire), status)
}

fn giant(correlation: &Correlation, size: u64, content_length: bool) -> Delivery {
    let response = correlation.stamp(Response::new(200, "application/json", br#"{"value":""#));
    let mut bytes = response.head(content_length.then_some(size));
    bytes.extend_from_slice(&response.body);
    let ending = Ending {
        bytes,
        padding: size.saturating_sub(response.body.len() as u64),
        ..Ending::default()
    };
    Delivery::Ending(ending, Some(response.status))
}

fn proxy_error_page(status: u16) -> Response {
    let page = format!(
        "<!DOCTYPE html>\n<html><head><title>{status}</title></head>\n\
         <body><h1>{status}</h1><p>The proxy could not reach the server.</p></body></html>\n"
    );
    // Without a request id: Graph never received the request.
    Response::new(status, "text/html; charset=utf-8", page).with("Via", "1.1 proxy.contoso.example")
}

fn hostile(trick: Trick) -> String {
    match trick {
        Trick::Nested => {
            let depth = 10_000;
            let open = r#"{"code":"x","innerError":"#.repeat(depth);
            format!(r#"{{"error":{open}null{}}}"#, "}".repeat(depth))
        }
        Trick::Huge => {
            let message = "x".repeat(8 << 20);
            json!({"error": {"code": "InternalServerError", "message": message}}).to_string()
        }
        Trick::ControlCharacters => {
            let text = "\u{1b}]0;title\u{7}\u{1b}[2J\u{1b}[31mred\r\nInjected: yes\0\u{8}\u{202e}txt.exe\u{2066}\u{feff}";
            json!({"error": {"code": text, "message": text, "innerError": {"request-id": text}}})
                .to_string()
        }
    }
}

/// Returns the claims of a challenge in base64: a token that was issued from now on.
fn challenged_claims() -> String {
    let now = Timestamp::now().as_second().to_string();
    let claims = json!({"access_token": {"nbf": {"essential": true, "value": now}}});
    STANDARD.encode(claims.to_string())
}

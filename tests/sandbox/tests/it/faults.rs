//! Each fault, as it looks on the wire, and whether the request took effect.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use sandbox::{Cut, Fault, FaultScript, Rule, Sandbox, SandboxOptions, Trick, When};

use crate::client::{CHAT, Client, Response, admin_token, assert_refused, removal, remove};

/// Starts a sandbox that applies this rule to every request.
fn sandbox_with(rule: Rule) -> Sandbox {
    Sandbox::start(SandboxOptions {
        faults: FaultScript::new([rule]),
        ..SandboxOptions::default()
    })
}

/// Sends a removal and returns the connection it was sent on.
fn send_removal(sandbox: &Sandbox) -> Client {
    let mut client = Client::connect(&sandbox.url());
    client.write(&removal(&admin_token(sandbox), CHAT));
    client
}

fn response(sandbox: &Sandbox) -> Response {
    send_removal(sandbox).read().expect("a response")
}

fn wait_for_a_request(sandbox: &Sandbox) {
    while sandbox.requests().is_empty() {
        std::thread::yield_now();
    }
}

fn applied(sandbox: &Sandbox) -> usize {
    sandbox.applied().len()
}

/// Returns the fault and the status of the only recorded request.
fn recorded(sandbox: &Sandbox) -> (Option<&'static str>, Option<u16>) {
    let requests = sandbox.requests();
    assert_eq!(requests.len(), 1);
    (requests[0].fault, requests[0].status)
}

#[test]
fn throttle_sends_the_given_retry_after_or_none() {
    for retry_after in [
        Some("7".to_owned()),
        Some("0.25".to_owned()),
        Some("Sun, 06 Nov 1994 08:49:37 GMT".to_owned()),
        Some("soon".to_owned()),
        None,
    ] {
        let sandbox = sandbox_with(Rule::new(Fault::Throttle {
            retry_after: retry_after.clone(),
        }));
        let response = response(&sandbox);
        assert_refused(&response, 429, "TooManyRequests", "");
        assert_eq!(response.header("retry-after"), retry_after.as_deref());
        assert_eq!(response.json()["error"]["innerError"]["code"], "429");
        assert_eq!(applied(&sandbox), 0);
        assert_eq!(recorded(&sandbox), (Some("throttle"), Some(429)));
    }
}

#[test]
fn a_processed_throttle_applies_the_removal() {
    let retry_after = Some("1".to_owned());
    let sandbox = sandbox_with(Rule::new(Fault::Throttle { retry_after }).processed());
    assert_eq!(response(&sandbox).status, 429);
    assert_eq!(applied(&sandbox), 1);
}

#[test]
fn status_sends_the_given_error() {
    let sandbox = sandbox_with(Rule::new(Fault::Status {
        code: 503,
        graph_code: "serviceNotAvailable".into(),
        message: "later".into(),
        headers: [("Retry-After".into(), "2".into())].into(),
    }));
    let response = response(&sandbox);
    assert_refused(&response, 503, "serviceNotAvailable", "");
    assert_eq!(response.message(), "later");
    assert_eq!(response.header("retry-after"), Some("2"));
    assert!(response.header("request-id").is_some());
    assert_eq!(applied(&sandbox), 0);
}

#[test]
fn an_invalid_header_value_is_sent_unchanged() {
    let sandbox = sandbox_with(Rule::new(Fault::Throttle {
        retry_after: Some("1\0\u{1b}".into()),
    }));
    let (bytes, _) = send_removal(&sandbox).read_to_end();
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.starts_with("HTTP/1.1 429 Too Many Requests\r\n"),
        "{text}"
    );
    assert!(text.contains("Retry-After: 1\0\u{1b}\r\n"), "{text}");
}

#[test]
fn a_reset_sends_no_byte_before_or_after_the_removal_is_applied() {
    for (fault, removed) in [(Fault::ResetBefore, 0), (Fault::ResetAfter, 1)] {
        let sandbox = sandbox_with(Rule::new(fault));
        let (bytes, end) = send_removal(&sandbox).read_to_end();
        assert!(bytes.is_empty());
        assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(applied(&sandbox), removed);
        assert_eq!(recorded(&sandbox).1, None);
    }
}

#[test]
fn a_close_sends_no_byte_before_or_after_the_removal_is_applied() {
    for (fault, removed) in [(Fault::CloseBefore, 0), (Fault::CloseAfter, 1)] {
        let sandbox = sandbox_with(Rule::new(fault));
        let (bytes, end) = send_removal(&sandbox).read_to_end();
        assert!(bytes.is_empty());
        end.expect("a clean end");
        assert_eq!(applied(&sandbox), removed);
    }
}

#[test]
fn a_truncated_response_ends_at_the_given_place() {
    let bytes_at = |at| {
        let sandbox = sandbox_with(Rule::new(Fault::Truncated { at }));
        let (bytes, end) = send_removal(&sandbox).read_to_end();
        end.expect("a clean end");
        assert_eq!(applied(&sandbox), 1);
        String::from_utf8(bytes).unwrap()
    };
    assert_eq!(bytes_at(Cut::StatusLine), "HTTP/1.1 2");
    let headers = bytes_at(Cut::Headers);
    assert!(
        headers.starts_with("HTTP/1.1 204 No Content\r\n"),
        "{headers}"
    );
    assert!(!headers.contains("\r\n\r\n"), "{headers}");
    let body = bytes_at(Cut::Body);
    let (head, rest) = body.split_once("\r\n\r\n").expect("a whole head");
    let length = head.split_once("Content-Length: ").expect("a length").1;
    let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
    assert!(
        !rest.is_empty() && rest.len() < length,
        "{} of {length}",
        rest.len()
    );
}

#[test]
fn a_giant_response_has_the_given_size_with_and_without_a_content_length() {
    for content_length in [true, false] {
        let sandbox = sandbox_with(Rule::new(Fault::Giant {
            megabytes: 3,
            content_length,
        }));
        let (bytes, end) = send_removal(&sandbox).read_to_end();
        end.expect("a clean end");
        let head = bytes.windows(4).position(|at| at == b"\r\n\r\n").unwrap() + 4;
        assert_eq!(bytes.len() - head, 3 << 20);
        let said = String::from_utf8_lossy(&bytes[..head]).contains("Content-Length: 3145728");
        assert_eq!(said, content_length);
        assert_eq!(applied(&sandbox), 0);
    }
}

#[test]
fn a_client_that_disconnects_during_a_giant_response_does_not_stop_the_sandbox() {
    let sandbox = sandbox_with(
        Rule::new(Fault::Giant {
            megabytes: u64::MAX,
            content_length: false,
        })
        .times(1),
    );
    let client = send_removal(&sandbox);
    wait_for_a_request(&sandbox);
    drop(client);
    assert_eq!(remove(&sandbox, CHAT).status, 204);
}

#[test]
fn a_hang_ends_with_the_real_response() {
    let sandbox = sandbox_with(Rule::new(Fault::Hang { seconds: 0.2 }));
    let since = Instant::now();
    assert_eq!(response(&sandbox).status, 204);
    assert!(since.elapsed() >= Duration::from_millis(200));
    assert_eq!(applied(&sandbox), 1);
}

#[test]
fn a_hang_that_the_client_abandons_applies_the_removal_only_if_processed() {
    let hang = Rule::new(Fault::Hang { seconds: 0.6 });
    for (rule, removed) in [(hang.clone(), 0), (hang.processed(), 1)] {
        let sandbox = sandbox_with(rule);
        let client = send_removal(&sandbox);
        wait_for_a_request(&sandbox);
        drop(client);
        std::thread::sleep(Duration::from_millis(900));
        assert_eq!(applied(&sandbox), removed);
        assert_eq!(recorded(&sandbox), (Some("hang"), None));
    }
}

#[test]
fn an_endless_hang_does_not_keep_the_sandbox_from_stopping() {
    let sandbox = sandbox_with(Rule::new(Fault::Hang { seconds: f64::MAX }));
    let mut client = send_removal(&sandbox);
    wait_for_a_request(&sandbox);
    drop(sandbox);
    assert!(client.read().is_err());
}

#[test]
fn a_slow_response_arrives_completely_at_the_given_rate() {
    let sandbox = sandbox_with(Rule::new(Fault::Slow {
        bytes_per_second: 1_000,
    }));
    let since = Instant::now();
    assert_eq!(response(&sandbox).status, 204);
    // The head has some 400 bytes.
    assert!(
        since.elapsed() >= Duration::from_millis(300),
        "{:?}",
        since.elapsed()
    );
    assert_eq!(applied(&sandbox), 1);
}

#[test]
fn a_redirect_has_the_given_status_and_location() {
    let sandbox = sandbox_with(Rule::new(Fault::Redirect {
        location: "http://elsewhere.example/".into(),
        status: 307,
    }));
    let response = response(&sandbox);
    assert_eq!(response.status, 307);
    assert_eq!(
        response.header("location"),
        Some("http://elsewhere.example/")
    );
    assert_eq!(applied(&sandbox), 0);
}

#[test]
fn garbage_is_not_http() {
    let sandbox = sandbox_with(Rule::new(Fault::Garbage));
    let (bytes, _) = send_removal(&sandbox).read_to_end();
    assert!(!bytes.is_empty() && !bytes.starts_with(b"HTTP/"));
    assert_eq!(applied(&sandbox), 0);
}

#[test]
fn a_proxy_error_page_is_html_without_a_request_id() {
    let sandbox = sandbox_with(Rule::new(Fault::ProxyErrorPage { status: 502 }));
    let response = response(&sandbox);
    assert_eq!(response.status, 502);
    assert!(
        response
            .header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    assert!(response.body.starts_with(b"<!DOCTYPE html>"));
    assert_eq!(response.header("request-id"), None);
}

#[test]
fn an_error_can_have_the_wrong_content_type_or_be_truncated() {
    let sandbox = sandbox_with(Rule::new(Fault::WrongContentType { status: 503 }));
    let wrong = response(&sandbox);
    assert_refused(&wrong, 503, "ServiceUnavailable", "");
    assert_eq!(
        wrong.header("content-type"),
        Some("text/plain; charset=utf-8")
    );

    let sandbox = sandbox_with(Rule::new(Fault::MalformedError { status: 500 }));
    let malformed = response(&sandbox);
    assert_eq!(malformed.header("content-type"), Some("application/json"));
    assert!(malformed.body.starts_with(b"{"));
    assert!(serde_json::from_slice::<serde_json::Value>(&malformed.body).is_err());
}

#[test]
fn a_hostile_error_is_nested_huge_or_full_of_control_characters() {
    let body = |trick| {
        let sandbox = sandbox_with(Rule::new(Fault::HostileError { status: 400, trick }));
        let response = response(&sandbox);
        assert_eq!(response.status, 400);
        String::from_utf8(response.body).unwrap()
    };
    let nested = body(Trick::Nested);
    assert_eq!(nested.matches('{').count(), nested.matches('}').count());
    assert!(nested.matches('{').count() > 10_000);
    assert!(body(Trick::Huge).len() > 8 << 20);
    let control = body(Trick::ControlCharacters);
    let control: serde_json::Value = serde_json::from_str(&control).expect("valid JSON");
    assert!(
        control["error"]["message"]
            .as_str()
            .unwrap()
            .contains('\u{1b}')
    );
}

#[test]
fn an_expired_token_fault_sends_a_claims_challenge() {
    let sandbox = sandbox_with(Rule::new(Fault::ExpiredToken));
    let response = response(&sandbox);
    assert_refused(&response, 401, "InvalidAuthenticationToken", "");
    let challenge = response.header("www-authenticate").expect("a challenge");
    assert!(
        challenge.contains(r#"error="insufficient_claims", claims=""#),
        "{challenge}"
    );
}

#[test]
fn an_unknown_status_follows_an_applied_removal() {
    let sandbox = sandbox_with(Rule::new(Fault::UnknownStatus {
        status: 200,
        body: r#"{"value":true}"#.into(),
    }));
    let response = response(&sandbox);
    assert_eq!(
        (response.status, response.body.as_slice()),
        (200, br#"{"value":true}"#.as_slice())
    );
    assert_eq!(applied(&sandbox), 1);
}

#[test]
fn after_a_fault_the_next_request_is_served() {
    let sandbox = sandbox_with(Rule::new(Fault::ResetAfter).when(When::nth(1)));
    let (_, end) = send_removal(&sandbox).read_to_end();
    assert!(end.is_err());
    assert_eq!(response(&sandbox).status, 204);
    assert_eq!(sandbox.applied()[0].count, 2);
    assert_eq!(sandbox.stats().faults["reset_after"], 1);
}

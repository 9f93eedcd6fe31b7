//! Faults of the connection that no retry heals: the run ends within seconds and names the cause.

use std::time::{Duration, Instant};

use crate::common::{Guard, TENANT, USER, chat, native};
use sandbox::{Peer, Sandbox, SandboxOptions, TokenClaims};
use serde_json::{Value, json};

const TARGETS: usize = 20;

/// Sends 20 removals, with the documented limits and waits, for an account that is opened with
/// `account`. Checks that a warning names `cause` within 10 s, and that every removal ends with it
/// within 30 s. Returns the events.
fn expect_cause(account: Value, cause: &str) -> Vec<Value> {
    let sandbox = Sandbox::start(SandboxOptions::default());
    let token = sandbox.token(TokenClaims::default());
    let account = Guard::open(&account, Some(&token));
    let run = Guard::run(*account, json!({}));
    let began = Instant::now();
    for number in 0..TARGETS {
        native().remove(*run, (TENANT, USER, &chat(number)), 0);
    }
    native().finish(*run);
    let mut events = Vec::new();
    let mut warned = None;
    while let (0, event) = native().next(*run, 60_000) {
        if event["event"] == "warning" {
            warned.get_or_insert(began.elapsed());
            let message = event["message"].as_str().unwrap();
            assert!(message.contains(cause), "{message}");
            assert!(message.contains("The run stops"), "{message}");
        }
        events.push(event);
    }
    let took = began.elapsed();
    assert!(
        warned.expect("a warning") < Duration::from_secs(10),
        "{warned:?}"
    );
    assert!(took < Duration::from_secs(30), "{took:?}");
    let outcomes: Vec<&Value> = events.iter().filter(|e| e["event"] == "outcome").collect();
    assert_eq!(outcomes.len(), TARGETS);
    for outcome in outcomes {
        assert_eq!(outcome["status"], "Failed", "{outcome}");
        assert!(
            outcome["message"].as_str().unwrap().contains(cause),
            "{outcome}"
        );
        assert!(
            outcome["next_step"]
                .as_str()
                .unwrap()
                .contains("docs/network.md")
        );
    }
    events
}

#[test]
fn an_untrusted_certificate_ends_the_run_and_is_named_in_every_outcome() {
    let server = Peer::untrusted_server();
    let graph = format!("https://{}", server.address());
    let account = json!({"open": "account", "graph_endpoint": graph});
    expect_cause(account, "the certificate of 127.0.0.1 ");
    assert!(!server.requests().is_empty());
}

#[test]
fn a_proxy_that_requires_authentication_ends_the_run_and_is_named_in_every_outcome() {
    let proxy = Peer::proxy_with_authentication();
    let graph_proxy = format!("http://{}", proxy.address());
    let account = json!({"open": "account", "graph_proxy": graph_proxy});
    expect_cause(
        account,
        "the proxy requires authentication (HTTP status 407)",
    );
    let requests = proxy.requests();
    assert!(!requests.is_empty());
    for request in requests {
        assert_eq!(request, "CONNECT graph.microsoft.com:443 HTTP/1.1");
    }
}

#[test]
fn a_sign_in_uses_the_proxy_for_the_authority() {
    let proxy = Peer::proxy_with_authentication();
    let request = json!({
        "open": "sign_in",
        "method": "refresh_token",
        "environment": "USGov",
        "graph_proxy": "",
        "authority_proxy": format!("http://{}", proxy.address()),
    });
    let sign_in = Guard::open(&request, Some("0.refresh-token"));
    let (_, event) = native().next(*sign_in, 30_000);
    assert_eq!(event["event"], "failed", "{event}");
    assert!(
        event["message"].as_str().unwrap().contains("407"),
        "{event}"
    );
    assert_eq!(
        proxy.requests(),
        ["CONNECT login.microsoftonline.us:443 HTTP/1.1"]
    );
}

#[test]
fn a_service_on_this_computer_is_reached_without_the_proxy() {
    let proxy = Peer::proxy_with_authentication();
    let sandbox = Sandbox::start(SandboxOptions::default());
    let token = sandbox.token(TokenClaims::default());
    let account = json!({
        "open": "account",
        "graph_endpoint": sandbox.url(),
        "graph_proxy": format!("http://{}", proxy.address()),
    });
    let account = Guard::open(&account, Some(&token));
    let run = Guard::run(*account, json!({}));
    assert_eq!(native().remove(*run, (TENANT, USER, &chat(1)), 10_000).0, 0);
    assert!(proxy.requests().is_empty());
}

#[test]
fn a_proxy_that_can_not_be_used_is_refused_without_its_credentials() {
    for (proxy, why) in [
        ("http://admin:hunter2@proxy:8080", "without them"),
        ("socks5://proxy:1080", "http://proxy.contoso.com:8080"),
    ] {
        let request = json!({"open": "account", "graph_proxy": proxy});
        let (_, error) = native().open(&request, Some("a.b.c")).unwrap_err();
        assert_eq!(error["parameter"], "GraphProxy");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(why), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
}

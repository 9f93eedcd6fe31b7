//! Probes: what a request to each service meets, before anyone signs in.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::common::{Guard, Status, native};
use sandbox::{Peer, Sandbox, SandboxOptions};
use serde_json::{Value, json};

/// Sends a probe. Returns the events of Graph and Entra, after checking that they come within
/// seconds and that the queue ends.
fn probe(mut request: Value) -> [Value; 2] {
    let began = Instant::now();
    request["open"] = "probe".into();
    let probe = Guard::open(&request, None);
    let (status, library) = native().next(*probe, 1_000);
    assert_eq!(status, 0);
    assert_eq!(library["version"], env!("CARGO_PKG_VERSION"));
    let mut services = Vec::new();
    while let (0, event) = native().next(*probe, 20_000) {
        assert_eq!(event["event"], "service");
        services.push(event);
    }
    assert!(began.elapsed() < Duration::from_secs(12));
    assert_eq!(native().next(*probe, 0).0, Status::Ended as i32);
    services.sort_by_key(|event| event["service"] != "Graph");
    services.try_into().expect("two services")
}

#[test]
fn both_services_are_reached_without_an_account() {
    let sandbox = Sandbox::start(SandboxOptions::default());
    let [graph, entra] =
        probe(json!({"graph_endpoint": sandbox.url(), "authority_host": sandbox.url()}));
    assert!(graph["status"].is_u64(), "{graph}");
    assert!(graph["request_id"].is_string(), "{graph}");
    assert!(graph["time"].as_str().unwrap().ends_with(" GMT"), "{graph}");
    assert_eq!(entra["status"], 200, "{entra}");
    for request in sandbox.requests() {
        let mut headers = request.headers.iter();
        assert!(headers.all(|(name, _)| name != "authorization"));
    }
}

#[test]
fn each_service_fails_by_itself_with_the_words_of_a_run() {
    let server = Peer::untrusted_server();
    let proxy = Peer::proxy_with_authentication();
    let [graph, entra] = probe(json!({
        "graph_endpoint": format!("https://{}", server.address()),
        "authority_proxy": format!("http://{}", proxy.address()),
    }));
    let message = graph["message"].as_str().unwrap();
    assert!(
        message.starts_with("the certificate of 127.0.0.1 "),
        "{graph}"
    );
    assert!(
        entra["message"].as_str().unwrap().contains("407"),
        "{entra}"
    );
    for event in [graph, entra] {
        let next_step = event["next_step"].as_str().unwrap();
        assert!(next_step.contains("docs/network.md"), "{event}");
    }
}

#[test]
fn a_service_that_does_not_respond_is_reported_within_seconds() {
    // Accepts connections and sends nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", silent.local_addr().unwrap());
    let [graph, entra] =
        probe(json!({"graph_endpoint": silent, "authority_host": "http://127.0.0.1:9"}));
    assert_eq!(graph["message"], "no response within the time limit");
    assert!(entra["message"].is_string(), "{entra}");
}

#[test]
fn a_probe_has_no_description_and_can_be_closed_at_any_time() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", silent.local_addr().unwrap());
    let request = json!({"open": "probe", "graph_endpoint": silent, "authority_host": silent});
    let handle = native().open(&request, None).unwrap();
    let wrong = Status::WrongHandleKind as i32;
    assert_eq!(native().describe(handle).0, wrong);
    assert_eq!(native().finish(handle), wrong);
    assert_eq!(native().close(handle), 0);
    assert_eq!(native().next(handle, 0).0, Status::ClosedHandle as i32);
}

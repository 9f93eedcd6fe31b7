//! The record of requests: what was on the wire, who asked, and in what order.

use std::thread;

use sandbox::{ADMIN_ID, Sandbox, SandboxOptions, TokenClaims};

use crate::client::{CHAT, Client, removal, removal_body, removal_path};

#[test]
fn a_request_is_recorded_byte_by_byte() {
    let sandbox = Sandbox::start(SandboxOptions::default());
    let token = sandbox.token(TokenClaims::default());
    let request = removal(&token, CHAT);
    let mut client = Client::connect(&sandbox.url());
    client.exchange(&request).expect("an answer");
    client.exchange(&request).expect("an answer");

    let records = sandbox.requests();
    assert_eq!(records.len(), 2);
    for (record, number) in records.iter().zip(1..) {
        assert_eq!(
            [record.head.as_slice(), record.body.as_slice()].concat(),
            request
        );
        assert_eq!((record.number, record.connection), (number, 1));
        assert_eq!((record.method.as_str(), record.status), ("POST", Some(204)));
        assert_eq!(record.target, removal_path(CHAT));
        assert_eq!(record.header("content-type"), Some("application/json"));
        assert_eq!(record.account.as_deref(), Some(ADMIN_ID));
    }
    assert!(records[0].arrived < records[1].arrived);
}

#[test]
fn requests_sent_together_are_recorded_apart() {
    let sandbox = Sandbox::start(SandboxOptions::default());
    let token = sandbox.token(TokenClaims::default());
    let (first, second) = (
        removal(&token, "19:a@thread.v2"),
        removal(&token, "19:b@thread.v2"),
    );
    let mut client = Client::connect(&sandbox.url());
    client.write(&[first.clone(), second.clone()].concat());
    client.read().expect("an answer");
    client.read().expect("an answer");
    let bytes: Vec<_> = sandbox
        .requests()
        .iter()
        .map(|record| [record.head.as_slice(), record.body.as_slice()].concat())
        .collect();
    assert_eq!(bytes, [first, second]);
}

#[test]
fn a_chunked_body_is_recorded_joined() {
    let sandbox = Sandbox::start(SandboxOptions::default());
    let token = sandbox.token(TokenClaims::default());
    let (body, path) = (removal_body(), removal_path(CHAT));
    let (one, two) = body.split_at(10);
    let chunked = format!(
        "POST {path} HTTP/1.1\r\nHost: graph\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
         {:x}\r\n{one}\r\n{:x}\r\n{two}\r\n0\r\n\r\n",
        one.len(),
        two.len(),
    );
    let mut client = Client::connect(&sandbox.url());
    assert_eq!(
        client
            .exchange(chunked.as_bytes())
            .expect("an answer")
            .status,
        204
    );
    client.exchange(&removal(&token, CHAT)).expect("an answer");
    let records = sandbox.requests();
    assert_eq!(records[0].body, body.as_bytes());
    assert!(records[1].head.starts_with(b"POST "));
}

#[test]
fn a_client_that_asks_before_it_sends_its_body_is_told_to_go_on() {
    let sandbox = Sandbox::start(SandboxOptions::default());
    let request = String::from_utf8(removal(&sandbox.token(TokenClaims::default()), CHAT)).unwrap();
    let request = request.replace("Host:", "Expect: 100-continue\r\nHost:");
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut client = Client::connect(&sandbox.url());
    let go_on = client
        .exchange(format!("{head}\r\n\r\n").as_bytes())
        .expect("an answer");
    assert_eq!(go_on.status, 100);
    assert_eq!(
        client.exchange(body.as_bytes()).expect("an answer").status,
        204
    );
    assert_eq!(sandbox.requests()[0].body, body.as_bytes());
}

#[test]
fn many_clients_at_once_are_all_served_and_recorded() {
    let sandbox = Sandbox::start(SandboxOptions::default());
    let token = sandbox.token(TokenClaims::default());
    let (clients, each) = (16, 50);
    thread::scope(|scope| {
        for number in 0..clients {
            let (url, token) = (sandbox.url(), &token);
            scope.spawn(move || {
                let mut client = Client::connect(&url);
                for at in 0..each {
                    let chat = format!("19:{number}-{at}@thread.v2");
                    let reply = client.exchange(&removal(token, &chat)).expect("an answer");
                    assert_eq!(reply.status, 204);
                }
            });
        }
    });
    let (stats, records) = (sandbox.stats(), sandbox.requests());
    assert_eq!((stats.removed, stats.repeated), (clients * each, 0));
    assert_eq!(
        (stats.requests, stats.by_status[&204]),
        (clients * each, clients * each)
    );
    assert!(
        records
            .iter()
            .zip(1..)
            .all(|(record, number)| record.number == number)
    );
    assert!(records.iter().all(|record| record.status == Some(204)));
}

#[test]
fn a_sandbox_that_keeps_no_requests_still_counts_them() {
    let sandbox = Sandbox::start(SandboxOptions {
        keep_requests: 0,
        ..SandboxOptions::default()
    });
    let token = sandbox.token(TokenClaims::default());
    let mut client = Client::connect(&sandbox.url());
    client.exchange(&removal(&token, CHAT)).expect("an answer");
    assert!(sandbox.requests().is_empty());
    assert_eq!(sandbox.stats().by_status[&204], 1);
    assert_eq!(sandbox.applied().len(), 1);
}

#[test]
fn a_sandbox_that_is_dropped_closes_its_connections() {
    let sandbox = Sandbox::start(SandboxOptions::default());
    let mut client = Client::connect(&sandbox.url());
    client
        .exchange(&removal(&sandbox.token(TokenClaims::default()), CHAT))
        .expect("an answer");
    drop(sandbox);
    assert!(client.read_to_end().0.is_empty());
}

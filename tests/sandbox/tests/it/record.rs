//! The record of requests: their bytes, accounts and order.

use std::thread;

use sandbox::{ADMIN_ID, Sandbox, SandboxOptions};

use crate::client::{CHAT, Client, admin_token, removal, removal_body, removal_path, start};

#[test]
fn a_request_is_recorded_byte_by_byte() {
    let sandbox = start();
    let token = admin_token(&sandbox);
    let request = removal(&token, CHAT);
    let mut client = Client::connect(&sandbox.url());
    client.exchange(&request).expect("a response");
    client.exchange(&request).expect("a response");

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
fn pipelined_requests_are_recorded_separately() {
    let sandbox = start();
    let token = admin_token(&sandbox);
    let (first, second) = (
        removal(&token, "19:a@thread.v2"),
        removal(&token, "19:b@thread.v2"),
    );
    let mut client = Client::connect(&sandbox.url());
    client.write(&[first.clone(), second.clone()].concat());
    client.read().expect("a response");
    client.read().expect("a response");
    let bytes: Vec<_> = sandbox
        .requests()
        .iter()
        .map(|record| [record.head.as_slice(), record.body.as_slice()].concat())
        .collect();
    assert_eq!(bytes, [first, second]);
}

#[test]
fn a_chunked_body_is_recorded_as_one() {
    let sandbox = start();
    let token = admin_token(&sandbox);
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
            .expect("a response")
            .status,
        204
    );
    client.exchange(&removal(&token, CHAT)).expect("a response");
    let records = sandbox.requests();
    assert_eq!(records[0].body, body.as_bytes());
    assert!(records[1].head.starts_with(b"POST "));
}

#[test]
fn a_request_with_expect_continue_receives_100_before_its_body() {
    let sandbox = start();
    let request = String::from_utf8(removal(&admin_token(&sandbox), CHAT)).unwrap();
    let request = request.replace("Host:", "Expect: 100-continue\r\nHost:");
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut client = Client::connect(&sandbox.url());
    let interim = client
        .exchange(format!("{head}\r\n\r\n").as_bytes())
        .expect("a response");
    assert_eq!(interim.status, 100);
    assert_eq!(
        client.exchange(body.as_bytes()).expect("a response").status,
        204
    );
    assert_eq!(sandbox.requests()[0].body, body.as_bytes());
}

#[test]
fn concurrent_clients_are_all_served_and_recorded() {
    let sandbox = start();
    let token = admin_token(&sandbox);
    let (clients, each) = (16, 50);
    thread::scope(|scope| {
        for number in 0..clients {
            let (url, token) = (sandbox.url(), &token);
            scope.spawn(move || {
                let mut client = Client::connect(&url);
                for at in 0..each {
                    let chat = format!("19:{number}-{at}@thread.v2");
                    let response = client.exchange(&removal(token, &chat)).expect("a response");
                    assert_eq!(response.status, 204);
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
    let token = admin_token(&sandbox);
    let mut client = Client::connect(&sandbox.url());
    client.exchange(&removal(&token, CHAT)).expect("a response");
    assert!(sandbox.requests().is_empty());
    assert_eq!(sandbox.stats().by_status[&204], 1);
    assert_eq!(sandbox.applied().len(), 1);
}

#[test]
fn dropping_a_sandbox_closes_its_connections() {
    let sandbox = start();
    let mut client = Client::connect(&sandbox.url());
    client
        .exchange(&removal(&admin_token(&sandbox), CHAT))
        .expect("a response");
    drop(sandbox);
    assert!(client.read_to_end().0.is_empty());
}

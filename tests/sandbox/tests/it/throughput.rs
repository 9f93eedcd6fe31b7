//! The throughput of the sandbox, which must not limit what a benchmark measures.

use std::thread;
use std::time::{Duration, Instant};

use sandbox::{Limits, Sandbox, SandboxOptions};

use crate::client::{Client, admin_token, removal};

/// Returns the requests per second over four connections, one request at a time on each.
fn rate(options: SandboxOptions) -> f64 {
    let sandbox = Sandbox::start(options);
    let token = admin_token(&sandbox);
    let since = Instant::now();
    thread::scope(|scope| {
        for number in 0..4 {
            let (url, token) = (sandbox.url(), &token);
            scope.spawn(move || {
                let mut client = Client::connect(&url);
                let mut at = 0;
                while since.elapsed() < Duration::from_secs(2) {
                    let chat = format!("19:{number}-{at}@thread.v2");
                    client.exchange(&removal(token, &chat)).expect("a response");
                    at += 1;
                }
            });
        }
    });
    let rate = sandbox.stats().requests as f64 / since.elapsed().as_secs_f64();
    println!("{rate:.0} requests per second");
    rate
}

#[test]
#[ignore = "measures the machine: run with --release -- --ignored"]
fn the_sandbox_serves_more_than_2000_requests_per_second() {
    assert!(rate(SandboxOptions::default()) > 2_000.0);
    let with_limits = SandboxOptions {
        limits: Limits::documented(),
        keep_requests: 0,
        ..SandboxOptions::default()
    };
    assert!(rate(with_limits) > 2_000.0);
}

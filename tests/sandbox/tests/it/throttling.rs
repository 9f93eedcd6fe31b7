//! Throttling over HTTP: which requests share a limit, and whether the Retry-After is right.

use std::thread;
use std::time::Duration;

use sandbox::{
    Fault, FaultScript, Limits, Rule, Sandbox, SandboxOptions, Stats, TokenClaims, ideal_duration,
};

use crate::client::{CHAT, Client, Response, assert_refused, control, removal, request, send};

fn sandbox_with(limits: Limits) -> Sandbox {
    Sandbox::start(SandboxOptions {
        limits,
        ..SandboxOptions::default()
    })
}

/// Limits so low that even a slow machine sends its second request too early.
fn tight() -> Limits {
    Limits {
        per_user: Some(0.1),
        per_chat: Some(0.1),
        ..Limits::none()
    }
}

/// A client with its own account that sends each request for another chat.
struct Account {
    client: Client,
    token: String,
    oid: String,
    sent: u32,
}

impl Account {
    fn new(sandbox: &Sandbox, oid: &str) -> Self {
        let claims = TokenClaims {
            oid: oid.into(),
            ..TokenClaims::default()
        };
        Self {
            client: Client::connect(&sandbox.url()),
            token: sandbox.token(claims),
            oid: oid.into(),
            sent: 0,
        }
    }

    fn remove(&mut self) -> Response {
        self.sent += 1;
        let chat = format!("19:{}-{}@thread.v2", self.oid, self.sent);
        self.client
            .exchange(&removal(&self.token, &chat))
            .expect("a response")
    }
}

fn retry_after(response: &Response) -> Duration {
    assert_refused(response, 429, "TooManyRequests", "");
    let value = response.header("retry-after").expect("a wait");
    Duration::from_secs_f64(value.parse().expect("seconds"))
}

#[test]
fn an_account_is_throttled_across_chats_and_apart_from_others() {
    let sandbox = sandbox_with(tight());
    let (mut one, mut other) = (Account::new(&sandbox, "a"), Account::new(&sandbox, "b"));
    assert_eq!(one.remove().status, 204);
    let wait = retry_after(&one.remove());
    assert_eq!(wait, Duration::from_secs(10));
    assert_eq!(other.remove().status, 204);
    assert_eq!(sandbox.applied().len(), 2);
}

#[test]
fn a_chat_is_throttled_across_accounts() {
    let sandbox = sandbox_with(tight());
    let token = |oid: &str| {
        sandbox.token(TokenClaims {
            oid: oid.into(),
            ..TokenClaims::default()
        })
    };
    assert_eq!(send(&sandbox, &removal(&token("a"), CHAT)).status, 204);
    assert_eq!(send(&sandbox, &removal(&token("b"), CHAT)).status, 429);
}

#[test]
fn a_request_after_the_retry_after_is_admitted() {
    let sandbox = sandbox_with(Limits::documented().scaled(20.0));
    let mut account = Account::new(&sandbox, "a");
    let mut waits = 0;
    while waits < 5 {
        let response = account.remove();
        if response.status != 204 {
            let wait = retry_after(&response);
            assert!(wait <= Duration::from_millis(50), "{wait:?}");
            thread::sleep(wait);
            assert_eq!(account.remove().status, 204);
            waits += 1;
        }
    }
    assert_eq!(sandbox.stats().avoidable_429, 0);
}

#[test]
fn with_whole_seconds_the_retry_after_has_no_fraction() {
    let sandbox = sandbox_with(Limits {
        whole_seconds: true,
        ..tight().scaled(2.0)
    });
    let mut account = Account::new(&sandbox, "a");
    account.remove();
    assert_eq!(account.remove().header("retry-after"), Some("5"));
}

#[test]
fn requests_before_the_retry_after_count_as_avoidable() {
    let sandbox = sandbox_with(tight());
    let mut account = Account::new(&sandbox, "a");
    for _ in 0..5 {
        account.remove();
    }
    let Stats {
        throttled,
        avoidable_429,
        removed,
        by_status,
        ..
    } = sandbox.stats();
    assert_eq!((throttled, avoidable_429, removed), (4, 3, 1));
    assert_eq!((by_status[&204], by_status[&429]), (1, 4));
}

#[test]
fn a_client_that_honours_retry_after_needs_about_the_ideal_time() {
    let limits = Limits {
        // The client finds the limits by exceeding them, which must not cost it time.
        count_rejected: false,
        ..Limits::documented().scaled(60.0)
    };
    let sandbox = sandbox_with(limits.clone());
    let mut account = Account::new(&sandbox, "a");
    let removals = 100;
    for _ in 0..removals {
        let mut response = account.remove();
        while response.status == 429 {
            thread::sleep(retry_after(&response));
            response = account.remove();
        }
        assert_eq!(response.status, 204);
    }
    let stats = sandbox.stats();
    assert_eq!((stats.removed, stats.avoidable_429), (removals, 0));
    let taken = stats.last_request_seconds.unwrap() - stats.first_request_seconds.unwrap();
    let share = ideal_duration(removals, &limits).as_secs_f64() / taken;
    assert!((0.3..1.05).contains(&share), "{share} of the allowed rate");
}

#[test]
fn throttling_is_checked_after_the_token_and_before_the_permission() {
    let sandbox = sandbox_with(tight());
    let no_scope = sandbox.token(TokenClaims {
        scp: None,
        ..TokenClaims::default()
    });
    assert_eq!(send(&sandbox, &removal("a.b.c", CHAT)).status, 401);
    assert_eq!(send(&sandbox, &removal(&no_scope, CHAT)).status, 403);
    assert_eq!(send(&sandbox, &removal(&no_scope, CHAT)).status, 429);
}

#[test]
fn limits_are_set_over_http_from_a_preset_or_one_by_one() {
    let sandbox = sandbox_with(Limits::none());
    let set = |body| control(&sandbox, "POST", "limits", body);
    let throttles = |user| {
        let mut account = Account::new(&sandbox, user);
        account.remove();
        account.remove().status == 429
    };
    assert!(!throttles("a"));
    assert_eq!(set(r#"{"preset":"documented","per_user":0.1}"#).status, 204);
    assert!(throttles("b"));
    assert_eq!(set(r#"{"per_user":100}"#).status, 204);
    assert!(!throttles("c"));
    assert_eq!(set("").status, 204);
    assert!(!throttles("b"));
    for bad in [
        r#"{"preset":"tough"}"#,
        r#"{"per_user":0}"#,
        r#"{"per_day":1}"#,
        "[]",
        "1",
    ] {
        assert_eq!(set(bad).status, 400, "{bad}");
    }
}

#[test]
fn only_a_processed_fault_counts_against_the_limits() {
    for (processed, second) in [(false, 204), (true, 429)] {
        let sandbox = sandbox_with(tight());
        let mut rule = Rule::new(Fault::ProxyErrorPage { status: 502 }).times(1);
        rule.processed = processed;
        sandbox.script(FaultScript::new([rule]));
        let mut account = Account::new(&sandbox, "a");
        assert_eq!(account.remove().status, 502);
        assert_eq!(account.remove().status, second);
    }
}

#[test]
fn the_directory_is_not_throttled() {
    let sandbox = sandbox_with(tight());
    let token = sandbox.token(TokenClaims::app_with(["User.ReadBasic.All"]));
    for _ in 0..5 {
        let get = request("GET", "/v1.0/users/nobody@contoso.example", &token, "");
        assert_eq!(send(&sandbox, &get).status, 404);
    }
}

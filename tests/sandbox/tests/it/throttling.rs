//! Throttling over the wire: who is counted, what is told, and that it is true.

use std::thread;
use std::time::Duration;

use sandbox::{
    Fault, FaultScript, Limits, Rule, Sandbox, SandboxOptions, Stats, TokenClaims, ideal_duration,
};

use crate::client::{CHAT, Client, Reply, ask, removal, request};

fn with(limits: Limits) -> Sandbox {
    Sandbox::start(SandboxOptions {
        limits,
        ..SandboxOptions::default()
    })
}

/// Limits so tight that no slow machine gets a second request in by being slow.
fn tight() -> Limits {
    Limits {
        per_user: Some(0.1),
        per_chat: Some(0.1),
        ..Limits::none()
    }
}

/// A client that has its own account, and a chat for each request.
struct Account {
    client: Client,
    token: String,
    oid: String,
    asked: u32,
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
            asked: 0,
        }
    }

    fn ask(&mut self) -> Reply {
        self.asked += 1;
        let chat = format!("19:{}-{}@thread.v2", self.oid, self.asked);
        self.client
            .exchange(&removal(&self.token, &chat))
            .expect("an answer")
    }
}

fn retry_after(reply: &Reply) -> Duration {
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (429, "TooManyRequests")
    );
    let value = reply.header("retry-after").expect("a wait");
    Duration::from_secs_f64(value.parse().expect("seconds"))
}

#[test]
fn an_account_is_throttled_across_chats_and_another_is_not() {
    let sandbox = with(tight());
    let (mut one, mut other) = (Account::new(&sandbox, "a"), Account::new(&sandbox, "b"));
    assert_eq!(one.ask().status, 204);
    let wait = retry_after(&one.ask());
    assert_eq!(wait, Duration::from_secs(10));
    assert_eq!(other.ask().status, 204);
    assert_eq!(sandbox.applied().len(), 2);
}

#[test]
fn a_chat_is_throttled_across_accounts() {
    let sandbox = with(tight());
    let token = |oid: &str| {
        sandbox.token(TokenClaims {
            oid: oid.into(),
            ..TokenClaims::default()
        })
    };
    assert_eq!(ask(&sandbox, &removal(&token("a"), CHAT)).status, 204);
    assert_eq!(ask(&sandbox, &removal(&token("b"), CHAT)).status, 429);
}

#[test]
fn a_request_after_the_wait_that_was_told_is_admitted() {
    let sandbox = with(Limits::documented().scaled(20.0));
    let mut account = Account::new(&sandbox, "a");
    let mut waits = 0;
    while waits < 5 {
        let reply = account.ask();
        if reply.status != 204 {
            let wait = retry_after(&reply);
            assert!(wait <= Duration::from_millis(50), "{wait:?}");
            thread::sleep(wait);
            assert_eq!(account.ask().status, 204);
            waits += 1;
        }
    }
    assert_eq!(sandbox.stats().avoidable_429, 0);
}

#[test]
fn whole_seconds_are_told_where_the_real_service_is_wanted() {
    let sandbox = with(Limits {
        whole_seconds: true,
        ..tight().scaled(2.0)
    });
    let mut account = Account::new(&sandbox, "a");
    account.ask();
    assert_eq!(account.ask().header("retry-after"), Some("5"));
}

#[test]
fn a_client_that_does_not_wait_is_found_out() {
    let sandbox = with(tight());
    let mut account = Account::new(&sandbox, "a");
    for _ in 0..5 {
        account.ask();
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
fn a_client_that_comes_when_it_is_told_needs_about_the_ideal_time() {
    let limits = Limits {
        // It finds the limits by running into them, which is not to cost it anything.
        count_rejected: false,
        ..Limits::documented().scaled(60.0)
    };
    let sandbox = with(limits.clone());
    let mut account = Account::new(&sandbox, "a");
    let removals = 100;
    for _ in 0..removals {
        let mut reply = account.ask();
        while reply.status == 429 {
            thread::sleep(retry_after(&reply));
            reply = account.ask();
        }
        assert_eq!(reply.status, 204);
    }
    let stats = sandbox.stats();
    assert_eq!((stats.removed, stats.avoidable_429), (removals, 0));
    let taken = stats.last_request_seconds.unwrap() - stats.first_request_seconds.unwrap();
    let share = ideal_duration(removals, &limits).as_secs_f64() / taken;
    assert!((0.3..1.05).contains(&share), "{share} of the allowed rate");
}

#[test]
fn throttling_comes_before_the_permission_and_after_the_token() {
    let sandbox = with(tight());
    let no_scope = sandbox.token(TokenClaims {
        scp: None,
        ..TokenClaims::default()
    });
    assert_eq!(ask(&sandbox, &removal("a.b.c", CHAT)).status, 401);
    assert_eq!(ask(&sandbox, &removal(&no_scope, CHAT)).status, 403);
    assert_eq!(ask(&sandbox, &removal(&no_scope, CHAT)).status, 429);
}

#[test]
fn limits_are_set_over_http_from_a_preset_or_one_by_one() {
    let sandbox = with(Limits::none());
    let set = |body| ask(&sandbox, &request("POST", "/sandbox/limits", "", body));
    let throttles = |user| {
        let mut account = Account::new(&sandbox, user);
        account.ask();
        account.ask().status == 429
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
fn a_fault_in_front_of_graph_uses_up_no_limit_and_a_processed_one_does() {
    for (processed, second) in [(false, 204), (true, 429)] {
        let sandbox = with(tight());
        let mut rule = Rule::new(Fault::ProxyErrorPage { status: 502 }).times(1);
        rule.processed = processed;
        sandbox.script(FaultScript::new([rule]));
        let mut account = Account::new(&sandbox, "a");
        assert_eq!(account.ask().status, 502);
        assert_eq!(account.ask().status, second);
    }
}

#[test]
fn the_directory_is_not_throttled() {
    let sandbox = with(tight());
    let token = sandbox.token(TokenClaims::default());
    for _ in 0..5 {
        let get = request("GET", "/v1.0/users/nobody@contoso.example", &token, "");
        assert_eq!(ask(&sandbox, &get).status, 404);
    }
}

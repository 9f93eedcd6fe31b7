//! Fixtures: the release library, a sandbox with a run, events, and handles that close themselves.

mod events;
mod guard;

use std::sync::OnceLock;
use std::thread;

pub use chat_access::ffi::ChatAccessStatus as Status;
use sandbox::{Sandbox, SandboxOptions, TokenClaims};
use serde_json::{Value, json};
use stage::Native;

pub use events::{drain, drain_handle, next};
pub use guard::Guard;

pub const TENANT: &str = sandbox::TENANT_ID;
pub const USER: &str = "d864e79f-0000-4000-8000-0eeb4d61fdc2";
pub const CHAT: &str = "19:b8577894a63548969c5c92bb9c80c5e1@thread.v2";
/// A removal that the sandbox accepts.
pub const REMOVAL: (&str, &str, &str) = (TENANT, USER, CHAT);
/// A timeout in milliseconds: no limit.
pub const FOREVER: i32 = -1;

/// The release library.
pub fn native() -> &'static Native {
    static NATIVE: OnceLock<Native> = OnceLock::new();
    NATIVE.get_or_init(|| Native::load(stage::library()))
}

/// The id of chat number `n`.
pub fn chat(n: usize) -> String {
    format!("19:{n:032x}@thread.v2")
}

/// Run options with the documented limits at a thousand times the rate, so that no test waits for
/// seconds.
pub fn fast() -> Value {
    json!({
        "limits": {
            "per_user": {"per_second": 1000, "burst": 1000},
            "per_chat": {"per_second": 1000, "burst": 1000},
            "per_tenant": {"per_second": 30000, "burst": 30000},
        },
        "retry": {"first_wait_ms": 1, "longest_wait_ms": 20, "longest_rest_ms": 5, "item_time_ms": 1000},
        "request_time_ms": 500,
    })
}

/// Checks every case on a thread of its own, for cases that spend their time waiting.
///
/// # Panics
/// A check panics.
pub fn check_concurrently<T: Send>(cases: impl IntoIterator<Item = T>, check: impl Fn(T) + Sync) {
    let check = &check;
    thread::scope(|scope| {
        for case in cases {
            scope.spawn(move || check(case));
        }
    });
}

/// A sandbox, an account that uses it, and a run. Both handles close when this is dropped.
pub struct Job {
    pub sandbox: Sandbox,
    pub account: i64,
    pub run: i64,
    pub token: String,
    /// The run first: handles close in this order.
    _handles: [Guard; 2],
}

impl Job {
    pub fn new() -> Self {
        Self::with(SandboxOptions::default(), TokenClaims::default(), fast())
    }

    pub fn with(options: SandboxOptions, claims: TokenClaims, run_options: Value) -> Self {
        let sandbox = Sandbox::start(options);
        let token = sandbox.token(claims);
        let account = Guard::account(&sandbox.url(), &token);
        let run = Guard::run(*account, run_options);
        Self {
            sandbox,
            account: *account,
            run: *run,
            token,
            _handles: [run, account],
        }
    }

    /// The run's remaining events. Call `finish` or `cancel` first.
    pub fn events(&self) -> Vec<Value> {
        drain_handle(self.run)
    }

    /// Queues a removal and returns at once.
    pub fn queue(&self, removal: (&str, &str, &str)) {
        let (status, _) = native().remove(self.run, removal, 0);
        assert_eq!(status, Status::NotYet as i32);
    }
}

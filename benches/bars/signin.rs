//! Sign-in: tokens that expire during a run, and the time to the first removal.

use std::time::Instant;

use sandbox::{EntraSettings, Sandbox, SandboxOptions, TENANT_ID, TokenClaims};
use serde_json::json;
use stage::Native;

use crate::powershell::PowerShell;
use crate::{Bar, Bars, median};

/// Lifetime of a token, in seconds.
const LIFETIME: i64 = 5;
/// Age at which a token is renewed, in seconds.
const RENEWED_AFTER: f64 = 4.0;

const REMOVALS: usize = 500;

/// Number of measurements of the first removal, each in a new process.
const RUNS: usize = 9;

const REFRESHES: Bar = Bar::at_most("refreshes_per_token_lifetime", 1.0, "refreshes");
const NOT_REMOVED: Bar = Bar::at_most("not_removed", 0.0, "removals");
const FIRST_REMOVAL: Bar = Bar::at_most("first_removal", 150.0, "ms");

pub fn run(bars: &mut Bars) {
    short_tokens(bars);
    first_removal(bars);
}

/// Starts a sandbox that issues tokens of this lifetime, in seconds, without pending polls.
fn sandbox(lifetime: i64) -> Sandbox {
    Sandbox::start(SandboxOptions {
        entra: EntraSettings {
            claims: TokenClaims {
                expires_in: lifetime,
                ..TokenClaims::default()
            },
            pending_polls: 0,
            ..EntraSettings::default()
        },
        ..SandboxOptions::default()
    })
}

/// Signs in with a device code and returns the handle of the account.
fn sign_in(native: &Native, sandbox: &Sandbox) -> i64 {
    let request = json!({
        "open": "sign_in",
        "method": "device_code",
        "graph_endpoint": sandbox.url(),
        "authority_host": sandbox.url(),
    });
    let account = native.open(&request, None).expect("the sign-in starts");
    loop {
        let (status, event) = native.next(account, 30_000);
        assert_eq!(status, 0, "{event}");
        match event["event"].as_str() {
            Some("signed_in") => return account,
            Some("failed") => panic!("{event}"),
            _ => {}
        }
    }
}

fn short_tokens(bars: &mut Bars) {
    let native = Native::load(stage::library());
    let sandbox = sandbox(LIFETIME);
    let account = sign_in(&native, &sandbox);
    // At this rate the run takes three token lifetimes.
    let limit = json!({"per_second": 40, "burst": 1, "sustained": 1.0});
    let run = native.run(
        &[account],
        json!({"limits": {"per_user": limit, "per_chat": limit, "per_tenant": limit}}),
    );
    let began = Instant::now();
    for n in 0..REMOVALS {
        let chat = format!("19:{n:032x}@thread.v2");
        native.remove(run, (TENANT_ID, sandbox::ADMIN_ID, &chat), 0);
    }
    native.finish(run);
    let mut removed = 0;
    while let (0, event) = native.next(run, -1) {
        removed += usize::from(event["status"] == "Removed");
    }
    let seconds = began.elapsed().as_secs_f64();
    native.close(run);
    native.close(account);
    let refreshes = sandbox.entra_stats().tokens["refresh_token"];
    let refused = sandbox.stats().by_status.get(&401).copied().unwrap_or(0);
    println!(
        "{REMOVALS} removals in {seconds:.1} s with tokens of {LIFETIME} s: {refreshes} refreshes, {refused} requests with an expired token"
    );
    let lifetimes = (seconds / RENEWED_AFTER).ceil();
    bars.report(&REFRESHES, refreshes as f64 / lifetimes);
    bars.report(&NOT_REMOVED, (REMOVALS - removed) as f64);
}

fn first_removal(bars: &mut Bars) {
    let Some(powershell) = PowerShell::find(bars, &[FIRST_REMOVAL]) else {
        return;
    };
    let sandbox = sandbox(3_600);
    let module = powershell.module.to_string_lossy().into_owned();
    let times: Vec<f64> = (0..RUNS)
        .map(|_| powershell.measure("signin.ps1", &[&module, &sandbox.url()])["first_removal"])
        .collect();
    bars.report(&FIRST_REMOVAL, median(times));
}

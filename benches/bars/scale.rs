//! The memory of 100,000 removals, in a separate process. The sandbox runs in this one.

use std::process::Command;
use std::time::Instant;

use sandbox::{Sandbox, SandboxOptions, TokenClaims};
use serde_json::json;
use stage::Native;

use crate::{Bar, Bars};

const REMOVALS: usize = 100_000;
const USER: &str = "d864e79f-0000-4000-8000-0eeb4d61fdc2";
const QUEUE_FULL: i32 = 3;

const MEMORY: Bar = Bar::at_most("memory_above_the_start", 100.0, "MB");
const REMOVED: Bar = Bar::at_least("removed", REMOVALS as f64, "removals");

/// The argument that makes this program the measured one.
pub const RUNNER: &str = "scale-run";

pub fn run(bars: &mut Bars) {
    if resident().is_none() {
        for bar in [MEMORY, REMOVED] {
            bars.not_run(&bar, "this system has no /proc/self/status");
        }
        return;
    }
    let sandbox = Sandbox::start(SandboxOptions {
        keep_requests: 0,
        ..Default::default()
    });
    let began = Instant::now();
    let output = Command::new(std::env::current_exe().expect("this program"))
        .arg(RUNNER)
        .arg(stage::library())
        .arg(sandbox.url())
        .env("CHATACCESS_TOKEN", sandbox.token(TokenClaims::default()))
        .output()
        .expect("the program starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<f64> = printed
        .split_whitespace()
        .filter_map(|n| n.parse().ok())
        .collect();
    let [before, peak, removed] = numbers[..] else {
        panic!("{printed}{}", String::from_utf8_lossy(&output.stderr));
    };
    println!(
        "{REMOVALS} removals in {:.0?}: memory grew from {before:.0} MB to {peak:.0} MB",
        began.elapsed()
    );
    bars.report(&MEMORY, peak - before);
    bars.report(&REMOVED, removed);
}

/// The measured program: submits removals as fast as the queue accepts them, and reads events while
/// it is full.
pub fn runner(arguments: &[String]) {
    let [library, graph] = arguments else {
        panic!("expected the library and the Graph endpoint");
    };
    let native = Native::load(std::path::Path::new(library));
    let token = std::env::var("CHATACCESS_TOKEN").expect("a token");
    let account = native.account(graph, &token);
    let limit = json!({"per_second": 100_000, "burst": 100_000, "sustained": 1.0});
    let limits = json!({"per_user": limit, "per_chat": limit, "per_tenant": limit});
    let run = native.run(&[account], json!({"limits": limits}));
    let before = resident().unwrap_or_default();
    let (mut peak, mut removed) = (before, 0);
    let mut read_event = |wait| {
        let (status, event) = native.next(run, wait);
        removed += usize::from(event["status"] == "Removed");
        status == 0
    };
    for number in 0..REMOVALS {
        let chat = format!("19:{number:032x}@thread.v2");
        while native.remove(run, (sandbox::TENANT_ID, USER, &chat), 0).0 == QUEUE_FULL {
            read_event(100);
        }
        if number % 1000 == 0 {
            peak = peak.max(resident().unwrap_or_default());
        }
    }
    native.finish(run);
    while read_event(-1) {}
    peak = peak.max(resident().unwrap_or_default());
    println!("{before} {peak} {removed}");
}

/// Returns the resident memory of this process, in MB.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1000.0)
}

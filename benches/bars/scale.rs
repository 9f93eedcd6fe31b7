//! What a hundred thousand removals take of memory: in a process of its own, with the service in this one.

use std::process::Command;
use std::time::Instant;

use sandbox::{Sandbox, SandboxOptions, TokenClaims};
use serde_json::json;
use stage::Native;

use crate::Bars;

const REMOVALS: usize = 100_000;
const USER: &str = "d864e79f-0000-4000-8000-0eeb4d61fdc2";
const QUEUE_FULL: i32 = 3;

/// Makes this program the one that is measured.
pub const RUNNER: &str = "scale-run";

pub fn run(bars: &mut Bars) {
    let limit = "<=100 MB";
    if resident().is_none() {
        return bars.not_run(
            "memory",
            limit,
            "this system does not tell a process's memory",
        );
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
        .expect("it starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<f64> = printed
        .split_whitespace()
        .filter_map(|n| n.parse().ok())
        .collect();
    let [before, peak, removed] = numbers[..] else {
        panic!("{printed}{}", String::from_utf8_lossy(&output.stderr));
    };
    println!(
        "{REMOVALS} removals in {:.0?}: from {before:.0} MB to {peak:.0} MB",
        began.elapsed()
    );
    bars.at_most("memory_above_the_start", peak - before, 100.0, " MB");
    bars.at_least("removed", removed, REMOVALS as f64, "");
}

/// The measured program: a producer that puts in as fast as there is room, and fetches when there is none.
pub fn runner(arguments: &[String]) {
    let [library, graph] = arguments else {
        panic!("library and Graph");
    };
    let native = Native::load(std::path::Path::new(library));
    let token = std::env::var("CHATACCESS_TOKEN").expect("a token");
    let account = native.account(graph, &token);
    let limit = json!({"per_second": 100_000, "burst": 100_000, "sustained": 1.0});
    let limits = json!({"per_user": limit, "per_chat": limit, "per_tenant": limit});
    let run = native.run(&[account], json!({"limits": limits}));
    let before = resident().unwrap_or_default();
    let (mut peak, mut removed) = (before, 0);
    let mut fetch = |wait| {
        let (status, event) = native.next(run, wait);
        removed += usize::from(event["status"] == "Removed");
        status == 0
    };
    for number in 0..REMOVALS {
        let chat = format!("19:{number:032x}@thread.v2");
        while native.remove(run, (sandbox::TENANT_ID, USER, &chat), 0).0 == QUEUE_FULL {
            fetch(100);
        }
        if number % 1000 == 0 {
            peak = peak.max(resident().unwrap_or_default());
        }
    }
    native.finish(run);
    while fetch(-1) {}
    peak = peak.max(resident().unwrap_or_default());
    println!("{before} {peak} {removed}");
}

/// This process's resident memory in MB.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1000.0)
}

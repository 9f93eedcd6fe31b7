//! Many removals in one run, through faults that hit some of the requests.

use std::collections::{BTreeMap, HashSet};

use crate::common::{Job, TENANT, USER, chat, check_concurrently, native};
use sandbox::{Cut, Fault, FaultScript, Rule, SandboxOptions, TokenClaims, When};
use serde_json::{Value, json};

use super::{patient, status, throttle, unreadable_errors};

const ITEMS: usize = 60;

/// Runs `ITEMS` removals with a fault on one request in four, and returns how often each status
/// occurs. Checks that each removal has one outcome and that each confirmed removal was applied.
fn through(fault: Fault, options: Value) -> (BTreeMap<String, usize>, Job) {
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), options);
    let name = format!("{fault:?}");
    job.sandbox.script(FaultScript::new([
        Rule::new(fault).when(When::probability(0.25, 11))
    ]));
    for number in 0..ITEMS {
        job.queue((TENANT, USER, &chat(number)));
    }
    native().finish(job.run);
    let outcomes: Vec<Value> = job
        .events()
        .into_iter()
        .filter(|e| e["event"] == "outcome")
        .collect();
    let items: HashSet<u64> = outcomes
        .iter()
        .map(|o| o["item"].as_u64().unwrap())
        .collect();
    assert_eq!((outcomes.len(), items.len()), (ITEMS, ITEMS), "{name}");
    let applied: HashSet<String> = job
        .sandbox
        .applied()
        .into_iter()
        .map(|a| a.thread)
        .collect();
    let mut counts = BTreeMap::new();
    for outcome in outcomes {
        let status = outcome["status"].as_str().unwrap().to_string();
        if status == "Removed" {
            assert!(
                applied.contains(outcome["thread_id"].as_str().unwrap()),
                "{name}: {outcome}"
            );
        }
        *counts.entry(status).or_default() += 1;
    }
    (counts, job)
}

#[test]
fn every_removal_succeeds_through_transient_faults() {
    let faults = [
        throttle("0.05"),
        throttle("0"),
        throttle("-7"),
        throttle("soon"),
        throttle("99999999999"),
        Fault::Throttle { retry_after: None },
        status(500, "Code", "Message."),
        status(502, "Code", "Message."),
        status(503, "Code", "Message."),
        status(504, "Code", "Message."),
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::CloseBefore,
        Fault::CloseAfter,
        Fault::Garbage,
        Fault::ProxyErrorPage { status: 502 },
        Fault::Truncated {
            at: Cut::StatusLine,
        },
        Fault::Truncated { at: Cut::Headers },
        Fault::Hang { seconds: 20.0 },
    ];
    check_concurrently(faults, |fault| {
        let (counts, _job) = through(fault.clone(), patient());
        assert_eq!(counts.get("Removed"), Some(&ITEMS), "{fault:?}: {counts:?}");
    });
}

#[test]
fn a_permanent_fault_fails_only_the_removals_it_hits() {
    let faults = [
        status(400, "Code", "Message."),
        status(403, "Code", "Message."),
        status(404, "Code", "Message."),
        Fault::Redirect {
            location: "https://127.0.0.1:9/".into(),
            status: 302,
        },
        Fault::UnknownStatus {
            status: 200,
            body: "{}".into(),
        },
        Fault::Giant {
            megabytes: 5,
            content_length: true,
        },
        Fault::Giant {
            megabytes: 5,
            content_length: false,
        },
    ];
    for fault in faults.into_iter().chain(unreadable_errors()) {
        let mut options = patient();
        // The giant responses need time on a busy machine.
        options["request_time_ms"] = json!(20_000);
        let (counts, job) = through(fault.clone(), options);
        let removed = counts.get("Removed").copied().unwrap_or_default();
        let hit = job
            .sandbox
            .requests()
            .iter()
            .filter(|request| request.fault.is_some())
            .count();
        assert!(hit > 5, "{fault:?}");
        assert_eq!(removed, ITEMS - hit, "{fault:?}: {counts:?}");
    }
}

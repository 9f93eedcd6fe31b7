//! Many removals at once, through the release library, whatever the service and the disk do.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::time::{Duration, Instant};

use crate::common::{
    FOREVER, Guard, Job, Status, TENANT, USER, chat, check_concurrently, drain_handle, fast, native,
};
use sandbox::{Cut, Fault, FaultScript, Rule, SandboxOptions, TokenClaims, Trick, When};
use serde_json::{Value, json};

const ITEMS: usize = 60;

/// Runs `ITEMS` removals through a fault that hits one request in four, and returns the statuses' counts.
/// Whatever the fault: each removal has one outcome, and no removal is confirmed that was not applied.
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

fn throttle(retry_after: &str) -> Fault {
    Fault::Throttle {
        retry_after: Some(retry_after.into()),
    }
}

fn status(code: u16) -> Fault {
    Fault::Status {
        code,
        graph_code: "Code".into(),
        message: "Message.".into(),
        headers: BTreeMap::new(),
    }
}

/// Fast, with time enough for every retry.
fn patient() -> Value {
    let mut options = fast();
    options["retry"]["item_time_ms"] = json!(30_000);
    options
}

#[test]
fn every_fault_that_can_heal_ends_with_everything_removed() {
    let faults = [
        throttle("0.05"),
        throttle("0"),
        throttle("-7"),
        throttle("soon"),
        throttle("99999999999"),
        Fault::Throttle { retry_after: None },
        status(500),
        status(502),
        status(503),
        status(504),
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
fn every_fault_that_can_not_heal_ends_only_what_it_hit() {
    for fault in [
        status(400),
        status(403),
        status(404),
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
        Fault::MalformedError { status: 400 },
        Fault::WrongContentType { status: 400 },
        Fault::HostileError {
            status: 400,
            trick: Trick::Nested,
        },
        Fault::HostileError {
            status: 400,
            trick: Trick::Huge,
        },
        Fault::HostileError {
            status: 400,
            trick: Trick::ControlCharacters,
        },
    ] {
        let mut options = patient();
        // A busy machine takes its time over the giant ones.
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

#[test]
fn a_wait_beyond_a_removals_time_ends_it_at_once() {
    let job = Job::new();
    job.sandbox
        .script(FaultScript::new([Rule::new(throttle("1000"))]));
    let before = Instant::now();
    let (status, outcome) = native().remove(job.run, (TENANT, USER, &chat(1)), FOREVER);
    assert_eq!(status, Status::Throttled as i32, "{outcome}");
    assert!(before.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_wait_given_as_a_date_is_kept() {
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), patient());
    // Two seconds on the service's clock, which its Date header tells.
    let date = jiff::Timestamp::now() + Duration::from_secs(2);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&date)
        .unwrap();
    job.sandbox.script(FaultScript::new([
        Rule::new(throttle(&date)).when(When::first(1))
    ]));
    let before = Instant::now();
    let (status, _) = native().remove(job.run, (TENANT, USER, &chat(1)), FOREVER);
    assert_eq!(status, 0);
    let took = before.elapsed();
    assert!(
        took >= Duration::from_millis(900) && took < Duration::from_secs(4),
        "{took:?}"
    );
}

#[test]
fn a_run_ends_at_its_time_limit() {
    let mut options = json!({"run_time_ms": 300});
    options["limits"] = json!({"per_user": {"per_second": 20}});
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), options);
    for number in 0..50 {
        job.queue((TENANT, USER, &chat(number)));
    }
    native().finish(job.run);
    let before = Instant::now();
    let events = job.events();
    assert!(before.elapsed() < Duration::from_secs(2));
    let count = |status: &str| {
        events
            .iter()
            .filter(|event| event["status"] == status)
            .count()
    };
    assert_eq!(count("Removed") + count("Cancelled"), 50);
    assert!(
        count("Removed") >= 2 && count("Cancelled") >= 30,
        "{events:?}"
    );
}

#[test]
fn a_cancelled_removal_whose_answer_was_lost_is_not_called_unsent() {
    let mut options = patient();
    options["retry"] = json!({"first_wait_ms": 60_000, "longest_wait_ms": 60_000});
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), options);
    job.sandbox
        .script(FaultScript::new([Rule::new(Fault::ResetAfter)]));
    job.queue((TENANT, USER, &chat(1)));
    while native().describe(job.run).1["in_flight"] != 0 || job.sandbox.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    native().cancel(job.run);
    let events = job.events();
    assert_eq!(events[0]["status"], "Uncertain", "{events:?}");
    assert_eq!(events[0]["attempts"], 1);
}

#[test]
fn a_journal_is_resumed_and_refused_where_another_run_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("j.jsonl");
    let mut options = patient();
    options["journal"] = json!(path);
    let job = Job::with(
        SandboxOptions::default(),
        TokenClaims::default(),
        options.clone(),
    );
    let request = json!({"open": "removals", "accounts": [job.account], "options": options});
    let (refused, told) = native().open(&request, None).unwrap_err();
    assert_eq!(refused, Status::InvalidArgument as i32);
    assert_eq!(told["parameter"], "JournalPath");
    for number in 0..10 {
        job.queue((TENANT, USER, &chat(number)));
    }
    native().finish(job.run);
    assert_eq!(job.events().len(), 10);
    native().close(job.run);

    let again = Guard::open(&request, None);
    for number in 0..12 {
        native().remove(*again, (TENANT, USER, &chat(number)), 0);
    }
    native().finish(*again);
    let mut statuses = BTreeMap::<String, usize>::new();
    for event in drain_handle(*again) {
        let name = event["status"]
            .as_str()
            .or(event["event"].as_str())
            .unwrap();
        *statuses.entry(name.into()).or_default() += 1;
    }
    let expected = [("AlreadyRemoved", 10), ("Removed", 2), ("resumed", 1)];
    assert_eq!(
        statuses,
        expected
            .map(|(name, count)| (name.to_string(), count))
            .into()
    );
    drop(again);
    assert_eq!(job.sandbox.requests().len(), 12);
    let text = fs::read_to_string(path).unwrap();
    assert!(!text.contains(&job.token) && !text.contains("Bearer"));
}

/// On a disk with room for a few records: what was sent is reported, nothing more is sent, and the journal
/// can still be read.
#[cfg(unix)]
#[test]
fn a_full_disk_stops_the_run_and_loses_no_outcome() {
    // Built here: the other process may not write a file of that size.
    stage::library();
    let output = std::process::Command::new("sh")
        .args([
            "-c",
            "ulimit -f 8; exec \"$0\" --exact bulk::a_run_on_a_full_disk --ignored --nocapture",
        ])
        .arg(std::env::current_exe().unwrap())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(printed.contains("1 passed"), "{printed}");
}

#[cfg(unix)]
#[test]
#[ignore = "runs in a process of its own: see a_full_disk_stops_the_run_and_loses_no_outcome"]
fn a_run_on_a_full_disk() {
    // SAFETY: a file above the process's limit is an error then, as on a full disk, and no signal.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("j.jsonl");
    let mut options = patient();
    options["limits"]["per_user"] = json!({"per_second": 100});
    options["journal"] = json!(path);
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), options);
    for number in 0..100 {
        job.queue((TENANT, USER, &chat(number)));
    }
    native().finish(job.run);
    let events = job.events();
    let count = |status: &str| {
        events
            .iter()
            .filter(|event| event["status"] == status)
            .count()
    };
    assert_eq!(
        count("Removed") + count("Failed") + count("Cancelled"),
        100,
        "{events:?}"
    );
    assert_eq!(count("Removed"), job.sandbox.applied().len());
    assert!(
        count("Removed") >= 2 && count("Removed") < 30,
        "{}",
        count("Removed")
    );
    let told = events.iter().any(|event| {
        event["message"]
            .as_str()
            .is_some_and(|m| m.contains("can't be written"))
    });
    assert!(told, "{events:?}");
    for line in fs::read_to_string(path).unwrap().lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
}

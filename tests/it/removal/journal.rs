//! The journal of a run, and a disk without room for it.

use std::collections::BTreeMap;
use std::fs;

use crate::common::{Guard, Job, Status, TENANT, USER, chat, drain_handle, native};
use sandbox::{SandboxOptions, TokenClaims};
use serde_json::{Value, json};

use super::patient;

#[test]
fn a_journal_is_resumed_and_is_refused_while_another_run_uses_it() {
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
    let (refused, refusal) = native().open(&request, None).unwrap_err();
    assert_eq!(refused, Status::InvalidArgument as i32);
    assert_eq!(refusal["parameter"], "JournalPath");
    for number in 0..10 {
        job.queue((TENANT, USER, &chat(number)));
    }
    native().finish(job.run);
    let first = job.events();
    assert_eq!(first.len(), 10);
    native().close(job.run);

    let again = Guard::open(&request, None);
    for number in 0..12 {
        native().remove(*again, (TENANT, USER, &chat(number)), 0);
    }
    native().finish(*again);
    let mut statuses = BTreeMap::<String, usize>::new();
    let resumed = drain_handle(*again);
    for event in &resumed {
        if event["status"] == "AlreadyRemoved" {
            let of = |other: &&Value| other["thread_id"] == event["thread_id"];
            let confirmed = first.iter().find(of).unwrap();
            assert!(confirmed["request_id"].is_string());
            assert_eq!(event["request_id"], confirmed["request_id"]);
            assert_eq!(event["completed"], confirmed["completed"]);
        }
    }
    for event in resumed {
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

/// On a disk with room for a few records, every removal that was sent is reported, no more are
/// sent, and the journal stays readable.
#[cfg(unix)]
#[test]
fn a_full_disk_stops_the_run_and_loses_no_outcome() {
    // Built here, because the other process can't write a file of the library's size.
    stage::library();
    let output = std::process::Command::new("sh")
        .args([
            "-c",
            "ulimit -f 8; exec \"$0\" --exact removal::journal::a_run_on_a_full_disk --ignored --nocapture",
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
    // SAFETY: writing past the process's file size limit then fails as on a full disk, without a
    // signal.
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
    let reported = events.iter().any(|event| {
        event["message"]
            .as_str()
            .is_some_and(|m| m.contains("can't be written"))
    });
    assert!(reported, "{events:?}");
    for line in fs::read_to_string(path).unwrap().lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
}

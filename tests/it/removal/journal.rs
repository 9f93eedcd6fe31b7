//! The journal of a run, and a disk without room for it.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{Guard, Job, Status, TENANT, USER, chat, drain_handle, native};
use chat_access::cloud::Cloud;
use chat_access::identity::Account;
use chat_access::removal::{Lane, Run, RunOptions};
use chat_access::token::AccessToken;
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

/// The owner of a run with a lease may be gone. Then another run can use the journal, and if the
/// owner continues after all, it uses the records of both.
#[test]
fn a_journal_is_released_with_the_lease_and_opened_again_with_the_next_call() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("j.jsonl");
    let mut options = patient();
    options["journal"] = json!(path);
    // Longer than this thread is interrupted on a busy computer.
    options["lease_ms"] = json!(1_500);
    let job = Job::with(
        SandboxOptions::default(),
        TokenClaims::default(),
        options.clone(),
    );
    job.queue((TENANT, USER, &chat(1)));
    assert_eq!(native().next(job.run, 5_000).1["status"], "Removed");

    // As another process would, so without closing the first run.
    let token = AccessToken::new(job.token.as_bytes()).unwrap();
    let cloud = Cloud::new(None, Some(&job.sandbox.url()), None).unwrap();
    let lane = Arc::new(Lane::new(Account::with_token(cloud, token).unwrap()));
    let start = || {
        let options = RunOptions {
            journal: Some(path.to_string_lossy().into_owned()),
            ..RunOptions::default()
        };
        Run::start(vec![Arc::clone(&lane)], options)
    };
    assert!(start().is_err(), "the first run uses the journal");
    let mut started = None;
    wait_until(|| {
        started = start().ok();
        started.is_some()
    });
    let second = started.unwrap();
    second.submit(TENANT, USER, &chat(2)).unwrap();
    wait_until(|| {
        fs::read_to_string(&path)
            .unwrap()
            .matches("\"Removed\"")
            .count()
            == 2
    });

    job.queue((TENANT, USER, &chat(3)));
    let refused = native().next(job.run, 5_000).1;
    assert_eq!(refused["status"], "Failed", "{refused}");
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.contains("Another run is writing to it"),
        "{message}"
    );
    second.close();

    // A run whose owner was only slow continues with what the other run confirmed.
    let third = Guard::open(
        &json!({"open": "removals", "accounts": [job.account], "options": options}),
        None,
    );
    wait_until(|| start().is_ok());
    for number in [2, 3] {
        native().remove(*third, (TENANT, USER, &chat(number)), 0);
    }
    native().finish(*third);
    let statuses: Vec<_> = drain_handle(*third)
        .iter()
        .filter_map(|event| event["status"].as_str().map(String::from))
        .collect();
    assert_eq!(statuses, ["AlreadyRemoved", "Removed"]);
    assert_eq!(job.sandbox.requests().len(), 3);
}

/// Waits until `condition` is true.
///
/// # Panics
/// If it does not become true within 10 s.
fn wait_until(mut condition: impl FnMut() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(10));
        thread::sleep(Duration::from_millis(5));
    }
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

//! Chats that come back after their removal, because an external user wrote again.

use std::fs;
use std::path::Path;

use crate::common::{CHAT, FOREVER, Guard, Job, REMOVAL, Status, fast, native};
use jiff::{SignedDuration, Timestamp};
use sandbox::{Fault, FaultScript, Rule, Sandbox, SandboxOptions, TokenClaims, When};
use serde_json::{Value, json};

use super::status;

/// A job with a journal, and the options to continue it with.
struct Journaled {
    job: Job,
    options: Value,
    folder: tempfile::TempDir,
}

impl Journaled {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = fast();
        options["journal"] = json!(folder.path().join("j.jsonl"));
        let (sandbox, claims) = (SandboxOptions::default(), TokenClaims::default());
        Self {
            job: Job::with(sandbox, claims, options.clone()),
            options,
            folder,
        }
    }

    fn sandbox(&self) -> &Sandbox {
        &self.job.sandbox
    }

    /// Ends the job's run and starts another with the same journal.
    fn next_run(&self) -> Guard {
        native().close(self.job.run);
        let (accounts, options) = ([self.job.account], &self.options);
        let request = json!({"open": "removals", "accounts": accounts, "options": options});
        Guard::open(&request, None)
    }

    fn journal(&self) -> Vec<Value> {
        lines(&self.folder.path().join("j.jsonl"))
    }
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The time in `seconds` from now, by this computer's clock.
fn in_seconds(seconds: i64) -> String {
    (Timestamp::now() + SignedDuration::from_secs(seconds)).to_string()
}

fn remove_seen(run: i64, last_seen: &str) -> Value {
    native().remove_seen(run, REMOVAL, last_seen).1
}

/// The service's clock is two hours ahead, so that a comparison with this computer's fails.
const AHEAD: i64 = 7_200;

#[test]
fn a_chat_that_was_seen_after_its_removal_is_removed_again() {
    let job = Journaled::new();
    let run = job.job.run;
    job.sandbox().set_clock_ahead(AHEAD);
    let first = remove_seen(run, &in_seconds(AHEAD - 60));
    assert_eq!(first["status"], "Removed");
    assert_eq!(first.get("times_returned"), None, "{first}");
    for old in ["", " ", &in_seconds(60), &in_seconds(AHEAD - 60)] {
        assert_eq!(remove_seen(run, old)["status"], "AlreadyRemoved", "{old}");
    }
    assert_eq!(job.sandbox().requests().len(), 1);

    let seen = in_seconds(AHEAD + 600);
    job.sandbox().set_clock_ahead(AHEAD + 3_600);
    let second = remove_seen(run, &seen);
    assert_eq!(second["status"], "Removed", "{second}");
    assert_eq!(second["times_returned"], 1);
    assert_eq!(second["previously_removed"], first["completed"]);
    let message = second["message"].as_str().unwrap();
    let expected = format!(
        "The chat had come back (times so far: 1): it was seen at {seen}, after its removal was confirmed at {}.",
        first["completed"].as_str().unwrap()
    );
    assert_eq!(message, expected);

    let third = remove_seen(run, &seen);
    assert_eq!(third["status"], "AlreadyRemoved", "{third}");
    assert_eq!(third["times_returned"], 1);
    assert_eq!(third["completed"], second["completed"]);
    assert_eq!(third["request_id"], second["request_id"]);
    assert_eq!(third.get("previously_removed"), None, "{third}");
    assert_eq!(job.sandbox().requests().len(), 2);
}

#[test]
fn returns_are_counted_in_all_runs_of_a_journal() {
    let job = Journaled::new();
    job.sandbox().set_clock_ahead(AHEAD);
    let (mut last, _) = (remove_seen(job.job.run, ""), ());
    for times in 1..=3 {
        let run = job.next_run();
        let seen = in_seconds(AHEAD + times * 3_600 - 60);
        job.sandbox().set_clock_ahead(AHEAD + times * 3_600);
        let again = remove_seen(*run, &seen);
        assert_eq!(again["status"], "Removed", "{again}");
        assert_eq!(again["times_returned"], times);
        assert_eq!(again["previously_removed"], last["completed"]);
        assert_eq!(remove_seen(*run, &seen)["status"], "AlreadyRemoved");
        last = again;
    }
    assert_eq!(job.sandbox().requests().len(), 4);
    let journal = job.journal();
    let removed = journal.iter().filter(|line| line["state"] == "Removed");
    let times: Vec<_> = removed
        .map(|line| line["times_returned"].as_u64().unwrap_or_default())
        .collect();
    assert_eq!(times, [0, 1, 2, 3]);
    let line = journal.last().unwrap();
    assert_eq!(line["account"], "admin@contoso.example");
    let service: Timestamp = line["service_time"].as_str().unwrap().parse().unwrap();
    let at: Timestamp = line["at"].as_str().unwrap().parse().unwrap();
    let ahead = service.duration_since(at).as_secs() - AHEAD - 3 * 3_600;
    assert!((-5..=5).contains(&ahead), "{line}");
}

/// The Date of a response has whole seconds, and so have the times of the audit log.
#[test]
fn evidence_of_the_second_of_the_removal_counts_as_later() {
    let job = Journaled::new();
    remove_seen(job.job.run, "");
    let line = job.journal().pop().unwrap();
    let second: Timestamp = line["service_time"].as_str().unwrap().parse().unwrap();
    let again = remove_seen(job.job.run, &second.to_string());
    assert_eq!(again["status"], "Removed", "{again}");
    let before = second - SignedDuration::from_secs(60);
    let old = remove_seen(job.job.run, &before.to_string());
    assert_eq!(old["status"], "AlreadyRemoved", "{old}");
}

#[test]
fn a_chat_that_came_back_and_was_not_removed_is_not_taken_for_removed() {
    let job = Journaled::new();
    remove_seen(job.job.run, "");
    let denied = FaultScript::new([Rule::new(status(403, "Forbidden", "No."))]);
    job.sandbox().script(denied);
    let failed = remove_seen(job.job.run, &in_seconds(3_600));
    assert_eq!(failed["status"], "Denied", "{failed}");
    assert_eq!(failed["times_returned"], 1);
    let message = failed["message"].as_str().unwrap();
    assert!(
        message.starts_with("No. The chat had come back (times so far: 1): it was seen at "),
        "{message}"
    );
    let run = job.next_run();
    let resumed = native().next(*run, 5_000).1;
    assert_eq!(
        (&resumed["removed"], &resumed["failed"]),
        (&json!(0), &json!(1))
    );
    job.sandbox().script(FaultScript::default());
    let (_, removed) = native().remove(*run, REMOVAL, FOREVER);
    assert_eq!(removed["status"], "Removed", "{removed}");
    assert_eq!(removed["times_returned"], 1);
    let message = removed["message"].as_str().unwrap();
    assert!(
        message.contains("an earlier run found evidence of it"),
        "{message}"
    );
    let (_, last) = native().remove(*run, REMOVAL, FOREVER);
    assert_eq!(last["status"], "AlreadyRemoved");
}

/// As after a crash of the process between a request and its response.
#[test]
fn a_request_without_a_response_leaves_a_returned_chat_to_be_removed() {
    let job = Journaled::new();
    remove_seen(job.job.run, "");
    let lost = Rule::new(Fault::ResetAfter).when(When::every(1));
    job.sandbox().script(FaultScript::new([lost]));
    let uncertain = remove_seen(job.job.run, &in_seconds(3_600));
    assert_eq!(uncertain["status"], "Uncertain", "{uncertain}");
    job.sandbox().script(FaultScript::default());
    // The journal ends with a request, as if the process had ended there.
    native().close(job.job.run);
    let path = job.folder.path().join("j.jsonl");
    let mut lines = lines(&path);
    lines.pop();
    assert_eq!(lines.last().unwrap()["state"], "Sent");
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(&path, text).unwrap();
    let run = job.next_run();
    let (_, removed) = native().remove(*run, REMOVAL, FOREVER);
    assert_eq!(removed["status"], "Removed", "{removed}");
    assert_eq!(removed["times_returned"], 1);
}

#[test]
fn force_sends_what_was_confirmed() {
    let mut job = Journaled::new();
    remove_seen(job.job.run, "");
    job.options["force"] = json!(true);
    let run = job.next_run();
    for _ in 0..2 {
        let (_, outcome) = native().remove(*run, REMOVAL, FOREVER);
        assert_eq!(outcome["status"], "Removed", "{outcome}");
        assert_eq!(outcome.get("times_returned"), None, "{outcome}");
        assert!(outcome["previously_removed"].is_string(), "{outcome}");
        assert_eq!(outcome["message"], Value::Null);
    }
    assert_eq!(job.sandbox().requests().len(), 3);
}

#[test]
fn a_time_without_its_zone_is_refused_and_nothing_is_sent() {
    let job = Job::new();
    for text in [
        "2026-08-31T10:18:39",
        "2026-08-31 10:18",
        "31.08.2026 10:18:39",
        "08/31/2026 10:18:39",
        "soon",
        "1787000000",
        "2026-08-31",
    ] {
        let (code, outcome) = native().remove_seen(job.run, REMOVAL, text);
        assert_eq!(code, Status::InvalidArgument as i32, "{outcome}");
        assert_eq!(outcome["status"], "Invalid");
        assert_eq!(outcome["parameter"], "LastSeen");
        let message = outcome["message"].as_str().unwrap();
        let expected = format!(
            "LastSeen '{text}' can't be used. Use a time with its zone, such as 2026-08-31T10:18:39Z."
        );
        assert_eq!(message, expected);
        assert_eq!(native().check_last_seen(text).0, code);
    }
    for text in [
        "",
        "2026-08-31T10:18:39Z",
        "2026-08-31T12:18:39+02:00",
        "2026-08-31T10:18:39.2012261Z",
        "2026-08-31 10:18:39Z",
    ] {
        assert_eq!(
            native().check_last_seen(text).0,
            Status::Ok as i32,
            "{text}"
        );
    }
    assert!(job.sandbox.requests().is_empty());
}

#[test]
fn a_user_who_is_looked_up_is_removed_again_too() {
    let claims = TokenClaims {
        scp: Some("Chat.ReadWrite.All User.ReadBasic.All".into()),
        ..TokenClaims::default()
    };
    let ann = serde_json::from_value(json!({
        "id": crate::common::USER, "userPrincipalName": "ann@contoso.com",
    }));
    let options = SandboxOptions {
        users: vec![ann.unwrap()],
        ..SandboxOptions::default()
    };
    let job = Job::with(options, claims, fast());
    let by_name = (crate::common::TENANT, "ann@contoso.com", CHAT);
    native().remove_seen(job.run, by_name, "");
    let again = native().remove_seen(job.run, by_name, &in_seconds(60)).1;
    assert_eq!(again["status"], "Removed", "{again}");
    assert_eq!(again["times_returned"], 1);
}

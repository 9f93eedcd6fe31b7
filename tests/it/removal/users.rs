//! Users who are named by their user principal name, and the directory that knows their object ids.

use std::thread;
use std::time::{Duration, Instant};

use crate::common::{FOREVER, Job, Status, TENANT, USER, chat, fast, native};
use sandbox::{DirectoryUser, Fault, FaultScript, Rule, SandboxOptions, TokenClaims, When};
use serde_json::{Value, json};

use super::patient;

const ANN: &str = "11111111-0000-4000-8000-000000000001";
const BEN: &str = "11111111-0000-4000-8000-000000000002";

fn scopes(scopes: &str) -> TokenClaims {
    TokenClaims {
        scp: Some(scopes.into()),
        ..TokenClaims::default()
    }
}

/// A run in a tenant with Ann and Ben, whose directory the account may read.
fn job(options: Value) -> Job {
    job_with(scopes("Chat.ReadWrite.All User.ReadBasic.All"), options)
}

fn job_with(claims: TokenClaims, options: Value) -> Job {
    let user = |id: &str, name: &str| DirectoryUser {
        id: id.into(),
        user_principal_name: name.into(),
    };
    let users = vec![user(ANN, "Ann@contoso.com"), user(BEN, "ben@contoso.com")];
    let sandbox = SandboxOptions {
        users,
        // Longer than the lease in the test of the lease.
        latency: Duration::from_millis(30),
        ..SandboxOptions::default()
    };
    Job::with(sandbox, claims, options)
}

/// Queues a removal for each of these users, each in a chat of its own, and returns the events.
fn remove(job: &Job, users: &[&str]) -> Vec<Value> {
    for (number, user) in users.iter().enumerate() {
        job.queue((TENANT, user, &chat(number)));
    }
    native().finish(job.run);
    job.events()
}

/// The number of requests to the directory.
fn lookups(job: &Job) -> usize {
    let requests = job.sandbox.requests();
    requests
        .iter()
        .filter(|r| r.target.contains("/users/"))
        .count()
}

#[test]
fn each_name_is_looked_up_once_and_the_outcome_has_both() {
    let job = job(fast());
    let names = [
        "ann@contoso.com",
        "ANN@contoso.com",
        "ben@contoso.com",
        USER,
    ];
    let events = remove(&job, &names);
    assert_eq!(lookups(&job), 2);
    assert_eq!(events.len(), 4);
    for (number, (name, id)) in names.iter().zip([ANN, ANN, BEN, USER]).enumerate() {
        let is_it = |event: &&Value| event["thread_id"] == chat(number);
        let outcome = events.iter().find(is_it).unwrap();
        assert_eq!(outcome["status"], "Removed", "{outcome}");
        assert_eq!(outcome["user_id"], id);
        let expected = if *name == USER {
            Value::Null
        } else {
            json!(name)
        };
        assert_eq!(outcome["user_principal_name"], expected);
        let applied = job.sandbox.applied();
        let removal = applied
            .iter()
            .find(|removal| removal.thread == chat(number));
        assert_eq!(removal.unwrap().user, id);
    }
}

#[test]
fn a_name_that_the_directory_does_not_know_is_not_found_and_delays_no_other() {
    let job = job(fast());
    let events = remove(&job, &["nobody@contoso.com", "ann@contoso.com"]);
    let of = |user: &str| {
        events
            .iter()
            .find(|e| e["user_principal_name"] == user)
            .unwrap()
    };
    let unknown = of("nobody@contoso.com");
    assert_eq!(unknown["status"], "NotFound", "{unknown}");
    assert_eq!(unknown["user_id"], "nobody@contoso.com");
    assert_eq!(unknown["attempts"], 0);
    assert_eq!(
        unknown["message"],
        "The directory has no user 'nobody@contoso.com'."
    );
    assert_eq!(of("ann@contoso.com")["status"], "Removed");
    assert_eq!(job.sandbox.applied().len(), 1);
}

#[test]
fn a_token_without_the_permission_is_told_it_and_asks_once() {
    let job = job_with(TokenClaims::default(), fast());
    let events = remove(&job, &["ann@contoso.com", "ben@contoso.com", USER]);
    assert_eq!(lookups(&job), 1);
    let denied: Vec<_> = events.iter().filter(|e| e["status"] == "Denied").collect();
    assert_eq!(denied.len(), 2, "{events:?}");
    assert_eq!(denied[0]["http_status"], 403);
    let message = denied[0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("UserId 'ann@contoso.com' can't be looked up."),
        "{message}"
    );
    assert!(
        message.ends_with("The permission User.ReadBasic.All is required."),
        "{message}"
    );
    assert!(
        denied[0]["next_step"]
            .as_str()
            .unwrap()
            .contains("User.ReadBasic.All")
    );
    assert_eq!(job.sandbox.applied().len(), 1);
}

#[test]
fn a_user_of_another_tenant_is_not_looked_up() {
    let job = job(fast());
    let elsewhere = "22222222-0000-4000-8000-000000000000";
    native().remove(job.run, (elsewhere, "ann@contoso.com", &chat(1)), 0);
    let events = remove(&job, &["ann@contoso.com"]);
    let of = |tenant: &str| events.iter().find(|e| e["tenant_id"] == tenant).unwrap();
    assert_eq!(of(elsewhere)["status"], "Denied");
    assert_eq!(of(TENANT)["status"], "Removed");
    assert_eq!(lookups(&job), 1);
}

#[test]
fn a_throttled_lookup_is_repeated() {
    let job = job(patient());
    let rule = Rule::new(super::throttle("0.01")).times(2);
    job.sandbox.script(FaultScript::new([rule]));
    let (status, outcome) =
        native().remove(job.run, (TENANT, "ann@contoso.com", &chat(1)), FOREVER);
    assert_eq!(status, Status::Ok as i32, "{outcome}");
    assert_eq!(lookups(&job), 3);
}

#[test]
fn a_lookup_that_fails_for_good_ends_the_removal_with_its_reason() {
    let job = job(super::impatient());
    let fault = super::status(503, "ServiceUnavailable", "Try again.");
    job.sandbox.script(FaultScript::new([Rule::new(fault)]));
    let (status, outcome) =
        native().remove(job.run, (TENANT, "ann@contoso.com", &chat(1)), FOREVER);
    assert_eq!(status, Status::Failed as i32, "{outcome}");
    let message = outcome["message"].as_str().unwrap();
    assert!(
        message.contains("can't be looked up. Microsoft Graph returned status 503"),
        "{message}"
    );
}

#[test]
fn cancelling_and_closing_end_lookups_too() {
    for close in [false, true] {
        let mut options = fast();
        options["request_time_ms"] = json!(2_000);
        let job = job(options);
        let rule = Rule::new(Fault::Hang { seconds: 20.0 }).when(When::first(1));
        job.sandbox.script(FaultScript::new([rule]));
        for number in 0..3 {
            job.queue((TENANT, "ann@contoso.com", &chat(number)));
        }
        while lookups(&job) == 0 {
            thread::sleep(Duration::from_millis(5));
        }
        let began = Instant::now();
        if close {
            native().close(job.run);
            assert!(
                began.elapsed() < Duration::from_millis(200),
                "{:?}",
                began.elapsed()
            );
        } else {
            native().cancel(job.run);
            let events = job.events();
            assert!(
                began.elapsed() < Duration::from_secs(10),
                "{:?}",
                began.elapsed()
            );
            assert_eq!(events.len(), 3);
            for event in events {
                assert_eq!(event["status"], "Cancelled", "{event}");
            }
        }
        assert!(job.sandbox.applied().is_empty());
    }
}

#[test]
fn nothing_is_looked_up_after_the_lease_expires() {
    let mut options = fast();
    options["lease_ms"] = json!(10);
    let job = job(options);
    job.queue((TENANT, "ann@contoso.com", &chat(1)));
    job.queue((TENANT, "ben@contoso.com", &chat(2)));
    thread::sleep(Duration::from_millis(300));
    let sent = lookups(&job);
    assert!(sent <= 1, "{sent}");
    native().finish(job.run);
    // Each call renews the lease.
    let calls = (0..5000).map(|_| native().next(job.run, 2).0);
    let mut until_the_end = calls.take_while(|status| *status != Status::Ended as i32);
    assert_eq!(
        until_the_end.by_ref().filter(|status| *status == 0).count(),
        2
    );
    assert_eq!(lookups(&job), 2);
}

//! Handles that are stale, closed, or used by several threads, and how long a call blocks.

use std::thread;
use std::time::{Duration, Instant};

use crate::common::{FOREVER, Job, REMOVAL, Status, TENANT, USER, chat, fast, native};
use sandbox::{Fault, FaultScript, Rule, SandboxOptions, TokenClaims};
use serde_json::json;

#[test]
fn closed_invalid_and_wrong_kind_handles_have_their_own_status() {
    let job = Job::new();
    let closed = native().account("http://127.0.0.1:9", "a.b.c");
    assert_eq!(native().close(closed), 0);
    for (handle, expected) in [
        (closed, Status::ClosedHandle),
        (0, Status::InvalidHandle),
        (-1, Status::InvalidHandle),
        (1, Status::InvalidHandle),
        (i64::MAX, Status::InvalidHandle),
        (i64::MIN, Status::InvalidHandle),
        (closed + 1_000_000, Status::InvalidHandle),
    ] {
        let expected = expected as i32;
        assert_eq!(native().remove(handle, REMOVAL, 0).0, expected, "{handle}");
        assert_eq!(native().next(handle, 0).0, expected);
        assert_eq!(native().describe(handle).0, expected);
        assert_eq!(native().finish(handle), expected);
        assert_eq!(native().cancel(handle), expected);
        assert_eq!(native().close(handle), expected);
        let request = json!({"open": "removals", "accounts": [handle]});
        assert_eq!(native().open(&request, None).unwrap_err().0, expected);
    }
    let wrong = Status::WrongHandleKind as i32;
    assert_eq!(native().remove(job.account, REMOVAL, 0).0, wrong);
    assert_eq!(native().finish(job.account), wrong);
    assert_eq!(native().cancel(job.account), wrong);
    let request = json!({"open": "removals", "accounts": [job.run]});
    assert_eq!(native().open(&request, None).unwrap_err().0, wrong);
    assert_eq!(native().next(job.account, 0).0, Status::Ended as i32);
}

#[test]
fn a_handle_does_not_reveal_the_others() {
    let open = || native().account("http://127.0.0.1:9", "a.b.c");
    let mut handles: Vec<i64> = (0..50).map(|_| open()).collect();
    let first = handles[0];
    assert_eq!(native().close(first), 0);
    for number in 1..1000 {
        for guess in [first.wrapping_add(number), first.wrapping_sub(number)] {
            assert_eq!(native().describe(guess).0, Status::InvalidHandle as i32);
        }
    }
    handles.sort_unstable();
    assert!(handles[0] > 0);
    for pair in handles.windows(2) {
        assert!(pair[1] - pair[0] > 1 << 32, "{pair:?}");
    }
    for handle in handles {
        native().close(handle);
    }
}

#[test]
fn next_returns_at_its_timeout_while_a_request_hangs() {
    let mut options = fast();
    options["request_time_ms"] = json!(20_000);
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), options);
    job.sandbox
        .script(FaultScript::new([Rule::new(Fault::Hang { seconds: 20.0 })]));
    job.queue(REMOVAL);
    for wait in [0, 50, 200] {
        let before = Instant::now();
        assert_eq!(native().next(job.run, wait).0, Status::NotYet as i32);
        let took = before.elapsed();
        let wait = Duration::from_millis(u64::try_from(wait).unwrap());
        assert!(
            took >= wait && took < wait + Duration::from_millis(150),
            "{took:?}"
        );
    }
    let before = Instant::now();
    native().close(job.run);
    assert!(
        before.elapsed() < Duration::from_millis(500),
        "{:?}",
        before.elapsed()
    );
}

#[test]
fn closing_a_run_takes_no_time_if_no_request_is_on_its_way() {
    let mut options = fast();
    options["retry"]["item_time_ms"] = json!(3_600_000);
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), options);
    let fault = Fault::Throttle {
        retry_after: Some("600".into()),
    };
    job.sandbox.script(FaultScript::new([Rule::new(fault)]));
    for n in 0..5 {
        job.queue((TENANT, USER, &chat(n)));
    }
    assert_eq!(native().next(job.run, FOREVER).1["event"], "wait");
    while native().describe(job.run).1["in_flight"] != 0 {
        thread::sleep(Duration::from_millis(1));
    }
    let before = Instant::now();
    native().close(job.run);
    assert!(
        before.elapsed() < Duration::from_millis(100),
        "{:?}",
        before.elapsed()
    );
}

#[test]
fn closing_a_run_wakes_a_waiting_caller() {
    let job = Job::new();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| native().next(job.run, FOREVER).0);
        thread::sleep(Duration::from_millis(50));
        assert_eq!(native().close(job.run), 0);
        assert_eq!(waiting.join().unwrap(), Status::ClosedHandle as i32);
    });
    assert_eq!(native().close(job.run), Status::ClosedHandle as i32);
}

#[test]
fn closing_a_run_sends_no_queued_removal() {
    let options = SandboxOptions {
        latency: Duration::from_millis(100),
        ..Default::default()
    };
    let job = Job::with(options, TokenClaims::default(), json!({}));
    for n in 0..50 {
        job.queue((TENANT, USER, &chat(n)));
    }
    thread::sleep(Duration::from_millis(50));
    native().close(job.run);
    let sent = job.sandbox.requests().len();
    thread::sleep(Duration::from_millis(300));
    assert_eq!(job.sandbox.requests().len(), sent);
    assert!(sent <= 2, "{sent}");
}

#[test]
fn a_run_keeps_working_after_its_account_is_closed() {
    let job = Job::new();
    assert_eq!(native().close(job.account), 0);
    assert_eq!(native().remove(job.run, REMOVAL, FOREVER).0, 0);
}

#[test]
fn two_threads_that_read_one_run_receive_each_event_once() {
    let job = Job::new();
    thread::scope(|scope| {
        for half in 0..2 {
            let job = &job;
            scope.spawn(move || {
                for n in 0..100 {
                    job.queue((TENANT, USER, &chat(half * 100 + n)));
                }
            });
        }
    });
    native().finish(job.run);
    let mut items: Vec<u64> = thread::scope(|scope| {
        let readers: Vec<_> = (0..2).map(|_| scope.spawn(|| job.events())).collect();
        readers
            .into_iter()
            .flat_map(|reader| reader.join().unwrap())
            .map(|e| e["item"].as_u64().unwrap())
            .collect()
    });
    items.sort_unstable();
    assert_eq!(items, (1..=200).collect::<Vec<_>>());
}

#[test]
fn two_runs_in_one_process_are_independent() {
    let (a, b) = (Job::new(), Job::new());
    thread::scope(|scope| {
        for job in [&a, &b] {
            scope.spawn(move || {
                for n in 0..50 {
                    assert_eq!(
                        native()
                            .remove(job.run, (TENANT, USER, &chat(n)), FOREVER)
                            .0,
                        0
                    );
                }
            });
        }
    });
    assert_eq!(
        (a.sandbox.applied().len(), b.sandbox.applied().len()),
        (50, 50)
    );
}

#[test]
fn a_cancelled_run_reports_every_removal() {
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), json!({}));
    for n in 0..20 {
        job.queue((TENANT, USER, &chat(n)));
    }
    assert_eq!(native().next(job.run, FOREVER).1["status"], "Removed");
    assert_eq!(native().cancel(job.run), 0);
    let events = job.events();
    assert_eq!(events.len(), 19);
    let cancelled = events.iter().filter(|e| e["status"] == "Cancelled").count();
    assert!(cancelled >= 17, "{events:?}");
    assert_eq!(
        native().remove(job.run, REMOVAL, 0).0,
        Status::RunOver as i32
    );
    assert_eq!(native().next(job.run, 0).0, Status::Ended as i32);
}

#[test]
fn a_full_queue_is_reported() {
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), json!({}));
    let mut queued = 0;
    loop {
        match native().remove(job.run, (TENANT, USER, &chat(queued)), 0).0 {
            status if status == Status::NotYet as i32 => queued += 1,
            status => {
                assert_eq!(status, Status::QueueFull as i32);
                break;
            }
        }
        assert!(queued <= chat_access::removal::QUEUE + 2);
    }
    assert!(queued >= chat_access::removal::QUEUE);
}

#[test]
fn nothing_is_sent_after_the_lease_expires() {
    let mut options = fast();
    options["lease_ms"] = json!(100);
    options["limits"]["per_user"] = json!({"per_second": 20});
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), options);
    for n in 0..10 {
        job.queue((TENANT, USER, &chat(n)));
    }
    thread::sleep(Duration::from_millis(700));
    let sent = job.sandbox.requests().len();
    assert!(
        (1..=4).contains(&sent),
        "{sent} requests in 0.7 s with a lease of 0.1 s"
    );
    native().finish(job.run);
    assert_eq!(job.events().len(), 10);
}

#[test]
fn the_token_of_an_account_is_checked_without_a_request() {
    let job = Job::new();
    let (status, reason) = native().check_account(job.account, TENANT);
    assert_eq!((status, reason), (Status::Ok as i32, json!(null)));
    let other = "bbbbbbbb-0000-4000-8000-00000000000b";
    let (status, reason) = native().check_account(job.account, other);
    assert_eq!(status, Status::Denied as i32);
    assert_eq!(reason["status"], "Denied");
    assert!(reason["message"].as_str().unwrap().contains(TENANT));
    let invalid = native().check_account(job.account, "contoso.com").0;
    assert_eq!(invalid, Status::InvalidArgument as i32);
    let wrong = native().check_account(job.run, TENANT).0;
    assert_eq!(wrong, Status::WrongHandleKind as i32);
    assert!(job.sandbox.requests().is_empty());
}

/// Closing allows requests in flight 300 ms in all, also when the run was cancelled before.
#[test]
fn closing_a_cancelled_run_does_not_wait_again() {
    let job = Job::new();
    job.sandbox
        .script(FaultScript::new([Rule::new(Fault::Hang { seconds: 0.4 })]));
    job.queue(REMOVAL);
    while job.sandbox.requests().is_empty() {
        thread::sleep(Duration::from_millis(5));
    }
    native().cancel(job.run);
    thread::sleep(Duration::from_millis(310));
    let began = Instant::now();
    native().close(job.run);
    assert!(began.elapsed() < Duration::from_millis(60), "{began:?}");
}

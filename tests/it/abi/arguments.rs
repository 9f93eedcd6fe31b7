//! Invalid arguments: each kind has its own status.

use std::ptr::{null, null_mut};
use std::thread;
use std::time::Duration;

use crate::common::{CHAT, FOREVER, Guard, Job, REMOVAL, Status, TENANT, USER, native};
use crate::file_search::support::{external_chat, user};
use serde_json::{Value, json};
use stage::{Next, Open, Remove};

fn export<T: Copy>(name: &[u8]) -> T {
    // SAFETY: each caller names the type that include/chat_access.h declares.
    unsafe { *native().library().get::<T>(name).unwrap() }
}

#[test]
fn the_abi_version_matches_the_header() {
    assert_eq!(
        native().abi_version(),
        chat_access::ffi::CHAT_ACCESS_ABI_VERSION
    );
}

#[test]
fn a_panic_becomes_a_status_and_the_library_keeps_working() {
    for _ in 0..3 {
        let (status, text) = native().open(&json!({"open": "panic"}), None).unwrap_err();
        assert_eq!(status, Status::Panicked as i32);
        assert!(text.is_null());
    }
    let job = Job::new();
    assert_eq!(native().remove(job.run, REMOVAL, FOREVER).0, 0);
}

#[test]
fn an_invalid_request_is_refused_with_the_reason() {
    for (request, part) in [
        (json!({"open": "window"}), "unknown variant"),
        (
            json!({"open": "account", "enviroment": "Global"}),
            "unknown field",
        ),
        (
            json!({"open": "account", "environment": "China"}),
            "21Vianet",
        ),
        (
            json!({"open": "account", "graph_endpoint": "http://graph.microsoft.com"}),
            "https",
        ),
        (json!({"open": "removals", "accounts": []}), "at least one"),
        (json!(7), "request"),
    ] {
        let (status, refusal) = native().open(&request, Some("a.b.c")).unwrap_err();
        assert_eq!(status, Status::InvalidArgument as i32, "{request}");
        assert!(
            refusal["message"].as_str().unwrap().contains(part),
            "{request}: {refusal}"
        );
        assert!(refusal["parameter"].is_string());
    }
    let account = Guard::account("http://127.0.0.1:9", "a.b.c");
    for options in [
        json!({"api_version": "v2"}),
        json!({"limits": {"per_user": {"per_second": 0}}}),
        json!({"limits": {"per_user": {"per_second": -1}}}),
        json!({"retry": {"first_wait_ms": 0}}),
        json!({"request_time_ms": 0}),
        json!({"speed": "high"}),
    ] {
        let request = json!({"open": "removals", "accounts": [*account], "options": options});
        let (status, _) = native().open(&request, None).unwrap_err();
        assert_eq!(status, Status::InvalidArgument as i32, "{options}");
    }
}

#[test]
fn null_pointers_negative_lengths_and_invalid_utf8_have_their_own_status() {
    let open: Open = export(b"chat_access_open");
    let next: Next = export(b"chat_access_next");
    let remove: Remove = export(b"remove_all_access_for_user");
    let job = Job::new();
    let request = br#"{"open":"account"}"#;
    let (mut handle, mut buffer, mut length) = (0_i64, [0_u8; 512], 0_i32);
    let (out, size) = (buffer.as_mut_ptr(), 512);
    let at = &mut length as *mut i32;
    let to = &mut handle as *mut i64;
    let null_pointer = Status::NullPointer as i32;
    let negative = Status::NegativeLength as i32;
    let utf8 = Status::InvalidUtf8 as i32;
    // SAFETY: each pointer is NULL, which is under test, or valid for the length passed with it.
    unsafe {
        assert_eq!(open(null(), 5, null(), 0, to, out, size, at), null_pointer);
        assert_eq!(
            open(request.as_ptr(), -1, null(), 0, to, out, size, at),
            negative
        );
        assert_eq!(
            open(
                request.as_ptr(),
                18,
                request.as_ptr(),
                -1,
                to,
                out,
                size,
                at
            ),
            negative
        );
        assert_eq!(
            open(request.as_ptr(), 18, null(), 0, null_mut(), out, size, at),
            null_pointer
        );
        assert_eq!(
            open(request.as_ptr(), 18, null(), 0, to, out, size, null_mut()),
            null_pointer
        );
        assert_eq!(
            open(request.as_ptr(), 18, null(), 0, to, null_mut(), size, at),
            null_pointer
        );
        assert_eq!(
            open(request.as_ptr(), 18, null(), 0, to, out, -1, at),
            negative
        );
        assert_eq!(
            open(b"\xff\xfe".as_ptr(), 2, null(), 0, to, out, size, at),
            utf8
        );
        assert_eq!(next(job.run, 0, null_mut(), 1, at), null_pointer);
        assert_eq!(next(job.run, 0, out, -7, at), negative);
        assert_eq!(next(job.run, 0, out, size, null_mut()), null_pointer);
        let id = USER.as_ptr();
        assert_eq!(
            remove(job.run, null(), 36, id, 36, id, 36, 0, out, size, at),
            null_pointer
        );
        assert_eq!(
            remove(job.run, id, 36, id, -36, id, 36, 0, out, size, at),
            negative
        );
        assert_eq!(
            remove(
                job.run,
                id,
                36,
                id,
                36,
                b"\x80".as_ptr(),
                1,
                0,
                out,
                size,
                at
            ),
            utf8
        );
        assert_eq!(
            remove(job.run, id, 36, id, 36, id, 36, 0, out, size, null_mut()),
            null_pointer
        );
    }
    assert_eq!(handle, 0);
    assert!(job.sandbox.requests().is_empty());
}

#[test]
fn an_event_stays_queued_when_the_buffer_is_too_small() {
    let job = Job::new();
    let next: Next = export(b"chat_access_next");
    let remove: Remove = export(b"remove_all_access_for_user");
    let mut length = 0;
    // SAFETY: each pointer is valid for its length; a buffer of capacity 0 may be NULL.
    let status = unsafe {
        remove(
            job.run,
            TENANT.as_ptr(),
            36,
            USER.as_ptr(),
            36,
            CHAT.as_ptr(),
            i32::try_from(CHAT.len()).unwrap(),
            FOREVER,
            null_mut(),
            0,
            &mut length,
        )
    };
    assert_eq!(status, Status::BufferTooSmall as i32);
    let mut small = vec![0_u8; usize::try_from(length).unwrap() - 1];
    for _ in 0..3 {
        let mut again = 0;
        // SAFETY: as above.
        let status = unsafe {
            next(
                job.run,
                0,
                small.as_mut_ptr(),
                i32::try_from(small.len()).unwrap(),
                &mut again,
            )
        };
        assert_eq!((status, again), (Status::BufferTooSmall as i32, length));
    }
    assert!(
        small.iter().all(|byte| *byte == 0),
        "the buffer is unchanged"
    );
    let (status, outcome) = native().next(job.run, 0);
    assert_eq!((status, outcome["status"].as_str()), (0, Some("Removed")));
}

/// Calls `chat_access_next_many` with a buffer of this capacity. Returns the status, the length and
/// the events.
fn next_many(handle: i64, capacity: usize) -> (i32, usize, Vec<Value>) {
    let next_many: Next = export(b"chat_access_next_many");
    let mut buffer = vec![0_u8; capacity];
    let mut length = 0;
    // SAFETY: the buffer has this capacity.
    let status = unsafe {
        next_many(
            handle,
            0,
            buffer.as_mut_ptr(),
            i32::try_from(capacity).unwrap(),
            &mut length,
        )
    };
    let length = usize::try_from(length).unwrap();
    let text = buffer.get(..length).unwrap_or_default();
    (
        status,
        length,
        serde_json::from_slice(text).unwrap_or_default(),
    )
}

#[test]
fn many_events_of_one_kind_are_fetched_in_one_call() {
    let search = native().open(&json!({"open": "search"}), None).unwrap();
    assert_eq!(next_many(search, 1 << 16).0, Status::NotYet as i32);
    for number in 1..=5 {
        assert_eq!(native().feed(search, &external_chat(number)), 0);
        assert_eq!(native().feed(search, "{\"ChatThreadId\":"), 0);
    }
    assert_eq!(native().finish(search), 0);
    // All 11 events are in the queue, so that what a call returns depends on its buffer only.
    while native().describe(search).1["waiting"] != 11 {
        thread::sleep(Duration::from_millis(1));
    }
    let names = |events: &[Value]| -> Vec<String> {
        let name = |event: &Value| event["event"].as_str().unwrap().to_string();
        events.iter().map(name).collect()
    };
    let (status, _, events) = next_many(search, 1 << 16);
    assert_eq!((status, names(&events)), (0, vec!["bad_row".into(); 5]));

    // The capacity for the first target, and then for two.
    let (status, one, events) = next_many(search, 0);
    assert_eq!(status, Status::BufferTooSmall as i32);
    assert!(one > 2 && events.is_empty());
    assert_eq!(next_many(search, one - 1).0, Status::BufferTooSmall as i32);
    let mut targets = Vec::new();
    for (capacity, expected) in [(one, 1), (2 * one - 2, 1), (2 * one - 1, 2), (1 << 16, 1)] {
        let (status, length, events) = next_many(search, capacity);
        assert_eq!((status, events.len()), (0, expected), "{capacity}");
        assert!(length <= capacity);
        targets.extend(events);
    }
    assert_eq!(names(&targets), vec!["target"; 5]);
    let users: Vec<&Value> = targets.iter().map(|target| &target["user_id"]).collect();
    let expected: Vec<Value> = (1..=5).map(|number| json!(user(number))).collect();
    assert_eq!(users, expected.iter().collect::<Vec<_>>());

    assert_eq!(names(&next_many(search, 1 << 16).2), ["searched"]);
    assert_eq!(next_many(search, 1 << 16).0, Status::Ended as i32);
    assert_eq!(native().close(search), 0);
    assert_eq!(next_many(search, 1 << 16).0, Status::ClosedHandle as i32);
    assert_eq!(next_many(i64::MAX, 1 << 16).0, Status::InvalidHandle as i32);
}

#[test]
fn describing_an_account_does_not_reveal_its_token() {
    let job = Job::new();
    let (status, about) = native().describe(job.account);
    assert_eq!(status, 0);
    assert_eq!(about["account"], "admin@contoso.example");
    assert_eq!(about["tenant_id"], TENANT);
    assert_eq!(about["environment"], "Custom");
    assert_eq!(about["graph_endpoint"], job.sandbox.url());
    assert_eq!(about["auth_type"], "Delegated");
    assert!(
        about["scopes"]
            .as_array()
            .unwrap()
            .contains(&json!("Chat.ReadWrite.All"))
    );
    assert!(about["expires"].as_str().unwrap().ends_with('Z'));
}

//! Sign-in handles, and the export of a refresh token.

use crate::common::{FOREVER, Guard, Job, REMOVAL, Status, drain_handle, fast, native};
use sandbox::{EntraSettings, Sandbox, SandboxOptions};
use serde_json::{Value, json};

type Export = unsafe extern "C" fn(i64, *mut u8, i32, *mut i32) -> i32;

/// `chat_access_export_secret` with a buffer of `room` bytes: the status, the length and the text.
fn export(handle: i64, room: usize) -> (i32, usize, String) {
    let mut buffer = vec![0_u8; room];
    let mut length = 0;
    // SAFETY: include/chat_access.h declares the type, and the buffer outlives the call.
    let status = unsafe {
        let call = native()
            .library()
            .get::<Export>(b"chat_access_export_secret")
            .expect("the export");
        let capacity = i32::try_from(room).expect("a small buffer");
        call(handle, buffer.as_mut_ptr(), capacity, &mut length)
    };
    let length = usize::try_from(length).expect("a length is not negative");
    let text = buffer.get(..length).unwrap_or_default();
    (status, length, String::from_utf8_lossy(text).into_owned())
}

fn entra() -> Sandbox {
    Sandbox::start(SandboxOptions {
        entra: EntraSettings {
            pending_polls: 0,
            ..EntraSettings::default()
        },
        ..SandboxOptions::default()
    })
}

fn open(sandbox: &Sandbox, method: &str, secret: Option<&str>) -> Guard {
    let url = sandbox.url();
    let request = json!({
        "open": "sign_in", "method": method, "graph_endpoint": url, "authority_host": url,
    });
    Guard::open(&request, secret)
}

/// The last event of a sign-in or registration.
fn last(handle: i64) -> Value {
    drain_handle(handle).pop().expect("an event")
}

#[test]
fn a_sign_in_handle_becomes_an_account_handle() {
    let sandbox = entra();
    let account = open(&sandbox, "device_code", None);
    let request = json!({"open": "removals", "accounts": [*account]});
    assert_eq!(
        native().open(&request, None).unwrap_err().0,
        Status::NotYet as i32
    );
    assert_eq!(native().describe(*account).0, Status::NotYet as i32);
    assert_eq!(export(*account, 100).0, Status::NotYet as i32);
    assert_eq!(last(*account)["event"], "signed_in");
    assert_eq!(native().describe(*account).1["token_source"], "DeviceCode");
    let run = Guard::run(*account, fast());
    let (status, outcome) = native().remove(*run, REMOVAL, FOREVER);
    assert_eq!(status, 0, "{outcome}");
}

#[test]
fn a_failed_sign_in_is_not_an_account() {
    let sandbox = entra();
    let handle = open(&sandbox, "refresh_token", Some("0.AbCd"));
    let event = last(*handle);
    assert_eq!(event["error"], "RefreshTokenExpired", "{event}");
    assert!(!event.to_string().contains("0.AbCd"), "{event}");
    assert_eq!(native().describe(*handle).0, Status::Ended as i32);
}

#[test]
fn closing_a_sign_in_wakes_a_waiting_caller() {
    let sandbox = entra();
    let handle = open(&sandbox, "browser", None);
    assert_eq!(native().next(*handle, FOREVER).1["event"], "browser");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| native().next(*handle, FOREVER).0);
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert_eq!(native().close(*handle), 0);
        assert_eq!(waiting.join().unwrap(), Status::ClosedHandle as i32);
    });
    assert_eq!(native().close(*handle), Status::ClosedHandle as i32);
}

#[test]
fn the_refresh_token_leaves_the_library_only_by_export() {
    let sandbox = entra();
    let account = open(&sandbox, "device_code", None);
    assert_eq!(last(*account)["event"], "signed_in");
    let (status, needed, text) = export(*account, 10);
    assert_eq!(status, Status::BufferTooSmall as i32);
    assert!(needed > 10 && text.is_empty());
    let (status, length, token) = export(*account, needed);
    assert_eq!((status, length), (0, needed));
    assert!(token.starts_with("0.A"));
    let described = native().describe(*account).1.to_string();
    assert!(!described.contains(&token), "{described}");

    let again = open(&sandbox, "refresh_token", Some(&token));
    assert_eq!(last(*again)["account"]["token_source"], "RefreshToken");
    drop(again);
    assert_eq!(native().close(*account), 0);
    assert_eq!(export(*account, 100).0, Status::ClosedHandle as i32);
}

#[test]
fn an_account_with_an_access_token_has_no_refresh_token_to_export() {
    let job = Job::new();
    let (status, _, message) = export(job.account, 1000);
    assert_eq!(status, Status::InvalidArgument as i32);
    assert!(message.contains("Connect-ChatAccess"), "{message}");
    assert_eq!(export(job.run, 100).0, Status::WrongHandleKind as i32);
    assert_eq!(export(-1, 100).0, Status::InvalidHandle as i32);
}

#[test]
fn a_registration_is_not_an_account() {
    let job = Job::new();
    let request = json!({"open": "registration", "account": job.account, "name": "App"});
    let handle = Guard::open(&request, None);
    assert_eq!(last(*handle)["error"], "Denied");
    assert_eq!(native().describe(*handle).0, Status::WrongHandleKind as i32);
    assert_eq!(export(*handle, 100).0, Status::WrongHandleKind as i32);
}

#[test]
fn an_invalid_sign_in_request_names_the_parameter_and_not_the_secret() {
    for (request, secret, parameter) in [
        (
            json!({"method": "browser", "tenant": "../x"}),
            None,
            "TenantId",
        ),
        (
            json!({"method": "browser", "client_id": "x"}),
            None,
            "ClientId",
        ),
        (
            json!({"method": "browser", "scopes": ["a b"]}),
            None,
            "Scope",
        ),
        (
            json!({"method": "browser", "authority_host": "http://login.example.test"}),
            None,
            "AuthorityHost",
        ),
        (json!({"method": "refresh_token"}), None, "RefreshToken"),
        (
            json!({"method": "refresh_token"}),
            Some("hunter2 and more"),
            "RefreshToken",
        ),
        (json!({"method": "password"}), None, "request"),
    ] {
        let mut request = request;
        request["open"] = json!("sign_in");
        let (status, refusal) = native().open(&request, secret).unwrap_err();
        assert_eq!(status, Status::InvalidArgument as i32, "{request}");
        assert_eq!(refusal["parameter"], parameter, "{refusal}");
        assert!(!refusal.to_string().contains("hunter2"), "{refusal}");
    }
}

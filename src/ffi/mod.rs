//! The C ABI: the exports, and the only `unsafe` of the library.
//!
//! An export turns its arguments into Rust values or a status, and the rest is ordinary Rust. The comments
//! on the exports are the manual in `include/chat_access.h`, which cbindgen makes of this file and which a
//! test keeps current.

mod arguments;
mod guard;
mod handles;
mod pin;
mod request;
mod search;
mod sign_in;
mod status;

use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use self::arguments::{Out, bytes, text};
use self::guard::guard;
use self::handles::Object;
use self::request::NotOpened;
pub use self::search::chat_access_feed;
pub use self::status::ChatAccessStatus;
use crate::events::{EventQueue, Taken};
use crate::input::{InvalidInput, shown};
use crate::removal::{Event, NotQueued, Status};

/// The version of this interface. It changes when a call, a status or a field changes its meaning;
/// additions leave it as it is.
pub const CHAT_ACCESS_ABI_VERSION: i32 = 1;

/// Returns `CHAT_ACCESS_ABI_VERSION` of the library. Compare it with the header's before any other call.
#[unsafe(no_mangle)]
pub extern "C" fn chat_access_abi_version() -> i32 {
    CHAT_ACCESS_ABI_VERSION
}

/// Opens an account, a sign-in, a registration, a run of removals or a search for what to remove.
///
/// `request` is a JSON object of `request_length` bytes. `secret` is `secret_length` bytes that must not
/// stand in JSON, or NULL; it is copied to memory that is wiped when the account is closed, and the caller
/// wipes its own. On success the new handle is in `handle`; close it with `chat_access_close`.
///
/// An account: `{"open":"account"}` with the access token as `secret`. Optional: `tenant` (the token must
/// be of it), `environment` ("Global", "USGov" or "USGovDoD"), `graph_endpoint`, `authority_host` (https
/// addresses, or http on a loopback address).
///
/// A sign-in: `{"open":"sign_in","method":...}` with "browser", "device_code", or "refresh_token" and the
/// refresh token as `secret`. Optional: `tenant` (a GUID, a domain, or "organizations", the default),
/// `client_id`, `scopes` (["Chat.ReadWrite.All"]), `login_hint`, `time_ms` (600000: how long the person has
/// in the browser), and `environment`, `graph_endpoint`, `authority_host` as above. It goes on by itself;
/// `chat_access_next` tells how, and after `signed_in` the handle is an account's. Tokens are renewed by
/// themselves then. Closing the handle stops the sign-in at once.
///
/// A registration: `{"open":"registration","account":handle,"name":...}` finds the application of that
/// display name or creates it: a public client with the loopback redirect and the delegated permission
/// Chat.ReadWrite.All. The account needs Application.ReadWrite.All. Optional: `change` (false: only says what
/// would be done), `consent` ("none", "user" or "tenant"; needs DelegatedPermissionGrant.ReadWrite.All).
///
/// A run: `{"open":"removals","accounts":[handle, ...]}`. Optional: `options`, an object with any of
/// `api_version` ("v1.0" or "beta"), `journal` (a path), `request_time_ms` (30000), `run_time_ms` (0: no
/// limit), `lease_ms` (0: never; otherwise nothing is sent while the caller has not called for so long, and
/// a new run with the same journal closes this one),
/// `limits` (`per_user`, `per_chat`, `per_tenant`, each `{"per_second", "burst", "sustained",
/// "window_seconds"}`) and `retry` (`first_wait_ms`, `longest_wait_ms`, `longest_rest_ms`,
/// `item_time_ms`). The accounts stay open as long as the run needs them, closed or not.
///
/// A search: `{"open":"search","paths":[path, ...]}` reads audit exports and hunting results: CSV or JSON,
/// gzip or zip, recognised by content. Records from elsewhere go in with `chat_access_feed`; after
/// `chat_access_finish` what was found comes through `chat_access_next`. Optional: `report` (a path: what was
/// found as an HTML page for people), `account` (a handle: its tenant is taken for yours), `resolve_users` (true:
/// users whose id is in no record are looked up in the account's directory), `query`, an object with any of
/// `user_principal_name` (or object ids), `external_domain`, `external_tenant_id`, `operation`, `thread_id`
/// (lists of texts, which may hold `*` and `?`), `chat_type` (a list of "OneOnOne", "Group", "Meeting", "Other"),
/// `after`, `before` (times), `include_internal` (false: only chats with outsiders), `tenant_id` and
/// `internal_domain` (your tenant and all its domains, for sources that do not name them).
///
/// What a search asks Microsoft Graph for, after `chat_access_finish`: `audit_query` and `hunting`, each `{"start","end"}` (times, both
/// optional), with the account and its permissions AuditLogsQuery.Read.All and ThreatHunting.Read.All; `chats`,
/// `{"users":[name or object id, ...]}` with the token of an application as `secret` (Chat.ReadBasic.All) and
/// optionally `environment`, `graph_endpoint`, `authority_host`. `retry` is as for a run.
///
/// `{"open":"panic"}` returns `CHAT_ACCESS_STATUS_PANICKED`: it shows that faults are caught in this build.
///
/// With `CHAT_ACCESS_STATUS_INVALID_ARGUMENT` the buffer holds `{"parameter","message"}`, as far as there is
/// room for it.
///
/// # Safety
/// Each pointer is NULL or points to as many bytes as its length or capacity says; `handle` and `length`
/// point to one value. They are used only during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chat_access_open(
    request: *const u8,
    request_length: i32,
    secret: *const u8,
    secret_length: i32,
    handle: *mut i64,
    buffer: *mut u8,
    capacity: i32,
    length: *mut i32,
) -> i32 {
    guard(|| {
        pin::pin();
        // SAFETY: this function's caller promises what these ask for.
        let (mut out, request, secret, handle) = unsafe {
            (
                Out::new(buffer, capacity, length)?,
                text(request, request_length)?,
                bytes(secret, secret_length)?,
                handle.as_mut().ok_or(ChatAccessStatus::NullPointer)?,
            )
        };
        match request::open(&request, secret) {
            Ok(object) => {
                *handle = handles::open(object);
                Ok(ChatAccessStatus::Ok)
            }
            Err(NotOpened::Status(status)) => Err(status),
            Err(NotOpened::Invalid(error)) => {
                let told = json!({"parameter": error.parameter, "message": error.to_string()});
                let _ = out.write(&told.to_string());
                Err(ChatAccessStatus::InvalidArgument)
            }
        }
    })
}

/// Removes a user's access to a chat: puts the removal into a run and waits up to `timeout_ms` for its
/// outcome. 0 does not wait; a negative number waits until the outcome is there.
///
/// `tenant_id` and `user_id` are GUIDs (of the user who loses access), `thread_id` is the chat's id.
///
/// Returns `CHAT_ACCESS_STATUS_OK` only where Graph confirmed the removal. The other outcomes have a status
/// of their own. Each leaves a JSON object in the buffer: `{"event":"outcome", "item", "tenant_id",
/// "user_id", "thread_id", "status", "http_status", "code", "message", "next_step", "request_id",
/// "client_request_id", "attempts", "duration_ms", "completed"}`.
///
/// `CHAT_ACCESS_STATUS_NOT_YET`: the removal is in the run and its outcome comes through
/// `chat_access_next`; the buffer holds `{"event":"queued","item"}`.
/// `CHAT_ACCESS_STATUS_BUFFER_TOO_SMALL`: the outcome is there, and `chat_access_next` gives it.
/// `CHAT_ACCESS_STATUS_INVALID_ARGUMENT`: an id can't be used; the buffer holds an outcome with the status
/// "Invalid" and `parameter`, and nothing is sent.
/// `CHAT_ACCESS_STATUS_QUEUE_FULL`: not in the run; fetch events and call again.
///
/// # Safety
/// As for `chat_access_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn remove_all_access_for_user(
    handle: i64,
    tenant_id: *const u8,
    tenant_id_length: i32,
    user_id: *const u8,
    user_id_length: i32,
    thread_id: *const u8,
    thread_id_length: i32,
    timeout_ms: i32,
    buffer: *mut u8,
    capacity: i32,
    length: *mut i32,
) -> i32 {
    guard(|| {
        // SAFETY: this function's caller promises what these ask for.
        let (mut out, tenant, user, thread) = unsafe {
            (
                Out::new(buffer, capacity, length)?,
                text(tenant_id, tenant_id_length)?,
                text(user_id, user_id_length)?,
                text(thread_id, thread_id_length)?,
            )
        };
        let run = handles::run(handle)?;
        let item = match run.submit(&tenant, &user, &thread) {
            Ok(item) => item,
            Err(NotQueued::Invalid(error)) => {
                let _ = out.write(&invalid(&error, &tenant, &user, &thread));
                return Err(ChatAccessStatus::InvalidArgument);
            }
            Err(NotQueued::Full) => return Err(ChatAccessStatus::QueueFull),
            Err(NotQueued::Over) => return Err(ChatAccessStatus::RunOver),
        };
        if timeout_ms == 0 {
            let _ = out.write(&json!({"event": "queued", "item": item}).to_string());
            return Ok(ChatAccessStatus::NotYet);
        }
        let mine = |event: &Event| matches!(event, Event::Outcome(outcome) if outcome.item == item);
        let its_status = |event: &Event| match event {
            Event::Outcome(outcome) => outcome.status.into(),
            _ => ChatAccessStatus::Ok,
        };
        let status = take(run.events(), timeout_ms, mine, its_status, &mut out)?;
        if status == ChatAccessStatus::NotYet {
            let _ = out.write(&json!({"event": "queued", "item": item}).to_string());
        }
        Ok(status)
    })
}

/// Fetches the next event of a run, a sign-in, a registration or a search, waiting up to `timeout_ms` for it. 0 does
/// not wait; a negative number waits until there is one.
///
/// Returns `CHAT_ACCESS_STATUS_OK` with one JSON object in the buffer, whatever it reports;
/// `CHAT_ACCESS_STATUS_NOT_YET` where none came in time; `CHAT_ACCESS_STATUS_ENDED` where none will come:
/// after `chat_access_finish` or `chat_access_cancel`, when every removal has its outcome. With
/// `CHAT_ACCESS_STATUS_BUFFER_TOO_SMALL` the event stays the next one.
///
/// Events of a run: `outcome` (see `remove_all_access_for_user`); `wait` (`reason`, `seconds`: nothing is sent for
/// that long); `resumed` (what the journal held: `removed`, `in_flight`, `failed`, `unreadable`, `torn`);
/// `warning` (`message`).
///
/// Events of a sign-in: `device_code` (`message` to show as it is, `user_code`, `verification_uri`,
/// `expires_in_seconds`); `browser` (`url` to open in the person's browser, `expires_in_seconds`); `wait`
/// (`reason`, `seconds`: Entra is not available and is asked again then); and at last `signed_in`
/// (`account`: what `chat_access_describe` says) or `failed` (`error`: a stable name, `message`,
/// `next_step`, `code`: "AADSTS...", `correlation_id`, `trace_id`).
///
/// Events of a registration: `step` (`message`), and at last `registered` (`app_id`, `object_id`, `name`,
/// `tenant_id`, `changes`: what was or would be done of "create", "update", "enable", "consent") or `failed`
/// (`error`, `message`, `next_step`, `request_id`).
///
/// Events of a search: `progress` (`files`, `files_waiting`, `bytes`, `bytes_total`), `asking` (`source`:
/// "AuditQuery", "Hunting", "Chats" or "Directory", `message`, `records`), `wait` (`reason`, `seconds`), `warning`
/// (`message`), `source_error` (`source`, `error`: "Denied", "Unauthorized", "Throttled", "Unreachable" or "Failed",
/// `message`, `next_step`, `records`: how many came before, which are used), and after
/// `chat_access_finish`: `file_error`, `truncated`, `bad_row` (`file`, `row`, `message`: what of the input
/// can't be used), `report` (`path`), `target` (`tenant_id`, `user_id`, `thread_id`,
/// `user_principal_name`, `chat_type`,
/// `external`, `external_tenants`, `external_domains`, `external_users`, `operations`, `first_seen`,
/// `last_seen`, `events`, `sources`, `found_by`, and where it can't be removed yet `unresolved`, a name, and
/// `reason`, a sentence) and at last `searched` (`files`, `records`, `bad_rows`, `targets`). A target may be
/// longer than 16 KiB.
///
/// Skip the ones you don't know. Any thread may call, and each event goes to one caller. An account that
/// was opened with its token has no events.
///
/// # Safety
/// As for `chat_access_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chat_access_next(
    handle: i64,
    timeout_ms: i32,
    buffer: *mut u8,
    capacity: i32,
    length: *mut i32,
) -> i32 {
    guard(|| {
        // SAFETY: this function's caller promises what it asks for.
        let mut out = unsafe { Out::new(buffer, capacity, length) }?;
        match handles::get(handle)? {
            Object::Account(_) => Ok(ChatAccessStatus::Ended),
            Object::SignIn(signing_in) => {
                take_any(signing_in.sign_in.events(), timeout_ms, &mut out)
            }
            Object::Registration(registration) => {
                take_any(registration.events(), timeout_ms, &mut out)
            }
            Object::Run(run) => take_any(run.events(), timeout_ms, &mut out),
            Object::Search(search) => take_any(search.events(), timeout_ms, &mut out),
        }
    })
}

/// Says that no more removals will be put into a run. Its events end when every removal has its outcome. To a
/// search it says that no more records will be fed.
#[unsafe(no_mangle)]
pub extern "C" fn chat_access_finish(handle: i64) -> i32 {
    guard(|| {
        match handles::get(handle)? {
            Object::Search(search) => search.finish(),
            _ => handles::run(handle)?.finish(),
        }
        Ok(ChatAccessStatus::Ok)
    })
}

/// Stops a run: nothing new is sent, what waits ends as "Cancelled", and what is on its way ends by its
/// answer. Returns at once; the outcomes come through `chat_access_next`. A search tells nothing more.
#[unsafe(no_mangle)]
pub extern "C" fn chat_access_cancel(handle: i64) -> i32 {
    guard(|| {
        match handles::get(handle)? {
            Object::Search(search) => search.cancel(),
            _ => handles::run(handle)?.cancel(),
        }
        Ok(ChatAccessStatus::Ok)
    })
}

/// Writes what is known about a handle into the buffer, as JSON.
///
/// An account: `account`, `user_id`, `tenant_id`, `client_id`, `app_name`, `scopes`, `auth_type`,
/// `token_source` ("AccessToken", "Browser", "DeviceCode" or "RefreshToken"), `renews` (new tokens come by
/// themselves), `expires`, `environment`, `graph_endpoint`, `authority_host`; what the token does not say is
/// null. A sign-in is as its account; before there is one, `CHAT_ACCESS_STATUS_NOT_YET`, and after it failed
/// `CHAT_ACCESS_STATUS_ENDED`. A run: `counts` (`queued`, `removed`, `not_removed`, `requests`,
/// `throttled`), `waiting`, `in_flight`, `per_second`, `paused_seconds`. A search: `records_fed`, `waiting`
/// (events).
///
/// # Safety
/// As for `chat_access_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chat_access_describe(
    handle: i64,
    buffer: *mut u8,
    capacity: i32,
    length: *mut i32,
) -> i32 {
    guard(|| {
        // SAFETY: this function's caller promises what it asks for.
        let mut out = unsafe { Out::new(buffer, capacity, length) }?;
        let described = match handles::get(handle)? {
            Object::Account(lane) => lane.account().describe(),
            Object::SignIn(signing_in) => signing_in.lane()?.account().describe(),
            Object::Registration(_) => return Err(ChatAccessStatus::WrongHandleKind),
            Object::Run(run) => run.describe(),
            Object::Search(search) => search.describe(),
        };
        out.write(&described.to_string())?;
        Ok(ChatAccessStatus::Ok)
    })
}

/// Writes an account's newest refresh token into the buffer, for whoever stores it for the next sign-in.
///
/// This is the only call by which a secret leaves the library; the caller wipes the buffer. A refresh token
/// changes when it is used, so export it after the work. With `CHAT_ACCESS_STATUS_INVALID_ARGUMENT` the
/// account has none, because it was opened with an access token; the buffer holds `{"parameter","message"}`.
///
/// # Safety
/// As for `chat_access_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chat_access_export_secret(
    handle: i64,
    buffer: *mut u8,
    capacity: i32,
    length: *mut i32,
) -> i32 {
    guard(|| {
        // SAFETY: this function's caller promises what it asks for.
        let mut out = unsafe { Out::new(buffer, capacity, length) }?;
        match handles::account(handle)?.account().export_refresh_token() {
            Some(token) => {
                out.write(&token)?;
                Ok(ChatAccessStatus::Ok)
            }
            None => {
                let error = InvalidInput::new(
                    "Account",
                    "(access token)",
                    "it has no refresh token; sign in with Connect-ChatAccess to get one",
                );
                let told = json!({"parameter": error.parameter, "message": error.to_string()});
                let _ = out.write(&told.to_string());
                Err(ChatAccessStatus::InvalidArgument)
            }
        }
    })
}

/// Checks the three ids of a removal without a run and without sending anything: what
/// `remove_all_access_for_user` would say to them. `CHAT_ACCESS_STATUS_OK` leaves nothing in the buffer,
/// `CHAT_ACCESS_STATUS_INVALID_ARGUMENT` an outcome with the status "Invalid".
///
/// # Safety
/// As for `chat_access_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chat_access_check(
    tenant_id: *const u8,
    tenant_id_length: i32,
    user_id: *const u8,
    user_id_length: i32,
    thread_id: *const u8,
    thread_id_length: i32,
    buffer: *mut u8,
    capacity: i32,
    length: *mut i32,
) -> i32 {
    guard(|| {
        // SAFETY: this function's caller promises what these ask for.
        let (mut out, tenant, user, thread) = unsafe {
            (
                Out::new(buffer, capacity, length)?,
                text(tenant_id, tenant_id_length)?,
                text(user_id, user_id_length)?,
                text(thread_id, thread_id_length)?,
            )
        };
        if let Err(error) = crate::graph::Removal::parse(&tenant, &user, &thread) {
            let _ = out.write(&invalid(&error, &tenant, &user, &thread));
            return Err(ChatAccessStatus::InvalidArgument);
        }
        Ok(ChatAccessStatus::Ok)
    })
}

/// Closes a handle. A run sends nothing more; a request that is on its way has up to 300 ms to be answered
/// and journaled, and then the journal's file is free. Whoever waits in `chat_access_next` is let go with
/// `CHAT_ACCESS_STATUS_CLOSED_HANDLE`. An account's token is wiped when the last run that uses it ends.
#[unsafe(no_mangle)]
pub extern "C" fn chat_access_close(handle: i64) -> i32 {
    guard(|| {
        match handles::close(handle)? {
            Object::Run(run) => run.close(),
            Object::SignIn(signing_in) => signing_in.sign_in.close(),
            Object::Registration(registration) => registration.close(),
            Object::Search(search) => search.close(),
            Object::Account(_) => {}
        }
        Ok(ChatAccessStatus::Ok)
    })
}

/// [`take`] of whichever event is next.
fn take_any<E: Serialize>(
    events: &EventQueue<E>,
    timeout_ms: i32,
    out: &mut Out<'_>,
) -> Result<ChatAccessStatus, ChatAccessStatus> {
    take(events, timeout_ms, |_| true, |_| ChatAccessStatus::Ok, out)
}

/// Takes an event out of a queue into the caller's buffer, or leaves it where it is. `status` is what the
/// call returns for it.
fn take<E: Serialize>(
    events: &EventQueue<E>,
    timeout_ms: i32,
    wanted: impl Fn(&E) -> bool,
    status: impl Fn(&E) -> ChatAccessStatus,
    out: &mut Out<'_>,
) -> Result<ChatAccessStatus, ChatAccessStatus> {
    let limit = u64::try_from(timeout_ms).ok().map(Duration::from_millis);
    let out = std::cell::RefCell::new(out);
    let read = |event: &E| -> Result<ChatAccessStatus, ChatAccessStatus> {
        let text = serde_json::to_string(event).map_err(|_| ChatAccessStatus::Panicked)?;
        out.borrow_mut().write(&text)?;
        Ok(status(event))
    };
    match events.take(limit, wanted, read)? {
        Taken::Event(status) => Ok(status),
        Taken::NotYet => Ok(ChatAccessStatus::NotYet),
        Taken::Ended => Ok(ChatAccessStatus::Ended),
        Taken::Closed => Err(ChatAccessStatus::ClosedHandle),
    }
}

/// The outcome of a removal whose ids can't be used, in the shape of the others.
fn invalid(error: &InvalidInput, tenant: &str, user: &str, thread: &str) -> String {
    json!({
        "event": "outcome",
        "item": null,
        "tenant_id": shown(tenant),
        "user_id": shown(user),
        "thread_id": shown(thread),
        "status": Status::Invalid,
        "parameter": error.parameter,
        "message": error.to_string(),
        "next_step": "Correct the value; nothing was sent for it.",
        "attempts": 0,
        "duration_ms": 0,
    })
    .to_string()
}

//! Run handles: removals are queued, and each ends with one outcome.

use serde::Deserialize;
use serde_json::json;

use super::arguments::{Out, texts};
use super::fetch::fetch;
use super::guard::guard;
use super::handles;
use super::request::OpenError;
use super::status::ChatAccessStatus;
use crate::graph::RemovalRequest;
use crate::input::{InvalidInput, shown};
use crate::removal::{Event, NotQueued, Run, RunOptions, Status, read_last_seen};

/// The request for a run of removals.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RemovalsRequest {
    accounts: Vec<i64>,
    #[serde(default)]
    options: RunOptions,
}

impl RemovalsRequest {
    pub(super) fn open(self) -> Result<Run, OpenError> {
        let accounts = self
            .accounts
            .into_iter()
            .map(handles::account)
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(journal) = &self.options.journal {
            handles::close_abandoned(journal);
        }
        Ok(Run::start(accounts, self.options)?)
    }
}

/// Removes a user's access to a chat: queues the removal in a run and waits for its outcome.
///
/// - `handle`: a run.
/// - `tenant_id`: the tenant of the user who loses access, a GUID.
/// - `user_id`: the object id of that user, a GUID, or the user principal name. A name is looked up
///   in the account's directory, once in a run, which needs the permission User.ReadBasic.All.
/// - `thread_id`: the id of the chat, such as `19:...@thread.v2`.
/// - `timeout_ms`: how long to wait for the outcome, in milliseconds. 0 does not wait; a negative
///   number waits without a limit.
/// - `buffer`, `capacity`, `length`: see the rules for text out.
///
/// An outcome is `{"event":"outcome", "item", "tenant_id", "user_id", "user_principal_name",
/// "thread_id", "status", "http_status", "code", "message", "next_step", "request_id",
/// "client_request_id", "attempts", "duration_ms", "completed", "account", "times_returned",
/// "previously_removed"}`. `status` is "Removed", "AlreadyRemoved", "NotFound", "Denied",
/// "Unauthorized", "Throttled", "Failed", "Uncertain", "Cancelled" or "Invalid". For
/// "AlreadyRemoved", `completed` and `request_id` are those of the last confirmation.
/// `user_principal_name` is null if `user_id` was an object id; `user_id` is the name of a user who
/// was not found. The last three members are omitted where they are empty: `account` is the user
/// principal name (or the object id) of the account whose token the last request contained,
/// `times_returned` says how often evidence showed the chat again after a confirmed removal (see
/// `chat_access_remove_seen`), and `previously_removed` is the time of the last confirmation before
/// this removal.
///
/// Returns:
/// - `CHAT_ACCESS_STATUS_OK`: Graph confirmed the removal, now or earlier. `buffer` holds the
///   outcome.
/// - `CHAT_ACCESS_STATUS_NOT_FOUND`, `_DENIED`, `_UNAUTHORIZED`, `_THROTTLED`, `_FAILED`,
///   `_UNCERTAIN`, `_CANCELLED`: the removal ended otherwise. `buffer` holds the outcome.
/// - `CHAT_ACCESS_STATUS_NOT_YET`: the removal is queued, and `chat_access_next` returns its
///   outcome. `buffer` holds `{"event":"queued","item"}`.
/// - `CHAT_ACCESS_STATUS_BUFFER_TOO_SMALL`: the removal ended; `length` is the needed capacity, and
///   `chat_access_next` returns the outcome.
/// - `CHAT_ACCESS_STATUS_INVALID_ARGUMENT`: an id can't be used, and no request is sent. `buffer`
///   holds an outcome with the status "Invalid" and `parameter`.
/// - `CHAT_ACCESS_STATUS_QUEUE_FULL`: the removal was not queued. Fetch events, then call again.
/// - `CHAT_ACCESS_STATUS_RUN_OVER`: the removal was not queued, because the run was finished or
///   cancelled.
/// - `CHAT_ACCESS_STATUS_ENDED`: the run ended before the outcome could be fetched, because
///   another thread fetched it.
/// - `CHAT_ACCESS_STATUS_WRONG_HANDLE_KIND`, `_INVALID_HANDLE`, `_CLOSED_HANDLE`: see
///   `ChatAccessStatus`.
/// - `CHAT_ACCESS_STATUS_NULL_POINTER`, `_NEGATIVE_LENGTH`, `_INVALID_UTF8`, `_PANICKED`: see
///   `ChatAccessStatus`.
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
        // SAFETY: the caller guarantees what these require.
        let (mut out, [tenant, user, thread]) = unsafe {
            (
                Out::new(buffer, capacity, length)?,
                texts([
                    (tenant_id, tenant_id_length),
                    (user_id, user_id_length),
                    (thread_id, thread_id_length),
                ])?,
            )
        };
        remove(handle, [&tenant, &user, &thread, ""], timeout_ms, &mut out)
    })
}

/// Removes a user's access to a chat, as `remove_all_access_for_user` does, also if the chat has
/// come back since the last removal.
///
/// Teams can show a chat again after its removal, when an external user writes again. Evidence that
/// is later than the confirmed removal, in the same run or in the journal, means that: the removal
/// is sent again, and `times_returned` counts it. The removal's time is that of the service (the
/// Date of its response), and evidence of the same second counts as later.
///
/// - `last_seen`: the time of the latest evidence of the chat: RFC 3339 with its zone, such as
///   2026-08-31T10:18:39Z. Without evidence, an empty text.
/// - the other parameters: as for `remove_all_access_for_user`.
///
/// Returns: as for `remove_all_access_for_user`.
///
/// # Safety
/// As for `chat_access_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chat_access_remove_seen(
    handle: i64,
    tenant_id: *const u8,
    tenant_id_length: i32,
    user_id: *const u8,
    user_id_length: i32,
    thread_id: *const u8,
    thread_id_length: i32,
    last_seen: *const u8,
    last_seen_length: i32,
    timeout_ms: i32,
    buffer: *mut u8,
    capacity: i32,
    length: *mut i32,
) -> i32 {
    guard(|| {
        // SAFETY: the caller guarantees what these require.
        let (mut out, [tenant, user, thread, seen]) = unsafe {
            (
                Out::new(buffer, capacity, length)?,
                texts([
                    (tenant_id, tenant_id_length),
                    (user_id, user_id_length),
                    (thread_id, thread_id_length),
                    (last_seen, last_seen_length),
                ])?,
            )
        };
        remove(
            handle,
            [&tenant, &user, &thread, &seen],
            timeout_ms,
            &mut out,
        )
    })
}

/// Queues a removal and waits for its outcome.
fn remove(
    handle: i64,
    [tenant, user, thread, last_seen]: [&str; 4],
    timeout_ms: i32,
    out: &mut Out<'_>,
) -> Result<ChatAccessStatus, ChatAccessStatus> {
    let run = handles::run(handle)?;
    let item = match run.submit_seen(tenant, user, thread, last_seen) {
        Ok(item) => item,
        Err(NotQueued::Invalid(error)) => {
            let _ = out.write(&invalid(&error, tenant, user, thread));
            return Err(ChatAccessStatus::InvalidArgument);
        }
        Err(NotQueued::Full) => return Err(ChatAccessStatus::QueueFull),
        Err(NotQueued::Over) => return Err(ChatAccessStatus::RunOver),
    };
    let queued = json!({"event": "queued", "item": item});
    if timeout_ms == 0 {
        let _ = out.write(&queued.to_string());
        return Ok(ChatAccessStatus::NotYet);
    }
    let is_mine = |event: &Event| matches!(event, Event::Outcome(outcome) if outcome.item == item);
    let status_of = |event: &Event| match event {
        Event::Outcome(outcome) => outcome.status.into(),
        _ => ChatAccessStatus::Ok,
    };
    let status = fetch(run.events(), timeout_ms, is_mine, status_of, out)?;
    if status == ChatAccessStatus::NotYet {
        let _ = out.write(&queued.to_string());
    }
    Ok(status)
}

/// Checks the three ids of a removal as `remove_all_access_for_user` does, without a run and
/// without a request.
///
/// - `tenant_id`, `user_id`, `thread_id`: as for `remove_all_access_for_user`.
/// - `buffer`, `capacity`, `length`: see the rules for text out.
///
/// Returns:
/// - `CHAT_ACCESS_STATUS_OK`: the ids can be used. `length` is 0.
/// - `CHAT_ACCESS_STATUS_INVALID_ARGUMENT`: an id can't be used. `buffer` holds an outcome with
///   the status "Invalid" and `parameter`, if it has room for it.
/// - `CHAT_ACCESS_STATUS_NULL_POINTER`, `_NEGATIVE_LENGTH`, `_INVALID_UTF8`, `_PANICKED`: see
///   `ChatAccessStatus`.
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
        // SAFETY: the caller guarantees what these require.
        let (mut out, [tenant, user, thread]) = unsafe {
            (
                Out::new(buffer, capacity, length)?,
                texts([
                    (tenant_id, tenant_id_length),
                    (user_id, user_id_length),
                    (thread_id, thread_id_length),
                ])?,
            )
        };
        if let Err(error) = RemovalRequest::parse(&tenant, &user, &thread) {
            let _ = out.write(&invalid(&error, &tenant, &user, &thread));
            return Err(ChatAccessStatus::InvalidArgument);
        }
        Ok(ChatAccessStatus::Ok)
    })
}

/// Checks the time of the latest evidence as `chat_access_remove_seen` does, without a run.
///
/// - `last_seen`: as for `chat_access_remove_seen`.
/// - `buffer`, `capacity`, `length`: see the rules for text out.
///
/// Returns:
/// - `CHAT_ACCESS_STATUS_OK`: the time can be used. `length` is 0.
/// - `CHAT_ACCESS_STATUS_INVALID_ARGUMENT`: it can't be used. `buffer` holds an outcome with the
///   status "Invalid" and `parameter`, if it has room for it.
/// - `CHAT_ACCESS_STATUS_NULL_POINTER`, `_NEGATIVE_LENGTH`, `_INVALID_UTF8`, `_PANICKED`: see
///   `ChatAccessStatus`.
///
/// # Safety
/// As for `chat_access_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chat_access_check_last_seen(
    last_seen: *const u8,
    last_seen_length: i32,
    buffer: *mut u8,
    capacity: i32,
    length: *mut i32,
) -> i32 {
    guard(|| {
        // SAFETY: the caller guarantees what these require.
        let (mut out, [seen]) = unsafe {
            (
                Out::new(buffer, capacity, length)?,
                texts([(last_seen, last_seen_length)])?,
            )
        };
        if let Err(error) = read_last_seen(&seen) {
            let _ = out.write(&invalid(&error, "", "", ""));
            return Err(ChatAccessStatus::InvalidArgument);
        }
        Ok(ChatAccessStatus::Ok)
    })
}

/// Returns the outcome of a removal with an id that can't be used, in the form of the other
/// outcomes.
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
        "next_step": "Correct the value; no request was sent.",
        "attempts": 0,
        "duration_ms": 0,
    })
    .to_string()
}

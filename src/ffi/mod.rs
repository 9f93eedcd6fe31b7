//! The C ABI: all exports, and all `unsafe` code of the library but the lock of the journal.
//!
//! An export turns its arguments into Rust values or a status; the rest is ordinary Rust. This file
//! holds the calls that every kind of handle has. Each kind has a file with its request and its own
//! calls.
//!
//! The doc comments of the exports are the manual in `include/chat_access.h`. cbindgen generates
//! the header from this folder, and a test keeps it current.

mod account;
mod arguments;
mod fetch;
mod guard;
mod handles;
mod pin;
mod registration;
mod removals;
mod request;
mod search;
mod sign_in;
mod status;

use serde_json::json;

pub use self::account::{chat_access_check_account, chat_access_export_secret};
use self::arguments::{Out, bytes, text};
use self::fetch::{Batch, fetch_next};
use self::guard::guard;
use self::handles::Object;
pub use self::removals::{
    chat_access_check, chat_access_check_last_seen, chat_access_remove_seen,
    remove_all_access_for_user,
};
use self::request::OpenError;
pub use self::search::{chat_access_block_commands, chat_access_feed};
pub use self::status::ChatAccessStatus;

/// Version of this interface. It changes when a call, a status or a field changes its meaning.
/// Additions leave it unchanged.
pub const CHAT_ACCESS_ABI_VERSION: i32 = 1;

/// Returns the `CHAT_ACCESS_ABI_VERSION` of the library. Compare it with the header's before any
/// other call.
#[unsafe(no_mangle)]
pub extern "C" fn chat_access_abi_version() -> i32 {
    CHAT_ACCESS_ABI_VERSION
}

/// Opens an account, a sign-in, a probe, a registration, a run of removals, a search or a report.
///
/// - `request`, `request_length`: a JSON object, described below by its member `open`.
/// - `secret`, `secret_length`: bytes that must not be part of the JSON, or NULL. The library
///   copies them to memory that it wipes when the handle no longer needs them. The caller wipes its
///   own copy.
/// - `handle`: receives the new handle, a random positive number. Close it with
///   `chat_access_close`. Whoever has the handle can use what it stands for, so pass it on with
///   care.
/// - `buffer`, `capacity`, `length`: receive an error as JSON; see the rules for text out. An
///   error that does not fit is dropped.
///
/// Account: `{"open":"account"}`, with the access token as `secret`. Optional members:
/// - `tenant`: the tenant that the token must belong to.
/// - `environment`: "Global" (default), "USGov" or "USGovDoD".
/// - `graph_endpoint`, `authority_host`: other addresses; https, or http on a loopback address.
/// - `graph_proxy`, `authority_proxy`: the proxy for Microsoft Graph and for Entra, such as
///   "http://proxy.contoso.com:8080" (without credentials), or "" for none. The environment
///   variables HTTPS_PROXY, ALL_PROXY and NO_PROXY take precedence. By default the library reads
///   the system's settings, but runs no configuration script (PAC).
///
/// Sign-in: `{"open":"sign_in","method":...}`, with the method "browser", "device_code" or
/// "refresh_token"; for the last one, the refresh token is `secret`. The sign-in runs on a thread
/// of the library, and `chat_access_next` reports its progress. After the event `signed_in` the
/// handle is an account, whose tokens are renewed automatically. Closing the handle stops the
/// sign-in at once. Optional members:
/// - `tenant`: a GUID, a domain, or "organizations" (default).
/// - `client_id`: the application to sign in with.
/// - `scopes`: a list of permissions; ["Chat.ReadWrite.All"] by default.
/// - `login_hint`: the account that the browser suggests.
/// - `time_ms`: time limit for the browser, in milliseconds; 600000 by default.
/// - `environment`, `graph_endpoint`, `authority_host`, `graph_proxy`, `authority_proxy`: as for
///   an account.
///
/// Probe: `{"open":"probe"}` sends a request without a token to Microsoft Graph and one to Entra, to
/// show what the other requests of this process will meet. Optional members: `environment`,
/// `graph_endpoint`, `authority_host`, `graph_proxy`, `authority_proxy`, as for an account.
///
/// Registration: `{"open":"registration","account":handle,"name":...}` finds the application with
/// this display name, or creates it: a public client with the loopback redirect and the delegated
/// permission Chat.ReadWrite.All. The account needs the permission Application.ReadWrite.All.
/// Optional members:
/// - `change`: true to make the changes; false (default) to report them only.
/// - `consent`: "none" (default), "user" or "tenant". The last two need the permission
///   DelegatedPermissionGrant.ReadWrite.All.
///
/// Run: `{"open":"removals","accounts":[handle, ...]}`. The accounts stay signed in as long as the
/// run needs them, even if their handles are closed. The optional member `options` is an object
/// with the optional members:
/// - `api_version`: "v1.0" (default) or "beta".
/// - `journal`: path of the journal. A run with the journal of an earlier one skips confirmed
///   removals.
/// - `force`: true to send removals again that the journal or this run has confirmed.
/// - `request_time_ms`: time limit of one request, in milliseconds; 30000 by default.
/// - `run_time_ms`: time limit of the run, in milliseconds; 0 (default) means no limit.
/// - `lease_ms`: the run sends nothing once the caller has not called for this long, in
///   milliseconds. When its requests in flight have ended, it releases the journal until the next
///   call, and a new run of this process with the same journal closes it. 0 (default) means no
///   lease.
/// - `limits`: the service's limits: `per_user`, `per_chat` and `per_tenant`, each with
///   `per_second`, `burst` (requests at once), `sustained` (share of the rate) and `window_seconds`
///   (over this time).
/// - `retry`: `first_wait_ms`, `longest_wait_ms` (backoff of a removal), `longest_rest_ms` (rest
///   of an account while the service is unavailable) and `item_time_ms` (for all attempts of a
///   removal).
///
/// Search: `{"open":"search"}` searches for chats with external users, and reports one target for
/// each chat and internal user. Add records with `chat_access_feed`. Results come through
/// `chat_access_next` after `chat_access_finish`. Optional members:
/// - `paths`: a list of audit exports and hunting results: CSV or JSON, also in gzip or zip. The
///   formats are recognised by content.
/// - `report`: path of an HTML report to write.
/// - `account`: a handle. Its tenant is the home tenant.
/// - `resolve_users`: true to look up users in the account's directory if no record contains
///   their id.
/// - `query`: filters: `user_principal_name` (or object ids), `external_domain`,
///   `external_tenant_id`, `operation`, `thread_id` (lists of texts with the wildcards `*` and
///   `?`), `chat_type` (a list of "OneOnOne", "Group", "Meeting", "Other"), `after`, `before`
///   (times), `include_internal` (true to include chats without external users), `tenant_id` and
///   `internal_domain` (the home tenant and all its domains, for sources that do not name them).
/// - `audit_query`, `hunting`: `{"start","end"}`, both optional times. After `chat_access_finish`
///   the search queries Microsoft Graph with the account, which needs the permissions
///   AuditLogsQuery.Read.All and ThreatHunting.Read.All.
/// - `alerts`: `{"incidents":[number, ...],"alerts":[id, ...]}`, texts: the search reads these
///   incidents and alerts of Defender with the account, which needs the permissions
///   SecurityIncident.Read.All and SecurityAlert.Read.All.
/// - `chats`: `{"users":[name or object id, ...]}`, and optionally `environment`,
///   `graph_endpoint`, `authority_host` and `graph_proxy`. The search lists the users' chats with
///   the token of an application, which is `secret` and needs the permission Chat.ReadBasic.All.
/// - `retry`: as for a run; `longest_rest_ms` has no effect.
///
/// Report: `{"open":"report","path":...}` writes what happened to targets as an HTML page, and the
/// same as JSON beside it, with the ending `.json`. Add targets and outcomes with
/// `chat_access_feed`; `chat_access_finish` writes the files. Optional members:
/// - `journals`: a list of paths of journals. Nothing in them is changed.
/// - `sources`: a list of paths of files that searches of other processes read, for their hashes.
/// - `title`, `case_id`: texts for the head of the page.
///
/// `{"open":"panic"}` returns `CHAT_ACCESS_STATUS_PANICKED`, to show that this build catches
/// faults.
///
/// Returns:
/// - `CHAT_ACCESS_STATUS_OK`: `handle` is open.
/// - `CHAT_ACCESS_STATUS_INVALID_ARGUMENT`: a value of the request can't be used. `buffer` holds
///   `{"parameter","message"}`.
/// - `CHAT_ACCESS_STATUS_UNAVAILABLE`: the system refused something that the library needs, such
///   as a thread or the certificate store. `buffer` holds `{"message","next_step"}`.
/// - `CHAT_ACCESS_STATUS_NOT_YET`, `CHAT_ACCESS_STATUS_ENDED`: the request names a sign-in that
///   is still in progress, or failed.
/// - `CHAT_ACCESS_STATUS_WRONG_HANDLE_KIND`, `_INVALID_HANDLE`, `_CLOSED_HANDLE`: the request
///   names a handle that is not an open account.
/// - `CHAT_ACCESS_STATUS_NULL_POINTER`, `_NEGATIVE_LENGTH`, `_INVALID_UTF8`, `_PANICKED`: see
///   `ChatAccessStatus`.
///
/// # Safety
/// Each pointer is NULL or points to as many bytes as its length or capacity says; `handle` and
/// `length` point to one value. The library uses them only during the call.
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
        // SAFETY: the caller guarantees what these require.
        let (mut out, request, secret, handle) = unsafe {
            (
                Out::new(buffer, capacity, length)?,
                text(request, request_length)?,
                bytes(secret, secret_length)?,
                handle.as_mut().ok_or(ChatAccessStatus::NullPointer)?,
            )
        };
        let (status, error) = match request::open(&request, secret) {
            Ok(object) => {
                *handle = handles::open(object);
                return Ok(ChatAccessStatus::Ok);
            }
            Err(OpenError::Status(status)) => return Err(status),
            Err(OpenError::Invalid(error)) => (
                ChatAccessStatus::InvalidArgument,
                json!({"parameter": error.parameter, "message": error.to_string()}),
            ),
            Err(OpenError::Unavailable { message, next_step }) => (
                ChatAccessStatus::Unavailable,
                json!({"message": message, "next_step": next_step}),
            ),
        };
        let _ = out.write(&error.to_string());
        Err(status)
    })
}

/// Fetches the next event of a handle.
///
/// Any thread may call. Each event is returned once. Skip events and members that you don't know.
///
/// - `handle`: any handle. An account that was opened with a token has no events.
/// - `timeout_ms`: how long to wait for an event, in milliseconds. 0 does not wait; a negative
///   number waits without a limit.
/// - `buffer`, `capacity`, `length`: receive the event, a JSON object with the member `event`.
///
/// Events of a sign-in:
/// - `browser`: open `url` in the person's browser within `expires_in_seconds`.
/// - `device_code`: show `message` unchanged. It contains `user_code` and `verification_uri`; the
///   code expires in `expires_in_seconds`.
/// - `wait`: Entra is unavailable (`reason`); the next attempt is in `seconds`.
/// - `signed_in`, the last event: `account` is what `chat_access_describe` returns.
/// - `failed`, the last event: `error` (a stable name), `message`, `next_step`, `code`
///   ("AADSTS..."), `correlation_id`, `trace_id`.
///
/// Events of a probe, within about 10 seconds:
/// - `library`: `version`, of this library.
/// - `service`, twice: `service` ("Graph" or "Entra"), `proxy_variable` (the environment variable
///   of this process that names the proxy, or null) and either `status`, `request_id` (null if
///   something between this computer and the service responded) and `time` (the header Date), or
///   `message` (the end of a sentence) and `next_step` (may be empty), if there is no response.
///
/// Events of a registration:
/// - `step`: `message` describes the current step.
/// - `registered`, the last event: `app_id`, `object_id`, `name`, `tenant_id`, and `changes`, a
///   list of "create", "update", "enable" and "consent" that were made or, without `change`, are
///   needed.
/// - `failed`, the last event: `error` (a stable name), `message`, `next_step`, `request_id`.
///
/// Events of a run:
/// - `outcome`: a removal ended; see `remove_all_access_for_user`.
/// - `wait`: the run sends nothing for `seconds`, because of `reason`, a sentence. `cause` is
///   "throttled", "unavailable", "unreachable", or "directory" while users are looked up.
/// - `resumed`: the journal contained the records of an earlier run: `removed` (skipped),
///   `in_flight`, `failed` and `unconfirmed` (sent again; the last ones are recorded as removed,
///   but without the time and request id of a confirmation), `unreadable` (lines skipped), `torn`
///   (true if the last line was torn).
/// - `warning`: `message`.
///
/// Events of a search, before or after `chat_access_finish`:
/// - `progress`: `files`, `files_waiting`, `bytes`, `bytes_total`.
/// - `request_progress`: a query of Microsoft Graph is in progress: `source` ("AuditQuery", "Hunting",
///   "Chats" or "Directory"), `message`, `records`.
/// - `wait`: the next request is in `seconds`, because of `reason`.
/// - `source_error`: a source is incomplete: `source`, `error` ("Denied", "Unauthorized",
///   "Throttled", "Unreachable" or "Failed"), `message`, `next_step`, and `records`, the number
///   received and used.
/// - `warning`: `message`.
///
/// Events of a search after `chat_access_finish`:
/// - `file_error`, `truncated`, `bad_row`: input that can't be used, or not completely: `file` and
///   `message`. `bad_row` also has `row`, and `used`: true if what could be read of the row is
///   used, false if it is skipped.
/// - `report`: the report was written to `path`.
/// - `target`: `tenant_id`, `user_id`, `thread_id`, `user_principal_name`, `chat_type`,
///   `external`, `external_tenants`, `external_domains`, `external_users`, `external_names` (as
///   people saw them), `operations`, `first_seen`, `last_seen`, `events`, `first_record` and
///   `last_record` (file and row), `sources`, `found_by`. A target that can't be removed yet also
///   has `unresolved` (a stable name) and `reason` (a sentence). A target may be longer than
///   16 KiB.
/// - `searched`, the last event: `files`, `records`, `bad_rows`, `targets`, `sources` (a list of
///   `name`, `file` with `path`, `bytes` and `modified_ms`, `records` and `problems`) and
///   `incomplete` (other reasons why targets may be missing).
///
/// Events of a report:
/// - `warning`: `message`: what was fed is neither a target nor an outcome.
/// - `report`, the last event: the report was written to `path`.
/// - `file_error`, the last event: nothing was written, because of `file`; `message`.
///
/// Returns:
/// - `CHAT_ACCESS_STATUS_OK`: `buffer` holds an event, whatever it reports.
/// - `CHAT_ACCESS_STATUS_NOT_YET`: no event came within `timeout_ms`.
/// - `CHAT_ACCESS_STATUS_ENDED`: no event will come. For a run: `chat_access_finish` or
///   `chat_access_cancel` was called, and every removal had its outcome.
/// - `CHAT_ACCESS_STATUS_BUFFER_TOO_SMALL`: `length` is the needed capacity. The event stays the
///   next one.
/// - `CHAT_ACCESS_STATUS_CLOSED_HANDLE`: the handle is closed, or was closed during the call.
/// - `CHAT_ACCESS_STATUS_INVALID_HANDLE`, `_NULL_POINTER`, `_NEGATIVE_LENGTH`, `_PANICKED`: see
///   `ChatAccessStatus`.
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
        // SAFETY: the caller guarantees what this requires.
        let out = unsafe { Out::new(buffer, capacity, length) }?;
        next(handle, timeout_ms, Batch::One, out)
    })
}

/// Fetches the next events of a handle, as many as one call can return.
///
/// Waits for the first event as `chat_access_next` does. The events that follow it are returned
/// with it as far as they have come, have the same member `event`, and fit into the buffer. Use
/// this call for a search or a run with many targets or outcomes.
///
/// - `handle`, `timeout_ms`: as for `chat_access_next`.
/// - `buffer`, `capacity`, `length`: receive the events, a JSON array of at least one object. The
///   first member of each is `event`. 256 KiB hold a few hundred targets.
///
/// Returns:
/// - `CHAT_ACCESS_STATUS_OK`: `buffer` holds the events.
/// - `CHAT_ACCESS_STATUS_NOT_YET`: no event came within `timeout_ms`.
/// - `CHAT_ACCESS_STATUS_ENDED`: no event will come.
/// - `CHAT_ACCESS_STATUS_BUFFER_TOO_SMALL`: the first event does not fit; `length` is the capacity
///   that it needs. It stays the next one.
/// - `CHAT_ACCESS_STATUS_CLOSED_HANDLE`: the handle is closed, or was closed during the call.
/// - `CHAT_ACCESS_STATUS_INVALID_HANDLE`, `_NULL_POINTER`, `_NEGATIVE_LENGTH`, `_PANICKED`: see
///   `ChatAccessStatus`.
///
/// # Safety
/// As for `chat_access_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chat_access_next_many(
    handle: i64,
    timeout_ms: i32,
    buffer: *mut u8,
    capacity: i32,
    length: *mut i32,
) -> i32 {
    guard(|| {
        // SAFETY: the caller guarantees what this requires.
        let out = unsafe { Out::new(buffer, capacity, length) }?;
        next(handle, timeout_ms, Batch::SameKind, out)
    })
}

fn next(
    handle: i64,
    timeout_ms: i32,
    batch: Batch,
    mut out: Out<'_>,
) -> Result<ChatAccessStatus, ChatAccessStatus> {
    match handles::get(handle)? {
        Object::Account(_) => Ok(ChatAccessStatus::Ended),
        Object::SignIn(signing_in) => {
            fetch_next(signing_in.sign_in.events(), timeout_ms, batch, &mut out)
        }
        Object::Probe(probe) => fetch_next(probe.events(), timeout_ms, batch, &mut out),
        Object::Registration(registration) => {
            fetch_next(registration.events(), timeout_ms, batch, &mut out)
        }
        Object::Run(run) => fetch_next(run.events(), timeout_ms, batch, &mut out),
        Object::Search(search) => fetch_next(search.events(), timeout_ms, batch, &mut out),
        Object::Report(report) => fetch_next(report.events(), timeout_ms, batch, &mut out),
    }
}

/// Declares that no more removals will be queued in a run, or that no more records will be added to
/// a search or a report. The events of a run end when every removal has its outcome. A search
/// reports its results, and a report is written.
///
/// - `handle`: a run, a search or a report.
///
/// Returns:
/// - `CHAT_ACCESS_STATUS_OK`: done. Calling again has no effect.
/// - `CHAT_ACCESS_STATUS_WRONG_HANDLE_KIND`, `_INVALID_HANDLE`, `_CLOSED_HANDLE`, `_PANICKED`: see
///   `ChatAccessStatus`.
#[unsafe(no_mangle)]
pub extern "C" fn chat_access_finish(handle: i64) -> i32 {
    guard(|| {
        match handles::get(handle)? {
            Object::Search(search) => search.finish(),
            Object::Report(report) => report.finish(),
            _ => handles::run(handle)?.finish(),
        }
        Ok(ChatAccessStatus::Ok)
    })
}

/// Stops a run, a search or a report. Returns at once.
///
/// A run sends no more requests. Removals that wait end as "Cancelled"; requests in flight end with
/// their response. `chat_access_next` returns the outcomes. A search reports nothing more, and no
/// report is written.
///
/// - `handle`: a run, a search or a report.
///
/// Returns:
/// - `CHAT_ACCESS_STATUS_OK`: done. Calling again has no effect.
/// - `CHAT_ACCESS_STATUS_WRONG_HANDLE_KIND`, `_INVALID_HANDLE`, `_CLOSED_HANDLE`, `_PANICKED`: see
///   `ChatAccessStatus`.
#[unsafe(no_mangle)]
pub extern "C" fn chat_access_cancel(handle: i64) -> i32 {
    guard(|| {
        match handles::get(handle)? {
            Object::Search(search) => search.cancel(),
            Object::Report(report) => report.cancel(),
            _ => handles::run(handle)?.cancel(),
        }
        Ok(ChatAccessStatus::Ok)
    })
}

/// Describes an account, a sign-in, a run or a search as JSON.
///
/// - `handle`: any handle but a probe, a registration or a report.
/// - `buffer`, `capacity`, `length`: see the rules for text out.
///
/// An account, or a sign-in after `signed_in`: `account`, `user_id`, `tenant_id`, `client_id`,
/// `app_name`, `scopes`, `auth_type`, `token_source` ("AccessToken", "Browser", "DeviceCode" or
/// "RefreshToken"), `renews` (true if tokens are renewed automatically), `expires`, `environment`,
/// `graph_endpoint`, `authority_host`. Members that the token does not contain are null.
///
/// A run: `counts` (`queued`, `removed`, `not_removed`, `requests`, `throttled`), `waiting`,
/// `in_flight`, `per_second`, `paused_seconds`. A search: `records_fed`, `waiting` (events).
///
/// Returns:
/// - `CHAT_ACCESS_STATUS_OK`: `buffer` holds the description.
/// - `CHAT_ACCESS_STATUS_NOT_YET`, `CHAT_ACCESS_STATUS_ENDED`: the sign-in is still in progress,
///   or failed.
/// - `CHAT_ACCESS_STATUS_BUFFER_TOO_SMALL`: `length` is the needed capacity.
/// - `CHAT_ACCESS_STATUS_WRONG_HANDLE_KIND`, `_INVALID_HANDLE`, `_CLOSED_HANDLE`: see
///   `ChatAccessStatus`.
/// - `CHAT_ACCESS_STATUS_NULL_POINTER`, `_NEGATIVE_LENGTH`, `_PANICKED`: see `ChatAccessStatus`.
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
        // SAFETY: the caller guarantees what this requires.
        let mut out = unsafe { Out::new(buffer, capacity, length) }?;
        let description = match handles::get(handle)? {
            Object::Account(lane) => lane.account().describe(),
            Object::SignIn(signing_in) => signing_in.lane()?.account().describe(),
            Object::Probe(_) | Object::Registration(_) | Object::Report(_) => {
                return Err(ChatAccessStatus::WrongHandleKind);
            }
            Object::Run(run) => run.describe(),
            Object::Search(search) => search.describe(),
        };
        out.write(&description.to_string())?;
        Ok(ChatAccessStatus::Ok)
    })
}

/// Closes a handle and stops its work.
///
/// Callers that wait in `chat_access_next` return with `CHAT_ACCESS_STATUS_CLOSED_HANDLE`. A run
/// sends no more requests; requests in flight have 300 ms from the call of `chat_access_cancel`, or
/// from this call, to complete and to reach the journal, and then the journal's file is released.
/// An account's token is wiped when no run uses it any more.
///
/// - `handle`: any handle.
///
/// Returns:
/// - `CHAT_ACCESS_STATUS_OK`: the handle is closed. Its number is never used again.
/// - `CHAT_ACCESS_STATUS_CLOSED_HANDLE`: it was closed before.
/// - `CHAT_ACCESS_STATUS_INVALID_HANDLE`, `CHAT_ACCESS_STATUS_PANICKED`: see `ChatAccessStatus`.
#[unsafe(no_mangle)]
pub extern "C" fn chat_access_close(handle: i64) -> i32 {
    guard(|| {
        match handles::close(handle)? {
            Object::Run(run) => run.close(),
            Object::SignIn(signing_in) => signing_in.sign_in.close(),
            Object::Probe(probe) => probe.close(),
            Object::Registration(registration) => registration.close(),
            Object::Search(search) => search.close(),
            Object::Report(report) => report.close(),
            Object::Account(_) => {}
        }
        Ok(ChatAccessStatus::Ok)
    })
}

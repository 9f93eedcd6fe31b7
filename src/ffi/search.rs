//! Search handles: audit exports, hunting results and Graph itself are searched for removals.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::account::CloudRequest;
use super::arguments::{Out, text};
use super::guard::guard;
use super::handles::{self, Object};
use super::request::{OpenError, read};
use super::status::ChatAccessStatus;
use crate::identity::Account;
use crate::input::InvalidInput;
use crate::removal::RunRetry;
use crate::report::write_findings;
use crate::search::{
    AlertIds, ChatList, Online, QueryOptions, ReportFile, RunningSearch, SearchOptions, Span,
    SpanOptions, block_commands,
};
use crate::token::AccessToken;

/// The request for a search. The application's token, for `chats`, is the call's secret.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SearchRequest {
    paths: Vec<PathBuf>,
    query: QueryOptions,
    report: Option<PathBuf>,
    account: Option<i64>,
    resolve_users: bool,
    audit_query: Option<SpanOptions>,
    hunting: Option<SpanOptions>,
    alerts: Option<AlertIds>,
    /// See [`ChatsRequest`] and [`CloudRequest`].
    chats: Option<Map<String, Value>>,
    /// The settings of a run, so that a host can pass the same object. A search has no lanes, so it
    /// ignores the rest of a lane.
    retry: RunRetry,
}

/// The users whose chats are listed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChatsRequest {
    users: Vec<String>,
}

impl SearchRequest {
    pub(super) fn open(self, secret: Option<&[u8]>) -> Result<RunningSearch, OpenError> {
        let now = Timestamp::now();
        // Without a start, a source is searched as far back as it keeps records.
        let span = |options: Option<SpanOptions>, days| {
            options
                .map(|options| Span::new(&options, now, days))
                .transpose()
        };
        let chats = self
            .chats
            .map(|chats| ChatsRequest::open(chats, secret))
            .transpose()?;
        let account = match self.account {
            Some(handle) => Some(handles::account(handle)?.shared_account()),
            None => None,
        };
        let options = SearchOptions {
            online: Online {
                audit_query: span(self.audit_query, Span::AUDIT_DAYS)?,
                hunting: span(self.hunting, Span::HUNTING_DAYS)?,
                alerts: self.alerts,
                chats,
                retry: self.retry.check()?.requests,
            },
            paths: self.paths,
            query: self.query,
            report: self.report.map(|path| ReportFile {
                path,
                write: write_findings,
            }),
            account,
            resolve_users: self.resolve_users,
        };
        Ok(RunningSearch::start(options)?)
    }
}

impl ChatsRequest {
    fn open(mut members: Map<String, Value>, secret: Option<&[u8]>) -> Result<ChatList, OpenError> {
        let cloud = CloudRequest::take(&mut members)?.cloud()?;
        let request: Self = read(members)?;
        let token = AccessToken::new(secret.unwrap_or_default()).map_err(|error| InvalidInput {
            parameter: "DiscoveryToken",
            ..error
        })?;
        let account = Account::with_token(cloud, token).map_err(OpenError::no_client)?;
        Ok(ChatList::new(account, request.users)?)
    }
}

/// Returns the commands that block external users, for an administrator to check and run. Nothing
/// is blocked.
///
/// - `request`, `request_length`: `{"users":[address, ...],"domains":[domain, ...],"own":[name,
///   ...]}`. `own` are user principal names of the home tenant: their domains are in no command.
/// - `buffer`, `capacity`, `length`: see the rules for text out. Receive a list with `{"way",
///   "condition","command","count","left_out"}` for each of the ways "User", "Domain" and
///   "AllowBlockList". `command` has a line for each command; for the last way, which has no
///   command, a line for each value to paste. `left_out` are values that are not plain addresses
///   or domains, or belong to the home tenant.
///
/// Returns:
/// - `CHAT_ACCESS_STATUS_OK`: `buffer` holds the list.
/// - `CHAT_ACCESS_STATUS_BUFFER_TOO_SMALL`: `length` is the needed capacity.
/// - `CHAT_ACCESS_STATUS_INVALID_ARGUMENT`: the request is not such an object.
/// - `CHAT_ACCESS_STATUS_NULL_POINTER`, `_NEGATIVE_LENGTH`, `_INVALID_UTF8`, `_PANICKED`: see
///   `ChatAccessStatus`.
///
/// # Safety
/// As for `chat_access_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chat_access_block_commands(
    request: *const u8,
    request_length: i32,
    buffer: *mut u8,
    capacity: i32,
    length: *mut i32,
) -> i32 {
    guard(|| {
        // SAFETY: the caller guarantees what these require.
        let (mut out, request) = unsafe {
            (
                Out::new(buffer, capacity, length)?,
                text(request, request_length)?,
            )
        };
        let request: Value =
            serde_json::from_str(&request).map_err(|_| ChatAccessStatus::InvalidArgument)?;
        let [users, domains, own] = ["users", "domains", "own"].map(|name| -> Vec<String> {
            let texts = request[name].as_array().into_iter().flatten();
            texts.filter_map(Value::as_str).map(Into::into).collect()
        });
        let commands = block_commands(&users, &domains, &own);
        let commands: Vec<Value> = commands.iter().map(|one| one.to_json()).collect();
        out.write(&Value::Array(commands).to_string())?;
        Ok(ChatAccessStatus::Ok)
    })
}

/// Adds a record to a search, for records that are not in a file, or targets and outcomes to a
/// report.
///
/// - `handle`: a search or a report.
/// - `record`, `record_length`: for a search, one JSON object of any kind that a file may contain.
///   For a report, one of the events `target`, `outcome` and `searched`, or a JSON array of these.
///
/// Returns:
/// - `CHAT_ACCESS_STATUS_OK`: the record was read. For a record that can't be read, the event
///   `bad_row` of a search or `warning` of a report follows.
/// - `CHAT_ACCESS_STATUS_RUN_OVER`: `chat_access_finish` or `chat_access_cancel` was called before.
/// - `CHAT_ACCESS_STATUS_WRONG_HANDLE_KIND`, `_INVALID_HANDLE`, `_CLOSED_HANDLE`: see
///   `ChatAccessStatus`.
/// - `CHAT_ACCESS_STATUS_NULL_POINTER`, `_NEGATIVE_LENGTH`, `_INVALID_UTF8`, `_PANICKED`: see
///   `ChatAccessStatus`.
///
/// # Safety
/// As for `chat_access_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chat_access_feed(
    handle: i64,
    record: *const u8,
    record_length: i32,
) -> i32 {
    guard(|| {
        // SAFETY: the caller guarantees what this requires.
        let record = unsafe { text(record, record_length) }?;
        let accepted = match handles::get(handle)? {
            Object::Search(search) => search.feed(&record),
            Object::Report(report) => report.feed(&record),
            _ => return Err(ChatAccessStatus::WrongHandleKind),
        };
        if accepted {
            Ok(ChatAccessStatus::Ok)
        } else {
            Err(ChatAccessStatus::RunOver)
        }
    })
}

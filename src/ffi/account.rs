//! Account handles: a signed-in administrator.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::arguments::{Out, text};
use super::guard::guard;
use super::handles;
use super::request::{OpenError, read};
use super::status::ChatAccessStatus;
use crate::cloud::{Cloud, Route};
use crate::identity::{Account, Tenant};
use crate::input::InvalidInput;
use crate::removal::Lane;
use crate::token::AccessToken;

/// The request for an account whose access token is the call's secret.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountRequest {
    tenant: Option<String>,
}

/// The members of a request that name the cloud.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CloudRequest {
    environment: Option<String>,
    graph_endpoint: Option<String>,
    authority_host: Option<String>,
    graph_proxy: Option<String>,
    authority_proxy: Option<String>,
}

impl CloudRequest {
    const MEMBERS: [&str; 5] = [
        "environment",
        "graph_endpoint",
        "authority_host",
        "graph_proxy",
        "authority_proxy",
    ];

    /// Takes the members that name the cloud out of a request.
    pub(super) fn take(request: &mut Map<String, Value>) -> Result<Self, InvalidInput> {
        let mut members = Map::new();
        for name in Self::MEMBERS {
            members.extend(request.remove_entry(name));
        }
        read(members)
    }

    /// Returns the cloud that the request names.
    pub(super) fn cloud(&self) -> Result<Cloud, InvalidInput> {
        let mut cloud = Cloud::new(
            self.environment.as_deref(),
            self.graph_endpoint.as_deref(),
            self.authority_host.as_deref(),
        )?;
        if let Some(proxy) = &self.graph_proxy {
            cloud.graph_route = Some(Route::parse("GraphProxy", proxy)?);
        }
        if let Some(proxy) = &self.authority_proxy {
            cloud.authority_route = Some(Route::parse("AuthorityProxy", proxy)?);
        }
        Ok(cloud)
    }
}

impl AccountRequest {
    pub(super) fn open(
        self,
        cloud: &CloudRequest,
        secret: Option<&[u8]>,
    ) -> Result<Lane, OpenError> {
        let cloud = cloud.cloud()?;
        let token = AccessToken::new(secret.unwrap_or_default())?;
        let account = Account::with_token(cloud, token).map_err(OpenError::no_client)?;
        if let Some(tenant) = self.tenant {
            check_tenant(&account, &tenant)?;
        }
        Ok(Lane::new(account))
    }
}

/// Refuses a token of another tenant, because Graph would reject the first removal.
fn check_tenant(account: &Account, tenant: &str) -> Result<(), InvalidInput> {
    match (Tenant::parse(tenant)?.id(), account.tenant()) {
        (Some(wanted), Some(found)) if !found.eq_ignore_ascii_case(&wanted.to_string()) => {
            Err(InvalidInput::new(
                "TenantId",
                tenant,
                format!(
                    "the access token belongs to tenant {found}. Specify that tenant, or a token of yours"
                ),
            ))
        }
        _ => Ok(()),
    }
}

/// Checks whether the token of an account rules out removals in a tenant: by its tenant, its
/// permissions or its expiry. Sends no request.
///
/// - `handle`: an account, or a sign-in after `signed_in`.
/// - `tenant_id`, `tenant_id_length`: as for `remove_all_access_for_user`.
/// - `buffer`, `capacity`, `length`: see the rules for text out.
///
/// Returns:
/// - `CHAT_ACCESS_STATUS_OK`: a run with this account sends the removals. `length` is 0.
/// - `CHAT_ACCESS_STATUS_DENIED`, `CHAT_ACCESS_STATUS_UNAUTHORIZED`: they end with this status.
///   `buffer` holds `{"status","message","next_step"}`, if it has room for it.
/// - `CHAT_ACCESS_STATUS_INVALID_ARGUMENT`: `tenant_id` is not a GUID. `length` is 0.
/// - `CHAT_ACCESS_STATUS_NOT_YET`, `CHAT_ACCESS_STATUS_ENDED`: the sign-in is still in progress,
///   or failed.
/// - `CHAT_ACCESS_STATUS_WRONG_HANDLE_KIND`, `_INVALID_HANDLE`, `_CLOSED_HANDLE`: see
///   `ChatAccessStatus`.
/// - `CHAT_ACCESS_STATUS_NULL_POINTER`, `_NEGATIVE_LENGTH`, `_INVALID_UTF8`, `_PANICKED`: see
///   `ChatAccessStatus`.
///
/// # Safety
/// As for `chat_access_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chat_access_check_account(
    handle: i64,
    tenant_id: *const u8,
    tenant_id_length: i32,
    buffer: *mut u8,
    capacity: i32,
    length: *mut i32,
) -> i32 {
    guard(|| {
        // SAFETY: the caller guarantees what these require.
        let (mut out, tenant) = unsafe {
            (
                Out::new(buffer, capacity, length)?,
                text(tenant_id, tenant_id_length)?,
            )
        };
        let tenant = Uuid::parse_str(tenant.trim());
        let tenant = tenant.map_err(|_| ChatAccessStatus::InvalidArgument)?;
        let account = handles::account(handle)?;
        let Some(objection) = account.account().objection(&tenant.to_string()) else {
            return Ok(ChatAccessStatus::Ok);
        };
        let (status, name) = if objection.unauthorized {
            (ChatAccessStatus::Unauthorized, "Unauthorized")
        } else {
            (ChatAccessStatus::Denied, "Denied")
        };
        let (message, next_step) = (objection.message, objection.next_step);
        let reason = json!({"status": name, "message": message, "next_step": next_step});
        let _ = out.write(&reason.to_string());
        Err(status)
    })
}

/// Writes the newest refresh token of an account into `buffer`, for an unattended sign-in later.
///
/// This is the only call by which a secret leaves the library. The caller wipes the buffer. A
/// refresh token changes when it is used, so export it after the work.
///
/// - `handle`: an account, or a sign-in after `signed_in`.
/// - `buffer`, `capacity`, `length`: see the rules for text out. The text is the token, not JSON.
///
/// Returns:
/// - `CHAT_ACCESS_STATUS_OK`: `buffer` holds the token.
/// - `CHAT_ACCESS_STATUS_NOT_YET`, `CHAT_ACCESS_STATUS_ENDED`: the sign-in is still in progress,
///   or failed.
/// - `CHAT_ACCESS_STATUS_INVALID_ARGUMENT`: the account was opened with an access token and has no
///   refresh token. `buffer` holds `{"parameter","message"}`.
/// - `CHAT_ACCESS_STATUS_BUFFER_TOO_SMALL`: `length` is the needed capacity.
/// - `CHAT_ACCESS_STATUS_WRONG_HANDLE_KIND`, `_INVALID_HANDLE`, `_CLOSED_HANDLE`: see
///   `ChatAccessStatus`.
/// - `CHAT_ACCESS_STATUS_NULL_POINTER`, `_NEGATIVE_LENGTH`, `_PANICKED`: see `ChatAccessStatus`.
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
        // SAFETY: the caller guarantees what this requires.
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
                    "it has no refresh token. Sign in with Connect-ChatAccess to get one",
                );
                let error = json!({"parameter": error.parameter, "message": error.to_string()});
                let _ = out.write(&error.to_string());
                Err(ChatAccessStatus::InvalidArgument)
            }
        }
    })
}

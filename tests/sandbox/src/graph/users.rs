//! `GET /users/{id or user principal name}`, with the two properties that ChatAccess selects.
//!
//! The limits of the directory are far above those of removals and are not modelled.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Refusal;
use crate::response::Response;
use crate::service::Service;
use crate::token::TokenClaims;

/// The permissions of which a token needs one: an application as a role, an account as a scope.
const PERMISSIONS: [&str; 2] = ["User.ReadBasic.All", "User.Read.All"];

/// A user of the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DirectoryUser {
    pub id: String,
    pub user_principal_name: String,
}

impl DirectoryUser {
    /// Returns whether `key` is the id or the name of this user, in any case.
    pub(crate) fn is(&self, key: &str) -> bool {
        self.id.eq_ignore_ascii_case(key) || self.user_principal_name.eq_ignore_ascii_case(key)
    }
}

/// Serves a user.
pub(super) fn serve(
    service: &Service,
    claims: &TokenClaims,
    key: &str,
) -> Result<Response, Refusal> {
    let has = |permission: &&str| {
        if claims.is_app_only() {
            claims.has_role(permission)
        } else {
            claims.has_scope(permission)
        }
    };
    if !PERMISSIONS.iter().any(has) {
        return Err(Refusal::insufficient_privileges());
    }
    let Some(user) = service.user(key) else {
        return Err(Refusal::resource_not_found(key));
    };
    Ok(Response::json(
        200,
        &json!({
            "@odata.context":
                "https://graph.microsoft.com/v1.0/$metadata#users(id,userPrincipalName)/$entity",
            "id": user.id,
            "userPrincipalName": user.user_principal_name,
        }),
    ))
}

//! `GET /users/{id or user principal name}` and `GET /organization`, with the properties that
//! ChatAccess selects.
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

/// The permissions of which a token needs one to read the verified domains of the tenant.
const ORGANIZATION_PERMISSIONS: [&str; 3] =
    ["User.Read", "Organization.Read.All", "Directory.Read.All"];

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
    expect_one_of(&PERMISSIONS, claims)?;
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

/// Serves the tenant, with its verified domains.
pub(super) fn serve_organization(
    service: &Service,
    claims: &TokenClaims,
) -> Result<Response, Refusal> {
    expect_one_of(&ORGANIZATION_PERMISSIONS, claims)?;
    let domains = service.options().verified_domains.iter();
    let domains: Vec<_> = domains.map(|name| json!({"name": name})).collect();
    Ok(Response::json(
        200,
        &json!({
            "@odata.context":
                "https://graph.microsoft.com/v1.0/$metadata#organization(verifiedDomains)",
            "value": [{"verifiedDomains": domains}],
        }),
    ))
}

fn expect_one_of(permissions: &[&str], claims: &TokenClaims) -> Result<(), Refusal> {
    let has = |permission: &&str| {
        if claims.is_app_only() {
            claims.has_role(permission)
        } else {
            claims.has_scope(permission)
        }
    };
    if permissions.iter().any(has) {
        Ok(())
    } else {
        Err(Refusal::insufficient_privileges())
    }
}

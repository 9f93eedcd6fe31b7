//! The tenant in a path, and the discovery document of its endpoints.

use serde_json::json;

use super::refusal::Refusal;
use crate::graph::Request;
use crate::guid::{self, is_guid};
use crate::response::Response;
use crate::token::TENANT_ID;

/// Accepts the sandbox's tenant id, any domain, and names such as `organizations`.
pub(super) fn check(tenant: &str) -> Result<(), Refusal> {
    if is_guid(tenant) && !tenant.eq_ignore_ascii_case(TENANT_ID) {
        return Err(Refusal::new(
            "invalid_request",
            90002,
            format!(
                "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
            ),
        ));
    }
    Ok(())
}

pub(super) fn discovery(tenant: &str, request: &Request) -> Response {
    let root = format!("{}/{tenant}", request.origin());
    Response::json(
        200,
        &json!({
            "issuer": format!("{root}/v2.0"),
            "authorization_endpoint": format!("{root}/oauth2/v2.0/authorize"),
            "token_endpoint": format!("{root}/oauth2/v2.0/token"),
            "device_authorization_endpoint": format!("{root}/oauth2/v2.0/devicecode"),
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
        }),
    )
    .with("x-ms-request-id", guid::random())
}

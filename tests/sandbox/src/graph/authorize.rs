//! Authentication and authorization of requests.

use std::sync::Arc;

use super::{Refusal, Request};
use crate::service::Service;
use crate::token::{IssuedToken, SCOPE, TokenClaims};

/// Returns the bearer token of a request.
pub(crate) fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header("authorization")?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Returns the token of the request, after checking its issuer, lifetime and audience.
pub(super) fn authenticate(
    service: &Service,
    request: &Request,
) -> Result<Arc<IssuedToken>, Refusal> {
    let Some(token) = bearer(request) else {
        return Err(Refusal::unauthorized("Access token is empty."));
    };
    if token.split('.').count() != 3 {
        return Err(Refusal::unauthorized(
            "IDX14100: JWT is not well formed, there are no dots (.).",
        ));
    }
    let Some(issued) = service.issued_token(token) else {
        return Err(Refusal::unauthorized(
            "Access token validation failure. Invalid signature.",
        ));
    };
    if issued.has_expired() {
        return Err(Refusal::unauthorized(
            "Lifetime validation failed, the token is expired.",
        ));
    }
    if !issued.claims.is_for_graph() {
        return Err(Refusal::unauthorized(
            "Access token validation failure. Invalid audience.",
        ));
    }
    Ok(issued)
}

/// Checks that the token is delegated and has the scope for removals.
pub(super) fn expect_scope(claims: &TokenClaims) -> Result<(), Refusal> {
    if claims.is_app_only() {
        // The response of other delegated-only actions on chats, as reported in
        // https://github.com/microsoftgraph/microsoft-graph-docs/issues/17168
        return Err(Refusal::new(
            412,
            "PreconditionFailed",
            "Requested API is not supported in application-only context",
        ));
    }
    if claims.has_scope(SCOPE) {
        return Ok(());
    }
    Err(missing_scope(claims, &[SCOPE]))
}

/// Checks that the account has one of these permissions as a scope, or an app-only token has one as
/// a role.
pub(super) fn expect_permission(claims: &TokenClaims, permissions: &[&str]) -> Result<(), Refusal> {
    if claims.is_app_only() {
        return expect_role(claims, permissions);
    }
    if permissions.iter().any(|one| claims.has_scope(one)) {
        return Ok(());
    }
    Err(missing_scope(claims, permissions))
}

/// Checks that the token is app-only and has one of these roles.
pub(super) fn expect_role(claims: &TokenClaims, roles: &[&str]) -> Result<(), Refusal> {
    if claims.is_app_only() && roles.iter().any(|one| claims.has_role(one)) {
        return Ok(());
    }
    Err(Refusal::forbidden(format!(
        "Missing role permissions on the request. API requires one of '{}'. \
         Roles on the request '{}'",
        roles.join(", "),
        claims.roles.join(", "),
    )))
}

fn missing_scope(claims: &TokenClaims, needed: &[&str]) -> Refusal {
    let scopes = claims.scp.as_deref().unwrap_or_default();
    let scopes = scopes.split_whitespace().collect::<Vec<_>>().join(", ");
    Refusal::forbidden(format!(
        "Missing scope permissions on the request. API requires one of '{}'. \
         Scopes on the request '{scopes}'",
        needed.join(", "),
    ))
}

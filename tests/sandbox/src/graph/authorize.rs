//! The gates before the action: who asks, and may they.

use std::sync::Arc;

use super::{Refusal, Request};
use crate::service::Service;
use crate::token::{Minted, SCOPE, TokenClaims};

/// The bearer token of a request, if it has one.
pub(crate) fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header("authorization")?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The account behind the request: its token is known, for Graph, and has not expired.
pub(super) fn account(service: &Service, request: &Request) -> Result<Arc<Minted>, Refusal> {
    let Some(token) = bearer(request) else {
        return Err(Refusal::unauthorized("Access token is empty."));
    };
    if token.split('.').count() != 3 {
        return Err(Refusal::unauthorized(
            "IDX14100: JWT is not well formed, there are no dots (.).",
        ));
    }
    let Some(minted) = service.minted(token) else {
        return Err(Refusal::unauthorized(
            "Access token validation failure. Invalid signature.",
        ));
    };
    if minted.has_expired() {
        return Err(Refusal::unauthorized(
            "Lifetime validation failed, the token is expired.",
        ));
    }
    if !minted.claims.is_for_graph() {
        return Err(Refusal::unauthorized(
            "Access token validation failure. Invalid audience.",
        ));
    }
    Ok(minted)
}

/// The action takes a delegated token with one certain scope.
pub(super) fn expect_scope(claims: &TokenClaims) -> Result<(), Refusal> {
    if claims.is_app_only() {
        // What the other delegated-only actions on a chat answer, seen in the field:
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
    let scopes = claims.scp.as_deref().unwrap_or_default();
    let scopes = scopes.split_whitespace().collect::<Vec<_>>().join(", ");
    Err(Refusal::forbidden(format!(
        "Missing scope permissions on the request. API requires one of '{SCOPE}'. \
         Scopes on the request '{scopes}'"
    )))
}

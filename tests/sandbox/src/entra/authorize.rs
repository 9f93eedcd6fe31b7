//! `authorize`: redirects the browser with an authorization code.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::refusal::Refusal;
use super::{Entra, Form, random, tenant};
use crate::guid::{self, is_guid};
use crate::response::Response;

/// An issued authorization code.
pub(super) struct Code {
    pub(super) client: String,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) nonce: String,
    pub(super) scope: String,
    pub(super) redeemed: bool,
}

pub(super) fn serve(entra: &mut Entra, tenant: &str, query: &Form) -> Result<Response, Refusal> {
    tenant::check(tenant)?;
    let client = query.require("client_id")?;
    if !is_guid(client) {
        return Err(Refusal::unknown_application(client));
    }
    let redirect_uri = query.require("redirect_uri")?;
    // Entra ignores the port of a registered http://localhost redirect URI.
    let port = redirect_uri.strip_prefix("http://localhost:");
    if port.is_none_or(|port| port.parse::<u16>().is_err()) {
        return Err(Refusal::new(
            "invalid_request",
            50011,
            format!(
                "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs configured for the application."
            ),
        ));
    }
    let state = query.require("state")?;
    Ok(match code(entra, client, redirect_uri, query) {
        Ok(code) => redirect(redirect_uri, &[("code", &code), ("state", state)]),
        Err(refusal) => {
            entra.stats.refused += 1;
            let description = refusal.text(&guid::random(), &guid::random());
            redirect(
                redirect_uri,
                &[
                    ("error", &refusal.error),
                    ("error_description", &description),
                    ("state", state),
                ],
            )
        }
    })
}

fn code(
    entra: &mut Entra,
    client: &str,
    redirect_uri: &str,
    query: &Form,
) -> Result<String, Refusal> {
    entra.refuse(&["authorize"])?;
    if query.get("response_type") != "code" {
        return Err(Refusal::new(
            "unsupported_response_type",
            700_054,
            "response_type must be 'code'.",
        ));
    }
    let challenge = query.require("code_challenge")?;
    if query.get("code_challenge_method") != "S256" || challenge.len() != 43 {
        return Err(Refusal::new(
            "invalid_request",
            50147,
            "Bad challenge. A public client must send an S256 code_challenge.",
        ));
    }
    let code = Code {
        client: client.into(),
        redirect_uri: redirect_uri.into(),
        challenge: challenge.into(),
        nonce: query.get("nonce").into(),
        scope: query.require("scope")?.into(),
        redeemed: false,
    };
    let text = random();
    entra.codes.insert(text.clone(), code);
    entra.stats.codes += 1;
    Ok(text)
}

fn redirect(redirect_uri: &str, query: &[(&str, &str)]) -> Response {
    let query: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    Response::empty(302).with("Location", format!("{redirect_uri}/?{}", query.join("&")))
}

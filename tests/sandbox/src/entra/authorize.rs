//! `authorize`: the browser comes and is sent back with a code.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::refusal::Refusal;
use super::{Entra, Form, random, tenant};
use crate::guid::{self, is_guid};
use crate::response::Response;

/// A code that waits to be redeemed.
pub(super) struct Code {
    pub(super) client: String,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) nonce: String,
    pub(super) scope: String,
    pub(super) spent: bool,
}

pub(super) fn serve(entra: &mut Entra, tenant: &str, query: &Form) -> Result<Response, Refusal> {
    tenant::check(tenant)?;
    let client = query.need("client_id")?;
    if !is_guid(client) {
        return Err(Refusal::new(
            "unauthorized_client",
            700_016,
            format!("Application with identifier '{client}' was not found in the directory."),
        ));
    }
    let redirect_uri = query.need("redirect_uri")?;
    // Any port of localhost is as good as the one that is registered, and nothing else is.
    let port = redirect_uri.strip_prefix("http://localhost:");
    if port.is_none_or(|port| port.parse::<u16>().is_err()) {
        return Err(Refusal::new(
            "invalid_request",
            50011,
            format!("The redirect URI '{redirect_uri}' does not match the registered ones."),
        ));
    }
    let state = query.need("state")?;
    Ok(match code(entra, client, redirect_uri, query) {
        Ok(code) => back(redirect_uri, &[("code", &code), ("state", state)]),
        Err(refusal) => {
            entra.stats.refused += 1;
            let description = refusal.text(&guid::random(), &guid::random());
            back(
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
    let challenge = query.need("code_challenge")?;
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
        scope: query.need("scope")?.into(),
        spent: false,
    };
    let text = random();
    entra.codes.insert(text.clone(), code);
    entra.stats.codes += 1;
    Ok(text)
}

fn back(redirect_uri: &str, query: &[(&str, &str)]) -> Response {
    let query: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    Response::empty(302).with("Location", format!("{redirect_uri}/?{}", query.join("&")))
}

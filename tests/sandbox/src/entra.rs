//! Entra as far as a public client uses it: authorize, token, device code, discovery.
//!
//! | Request | |
//! |---|---|
//! | `GET /{tenant}/oauth2/v2.0/authorize` | sends the browser back at once, as if the person had agreed |
//! | `POST /{tenant}/oauth2/v2.0/devicecode` | a code that counts as entered after some polls |
//! | `POST /{tenant}/oauth2/v2.0/token` | the grants of a code, a device code and a refresh token |
//! | `GET /{tenant}/v2.0/.well-known/openid-configuration` | where these are |
//!
//! Each checks what Entra checks (PKCE, redirect, client, one use of a code), and [`EntraSettings`] says
//! who signs in, how long tokens live, and which requests are refused how.

mod authorize;
mod device;
mod refusal;
mod tenant;
mod token;

use std::collections::HashMap;

use hyper::Method;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use self::refusal::Refusal;
use crate::graph::Request;
use crate::response::Response;
use crate::service::Service;
use crate::token::TokenClaims;

/// How the Entra side behaves.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EntraSettings {
    /// Who signs in, with what in the token; its `expires_in` is the token's life. The permissions are
    /// those that were asked for, unless others stand here.
    pub claims: TokenClaims,
    /// How often a device code is polled in vain before it counts as entered.
    pub pending_polls: u32,
    /// The interval that a device code asks for.
    pub interval: u64,
    /// How long a device code may be entered, in seconds.
    pub device_code_seconds: u64,
    /// An ID token comes with another nonce than was asked for.
    pub wrong_nonce: bool,
    /// Requests that are refused, each `times` times, in this order.
    pub refusals: Vec<EntraRefusal>,
}

impl Default for EntraSettings {
    fn default() -> Self {
        Self {
            claims: TokenClaims::default(),
            pending_polls: 1,
            interval: 1,
            device_code_seconds: 900,
            wrong_nonce: false,
            refusals: Vec::new(),
        }
    }
}

/// A refusal to come.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EntraRefusal {
    /// `authorize`, `devicecode`, `token`, or a grant type of the latter.
    pub on: String,
    /// How many requests it meets.
    pub times: u32,
    pub status: u16,
    /// The OAuth error.
    pub error: String,
    /// The number of the AADSTS code.
    pub code: u32,
    /// Entra's words, without code and ids.
    pub description: String,
    /// The seconds of a Retry-After.
    pub retry_after: Option<u64>,
}

impl Default for EntraRefusal {
    fn default() -> Self {
        Self {
            on: "token".into(),
            times: 1,
            status: 400,
            error: "invalid_grant".into(),
            code: 0,
            description: "Refused on demand.".into(),
            retry_after: None,
        }
    }
}

/// What the Entra side has counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EntraStats {
    /// Redirects with a code.
    pub codes: u64,
    /// Device codes given out.
    pub device_codes: u64,
    /// Tokens given out by the grant that they were given for.
    pub tokens: HashMap<String, u64>,
    /// The `claims` that requests for tokens asked for.
    pub claims: Vec<String>,
    /// Requests refused, on demand or not.
    pub refused: u64,
}

/// What Entra remembers between two requests.
#[derive(Default)]
pub(crate) struct Entra {
    pub(crate) settings: EntraSettings,
    pub(crate) stats: EntraStats,
    codes: HashMap<String, authorize::Code>,
    device_codes: HashMap<String, device::Code>,
    /// Refresh tokens that are good, each with its client. Using one gives a new one and leaves the old one
    /// good, as at Entra.
    refresh_tokens: HashMap<String, String>,
}

/// The query or the form of a request.
struct Form(HashMap<String, String>);

impl Form {
    fn parse(text: &str) -> Self {
        let decode = |part: &str| {
            let part = part.replace('+', " ");
            percent_decode_str(&part).decode_utf8_lossy().into_owned()
        };
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        Self(pairs.map(|(k, v)| (decode(k), decode(v))).collect())
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// A member that must be there.
    fn need(&self, name: &str) -> Result<&str, Refusal> {
        match self.get(name) {
            "" => Err(Refusal::new(
                "invalid_request",
                900_144,
                format!("The request must contain the following parameter: '{name}'."),
            )),
            value => Ok(value),
        }
    }
}

/// Whether the path is one of Entra's.
pub(crate) fn is_entra(path: &str) -> bool {
    parts(path).is_some()
}

/// The tenant and the endpoint.
fn parts(path: &str) -> Option<(&str, &str)> {
    let (tenant, rest) = path.strip_prefix('/')?.split_once('/')?;
    let endpoint = match rest {
        "oauth2/v2.0/authorize" => "authorize",
        "oauth2/v2.0/token" => "token",
        "oauth2/v2.0/devicecode" => "devicecode",
        "v2.0/.well-known/openid-configuration" => "discovery",
        _ => return None,
    };
    Some((tenant, endpoint))
}

/// Answers one request.
pub(crate) fn respond(service: &Service, request: &Request) -> Response {
    let (tenant, endpoint) = parts(&request.path).unwrap_or_default();
    let mut entra = service.entra();
    let served = match (endpoint, &request.method) {
        ("discovery", &Method::GET) => Ok(tenant::discovery(tenant, request)),
        ("authorize", &Method::GET) => {
            authorize::serve(&mut entra, tenant, &Form::parse(&request.query))
        }
        ("devicecode", &Method::POST) => form(request)
            .and_then(|form| device::serve(service, &mut entra, tenant, &form, &request.origin())),
        ("token", &Method::POST) => {
            form(request).and_then(|form| token::serve(service, &mut entra, tenant, &form))
        }
        _ => Err(Refusal::new(
            "invalid_request",
            900_561,
            "The endpoint does not take this method.",
        )),
    };
    served.unwrap_or_else(|refusal| {
        entra.stats.refused += 1;
        refusal.response()
    })
}

fn form(request: &Request) -> Result<Form, Refusal> {
    let kind = request.header("content-type").unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(Refusal::new(
            "invalid_request",
            900_144,
            "The body must be a form.",
        ));
    }
    Ok(Form::parse(&String::from_utf8_lossy(&request.body)))
}

impl Entra {
    /// The refusal that was asked for, if this request is to meet one.
    fn refuse(&mut self, names: &[&str]) -> Result<(), Refusal> {
        let mut due = self.settings.refusals.iter_mut();
        let Some(due) = due.find(|one| one.times > 0 && names.contains(&one.on.as_str())) else {
            return Ok(());
        };
        due.times -= 1;
        let mut refusal = Refusal::new(&due.error, due.code, due.description.clone());
        refusal.status = due.status;
        refusal.retry_after = due.retry_after;
        Err(refusal)
    }
}

/// A random text for a code or a token.
fn random() -> String {
    format!(
        "0.A{}{}",
        crate::guid::random().replace('-', ""),
        crate::guid::random().replace('-', "")
    )
}

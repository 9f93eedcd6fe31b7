//! The endpoints of Entra ID that a public client uses: authorize, device code, token, discovery.
//!
//! | Request | |
//! |---|---|
//! | `GET /{tenant}/oauth2/v2.0/authorize` | redirects with a code, without a user |
//! | `POST /{tenant}/oauth2/v2.0/devicecode` | issues a device code |
//! | `POST /{tenant}/oauth2/v2.0/token` | redeems codes and refresh tokens |
//! | `GET /{tenant}/v2.0/.well-known/openid-configuration` | lists these endpoints |
//!
//! Each endpoint makes the checks of Entra: PKCE, redirect URI, client, and that a code is redeemed
//! once. [`EntraSettings`] set who signs in, how long tokens live, and which requests are refused.

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

/// The behaviour of the Entra endpoints.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EntraSettings {
    /// The claims of the account that signs in; `expires_in` is the lifetime of its tokens. The
    /// token has the requested permissions, unless these claims set others.
    pub claims: TokenClaims,
    /// Number of polls that find a device code still pending.
    pub pending_polls: u32,
    /// Polling interval of a device code, in seconds.
    pub interval: u64,
    /// Lifetime of a device code, in seconds.
    pub device_code_seconds: u64,
    /// Whether ID tokens carry a nonce other than the requested one.
    pub wrong_nonce: bool,
    /// Refusals to come, in this order.
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

/// A refusal on demand.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EntraRefusal {
    /// The requests to refuse: `authorize`, `devicecode`, `token`, or a grant type of `token`.
    pub on: String,
    /// Number of requests to refuse.
    pub times: u32,
    pub status: u16,
    /// The OAuth error code.
    pub error: String,
    /// The AADSTS number; 0 for an error without one.
    pub code: u32,
    /// The description, without the AADSTS code and the ids.
    pub description: String,
    /// The value of `Retry-After`, in seconds.
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

/// The counts of the Entra endpoints.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EntraStats {
    /// Authorization codes issued.
    pub codes: u64,
    /// Device codes issued.
    pub device_codes: u64,
    /// Token responses, by grant type.
    pub tokens: HashMap<String, u64>,
    /// The `claims` parameters of token requests.
    pub claims: Vec<String>,
    /// Requests refused, on demand or because they were invalid.
    pub refused: u64,
}

/// The state of the Entra endpoints.
#[derive(Default)]
pub(crate) struct Entra {
    pub(crate) settings: EntraSettings,
    pub(crate) stats: EntraStats,
    codes: HashMap<String, authorize::Code>,
    device_codes: HashMap<String, device::Code>,
    /// The valid refresh tokens, each with its client. Redeeming one issues a new one and leaves
    /// the old one valid, as Entra does.
    refresh_tokens: HashMap<String, String>,
}

/// The parameters of a query string or of a form.
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

    /// Returns a required parameter.
    fn require(&self, name: &str) -> Result<&str, Refusal> {
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

/// Returns whether the path belongs to Entra.
pub(crate) fn is_entra(path: &str) -> bool {
    parts(path).is_some()
}

/// Splits a path into the tenant and the name of the endpoint.
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

/// Responds to a request.
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
            "The endpoint does not support this HTTP method.",
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
            "The request body must be application/x-www-form-urlencoded.",
        ));
    }
    Ok(Form::parse(&String::from_utf8_lossy(&request.body)))
}

impl Entra {
    /// Applies the next refusal on demand for a request of one of these names.
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

/// Returns a random code or token.
fn random() -> String {
    format!(
        "0.A{}{}",
        crate::guid::random().replace('-', ""),
        crate::guid::random().replace('-', "")
    )
}

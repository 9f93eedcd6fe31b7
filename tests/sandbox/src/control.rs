//! The sandbox's controls over HTTP: JSON under `/sandbox/`.
//!
//! | Request | Body | Response |
//! |---|---|---|
//! | `GET /sandbox/requests` | | `{"requests": [RecordedRequest]}` |
//! | `GET /sandbox/applied` | | `{"applied": [AppliedRemoval]}` |
//! | `GET /sandbox/stats` | | [`Stats`](crate::Stats) |
//! | `POST /sandbox/token` | [`TokenClaims`], each member an override | `{"access_token": "..."}` |
//! | `POST /sandbox/entra` | [`EntraSettings`], each member an override | 204 |
//! | `GET /sandbox/entra` | | [`EntraStats`](crate::EntraStats) |
//! | `POST /sandbox/faults` | [`FaultScript`] | 204 |
//! | `POST /sandbox/limits` | [`Limits`], each member an override | 204 |
//! | `POST /sandbox/chats` | `{"missing": [id], "forbidden": [id], "chats": [chat]}` | 204 |
//! | `POST /sandbox/users` | `{"users": [DirectoryUser]}` | 204 |
//! | `POST /sandbox/audit_log` | [`AuditLog`], each member an override | 204 |
//! | `POST /sandbox/hunting` | [`Hunting`], each member an override | 204 |
//! | `POST /sandbox/alerts` | [`Alerts`], each member an override | 204 |
//! | `POST /sandbox/clock` | `{"seconds_ahead": N}` | 204 |
//! | `POST /sandbox/messages` | `{"messages": [row of MessageEvents]}` | 204 |
//! | `POST /sandbox/reset` | | 204 |
//!
//! Limits are overrides of no limits, or with `"preset": "documented"` of the documented ones. The
//! members of `chats` have the format of [`Chats`].
//!
//! `clock` sets the service's clock, which `Date` headers and messages have. `messages` lets users
//! write: it adds rows to `MessageEvents`, by default with the service's time and a new message id,
//! and shows their chats again to the users who had lost access.
//!
//! An empty body stands for one without overrides. Each other `POST` replaces the earlier setting.
//! The response to an invalid request is `{"error": "..."}`. Requests to the controls are not recorded,
//! not throttled and exempt from faults.

use hyper::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::entra::EntraSettings;
use crate::faults::FaultScript;
use crate::graph::{Alerts, AuditLog, Chats, DirectoryUser, Hunting, Request};
use crate::limits::Limits;
use crate::response::Response;
use crate::service::Service;
use crate::token::TokenClaims;

/// The first segment of the path of every control.
const ROOT: &str = "/sandbox";

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct TenantChats {
    missing: Vec<String>,
    forbidden: Vec<String>,
    chats: Vec<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Users {
    users: Vec<DirectoryUser>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Clock {
    seconds_ahead: i64,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Messages {
    messages: Vec<Value>,
}

pub(crate) fn is_control(path: &str) -> bool {
    let rest = path.strip_prefix(ROOT);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(crate) fn respond(service: &Service, request: &Request) -> Response {
    serve(service, request).unwrap_or_else(|response| response)
}

/// Serves a control. `Err` is the response to an invalid request.
fn serve(service: &Service, request: &Request) -> Result<Response, Response> {
    let name = request.path[ROOT.len()..].trim_matches('/');
    let response = match (request.method.clone(), name) {
        (Method::GET, "requests") => {
            let requests = service.ledger().requests();
            Response::json(200, &json!({ "requests": requests }))
        }
        (Method::GET, "applied") => {
            let applied = service.ledger().applied();
            Response::json(200, &json!({ "applied": applied }))
        }
        (Method::GET, "stats") => Response::json(200, &json!(service.ledger().stats())),
        (Method::POST, "token") => {
            let token = service.issue(body::<TokenClaims>(request)?);
            Response::json(200, &json!({ "access_token": token }))
        }
        (Method::GET, "entra") => Response::json(200, &json!(service.entra().stats)),
        (Method::POST, "entra") => {
            service.set_entra(body::<EntraSettings>(request)?);
            Response::empty(204)
        }
        (Method::POST, "faults") => {
            service.script(body::<FaultScript>(request)?);
            Response::empty(204)
        }
        (Method::POST, "limits") => {
            let limits = limits(body(request)?)?;
            service
                .set_limits(&limits)
                .map_err(|why| error(400, &why.to_string()))?;
            Response::empty(204)
        }
        (Method::POST, "chats") => {
            let TenantChats {
                missing,
                forbidden,
                chats,
            } = body(request)?;
            service.set_missing_chats(&missing);
            service.set_forbidden_chats(&forbidden);
            service.set_chats(Chats { chats });
            Response::empty(204)
        }
        (Method::POST, "users") => {
            service.set_users(body::<Users>(request)?.users);
            Response::empty(204)
        }
        (Method::POST, "audit_log") => {
            service.set_audit_log(body::<AuditLog>(request)?);
            Response::empty(204)
        }
        (Method::POST, "hunting") => {
            service.set_hunting(body::<Hunting>(request)?);
            Response::empty(204)
        }
        (Method::POST, "alerts") => {
            service.set_alerts(body::<Alerts>(request)?);
            Response::empty(204)
        }
        (Method::POST, "clock") => {
            service.set_clock_ahead(body::<Clock>(request)?.seconds_ahead);
            Response::empty(204)
        }
        (Method::POST, "messages") => {
            service.write(body::<Messages>(request)?.messages);
            Response::empty(204)
        }
        (Method::POST, "reset") => {
            service.reset();
            Response::empty(204)
        }
        (method, _) => {
            let path = &request.path;
            return Err(error(
                404,
                &format!("There is no control '{method} {path}'."),
            ));
        }
    };
    Ok(response)
}

/// Returns the limits of a preset, with overrides.
fn limits(mut overrides: Map<String, Value>) -> Result<Limits, Response> {
    let preset = match overrides.remove("preset") {
        None => Limits::none(),
        Some(name) => Limits::preset(name.as_str().unwrap_or_default()).ok_or_else(|| {
            let why = format!("There is no preset {name}. Use 'documented' or 'none'.");
            error(400, &why)
        })?,
    };
    let mut limits = json!(preset);
    for (name, value) in overrides {
        limits[name] = value;
    }
    serde_json::from_value(limits).map_err(|why| invalid_body(&why))
}

/// Parses the body as JSON. An empty body is the default value.
fn body<T: DeserializeOwned + Default>(request: &Request) -> Result<T, Response> {
    if request.body.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(&request.body).map_err(|why| invalid_body(&why))
}

fn invalid_body(why: &serde_json::Error) -> Response {
    error(
        400,
        &format!("The body of the request is not valid: {why}."),
    )
}

fn error(status: u16, why: &str) -> Response {
    Response::json(status, &json!({ "error": why }))
}

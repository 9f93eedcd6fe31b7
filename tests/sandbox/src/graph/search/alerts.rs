//! `GET /security/incidents/{id}?$expand=alerts` and `GET /security/alerts_v2/{id}`.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::paging::Options;
use super::{Refusal, Request};
use crate::graph::authorize;
use crate::response::Response;
use crate::service::Service;
use crate::token::TokenClaims;

/// The permissions of which a caller needs one to read an incident.
const INCIDENT: [&str; 2] = [
    "SecurityIncident.Read.All",
    "SecurityIncident.ReadWrite.All",
];
/// The permissions of which a caller needs one to read an alert.
const ALERT: [&str; 2] = ["SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All"];

/// The incidents and alerts of Defender.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Alerts {
    /// Incidents in the format of Graph's `incident`. Their `alerts` are returned on request only.
    pub incidents: Vec<Value>,
    /// Alerts in the format of Graph's `alert`, beside those of the incidents.
    pub alerts: Vec<Value>,
}

/// The incidents and alerts, shared by requests.
#[derive(Default)]
pub(crate) struct AlertLists(Arc<Alerts>);

impl AlertLists {
    /// Replaces the incidents and alerts.
    pub(crate) fn set(&mut self, alerts: Alerts) {
        self.0 = Arc::new(alerts);
    }
}

/// Returns an incident.
pub(super) fn incident(
    service: &Service,
    request: &Request,
    claims: &TokenClaims,
    id: &str,
) -> Result<Response, Refusal> {
    authorize::expect_permission(claims, &INCIDENT)?;
    let options = Options::parse(&request.query, &["$expand"])?;
    let expands = match options.get("$expand") {
        None => false,
        Some("alerts") => true,
        Some(other) => {
            return Err(Refusal::bad_request(format!(
                "Could not find a property named '{other}' on type 'microsoft.graph.security.incident'."
            )));
        }
    };
    let lists = Arc::clone(&service.searches().alerts.0);
    let mut incident = find(&lists.incidents, id)?.clone();
    if !expands && let Some(fields) = incident.as_object_mut() {
        fields.remove("alerts");
    }
    incident["@odata.context"] =
        json!("https://graph.microsoft.com/v1.0/$metadata#security/incidents(alerts())/$entity");
    Ok(Response::json(200, &incident))
}

/// Returns an alert.
pub(super) fn alert(
    service: &Service,
    request: &Request,
    claims: &TokenClaims,
    id: &str,
) -> Result<Response, Refusal> {
    authorize::expect_permission(claims, &ALERT)?;
    Options::parse(&request.query, &[])?;
    let lists = Arc::clone(&service.searches().alerts.0);
    let of_incidents = lists.incidents.iter();
    let of_incidents = of_incidents.filter_map(|incident| incident["alerts"].as_array());
    let mut all = of_incidents.flatten().chain(&lists.alerts);
    let alert = all.find(|alert| alert["id"] == id).ok_or_else(not_found)?;
    Ok(Response::json(200, alert))
}

fn find<'a>(list: &'a [Value], id: &str) -> Result<&'a Value, Refusal> {
    let mut list = list.iter();
    list.find(|item| item["id"] == id).ok_or_else(not_found)
}

fn not_found() -> Refusal {
    Refusal::new(404, "NotFound", "Resource not found.")
}

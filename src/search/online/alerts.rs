//! Incidents and alerts of Microsoft Defender, by their ids.
//!
//! Source: the v1.0 pages of `security/incidents` and `security/alerts_v2`. Graph in China has
//! neither.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::pages::pages;
use super::{Sink, SourceContext, SourceError};
use crate::graph::{Call, encoded};
use crate::http::Body;
use crate::identity::RequestError;
use crate::input::InvalidInput;

/// The required permissions, as the ends of sentences.
const INCIDENT_PERMISSION: &str = "SecurityIncident.Read.All, and the account a role in Defender. \
    Use Connect-ChatAccess -Scope Chat.ReadWrite.All, SecurityIncident.Read.All";
const ALERT_PERMISSION: &str = "SecurityAlert.Read.All, and the account a role in Defender. \
    Use Connect-ChatAccess -Scope Chat.ReadWrite.All, SecurityAlert.Read.All";

/// Limits of a response. An incident contains all its alerts, of some ten kilobytes each.
const RESPONSE_LIMIT: Duration = Duration::from_secs(120);
const LARGEST_RESPONSE: usize = 64 * 1024 * 1024;

/// Maximum number of incidents that are followed from one into which it was merged.
const MERGES: usize = 5;

/// The incidents and alerts to read.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertIds {
    /// Incidents, by number.
    pub incidents: Vec<String>,
    /// Alerts, by id.
    pub alerts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Incident<'a> {
    #[serde(borrow, default)]
    alerts: Vec<&'a RawValue>,
    #[serde(default, rename = "alerts@odata.nextLink")]
    more: Option<String>,
    /// The incident into which this one was merged.
    #[serde(default)]
    redirect_incident_id: Option<String>,
}

impl AlertIds {
    /// Checks the ids.
    ///
    /// # Errors
    /// An incident is not a number, or an alert has no id.
    pub(super) fn check(&self) -> Result<(), InvalidInput> {
        for id in &self.incidents {
            let id = id.trim();
            if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
                let expected = "use the number of the incident, such as 2931";
                return Err(InvalidInput::new("IncidentId", id, expected));
            }
        }
        for id in &self.alerts {
            let id = id.trim();
            if id.is_empty() || id.contains(['/', ' ']) {
                let expected = "use the id of the alert, such as da637551227677560813_-961444813";
                return Err(InvalidInput::new("AlertId", id, expected));
            }
        }
        Ok(())
    }
}

/// Reads the incidents and alerts. One that fails does not keep the others from being read.
pub(super) fn search(
    ids: &AlertIds,
    context: &SourceContext<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), SourceError> {
    let mut failure = None;
    let incidents = ids.incidents.iter().map(|id| (true, id.trim()));
    let alerts = ids.alerts.iter().map(|id| (false, id.trim()));
    for (is_incident, id) in incidents.chain(alerts) {
        let read = if is_incident {
            incident(id, context, sink)
        } else {
            alert(id, context, sink)
        };
        match read {
            Err(error) if !error.is_about_the_request() => return Err(error),
            Err(error) => drop(failure.get_or_insert(error)),
            Ok(()) => {}
        }
    }
    failure.map_or(Ok(()), Err)
}

fn incident(id: &str, context: &SourceContext<'_>, sink: &mut Sink<'_>) -> Result<(), SourceError> {
    let mut id = id.to_string();
    for _ in 0..MERGES {
        context.report_progress(format!("incident {id}"), sink.records);
        let path = format!("security/incidents/{id}?$expand=alerts");
        let call = Call::get(path).with_limits(RESPONSE_LIMIT, LARGEST_RESPONSE);
        let what = format!("incident {id}");
        let body = send(&call, &what, context, INCIDENT_PERMISSION)?;
        let found: Incident<'_> = serde_json::from_slice(&body.bytes)
            .map_err(|_| SourceError::unreadable("the incident contains no list of alerts"))?;
        sink.page(&found.alerts);
        if let Some(link) = found.more {
            let root = &context.account.client().cloud().graph;
            let next = call
                .next_page(&link, root)
                .ok_or_else(|| SourceError::unreadable("the link to the next page is invalid"))?;
            pages(next, context, INCIDENT_PERMISSION, &mut |alerts| {
                sink.page(alerts);
                Ok(())
            })?;
        }
        let Some(other) = found.redirect_incident_id.filter(|other| {
            !other.is_empty() && other.bytes().all(|byte| byte.is_ascii_digit()) && *other != id
        }) else {
            if sink.records == 0 {
                context.warn(format!("Incident {id} contains no alerts."));
            }
            return Ok(());
        };
        context.warn(format!(
            "Defender merged incident {id} into incident {other}, which is read too."
        ));
        id = other;
    }
    Ok(())
}

fn alert(id: &str, context: &SourceContext<'_>, sink: &mut Sink<'_>) -> Result<(), SourceError> {
    context.report_progress(format!("alert {id}"), sink.records);
    let path = format!("security/alerts_v2/{}", encoded(id));
    let call = Call::get(path).with_limits(RESPONSE_LIMIT, LARGEST_RESPONSE);
    let body = send(&call, &format!("alert {id}"), context, ALERT_PERMISSION)?;
    let alert: &RawValue = serde_json::from_slice(&body.bytes)
        .map_err(|_| SourceError::unreadable("the alert is not JSON"))?;
    sink.page(&[alert]);
    Ok(())
}

/// Requests an incident or alert.
fn send(
    call: &Call,
    what: &str,
    context: &SourceContext<'_>,
    permission: &'static str,
) -> Result<Body, SourceError> {
    let body = context.send(call).map_err(|error| match error {
        RequestError::Refused(response) if response.status == 404 => SourceError::Other(
            format!("Microsoft Defender has no {what} that the account can read."),
            "Check the number in the portal, and that the account has a role in Defender.",
        ),
        error => SourceError::Request(error, permission),
    })?;
    if body.truncated {
        return Err(SourceError::unreadable("it is larger than 64 MiB"));
    }
    Ok(body)
}

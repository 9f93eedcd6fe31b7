//! The audit log through Graph: a query is created, runs for minutes or hours, and then returns its
//! records in pages.
//!
//! Source: the v1.0 pages of `security/auditLog/queries`. It was in v1.0 in July 2025 and again
//! since July 2026, so beta is used where v1.0 has no such resource.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;

use super::pages::pages;
use super::{Sink, SourceContext, SourceError, Span};
use crate::graph::{ApiVersion, Call, encoded};
use crate::http::Body;
use crate::identity::RequestError;
use crate::input::one_line;
use crate::search::query::Query;

/// The required permission, as the end of a sentence.
const PERMISSION: &str = "AuditLogsQuery.Read.All. Use Connect-ChatAccess \
    -Scope Chat.ReadWrite.All, AuditLogsQuery.Read.All";

/// Maximum time to wait for a query. The service never finishes one that takes longer.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Graph's `auditLogQuery`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    id: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    approximate_returned_record_count: Option<u64>,
    #[serde(default)]
    is_record_count_limit_exceeded: Option<bool>,
}

/// Runs the query and adds its records to `sink`.
pub(super) fn search(
    span: &Span,
    query: &Query,
    context: &SourceContext<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), SourceError> {
    context.report_progress("creating it", 0);
    let (version, created) = create(span, query, context)?;
    let result = records(&created.id, version, context, sink);
    if let Err(error @ SourceError::Request(..)) = &result
        && !error.is_cancelled()
    {
        context.warn(format!(
            "The service keeps the audit query for some days. Get its records later with \
             Get-MgSecurityAuditLogQueryRecord -AuditLogQueryId {} -All | Find-ChatAccess",
            one_line(&created.id, 100)
        ));
    }
    result
}

/// Waits for the query, and adds its records to `sink`.
fn records(
    id: &str,
    version: ApiVersion,
    context: &SourceContext<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), SourceError> {
    let address = format!("security/auditLog/queries/{}", encoded(id));
    let state = finished(&Call::get(address.clone()).with_version(version), context)?;
    let first = Call::get(format!("{address}/records?$top=999")).with_version(version);
    pages(first, context, PERMISSION, &mut |records| {
        sink.page(records);
        context.report_progress("reading it", sink.records);
        Ok(())
    })?;
    if state.is_record_count_limit_exceeded == Some(true) {
        context.warn(format!(
            "The audit query found more records than the service returns ({} received). \
             Use a shorter time, or -Operation.",
            sink.records
        ));
    }
    // The pages of one finished query have been observed to differ between two readings.
    if let Some(announced) = state.approximate_returned_record_count
        && sink.records < announced - announced / 20
    {
        context.warn(format!(
            "The service announced about {announced} records for the audit query, but returned {}. \
             Run the command again.",
            sink.records
        ));
    }
    Ok(())
}

fn create(
    span: &Span,
    query: &Query,
    context: &SourceContext<'_>,
) -> Result<(ApiVersion, State), SourceError> {
    // Not by service: the documentation and the schema disagree on the name of that filter. Nor by
    // user: that filter applies to the actor, which is mostly the external user.
    let mut body = json!({
        "@odata.type": "#microsoft.graph.security.auditLogQuery",
        "displayName": format!("ChatAccess {} to {}", span.start, span.end),
        "filterStartDateTime": span.start.to_string(),
        "filterEndDateTime": span.end.to_string(),
        "recordTypeFilters": ["microsoftTeams"],
    });
    if !query.plain_operations.is_empty() {
        body["operationFilters"] = json!(query.plain_operations);
    }
    let create = |version| {
        // Repeatable, because a second query costs only one of the fifty that a tenant may have.
        let call = Call::post("security/auditLog/queries".into(), body.clone())
            .with_version(version)
            .repeatable();
        context.send(&call)
    };
    let (version, body) = match create(ApiVersion::V1) {
        Err(RequestError::Refused(response))
            if is_unknown(response.status, response.message.as_deref()) =>
        {
            (ApiVersion::Beta, create(ApiVersion::Beta))
        }
        body => (ApiVersion::V1, body),
    };
    let body = body.map_err(|why| SourceError::Request(why, PERMISSION))?;
    Ok((version, state(&body)?))
}

/// Returns whether Graph has no such resource, which says nothing about the query.
fn is_unknown(status: u16, message: Option<&str>) -> bool {
    matches!(status, 400 | 404) && message.is_some_and(|message| message.contains("segment"))
}

fn state(body: &Body) -> Result<State, SourceError> {
    serde_json::from_slice(&body.bytes)
        .map_err(|_| SourceError::unreadable("the state of the audit query can't be read"))
}

/// Polls the query until it has finished, with growing intervals.
fn finished(call: &Call, context: &SourceContext<'_>) -> Result<State, SourceError> {
    let failed = |why| SourceError::Request(why, PERMISSION);
    let began = Instant::now();
    let mut polls = 0;
    loop {
        polls += 1;
        if !context.wait(context.retry.back_off(polls), "") {
            return Err(failed(RequestError::Stopped));
        }
        let state = state(&context.send(call).map_err(failed)?)?;
        match state.status.as_str() {
            "succeeded" => return Ok(state),
            "failed" | "cancelled" => {
                return Err(SourceError::Other(
                    format!("The audit query ended as '{}'.", state.status),
                    "Run the command again, or with a shorter time.",
                ));
            }
            _ if began.elapsed() > LONGEST => {
                return Err(SourceError::Other(
                    format!(
                        "The audit query has not finished after {} hours.",
                        LONGEST.as_secs() / 3600
                    ),
                    "Run the command with a shorter time.",
                ));
            }
            // notStarted, running, and statuses that Graph may add.
            _ => {
                let minutes = began.elapsed().as_secs() / 60;
                context.report_progress(format!("running for {minutes} min"), 0);
            }
        }
    }
}

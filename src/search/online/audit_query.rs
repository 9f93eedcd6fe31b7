//! The audit log through Graph: a query is created, works for minutes or hours, and then has its records in pages.
//!
//! Source: the v1.0 pages of `security/auditLog/queries`. It was in v1.0 in July 2025 and again since July 2026, so
//! where v1.0 does not know it, it is asked for in beta.

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

/// The permission that it takes.
const PERMISSION: &str = "AuditLogsQuery.Read.All: Connect-ChatAccess \
    -Scope Chat.ReadWrite.All, AuditLogsQuery.Read.All";

/// A query that has not ended by then never will.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The query as Graph describes it.
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

/// Runs the query and takes its records.
pub(super) fn search(
    span: &Span,
    query: &Query,
    graph: &SourceContext<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), SourceError> {
    graph.tell("creating it", 0);
    let (version, created) = create(span, query, graph)?;
    let result = records(&created.id, version, graph, sink);
    if let Err(trouble @ SourceError::RequestError(..)) = &result
        && !trouble.is_stop()
    {
        graph.warn(format!(
            "The audit query stays at the service for some days: its records can still be had with \
             Get-MgSecurityAuditLogQueryRecord -AuditLogQueryId {} -All | Find-ChatAccess",
            one_line(&created.id, 100)
        ));
    }
    result
}

/// Waits for the query, and takes its records.
fn records(
    id: &str,
    version: ApiVersion,
    graph: &SourceContext<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), SourceError> {
    let address = format!("security/auditLog/queries/{}", encoded(id));
    let state = finished(&Call::get(address.clone()).of_version(version), graph)?;
    let first = Call::get(format!("{address}/records?$top=999")).of_version(version);
    pages(first, graph, PERMISSION, &mut |records| {
        sink.page(records);
        graph.tell("reading it", sink.records);
        Ok(())
    })?;
    if state.is_record_count_limit_exceeded == Some(true) {
        graph.warn(format!(
            "The audit query found more records than the service returns ({} came): \
             give a shorter time, or -Operation.",
            sink.records
        ));
    }
    // Pages of one finished query have been seen to differ from one reading to the next.
    if let Some(said) = state.approximate_returned_record_count
        && sink.records < said - said / 20
    {
        graph.warn(format!(
            "The service said that the audit query has about {said} records, and gave {}: \
             run the same command again.",
            sink.records
        ));
    }
    Ok(())
}

fn create(
    span: &Span,
    query: &Query,
    graph: &SourceContext<'_>,
) -> Result<(ApiVersion, State), SourceError> {
    // By type of record, and not by service: the documentation and the schema disagree on that filter's name.
    // Nor by user: that filter is of who acted, which is mostly the outsider.
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
        // A query that was created twice costs one of fifty places.
        let call = Call::post("security/auditLog/queries".into(), body.clone())
            .of_version(version)
            .repeatable();
        graph.ask(&call)
    };
    let (version, body) = match create(ApiVersion::V1) {
        Err(RequestError::Refused(answer))
            if is_unknown(answer.status, answer.message.as_deref()) =>
        {
            (ApiVersion::Beta, create(ApiVersion::Beta))
        }
        body => (ApiVersion::V1, body),
    };
    let body = body.map_err(|why| SourceError::RequestError(why, PERMISSION))?;
    Ok((version, state(&body)?))
}

/// Whether Graph does not know the address, which is not an answer about the query.
fn is_unknown(status: u16, message: Option<&str>) -> bool {
    matches!(status, 400 | 404) && message.is_some_and(|message| message.contains("segment"))
}

fn state(body: &Body) -> Result<State, SourceError> {
    serde_json::from_slice(&body.bytes)
        .map_err(|_| SourceError::unreadable("the state of the audit query is not as it must be"))
}

/// Waits until the query has finished, asking less and less often.
fn finished(call: &Call, graph: &SourceContext<'_>) -> Result<State, SourceError> {
    let no_answer = |why| SourceError::RequestError(why, PERMISSION);
    let began = Instant::now();
    let mut asked = 0;
    loop {
        asked += 1;
        if !graph.wait(graph.retry.back_off(asked), "") {
            return Err(no_answer(RequestError::Stopped));
        }
        let state = state(&graph.ask(call).map_err(no_answer)?)?;
        match state.status.as_str() {
            "succeeded" => return Ok(state),
            "failed" | "cancelled" => {
                return Err(SourceError::Other(
                    format!("The audit query ended as '{}'.", state.status),
                    "Run the same command again, or with a shorter time.",
                ));
            }
            _ if began.elapsed() > LONGEST => {
                return Err(SourceError::Other(
                    format!(
                        "The audit query has not ended after {} hours.",
                        LONGEST.as_secs() / 3600
                    ),
                    "Run the command with a shorter time.",
                ));
            }
            // notStarted, running, and what may come to be.
            _ => {
                let minutes = began.elapsed().as_secs() / 60;
                graph.tell(format!("under way for {minutes} min"), 0);
            }
        }
    }
}

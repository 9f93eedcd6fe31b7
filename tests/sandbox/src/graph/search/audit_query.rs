//! `/security/auditLog/queries`: audit log queries.
//!
//! A client creates a query, polls it until it has finished and reads its records page by page. A
//! query keeps the log that was set when it was created.

mod query;
mod record;

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use self::query::AuditQuery;
use super::paging::Options;
use super::{Refusal, Request};
use crate::graph::{authorize, json_object};
use crate::guid;
use crate::response::Response;
use crate::service::Service;
use crate::token::TokenClaims;

/// The permission that the account or the application needs.
const PERMISSION: &str = "AuditLogsQuery.Read.All";
/// Maximum number of unfinished queries.
const MAX_UNFINISHED: usize = 50;
/// Maximum number of records on a page.
const MAX_PAGE: usize = 999;
/// The record limit that a query reports.
const MAX_RECORDS: u32 = 1_000_000;

/// The audit log, and the behaviour of queries.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditLog {
    /// The records, in the format of `AuditData`. A record without a valid `CreationTime` matches
    /// every time range, so that clients receive it.
    pub records: Vec<Value>,
    /// Number of polls that find a query unfinished: the first `notStarted`, the others `running`.
    pub polls: u32,
    /// The status after that. Only `succeeded` has records; with `running` the query never
    /// finishes.
    pub outcome: String,
    /// Maximum number of records on a page, whatever the client requests.
    pub page: usize,
    /// Whether queries report that they found more records than they can return.
    pub limit_exceeded: bool,
    /// Whether only the beta version has the log, as it was for a year.
    pub beta_only: bool,
    /// Number of polls of a query that return 429, before those of `polls`.
    pub wait_with_429: u32,
}

impl Default for AuditLog {
    fn default() -> Self {
        Self {
            records: Vec::new(),
            polls: 1,
            outcome: "succeeded".into(),
            page: MAX_PAGE,
            limit_exceeded: false,
            beta_only: false,
            wait_with_429: 0,
        }
    }
}

/// The log, and the queries that were created.
#[derive(Default)]
pub(crate) struct AuditQueries {
    log: Arc<AuditLog>,
    jobs: HashMap<String, Job>,
}

impl AuditQueries {
    /// Replaces the log for new queries.
    pub(crate) fn set(&mut self, log: AuditLog) {
        self.log = Arc::new(log);
    }

    fn job(&mut self, id: &str) -> Result<&mut Job, Refusal> {
        self.jobs
            .get_mut(&id.to_ascii_lowercase())
            .ok_or_else(|| Refusal::new(404, "NotFound", "The audit log query was not found."))
    }
}

/// A query that was created.
#[derive(Clone)]
struct Job {
    id: String,
    query: AuditQuery,
    log: Arc<AuditLog>,
    /// The indexes of the matching records in the log.
    found: Arc<Vec<usize>>,
    /// Number of polls that returned a status; `throttled` counts the others.
    polled: u32,
    throttled: u32,
    /// The status in the latest response.
    status: String,
}

impl Job {
    fn is_finished(&self) -> bool {
        !["notStarted", "running"].contains(&self.status.as_str())
    }

    fn has_succeeded(&self) -> bool {
        self.status == "succeeded"
    }

    /// Advances the status by one poll.
    fn advance(&mut self) {
        self.status = match self.polled {
            polled if polled >= self.log.polls => self.log.outcome.clone(),
            0 => "notStarted".into(),
            _ => "running".into(),
        };
        self.polled = self.polled.saturating_add(1);
    }

    fn json(&self) -> Value {
        let mut json = self.query.json();
        json["@odata.context"] =
            "https://graph.microsoft.com/v1.0/$metadata#security/auditLog/queries/$entity".into();
        json["id"] = self.id.as_str().into();
        json["status"] = self.status.as_str().into();
        if self.has_succeeded() {
            json["approximateReturnedRecordCount"] = self.found.len().into();
            json["isRecordCountLimitExceeded"] = self.log.limit_exceeded.into();
            json["recordCountLimit"] = MAX_RECORDS.into();
        }
        json
    }
}

/// Creates a query.
pub(super) fn create(
    service: &Service,
    request: &Request,
    claims: &TokenClaims,
) -> Result<Response, Refusal> {
    let log = authorized_log(service, request, claims)?;
    let query = AuditQuery::parse(json_object(request)?)?;
    let found = (0..log.records.len()).filter(|at| query.matches(&log.records[*at]));
    let job = Job {
        id: guid::random(),
        found: Arc::new(found.collect()),
        query,
        log,
        polled: 0,
        throttled: 0,
        status: "notStarted".into(),
    };
    let mut searches = service.searches();
    let jobs = &mut searches.audit.jobs;
    if jobs.values().filter(|job| !job.is_finished()).count() >= MAX_UNFINISHED {
        return Err(Refusal::throttled(Some("10".into())));
    }
    let response = Response::json(201, &job.json());
    jobs.insert(job.id.clone(), job);
    Ok(response)
}

/// Returns the status of a query.
pub(super) fn poll(
    service: &Service,
    request: &Request,
    claims: &TokenClaims,
    id: &str,
) -> Result<Response, Refusal> {
    authorized_log(service, request, claims)?;
    Options::parse(&request.query, &[])?;
    let mut searches = service.searches();
    let job = searches.audit.job(id)?;
    if job.throttled < job.log.wait_with_429 {
        job.throttled += 1;
        return Err(Refusal::throttled(Some("1".into())));
    }
    job.advance();
    Ok(Response::json(200, &job.json()))
}

/// Returns a page of the records of a query.
pub(super) fn records(
    service: &Service,
    request: &Request,
    claims: &TokenClaims,
    id: &str,
) -> Result<Response, Refusal> {
    authorized_log(service, request, claims)?;
    let options = Options::parse(&request.query, &["$top", "$skiptoken"])?;
    let top = options.top(MAX_PAGE, MAX_PAGE)?;
    let job = service.searches().audit.job(id)?.clone();
    if !job.has_succeeded() {
        return Err(Refusal::bad_request(format!(
            "The audit log query has no records: its status is '{}'.",
            job.status
        )));
    }
    let page = options.page(request, &job.id, job.found.len(), top.min(job.log.page))?;
    let items = job.found[page.from..page.to]
        .iter()
        .map(|at| record::item(&job.log.records[*at]))
        .collect();
    let context = format!("security/auditLog/queries('{}')/records", job.id);
    Ok(Response::json(200, &page.body(&context, items)))
}

/// Checks the version and the permission of a request, and returns the log.
fn authorized_log(
    service: &Service,
    request: &Request,
    claims: &TokenClaims,
) -> Result<Arc<AuditLog>, Refusal> {
    let log = Arc::clone(&service.searches().audit.log);
    if log.beta_only && !request.is_beta() {
        // An unknown segment is an error before permissions are checked.
        return Err(Refusal::bad_request(
            "Resource not found for the segment 'auditLog'.",
        ));
    }
    authorize::expect_permission(claims, &[PERMISSION])?;
    Ok(log)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_override_a_log_whose_queries_succeed() {
        let log: AuditLog = serde_json::from_str(r#"{"polls":3}"#).unwrap();
        assert_eq!((log.polls, log.page), (3, 999));
        assert_eq!(log.outcome, "succeeded");
        assert!(serde_json::from_str::<AuditLog>(r#"{"poll":3}"#).is_err());
    }
}

//! `POST /security/runHuntingQuery`: queries over the tables of Defender.

mod query;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use self::query::Table;
use super::{Refusal, Request};
use crate::graph::{authorize, json_object};
use crate::response::Response;
use crate::service::Service;
use crate::token::TokenClaims;

/// The permission that the account or the application needs.
const PERMISSION: &str = "ThreatHunting.Read.All";

/// The tables, and the behaviour of queries.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hunting {
    /// The rows of each table. A table that is missing here does not exist in the tenant, as
    /// `MessageEvents` does not without Defender for Office 365.
    pub tables: BTreeMap<String, Vec<Value>>,
    /// Maximum number of rows in a response, which is truncated without a warning.
    pub row_limit: usize,
    /// Number of requests that return 429, because the quota is used up.
    pub quota: u32,
    /// The `Retry-After` of those, in seconds. `None` leaves the header out.
    pub quota_wait: Option<u64>,
    /// Whether the response has `Schema`, `Name` and `Type` instead of `schema`, `name` and `type`.
    /// The documentation shows both.
    pub capital_schema: bool,
}

impl Default for Hunting {
    fn default() -> Self {
        Self {
            tables: BTreeMap::new(),
            row_limit: 100_000,
            quota: 0,
            quota_wait: None,
            capital_schema: false,
        }
    }
}

/// The tables, shared by requests.
#[derive(Default)]
pub(crate) struct HuntingTables {
    settings: Arc<Hunting>,
    /// Number of requests that still return 429.
    refusals: u32,
}

impl HuntingTables {
    /// Replaces the tables and restarts the quota.
    pub(crate) fn set(&mut self, settings: Hunting) {
        self.refusals = settings.quota;
        self.settings = Arc::new(settings);
    }

    /// Adds rows to a table.
    pub(crate) fn add(&mut self, table: &str, rows: Vec<Value>) {
        let tables = &mut Arc::make_mut(&mut self.settings).tables;
        tables.entry(table.into()).or_default().extend(rows);
    }

    /// Returns the tables, or refuses a request while the quota is used up.
    fn admit(&mut self) -> Result<Arc<Hunting>, Refusal> {
        if self.refusals == 0 {
            return Ok(Arc::clone(&self.settings));
        }
        self.refusals -= 1;
        let refusal = Refusal::new(
            429,
            "TooManyRequests",
            "The CPU quota of the tenant is used up. Queries are blocked until the next 15-minute \
             cycle.",
        );
        Err(match self.settings.quota_wait {
            Some(wait) => refusal.header("Retry-After", wait.to_string()),
            None => refusal,
        })
    }
}

/// Runs a query.
pub(super) fn serve(
    service: &Service,
    request: &Request,
    claims: &TokenClaims,
) -> Result<Response, Refusal> {
    let hunting = service.searches().hunting.admit()?;
    authorize::expect_permission(claims, &[PERMISSION])?;
    let text = query_of(json_object(request)?)?;
    let table = query::run(&text, &hunting.tables, hunting.row_limit)?;
    Ok(Response::json(200, &body(table, hunting.capital_schema)))
}

/// Returns the query of the action's parameters. `Timespan` is accepted and ignored, because every
/// supported query has its own time range.
fn query_of(mut parameters: Map<String, Value>) -> Result<String, Refusal> {
    let query = parameters.remove("Query");
    let timespan = parameters.remove("Timespan").unwrap_or_default();
    if let Some(name) = parameters.keys().next() {
        return Err(Refusal::bad_request(format!(
            "The parameter '{name}' in the request payload is not a valid parameter for the \
             operation 'runHuntingQuery'."
        )));
    }
    if !timespan.is_null() && !timespan.is_string() {
        return Err(Refusal::bad_request("Invalid value for 'Timespan'."));
    }
    match query {
        Some(Value::String(query)) if !query.is_empty() => Ok(query),
        _ => Err(Refusal::bad_request("Invalid value for 'Query'.")),
    }
}

fn body(table: Table, capital: bool) -> Value {
    let [schema, name, kind] = if capital {
        ["Schema", "Name", "Type"]
    } else {
        ["schema", "name", "type"]
    };
    let columns: Vec<Value> = table
        .columns
        .into_iter()
        .map(|(column, of)| json!({name: column, kind: of}))
        .collect();
    json!({
        "@odata.context":
            "https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.security.huntingQueryResults",
        schema: columns,
        "results": table.rows,
    })
}

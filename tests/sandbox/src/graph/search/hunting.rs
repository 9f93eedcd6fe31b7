//! `POST /security/runHuntingQuery`: queries over the tables of Defender.

mod query;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use self::query::Table;
use super::{Refusal, Request, object};
use crate::graph::authorize;
use crate::response::Response;
use crate::service::Service;
use crate::token::TokenClaims;

/// The one permission, of an account or of an application.
const PERMISSION: &str = "ThreatHunting.Read.All";

/// The tables, and how queries of them go.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hunting {
    /// The rows of each table, by its name. A tenant has no table that is missing here, as one
    /// without Defender for Office 365 has no `MessageEvents`.
    pub tables: BTreeMap<String, Vec<Value>>,
    /// The most rows of an answer. What is more is cut without a word.
    pub row_limit: usize,
    /// How many requests, from the time this is set, are answered 429: the quota is used up.
    pub quota: u32,
    /// The seconds of the Retry-After on those; none, no header.
    pub quota_wait: Option<u64>,
    /// The members of the schema are called `Name` and `Type`, as on the documentation's page, and
    /// it is itself a `Schema`.
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

/// The tables as requests share them.
#[derive(Default)]
pub(crate) struct HuntingTables {
    settings: Arc<Hunting>,
    /// Requests that still meet a quota that is used up.
    refusals: u32,
}

impl HuntingTables {
    /// Replaces the tables; the count of the quota starts here.
    pub(crate) fn set(&mut self, settings: Hunting) {
        self.refusals = settings.quota;
        self.settings = Arc::new(settings);
    }

    /// Lets a request through to the tables, or refuses it for the quota.
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
    let text = query_of(object(request)?)?;
    let table = query::run(&text, &hunting.tables, hunting.row_limit)?;
    Ok(Response::json(200, &body(table, hunting.capital_schema)))
}

/// The parameters of the action. Its `Timespan` is taken and not looked at, for a query here has
/// its time in it.
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

//! Requests about the directory, whose answers are JSON.

use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::Value;
use uuid::Uuid;

use super::{Answer, GraphClient};
use crate::http::ExchangeError;
use crate::identity::AccessToken;

/// A request below `{root}/v1.0`. Its path is encoded already.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    path: String,
    body: Option<Value>,
}

impl Call {
    /// `GET`, with the query in the path.
    pub fn get(path: String) -> Self {
        Self {
            method: Method::GET,
            path,
            body: None,
        }
    }

    /// `POST`.
    pub fn post(path: String, body: Value) -> Self {
        Self {
            method: Method::POST,
            path,
            body: Some(body),
        }
    }

    /// `PATCH`.
    pub fn patch(path: String, body: Value) -> Self {
        Self {
            method: Method::PATCH,
            path,
            body: Some(body),
        }
    }
}

impl GraphClient {
    /// Sends a request within `limit`; with the answer comes its JSON, null where it has none.
    ///
    /// # Errors
    /// No answer came.
    pub fn call(
        &self,
        call: &Call,
        token: &AccessToken,
        limit: Duration,
    ) -> Result<(Answer, Value), ExchangeError> {
        let deadline = Instant::now() + limit;
        let url = format!("{}/v1.0/{}", self.cloud().graph, call.path);
        let mut request = self
            .http()
            .request(call.method.clone(), url)
            .header(ACCEPT, "application/json")
            .header("client-request-id", Uuid::new_v4().to_string())
            .bearer_auth(token.expose())
            .timeout(limit);
        if let Some(body) = &call.body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string());
        }
        let response = request.send().map_err(ExchangeError::from)?;
        Answer::read_with_json(response, token, deadline)
    }
}

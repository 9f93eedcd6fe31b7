//! Directory and search requests, whose responses are JSON.

use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, Url};
use serde_json::Value;
use uuid::Uuid;

use super::{ApiVersion, GraphClient, GraphResponse};
use crate::http::{Body, ExchangeError, MAX_RESPONSE_BYTES};
use crate::token::AccessToken;

/// Time limit for a response, unless [`Call::with_limits`] sets another.
const RESPONSE_LIMIT: Duration = Duration::from_secs(30);

/// A request to a path below `{root}/{version}`. The path is already encoded.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    version: ApiVersion,
    path: String,
    body: Option<Value>,
    limit: Duration,
    max_bytes: usize,
    repeatable: bool,
}

impl Call {
    fn new(method: Method, path: String, body: Option<Value>) -> Self {
        Self {
            repeatable: method == Method::GET,
            method,
            version: ApiVersion::default(),
            path,
            body,
            limit: RESPONSE_LIMIT,
            max_bytes: MAX_RESPONSE_BYTES,
        }
    }

    /// Creates a `GET` request. `path` includes the query.
    pub fn get(path: String) -> Self {
        Self::new(Method::GET, path, None)
    }

    /// Creates a `POST` request with a JSON body.
    pub fn post(path: String, body: Value) -> Self {
        Self::new(Method::POST, path, Some(body))
    }

    /// Creates a `PATCH` request with a JSON body.
    pub fn patch(path: String, body: Value) -> Self {
        Self::new(Method::PATCH, path, Some(body))
    }

    /// Sets the version of the API.
    pub fn with_version(mut self, version: ApiVersion) -> Self {
        self.version = version;
        self
    }

    /// Sets the time limit for the response and the maximum size of its body in bytes.
    pub fn with_limits(mut self, limit: Duration, max_bytes: usize) -> Self {
        self.limit = limit;
        self.max_bytes = max_bytes;
        self
    }

    /// Marks the request as safe to repeat.
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Returns whether the request is safe to repeat after its response was lost.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.repeatable
    }

    /// Returns the request for the next page at `link`, the address in a response. Returns `None`
    /// if the address is not below the same Graph root and version: tokens are sent nowhere else.
    pub(crate) fn next_page(&self, link: &str, root: &str) -> Option<Self> {
        let (link, root) = (Url::parse(link).ok()?, Url::parse(root).ok()?);
        let same_host = link.origin() == root.origin();
        let no_credentials = link.username().is_empty() && link.password().is_none();
        let version = self.version.segment();
        let path = link.path().strip_prefix('/')?.strip_prefix(version)?;
        let path = path.strip_prefix('/')?;
        (same_host && no_credentials).then(|| Self {
            path: match link.query() {
                Some(query) => format!("{path}?{query}"),
                None => path.into(),
            },
            ..self.clone()
        })
    }
}

impl GraphClient {
    /// Sends a request and returns the response with its body. The body of a success is complete or
    /// truncated at the size limit.
    ///
    /// # Errors
    /// No complete response was received within the time limit.
    pub fn call(
        &self,
        call: &Call,
        token: &AccessToken,
    ) -> Result<(GraphResponse, Body), ExchangeError> {
        let deadline = Instant::now() + call.limit;
        let (root, version) = (&self.cloud().graph, call.version.segment());
        let url = format!("{root}/{version}/{}", call.path);
        let mut request = self
            .http()
            .request(call.method.clone(), url)
            .header(ACCEPT, "application/json")
            .header("client-request-id", Uuid::new_v4().to_string())
            .bearer_auth(token.expose())
            .timeout(call.limit);
        if let Some(body) = &call.body {
            request = request
                .header(CONTENT_TYPE, "application/json; charset=utf-8")
                .body(body.to_string());
        }
        let response = request.send().map_err(|error| self.exchange_error(error))?;
        let (response, body) = GraphResponse::read(response, token, deadline, call.max_bytes);
        if response.is_success() {
            return Ok((response, body.complete()?));
        }
        Ok((response, body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "https://graph.microsoft.com";

    #[test]
    fn a_next_link_must_have_the_same_graph_root_and_version() {
        let call = Call::get("users/a/chats?$top=50".into());
        let next = |link: &str| call.next_page(link, ROOT).map(|call| call.path);
        let link = "https://graph.microsoft.com/v1.0/users/a/chats?$skiptoken=x%20y&$top=50";
        assert_eq!(
            next(link).as_deref(),
            Some("users/a/chats?$skiptoken=x%20y&$top=50")
        );
        for link in [
            "https://graph.microsoft.com.evil.example/v1.0/users",
            "http://graph.microsoft.com/v1.0/users",
            "https://graph.microsoft.com:444/v1.0/users",
            "https://x@graph.microsoft.com/v1.0/users",
            "https://graph.microsoft.com/beta/users",
            "https://graph.microsoft.com/v1.0",
            "/v1.0/users",
        ] {
            assert_eq!(next(link), None, "{link}");
        }
    }
}

//! Requests about the directory and for searches, whose answers are JSON.

use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, Url};
use serde_json::Value;
use uuid::Uuid;

use super::{Answer, ApiVersion, GraphClient};
use crate::http::{Body, ExchangeError, LARGEST_ANSWER};
use crate::token::AccessToken;

/// How long an answer may take that is no search's.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// A request below `{root}/{version}`. Its path is encoded already.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    version: ApiVersion,
    path: String,
    body: Option<Value>,
    limit: Duration,
    largest: usize,
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
            limit: ANSWER_LIMIT,
            largest: LARGEST_ANSWER,
        }
    }

    /// `GET`, with the query in the path.
    pub fn get(path: String) -> Self {
        Self::new(Method::GET, path, None)
    }

    /// `POST`.
    pub fn post(path: String, body: Value) -> Self {
        Self::new(Method::POST, path, Some(body))
    }

    /// `PATCH`.
    pub fn patch(path: String, body: Value) -> Self {
        Self::new(Method::PATCH, path, Some(body))
    }

    /// The same of another version of the API.
    pub fn of_version(mut self, version: ApiVersion) -> Self {
        self.version = version;
        self
    }

    /// The same with more time and more room, in bytes, for its answer.
    pub fn with_room(mut self, limit: Duration, largest: usize) -> Self {
        self.limit = limit;
        self.largest = largest;
        self
    }

    /// The same, and asking twice does no harm.
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Whether asking twice does no harm, so that it may be sent again when its answer was lost.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.repeatable
    }

    /// The request for the next page, whose address an answer gave. `None` for one that leads away from
    /// the Graph at `root`: a token goes nowhere else.
    pub(crate) fn next_page(&self, link: &str, root: &str) -> Option<Self> {
        let (link, root) = (Url::parse(link).ok()?, Url::parse(root).ok()?);
        let same_host = link.origin() == root.origin();
        let unnamed = link.username().is_empty() && link.password().is_none();
        let version = self.version.segment();
        let path = link.path().strip_prefix('/')?.strip_prefix(version)?;
        let path = path.strip_prefix('/')?;
        (same_host && unnamed).then(|| Self {
            path: match link.query() {
                Some(query) => format!("{path}?{query}"),
                None => path.into(),
            },
            ..self.clone()
        })
    }
}

impl GraphClient {
    /// Sends a request within its limit. The answer comes with its body, whole where it was a success.
    ///
    /// # Errors
    /// No answer came.
    pub fn call(&self, call: &Call, token: &AccessToken) -> Result<(Answer, Body), ExchangeError> {
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
        let (answer, body) = Answer::read(response, token, deadline, call.largest);
        if answer.is_success() {
            return Ok((answer, body.whole()?));
        }
        Ok((answer, body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "https://graph.microsoft.com";

    #[test]
    fn the_next_page_is_at_the_same_graph_and_of_the_same_version() {
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

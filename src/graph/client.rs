//! The client for Microsoft Graph. A session reuses one client and its connections.

use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use uuid::Uuid;

use super::{ApiVersion, GraphResponse, Removal};
use crate::cloud::Cloud;
use crate::http::{self, ClientError, ExchangeError, MAX_RESPONSE_BYTES};
use crate::token::AccessToken;

/// Sends the requests of a session to Microsoft Graph.
#[derive(Debug)]
pub struct GraphClient {
    http: Client,
    cloud: Cloud,
}

impl GraphClient {
    /// Creates a client for one cloud.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn new(cloud: Cloud) -> Result<Self, ClientError> {
        let http = http::client(&cloud.graph, cloud.graph_route.as_ref())?;
        Ok(Self { http, cloud })
    }

    /// Returns the cloud that receives this client's requests.
    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    /// Converts the error of a request to Graph.
    pub(super) fn exchange_error(&self, error: reqwest::Error) -> ExchangeError {
        ExchangeError::of(error, &self.cloud.graph, &self.cloud.authority)
    }

    pub(super) fn http(&self) -> &Client {
        &self.http
    }

    /// Sends `POST {root}/{version}/chats/{id}/removeAllAccessForUser` with the time limit `limit`.
    ///
    /// # Errors
    /// No response was received. [`ExchangeError`] distinguishes whether the removal can have taken
    /// effect.
    pub fn remove_all_access_for_user(
        &self,
        version: ApiVersion,
        removal: &Removal,
        token: &AccessToken,
        client_request_id: Uuid,
        limit: Duration,
    ) -> Result<GraphResponse, ExchangeError> {
        let url = format!(
            "{}/{}/{}",
            self.cloud.graph,
            version.segment(),
            removal.path()
        );
        let deadline = Instant::now() + limit;
        let response = self
            .http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header("client-request-id", client_request_id.to_string())
            .bearer_auth(token.expose())
            .timeout(limit)
            .body(removal.body())
            .send()
            .map_err(|error| self.exchange_error(error))?;
        Ok(GraphResponse::read(response, token, deadline, MAX_RESPONSE_BYTES).0)
    }
}

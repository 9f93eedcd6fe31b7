//! One request: read, recorded, subjected to a fault or served, and responded to.

use std::fmt;
use std::sync::{Arc, OnceLock};

use http_body_util::{BodyExt, Full, Limited};
use hyper::Response as HyperResponse;
use hyper::body::{Bytes, Incoming};
use hyper::header::TRANSFER_ENCODING;

use crate::control;
use crate::entra;
use crate::faults::{self, Delivery, Hit};
use crate::graph::{self, Correlation, Request, Resource};
use crate::ledger::RecordedRequest;
use crate::response::Response;
use crate::service::Service;
use crate::wire::{Ending, Tap};

/// Maximum size of a request body, in bytes.
const MAX_BODY: usize = 4 << 20;

/// The state of a connection, apart from its stream.
pub(crate) struct Connection {
    number: u64,
    tap: Tap,
    ending: OnceLock<Ending>,
    service: Arc<Service>,
}

/// The error that makes hyper end a connection without a response.
#[derive(Debug)]
pub(crate) struct Ended;

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection ends without a response")
    }
}

impl std::error::Error for Ended {}

impl Connection {
    pub(crate) fn new(service: Arc<Service>) -> Self {
        let number = service.ledger().count_connection();
        Self {
            number,
            tap: Tap::new(service.options().keep_requests > 0),
            ending: OnceLock::new(),
            service,
        }
    }

    pub(crate) fn tap(&self) -> &Tap {
        &self.tap
    }

    /// Returns how the connection is to end, if a fault decides that.
    pub(crate) fn into_ending(self) -> Option<Ending> {
        self.ending.into_inner()
    }

    /// Handles one request. Returns its response, or an error to end the connection.
    pub(crate) async fn exchange(
        &self,
        request: hyper::Request<Incoming>,
    ) -> Result<HyperResponse<Full<Bytes>>, Ended> {
        let arrived = self.service.now();
        let head = self.tap.take_head();
        let target = request.uri().to_string();
        let Ok(request) = self.read(request).await else {
            return self.send(Response::empty(413));
        };
        if control::is_control(&request.path) {
            return self.send(control::respond(&self.service, &request));
        }
        if entra::is_entra(&request.path) {
            return self.send(entra::respond(&self.service, &request));
        }

        let hit = self.service.hit(request.chat(), arrived);
        let number = self.service.ledger().record_request(RecordedRequest {
            number: 0,
            connection: self.number,
            arrived,
            method: request.method.to_string(),
            target: target.clone(),
            headers: headers(&request),
            head,
            body: request.body.clone(),
            account: graph::account_id(&self.service, &request),
            fault: hit.as_ref().map(|hit| hit.fault.kind()),
            status: None,
        });
        let (sent, status) = match self.deliver(&request, hit).await {
            Delivery::Response(response) => {
                let status = response.status;
                (self.send(response), Some(status))
            }
            Delivery::Ending(ending, status) => (Err(self.end(ending)), status),
        };
        if let Some(status) = status {
            self.service.ledger().record_status(number, status);
        }
        if self.service.options().log {
            let status = status.map_or("no response".into(), |status| status.to_string());
            eprintln!("{} {target} -> {status}", request.method);
        }
        sent
    }

    /// Reads the body. An error means that it is too large or incomplete.
    async fn read(&self, request: hyper::Request<Incoming>) -> Result<Request, ()> {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await.map_err(drop)?;
        let body = body.to_bytes().to_vec();
        let chunked = head.headers.contains_key(TRANSFER_ENCODING);
        self.tap.drop_body((!chunked).then_some(body.len()));
        Ok(Request {
            method: head.method,
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            resource: Resource::parse(head.uri.path()),
            headers: head.headers,
            body,
        })
    }

    /// Serves a request of Graph or applies its fault, and waits for the configured latency.
    async fn deliver(&self, request: &Request, hit: Option<Hit>) -> Delivery {
        let correlation = Correlation::of(request, self.service.time());
        let process = || graph::respond(&self.service, request, &correlation);
        let delivery = match hit {
            Some(hit) => faults::inject(hit, &correlation, process).await,
            None => Delivery::Response(process()),
        };
        let latency = self.service.options().latency;
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        delivery
    }

    fn send(&self, response: Response) -> Result<HyperResponse<Full<Bytes>>, Ended> {
        response
            .to_hyper()
            .ok_or_else(|| self.end(Ending::after(response.to_wire())))
    }

    fn end(&self, ending: Ending) -> Ended {
        // hyper makes no further request after this error, so no earlier ending can be set.
        let _ = self.ending.set(ending);
        Ended
    }
}

fn headers(request: &Request) -> Vec<(String, String)> {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let headers = request.headers.iter();
    headers
        .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
        .collect()
}

//! The server: a loop that accepts, a task per connection, and the way of one request through it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::TRANSFER_ENCODING;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::answer::Answer;
use crate::control;
use crate::faults::{self, Reply};
use crate::graph::{self, Correlation, Request, Resource};
use crate::ledger::RecordedRequest;
use crate::service::Service;
use crate::wire::{Ending, Tap, Tapped};

/// Graph takes no request larger than this.
const MAX_BODY: usize = 4 << 20;

/// Accepts connections until the runtime goes.
pub(crate) async fn accept(listener: TcpListener, service: Arc<Service>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let number = service.ledger().connected();
                tokio::spawn(serve(stream, number, Arc::clone(&service)));
            }
            // Out of file descriptors, or the client has gone already: either passes.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Serves one connection, and ends it as a fault wants it to end.
async fn serve(mut stream: TcpStream, number: u64, service: Arc<Service>) {
    // Small answers should not wait for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let connection = Connection {
        number,
        tap: Tap::new(service.records()),
        ending: Mutex::default(),
        service,
    };
    let io = TokioIo::new(Tapped {
        stream: &mut stream,
        tap: &connection.tap,
    });
    let served = http1::Builder::new()
        .serve_connection(io, service_fn(|request| connection.exchange(request)));
    // An error here is the client's: it went away, or it does not speak HTTP, or its connection
    // is to end.
    let _ = served.await;
    if let Some(ending) = connection.take_ending() {
        ending.run(stream).await;
    }
}

/// The service gives hyper this in place of an answer when the connection is to end.
#[derive(Debug)]
struct Ended;

impl std::fmt::Display for Ended {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the connection ends here")
    }
}

impl std::error::Error for Ended {}

struct Connection {
    number: u64,
    tap: Tap,
    ending: Mutex<Option<Ending>>,
    service: Arc<Service>,
}

impl Connection {
    fn take_ending(&self) -> Option<Ending> {
        self.ending
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    fn end(&self, ending: Ending) -> Ended {
        *self.ending.lock().unwrap_or_else(PoisonError::into_inner) = Some(ending);
        Ended
    }

    /// One request and its answer, or the end of the connection.
    async fn exchange(
        &self,
        request: hyper::Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Ended> {
        let arrived = self.service.now();
        let head = self.tap.take_head();
        let target = request.uri().to_string();
        let Ok(request) = self.read(request).await else {
            return self.send(Answer::empty(StatusCode::PAYLOAD_TOO_LARGE.as_u16()));
        };
        if control::is_control(&request.path) {
            return self.send(control::answer(&self.service, &request));
        }

        let chat = match request.resource() {
            Resource::RemoveAllAccess { chat } => Some(chat),
            _ => None,
        };
        let hit = self.service.hit(chat.as_deref(), arrived);
        let correlation = Correlation::of(&request);
        let record = RecordedRequest {
            number: 0,
            connection: self.number,
            arrived,
            method: request.method.to_string(),
            target,
            headers: headers(&request),
            head,
            body: request.body.clone(),
            account: graph::account_id(&self.service, &request),
            fault: hit.as_ref().map(|hit| hit.fault.kind()),
            status: None,
        };
        let number = self.service.ledger().arrived(record);

        let process = || graph::answer(&self.service, &request, &correlation);
        let reply = match hit {
            Some(hit) => faults::act(hit, &correlation, process).await,
            None => Reply::Answer(process()),
        };
        let latency = self.service.latency();
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        match reply {
            Reply::Answer(answer) => {
                self.service.ledger().answered(number, answer.status);
                self.send(answer)
            }
            Reply::Ending(ending, status) => {
                if let Some(status) = status {
                    self.service.ledger().answered(number, status);
                }
                Err(self.end(ending))
            }
        }
    }

    /// Reads the body; an error means that it is too large or broke off.
    async fn read(&self, request: hyper::Request<Incoming>) -> Result<Request, ()> {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await.map_err(drop)?;
        let body = body.to_bytes().to_vec();
        let chunked = head.headers.contains_key(TRANSFER_ENCODING);
        self.tap.drop_body((!chunked).then_some(body.len()));
        Ok(Request {
            method: head.method,
            path: head.uri.path().to_owned(),
            headers: head.headers,
            body,
        })
    }

    fn send(&self, answer: Answer) -> Result<Response<Full<Bytes>>, Ended> {
        answer.to_response().ok_or_else(|| {
            self.end(Ending {
                bytes: answer.to_wire(),
                ..Ending::default()
            })
        })
    }
}

fn headers(request: &Request) -> Vec<(String, String)> {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let headers = request.headers.iter();
    headers
        .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
        .collect()
}

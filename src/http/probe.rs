//! Asks both services of a cloud for a response, to show what every other request will meet.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::header::DATE;
use serde_json::{Value, json};

use super::client::current_proxy_variable;
use super::{ExchangeError, client, text};
use crate::background::spawn;
use crate::cloud::Cloud;
use crate::events::EventQueue;

/// Time limit for a response. A proxy that drops packets must not take longer to report.
const LIMIT: Duration = Duration::from_secs(8);

/// Requests in progress to Microsoft Graph and to Entra, without a token. They use the proxy and
/// the certificate store that every other request uses.
#[derive(Debug)]
pub(crate) struct Probe {
    events: Arc<EventQueue<Value>>,
}

/// A request, which ends the queue with the last one.
struct Request {
    events: Arc<EventQueue<Value>>,
    left: Arc<AtomicUsize>,
}

impl Probe {
    /// Sends the requests and returns immediately. Each service has an event `service`.
    ///
    /// # Errors
    /// The system can't start a thread.
    pub(crate) fn start(cloud: &Cloud) -> io::Result<Self> {
        let events = Arc::new(EventQueue::default());
        events.push(json!({"event": "library", "version": env!("CARGO_PKG_VERSION")}));
        let left = Arc::new(AtomicUsize::new(2));
        let services = [
            // Both respond without a token: Graph with 401, Entra with its endpoints.
            ("Graph", &cloud.graph, &cloud.graph_route, "v1.0/me"),
            (
                "Entra",
                &cloud.authority,
                &cloud.authority_route,
                "organizations/v2.0/.well-known/openid-configuration",
            ),
        ];
        for (service, root, route, path) in services {
            let request = Request {
                events: Arc::clone(&events),
                left: Arc::clone(&left),
            };
            let (root, route) = (root.clone(), route.clone());
            spawn("chat-access-probe", move || {
                let mut event = json!({
                    "event": "service",
                    "proxy_variable": current_proxy_variable().unwrap_or_default(),
                    "service": service,
                });
                let described = match client(&root, route.as_ref()) {
                    Err(error) => failure(&error, error.next_step()),
                    Ok(client) => {
                        let url = format!("{root}/{path}");
                        match client.get(url).timeout(LIMIT).send() {
                            Err(error) => match ExchangeError::from(error) {
                                ExchangeError::Permanent(fault) => {
                                    failure(&fault, fault.next_step())
                                }
                                error => failure(&error, ""),
                            },
                            Ok(response) => {
                                let headers = response.headers();
                                let id = text(headers, "request-id");
                                json!({
                                    "status": response.status().as_u16(),
                                    "request_id": id.or_else(|| text(headers, "x-ms-request-id")),
                                    "time": text(headers, DATE.as_str()),
                                })
                            }
                        }
                    }
                };
                if let (Value::Object(event), Value::Object(more)) = (&mut event, described) {
                    event.extend(more);
                }
                request.events.push(event);
            })?;
        }
        Ok(Self { events })
    }

    /// Returns the event queue. It ends after the events of both services.
    pub(crate) fn events(&self) -> &EventQueue<Value> {
        &self.events
    }

    /// Ends the waits for events. The requests end at their time limit.
    pub(crate) fn close(&self) {
        self.events.close();
    }
}

/// The members of an event without a response.
fn failure(message: &dyn ToString, next_step: &str) -> Value {
    json!({"message": message.to_string(), "next_step": next_step})
}

impl Drop for Request {
    fn drop(&mut self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.events.end();
        }
    }
}

//! The ids and the date that connect a response with its request, in headers and error bodies.

use jiff::Timestamp;
use jiff::fmt::strtime;
use serde_json::{Value, json};

use crate::graph::Request;
use crate::guid;
use crate::response::Response;

pub(crate) struct Correlation {
    request_id: String,
    client_request_id: String,
    at: Timestamp,
}

impl Correlation {
    /// Creates the ids for the response to `request`: a new request id, and the client request id,
    /// which equals the request id if the client sent none. `at` is the service's time.
    pub(crate) fn of(request: &Request, at: Timestamp) -> Self {
        let request_id = guid::random();
        let client_request_id = request
            .header("client-request-id")
            .filter(|id| !id.is_empty())
            .unwrap_or(&request_id)
            .to_owned();
        Self {
            request_id,
            client_request_id,
            at,
        }
    }

    /// Returns the members that every `innerError` has.
    pub(crate) fn inner_error(&self) -> Value {
        json!({
            "date": format("%Y-%m-%dT%H:%M:%S", self.at),
            "request-id": self.request_id,
            "client-request-id": self.client_request_id,
        })
    }

    /// Adds the headers that every response of Graph has.
    pub(crate) fn stamp(&self, response: Response) -> Response {
        response
            .with("Date", format("%a, %d %b %Y %H:%M:%S GMT", self.at))
            .with("request-id", &self.request_id)
            .with("client-request-id", &self.client_request_id)
            .with(
                "x-ms-ags-diagnostic",
                r#"{"ServerInfo":{"DataCenter":"Sandbox","Slice":"E","Ring":"5","ScaleUnit":"000","RoleInstance":"SANDBOX0"}}"#,
            )
            .with("Strict-Transport-Security", "max-age=31536000")
    }
}

fn format(pattern: &str, at: Timestamp) -> String {
    strtime::format(pattern, at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_the_formats_of_http_and_of_graph() {
        let at = Timestamp::from_second(784_111_777).unwrap();
        assert_eq!(
            format("%a, %d %b %Y %H:%M:%S GMT", at),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
        assert_eq!(format("%Y-%m-%dT%H:%M:%S", at), "1994-11-06T08:49:37");
    }
}

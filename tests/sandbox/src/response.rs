//! A response before it is sent: by hyper, or byte by byte where a fault makes it invalid.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Response as HyperResponse, StatusCode};
use serde_json::Value;

#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".into(), content_type.into())],
            body: body.into(),
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// Adds a header.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Converts the response for hyper. Returns `None` where hyper would refuse to send it: a
    /// fault can request an invalid status or a header with control characters.
    pub(crate) fn to_hyper(&self) -> Option<HyperResponse<Full<Bytes>>> {
        // hyper would send 500 in place of a final 1xx.
        if self.status < 200 {
            return None;
        }
        let mut response = HyperResponse::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        response.body(Full::from(self.body.clone())).ok()
    }

    /// Returns the bytes of the response, for a connection that closes after it.
    pub(crate) fn to_wire(&self) -> Vec<u8> {
        let mut wire = self.head(Some(self.body.len() as u64));
        wire.extend_from_slice(&self.body);
        wire
    }

    /// Returns the status line and headers. Without a content length the body ends at the close.
    pub(crate) fn head(&self, content_length: Option<u64>) -> Vec<u8> {
        let reason = StatusCode::from_u16(self.status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or("Unknown");
        let mut head = format!("HTTP/1.1 {} {reason}\r\n", self.status);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if let Some(length) = content_length.filter(|_| self.status != 204) {
            head += &format!("Content-Length: {length}\r\n");
        }
        head += "Connection: close\r\n\r\n";
        head.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_written_as_http() {
        let wire = Response::new(502, "text/html", "<p>")
            .with("X-A", "b")
            .to_wire();
        assert_eq!(
            String::from_utf8(wire).unwrap(),
            "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nX-A: b\r\n\
             Content-Length: 3\r\nConnection: close\r\n\r\n<p>"
        );
    }

    #[test]
    fn a_204_has_no_content_length() {
        let wire = String::from_utf8(Response::empty(204).to_wire()).unwrap();
        assert_eq!(wire, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    }

    #[test]
    fn an_invalid_response_is_not_converted_for_hyper() {
        assert!(Response::empty(204).to_hyper().is_some());
        assert!(Response::empty(99).to_hyper().is_none());
        assert!(Response::empty(100).to_hyper().is_none());
        let split = Response::empty(200).with("X-A", "b\r\nX-C: d");
        assert!(split.to_hyper().is_none());
    }
}

//! The body of a response, read up to a size limit and a deadline.

use std::io::Read;
use std::time::Instant;

use reqwest::blocking::Response;
use reqwest::header::HeaderMap;
use zeroize::Zeroizing;

use super::ExchangeError;
use crate::input::one_line;

/// Maximum size of a response that is read, in bytes, except for searches. The error bodies of
/// Graph and Entra are well under 4 KiB.
pub const MAX_RESPONSE_BYTES: usize = 64 * 1024;

/// The body of a response. It may contain a token, so it is wiped when dropped.
#[derive(Default)]
pub struct Body {
    /// The bytes that were read.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Whether the body was larger than the limit.
    pub truncated: bool,
    /// Why the body is incomplete.
    incomplete: Option<&'static str>,
}

impl Body {
    /// Reads the body until `deadline`, or until it is larger than `max_bytes`. Returns what was
    /// received if the body is incomplete, because a status alone may be enough. [`Self::complete`]
    /// returns the error.
    pub(crate) fn read(response: &mut Response, deadline: Instant, max_bytes: usize) -> Self {
        let mut body = Self::default();
        let mut chunk = Zeroizing::new([0; 8 * 1024]);
        loop {
            if Instant::now() >= deadline {
                body.incomplete = Some("the response was not complete within the time limit");
                return body;
            }
            match response.read(&mut *chunk) {
                Ok(0) => return body,
                Ok(read) => body.append(&chunk[..read]),
                Err(_) => {
                    body.incomplete =
                        Some("the connection was lost before the response was complete");
                    return body;
                }
            }
            if body.bytes.len() > max_bytes {
                body.truncated = true;
                return body;
            }
        }
    }

    /// Returns this body, unless reading it failed.
    ///
    /// # Errors
    /// The connection was lost or the deadline passed before the body was complete.
    pub(crate) fn complete(self) -> Result<Self, ExchangeError> {
        match self.incomplete {
            Some(why) => Err(ExchangeError::Lost(why.into())),
            None => Ok(self),
        }
    }

    /// Appends bytes. A growing vector would leave a copy of the old bytes in freed memory, so this
    /// moves them to a larger vector and wipes the old one.
    fn append(&mut self, more: &[u8]) {
        if self.bytes.len() + more.len() > self.bytes.capacity() {
            let capacity = (self.bytes.len() + more.len()) * 2;
            let mut larger = Zeroizing::new(Vec::with_capacity(capacity));
            larger.extend_from_slice(&self.bytes);
            self.bytes = larger;
        }
        self.bytes.extend_from_slice(more);
    }

    /// Describes a body that is not from `service`. Its text is not repeated: a proxy's error page
    /// is of no use in a console.
    pub(crate) fn describe_unexpected(&self, headers: &HeaderMap, service: &str) -> String {
        if self.bytes.is_empty() {
            return "The response has no body.".into();
        }
        let kind = text(headers, "content-type").map_or("no content type".into(), |kind| {
            format!("content type {}", one_line(kind, 60))
        });
        let size = if self.truncated {
            format!("more than {} KiB", self.bytes.len() / 1024)
        } else {
            format!("{} bytes", self.bytes.len())
        };
        format!(
            "The response is not from {service} ({kind}, {size}). A proxy between this computer and {service} may have sent it."
        )
    }
}

/// Returns the value of a header, if it is text.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

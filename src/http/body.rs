//! A body, as much of it as is of interest.

use std::io::Read;
use std::time::Instant;

use reqwest::blocking::Response;
use reqwest::header::HeaderMap;
use zeroize::Zeroizing;

use super::ExchangeError;
use crate::input::one_line;

/// The most that is read of an answer that is no search's, in bytes. The error bodies of Graph and Entra are
/// well under 4 KiB.
pub const LARGEST_ANSWER: usize = 64 * 1024;

/// What came, wiped when dropped: a token may be in it.
#[derive(Default)]
pub struct Body {
    /// What was read.
    pub bytes: Zeroizing<Vec<u8>>,
    /// There was more.
    pub cut: bool,
    /// Why it did not come to its end.
    broken: Option<&'static str>,
}

impl Body {
    /// Reads a little more than `largest` bytes at the most, until `deadline`. A body that breaks off is what came of it:
    /// where the status alone decides, that is enough; where the body does, [`Self::whole`] says so.
    pub(crate) fn read(response: &mut Response, deadline: Instant, largest: usize) -> Self {
        let mut body = Self::default();
        let mut chunk = Zeroizing::new([0; 8 * 1024]);
        loop {
            if Instant::now() >= deadline {
                body.broken = Some("the answer did not come to its end in time");
                return body;
            }
            match response.read(&mut *chunk) {
                Ok(0) => return body,
                Ok(read) => body.append(&chunk[..read]),
                Err(_) => {
                    body.broken = Some("the connection broke within the answer");
                    return body;
                }
            }
            if body.bytes.len() > largest {
                body.cut = true;
                return body;
            }
        }
    }

    /// This body, if it came to its end.
    ///
    /// # Errors
    /// The connection broke or the time ran out before the body that was announced had come.
    pub(crate) fn whole(self) -> Result<Self, ExchangeError> {
        match self.broken {
            Some(why) => Err(ExchangeError::Lost(why.into())),
            None => Ok(self),
        }
    }

    /// A vector that grows in place leaves its old bytes behind, so this one is moved and wiped by hand.
    fn append(&mut self, more: &[u8]) {
        if self.bytes.len() + more.len() > self.bytes.capacity() {
            let room = (self.bytes.len() + more.len()) * 2;
            let mut larger = Zeroizing::new(Vec::with_capacity(room));
            larger.extend_from_slice(&self.bytes);
            self.bytes = larger;
        }
        self.bytes.extend_from_slice(more);
    }

    /// A sentence for a body that is not `service`'s. Its text is not repeated: a proxy's error page
    /// helps nobody in a console.
    pub(crate) fn described(&self, headers: &HeaderMap, service: &str) -> String {
        if self.bytes.is_empty() {
            return "The answer had no body.".into();
        }
        let kind = text(headers, "content-type").map_or("no content type".into(), |kind| {
            format!("content type {}", one_line(kind, 60))
        });
        let size = if self.cut {
            format!("more than {} KiB", self.bytes.len() / 1024)
        } else {
            format!("{} bytes", self.bytes.len())
        };
        format!(
            "The answer is not {service}'s ({kind}, {size}): something between this computer and it may have written it."
        )
    }
}

/// A header that is text.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

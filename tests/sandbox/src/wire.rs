//! Connections below HTTP: the received bytes, and ends that HTTP does not provide for.

use std::io;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;

use crate::lock::lock;

/// A copy of the bytes read from one connection, up to the requests that were taken out of it.
///
/// hyper hands over a parsed head, but tests check the bytes that were sent. Requests follow one
/// another on a connection, so when hyper has parsed a head, its bytes are at the front.
pub(crate) struct Tap {
    kept: Option<Mutex<Vec<u8>>>,
}

impl Tap {
    /// Creates a tap. With `keep` false it keeps nothing and costs nothing.
    pub(crate) fn new(keep: bool) -> Self {
        Self {
            kept: keep.then(Mutex::default),
        }
    }

    fn record(&self, bytes: &[u8]) {
        if let Some(kept) = &self.kept {
            let mut kept = lock(kept);
            kept.extend_from_slice(bytes);
        }
    }

    fn take(&self, length: impl FnOnce(&[u8]) -> usize) -> Vec<u8> {
        let Some(kept) = &self.kept else {
            return Vec::new();
        };
        let mut kept = lock(kept);
        let length = length(&kept).min(kept.len());
        kept.drain(..length).collect()
    }

    /// Takes the head of the request that was just parsed, including its empty line.
    pub(crate) fn take_head(&self) -> Vec<u8> {
        self.take(head_length)
    }

    /// Drops the body of the request that was just read. `None` stands for a chunked body, whose
    /// length on the wire is unknown: everything received so far is dropped.
    pub(crate) fn drop_body(&self, length: Option<usize>) {
        self.take(|kept| length.unwrap_or(kept.len()));
    }
}

/// Returns the length of the head at the front of `bytes`. As in hyper, a line feed alone ends a
/// line.
fn head_length(bytes: &[u8]) -> usize {
    let skipped = bytes
        .iter()
        .take_while(|byte| b"\r\n".contains(byte))
        .count();
    let mut line = skipped;
    for (at, byte) in bytes.iter().enumerate().skip(skipped) {
        if *byte == b'\n' {
            if matches!(&bytes[line..at], b"" | b"\r") {
                return at + 1;
            }
            line = at + 1;
        }
    }
    bytes.len()
}

/// A stream that copies what it reads to a [`Tap`]. It borrows the connection, which is still
/// needed when hyper is done.
pub(crate) struct Tapped<'a> {
    pub(crate) stream: &'a mut TcpStream,
    pub(crate) tap: &'a Tap,
}

impl AsyncRead for Tapped<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let poll = Pin::new(&mut *self.stream).poll_read(context, buffer);
        self.tap.record(&buffer.filled()[before..]);
        poll
    }
}

impl AsyncWrite for Tapped<'_> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_shutdown(context)
    }
}

/// How a fault ends a connection: with these bytes and then a close. The default is a clean close
/// (FIN) without a byte.
#[derive(Debug, Default)]
pub(crate) struct Ending {
    /// The bytes to send first.
    pub(crate) bytes: Vec<u8>,
    /// Number of filler bytes to send after that. They are not stored, so any number is possible.
    pub(crate) padding: u64,
    /// Rate in bytes per second; `None` is unlimited.
    pub(crate) pace: Option<u64>,
    /// Whether the connection is reset (RST) instead of closed (FIN).
    pub(crate) reset: bool,
}

impl Ending {
    /// Creates an ending with these bytes and a clean close.
    pub(crate) fn after(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            ..Self::default()
        }
    }

    /// Carries out the ending. A client that has disconnected is not an error.
    pub(crate) async fn run(self, mut stream: TcpStream) {
        if self.send(&mut stream).await.is_err() {
            return;
        }
        if self.reset {
            // With a linger of zero, dropping the stream resets the connection and discards what
            // the client has not read.
            let _ = stream.set_zero_linger();
        } else {
            let _ = stream.shutdown().await;
        }
    }

    async fn send(&self, stream: &mut TcpStream) -> io::Result<()> {
        match self.pace {
            None => stream.write_all(&self.bytes).await?,
            Some(pace) => trickle(stream, &self.bytes, pace.max(1)).await?,
        }
        let filling = [b'x'; 64 * 1024];
        let mut left = self.padding;
        while left > 0 {
            let part = left.min(filling.len() as u64);
            stream.write_all(&filling[..part as usize]).await?;
            left -= part;
        }
        Ok(())
    }
}

/// Sends `bytes` at `pace` bytes per second, in up to twenty steps a second.
async fn trickle(stream: &mut TcpStream, bytes: &[u8], pace: u64) -> io::Result<()> {
    let step = (pace / 20).clamp(1, 64 * 1024);
    let pause = Duration::from_secs_f64(step as f64 / pace as f64);
    for part in bytes.chunks(step as usize) {
        stream.write_all(part).await?;
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_on_one_connection_are_separated() {
        let tap = Tap::new(true);
        tap.record(b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /b HTTP/1.1\r\n\r\n");
        assert_eq!(
            tap.take_head(),
            b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n"
        );
        tap.drop_body(Some(2));
        assert_eq!(tap.take_head(), b"GET /b HTTP/1.1\r\n\r\n");
    }

    #[test]
    fn a_head_can_start_with_empty_lines_and_end_its_lines_with_line_feeds() {
        assert_eq!(head_length(b"\r\nGET / HTTP/1.1\nA: b\n\nbody"), 23);
        assert_eq!(head_length(b"GET / HTTP/1.1\r\nA: b\n\r\nbody"), 23);
        assert_eq!(head_length(b"GET / HTTP/1.1\r\n"), 16);
        assert_eq!(head_length(b""), 0);
    }

    #[test]
    fn a_body_of_unknown_length_drops_everything() {
        let tap = Tap::new(true);
        tap.record(b"2\r\nhi\r\n0\r\n\r\n");
        tap.drop_body(None);
        assert!(tap.take_head().is_empty());
    }

    #[test]
    fn a_tap_that_keeps_nothing_returns_nothing() {
        let tap = Tap::new(false);
        tap.record(b"GET / HTTP/1.1\r\n\r\n");
        assert!(tap.take_head().is_empty());
    }
}

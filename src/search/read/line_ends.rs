//! Files whose lines end with a carriage return alone, as Excel for Mac writes them.

use std::io::{self, Read};

/// Returns whether the file's lines end with a carriage return alone, by its first bytes.
pub(super) fn are_carriage_returns(sample: &[u8]) -> bool {
    memchr::memchr(b'\n', sample).is_none() && memchr::memchr(b'\r', sample).is_some()
}

/// Replaces each carriage return by a line feed.
pub(super) fn replace(bytes: &mut [u8]) {
    for byte in bytes {
        if *byte == b'\r' {
            *byte = b'\n';
        }
    }
}

/// Reads with each carriage return replaced by a line feed.
pub(super) struct Replaced<R>(pub(super) R);

impl<R: Read> Read for Replaced<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(out)?;
        replace(&mut out[..read]);
        Ok(read)
    }
}

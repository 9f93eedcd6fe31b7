//! Converts UTF-16, which Excel calls "Unicode text", to UTF-8.

use std::io::{self, Read};

/// The order of the two bytes of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    LittleEndian,
    BigEndian,
}

const PORTION: usize = 64 * 1024;

/// Reads UTF-16 without its byte order mark as UTF-8. Half a surrogate pair becomes U+FFFD, and so
/// does half a unit at the end.
pub(super) struct Utf16<R> {
    inner: R,
    order: Order,
    /// Read and not yet decoded, from the start of `portion`.
    undecoded: usize,
    portion: Vec<u8>,
    decoded: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Utf16<R> {
    pub(super) fn new(inner: R, order: Order) -> Self {
        Self {
            inner,
            order,
            undecoded: 0,
            portion: vec![0; PORTION],
            decoded: Vec::with_capacity(PORTION * 3 / 2),
            given: 0,
            ended: false,
        }
    }

    fn decode_portion(&mut self) -> io::Result<()> {
        let read = self.inner.read(&mut self.portion[self.undecoded..])?;
        self.ended = read == 0;
        let filled = self.undecoded + read;
        let (pairs, _) = self.portion[..filled].as_chunks::<2>();
        let order = self.order;
        let unit = |pair: &[u8; 2]| match order {
            Order::LittleEndian => u16::from_le_bytes(*pair),
            Order::BigEndian => u16::from_be_bytes(*pair),
        };
        // Half a pair at the end waits for its other half.
        let waits = !self.ended
            && pairs
                .last()
                .is_some_and(|pair| (0xD800..0xDC00).contains(&unit(pair)));
        let pairs = &pairs[..pairs.len() - usize::from(waits)];
        self.decoded.clear();
        self.given = 0;
        let mut utf8 = [0; 4];
        for decoded in char::decode_utf16(pairs.iter().map(unit)) {
            let character = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.decoded
                .extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
        }
        let used = pairs.len() * 2;
        if self.ended && used < filled {
            self.decoded.extend_from_slice("\u{FFFD}".as_bytes());
            self.undecoded = 0;
        } else {
            self.portion.copy_within(used..filled, 0);
            self.undecoded = filled - used;
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.decoded.len() && !self.ended {
            self.decode_portion()?;
        }
        let count = out.len().min(self.decoded.len() - self.given);
        out[..count].copy_from_slice(&self.decoded[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns its bytes in portions of a size.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(out.len());
            out[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn both_orders_are_read_wherever_a_portion_ends() {
        let text = "a,\"é€😀\"\r\n";
        for portion in 1..9 {
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            for (bytes, order) in [(little, Order::LittleEndian), (big, Order::BigEndian)] {
                let mut read = String::new();
                Utf16::new(Trickle(&bytes, portion), order)
                    .read_to_string(&mut read)
                    .unwrap();
                assert_eq!(read, text, "{order:?} in portions of {portion}");
            }
        }
    }

    #[test]
    fn halves_are_replaced() {
        let bytes = [0x3D, 0xD8, b'a', 0, b'b'];
        let mut read = String::new();
        Utf16::new(Trickle(&bytes, 1), Order::LittleEndian)
            .read_to_string(&mut read)
            .unwrap();
        assert_eq!(read, "\u{FFFD}a\u{FFFD}");
    }
}

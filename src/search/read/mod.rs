//! Splits files into blocks of whole records.
//!
//! [`Reader`] reads the sources one after the other and splits them into blocks that begin and end
//! between records. The threads that work on the blocks share it: each fetches the next block when
//! it has finished one, so that files are read in order and each thread holds one block.

mod csv;
mod error;
mod format;
mod json;
mod line_ends;
mod source;
mod utf16;

use std::collections::VecDeque;
use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

pub(crate) use self::csv::{Fields, Records, one_cell};
pub use self::error::{FormatError, ReadError};
pub(crate) use self::format::{Csv, Format, MessageColumns, Rows};
use self::format::{Recognised, recognise};
use self::json::Scan;
pub(crate) use self::json::{Piece, State};
use self::source::Opened;
pub use self::source::Source;

/// Maximum length of a record, in bytes. Real ones have a few kilobytes. It bounds the memory.
pub(crate) const LONGEST_RECORD: usize = 4 * 1024 * 1024;

/// Number of bytes by which a format is recognised. A header and the first record are much shorter.
const SAMPLE: usize = 256 * 1024;

/// A block of records for one thread.
#[derive(Default)]
pub(crate) struct Block {
    /// The number of the file it is from.
    pub(crate) file: usize,
    /// Its number in that file.
    pub(crate) number: u32,
    pub(crate) format: Option<Arc<Format>>,
    buffer: Buffer,
    /// The records of a JSON file. [`Records`] finds those of CSV.
    pub(crate) pieces: Vec<Piece>,
    /// Whether a CSV record that is too long precedes the records of this block.
    pub(crate) too_long_before: bool,
    /// Whether it contains the file's last bytes.
    pub(crate) last: bool,
}

impl Block {
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.filled()
    }
}

/// A problem with a whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Note {
    /// No part of the file can be used.
    Unusable(ReadError),
    /// The file ends too early. The records before the end are used.
    Truncated(ReadError),
}

/// All sources, in order.
pub(crate) struct Reader {
    waiting: VecDeque<Source>,
    current: Option<Current>,
    block_size: usize,
    /// The names of the files begun.
    pub(crate) files: Vec<String>,
    /// The problems, each with the number of the file.
    pub(crate) notes: Vec<(usize, Note)>,
    /// Bytes read from the disk, before decompression.
    pub(crate) read: Arc<AtomicU64>,
}

/// The file that is being read.
struct Current {
    stream: Box<dyn Read + Send>,
    format: Arc<Format>,
    /// Bytes that were read and are not in a block yet.
    carry: Buffer,
    /// Whether a CSV record that is too long is being skipped.
    skipping: bool,
    scan: Option<Scan>,
    blocks: u32,
    ended: bool,
}

impl Reader {
    pub(crate) fn new(sources: Vec<Source>, block_size: usize) -> Self {
        Self {
            waiting: sources.into(),
            current: None,
            block_size,
            files: Vec::new(),
            notes: Vec::new(),
            read: Arc::default(),
        }
    }

    /// Returns the number of files not opened yet, as far as they are known.
    pub(crate) fn files_waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Fills `block`. Returns `false` if there are no more records.
    pub(crate) fn next(&mut self, block: &mut Block) -> bool {
        loop {
            let Some(current) = &mut self.current else {
                let Some(source) = self.waiting.pop_front() else {
                    return false;
                };
                self.begin(source);
                continue;
            };
            let file = self.files.len() - 1;
            block.buffer.clear();
            block.pieces.clear();
            block.file = file;
            block.number = current.blocks;
            block.too_long_before = false;
            block.last = false;
            block.format = Some(Arc::clone(&current.format));
            let format = Arc::clone(&current.format);
            let done = match &*format {
                Format::Csv(csv) => current.next_csv(csv, block, self.block_size),
                Format::Json(_) => current.next_json(block, self.block_size),
            };
            current.blocks += 1;
            match done {
                Ok(()) => {
                    if current.ended {
                        self.current = None;
                    }
                }
                Err(why) => {
                    self.notes.push((file, Note::Truncated(why)));
                    self.current = None;
                }
            }
            return true;
        }
    }

    fn begin(&mut self, source: Source) {
        let name = source.name();
        match source.open(&self.read) {
            Ok(Opened::Archive(entries)) => {
                for entry in entries.into_iter().rev() {
                    self.waiting.push_front(entry);
                }
            }
            Ok(Opened::Text(stream)) => {
                self.files.push(name);
                match Current::new(stream) {
                    Ok(current) => self.current = Some(current),
                    Err(why) => self.note(Note::Unusable(why)),
                }
            }
            Err(error) => {
                self.files.push(name);
                self.note(Note::Unusable(error));
            }
        }
    }

    fn note(&mut self, note: Note) {
        self.notes.push((self.files.len() - 1, note));
    }
}

impl Current {
    fn new(mut stream: Box<dyn Read + Send>) -> Result<Self, ReadError> {
        let mut sample = Buffer::default();
        let whole = sample.read(&mut stream, SAMPLE)?;
        if line_ends::are_carriage_returns(sample.filled()) {
            line_ends::replace(sample.filled_mut());
            stream = Box::new(line_ends::Replaced(stream));
        }
        let Recognised { format, skip } = recognise(sample.filled(), whole)?;
        let rest = Cursor::new(sample.filled()[skip..].to_vec());
        Ok(Self {
            stream: Box::new(rest.chain(stream)),
            scan: match &format {
                Format::Json(layout) => Some(Scan::new(*layout)),
                Format::Csv(_) => None,
            },
            format: Arc::new(format),
            carry: Buffer::default(),
            skipping: false,
            blocks: 0,
            ended: false,
        })
    }

    /// Fills `block` up to the last line that certainly begins a record. The next block begins
    /// there.
    fn next_csv(&mut self, csv: &Csv, block: &mut Block, size: usize) -> Result<(), ReadError> {
        let delimiter = csv.delimiter;
        std::mem::swap(&mut self.carry, &mut block.buffer);
        self.carry.clear();
        loop {
            let read = block.buffer.read(&mut self.stream, size);
            let bytes = block.buffer.filled();
            if self.skipping {
                if let Some(start) = csv::next_record_start(bytes, delimiter) {
                    block.buffer.drop_front(start);
                    self.skipping = false;
                    block.too_long_before = true;
                } else {
                    let line = memchr::memrchr(b'\n', bytes).unwrap_or(0);
                    // A line that is this long does not begin a record. Its last byte is enough to
                    // remember it.
                    let kept = if bytes.len() - line > csv::LOOK {
                        bytes.len() - 1
                    } else {
                        line
                    };
                    block.buffer.drop_front(kept);
                }
            }
            let ended = match read {
                Ok(ended) => ended,
                Err(error) => {
                    self.end_skipping(block);
                    block.last = true;
                    return Err(error.into());
                }
            };
            if ended {
                self.end_skipping(block);
                block.last = true;
                self.ended = true;
                return Ok(());
            }
            if self.skipping {
                continue;
            }
            let bytes = block.buffer.filled();
            let start = csv::last_record_start(bytes, delimiter).or_else(|| match csv.rows {
                // Such a row can be without quotes.
                Rows::Flat(_) => csv::last_counted_start(bytes),
                _ => None,
            });
            if let Some(start) = start {
                self.carry.replace(&bytes[start..]);
                block.buffer.truncate(start);
                return Ok(());
            }
            // The rest of the last line can show that it begins a record.
            let line = memchr::memrchr(b'\n', bytes).unwrap_or(0);
            let decided = if bytes.len() - line > csv::LOOK {
                bytes.len()
            } else {
                line
            };
            if decided > LONGEST_RECORD {
                self.skipping = true;
                block.buffer.drop_front(line.min(decided - 1));
            }
        }
    }

    /// Ends the skipping at the end of the file.
    fn end_skipping(&mut self, block: &mut Block) {
        if self.skipping {
            block.buffer.clear();
            block.too_long_before = true;
            self.skipping = false;
        }
    }

    /// Fills `block` with records and their positions.
    fn next_json(&mut self, block: &mut Block, size: usize) -> Result<(), ReadError> {
        let Some(scan) = &mut self.scan else {
            return Ok(());
        };
        std::mem::swap(&mut self.carry, &mut block.buffer);
        self.carry.clear();
        // The carry contains the record in progress, which has been scanned.
        let mut scanned = block.buffer.filled().len();
        loop {
            let read = block.buffer.read(&mut self.stream, size);
            let bytes = block.buffer.filled();
            scan.feed(bytes, scanned, &mut block.pieces);
            scanned = bytes.len();
            match read {
                Ok(false) => {}
                Ok(true) => {
                    self.ended = true;
                    block.last = true;
                    return match scan.finish(bytes, &mut block.pieces) {
                        true => Err(ReadError::NoClosingBracket),
                        false => Ok(()),
                    };
                }
                Err(error) => {
                    block.last = true;
                    scan.finish(bytes, &mut block.pieces);
                    return Err(error.into());
                }
            }
            if scan
                .in_progress()
                .is_some_and(|start| scanned - start > LONGEST_RECORD)
            {
                scan.abandon(scanned, &mut block.pieces);
            }
            if !block.pieces.is_empty() {
                let from = scan.needed_from(scanned);
                self.carry.replace(&bytes[from..]);
                scan.shift(from);
                return Ok(());
            }
            // There is no record for a block yet. Skipped bytes are not needed.
            let from = scan.needed_from(scanned);
            scan.shift(from);
            block.buffer.drop_front(from);
            scanned -= from;
        }
    }
}

/// A buffer whose memory is initialised once.
#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    filled: usize,
}

impl Buffer {
    fn filled(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    fn filled_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.filled]
    }

    fn clear(&mut self) {
        self.filled = 0;
    }

    fn truncate(&mut self, length: usize) {
        self.filled = self.filled.min(length);
    }

    fn drop_front(&mut self, count: usize) {
        self.bytes.copy_within(count..self.filled, 0);
        self.filled -= count;
    }

    fn replace(&mut self, bytes: &[u8]) {
        self.make_room(bytes.len());
        self.bytes[..bytes.len()].copy_from_slice(bytes);
        self.filled = bytes.len();
    }

    fn make_room(&mut self, length: usize) {
        if self.bytes.len() < length {
            // By doubling, so that a long record is not copied for each block.
            self.bytes.resize(length.max(self.bytes.len() * 2), 0);
        }
    }

    /// Adds `count` bytes. Returns `true` if the stream ends before.
    fn read(&mut self, stream: &mut impl Read, count: usize) -> io::Result<bool> {
        let end = self.filled + count;
        self.make_room(end);
        while self.filled < end {
            match stream.read(&mut self.bytes[self.filled..end]) {
                Ok(0) => return Ok(true),
                Ok(read) => self.filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }
}

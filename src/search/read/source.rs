//! Opens a source as a stream of UTF-8: plain, gzip or zip, with or without a byte order mark, or
//! UTF-16.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::{DeflateDecoder, MultiGzDecoder};
use zip::{CompressionMethod, ZipArchive};

use super::error::ReadError;
use super::utf16::{Order, Utf16};
use crate::input::visible;

/// A source to read.
pub enum Source {
    /// A file: plain, gzip or zip.
    Path(PathBuf),
    /// One file of a zip archive.
    Entry(Entry),
    /// A stream, with a name for messages.
    Stream(String, Box<dyn Read + Send>),
}

/// The place of a file in a zip archive.
pub struct Entry {
    archive: PathBuf,
    name: String,
    start: u64,
    packed: u64,
    deflated: bool,
}

/// A source, opened.
pub(super) enum Opened {
    /// Text to read.
    Text(Box<dyn Read + Send>),
    /// An archive: its files are sources of their own.
    Archive(Vec<Source>),
}

impl Source {
    /// Returns the name for messages: the path, and for a file in an archive its name too.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            // Whoever made the archive chose the names in it.
            Self::Entry(entry) => {
                format!("{} in {}", visible(&entry.name), entry.archive.display())
            }
            Self::Stream(name, _) => name.clone(),
        }
    }

    /// Opens the source. Adds the bytes that are read from the disk to `count`.
    pub(super) fn open(self, count: &Arc<AtomicU64>) -> Result<Opened, ReadError> {
        let counted = |file| Counted {
            inner: file,
            count: Arc::clone(count),
        };
        match self {
            Self::Path(path) => {
                let mut file = open_file(&path)?;
                let (head, _) = head(&mut file, 4)?;
                if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
                    return Ok(Opened::Archive(entries(&path, file)?));
                }
                text(Box::new(Cursor::new(head).chain(counted(file))))
            }
            Self::Entry(entry) => {
                let mut file = open_file(&entry.archive)?;
                file.seek(SeekFrom::Start(entry.start))?;
                let packed = Exact {
                    left: entry.packed,
                    inner: counted(file),
                };
                if entry.deflated {
                    text(Box::new(DeflateDecoder::new(BufReader::new(packed))))
                } else {
                    text(Box::new(packed))
                }
            }
            Self::Stream(_, stream) => text(stream),
        }
    }
}

fn open_file(path: &Path) -> Result<File, ReadError> {
    // Before it is opened, which Windows refuses for a folder: access denied.
    if path.is_dir() {
        return Err(ReadError::Folder);
    }
    Ok(File::open(path)?)
}

/// Returns the files of an archive, in its order.
fn entries(path: &Path, file: File) -> Result<Vec<Source>, ReadError> {
    let unusable = |_| ReadError::ZipDirectory;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(unusable)?;
    let mut found = Vec::new();
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(unusable)?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name().map_err(unusable)?.into_owned();
        let method = entry.compression();
        if name == WORKBOOK {
            return Err(ReadError::Workbook);
        }
        if is_no_export(&name) {
            continue;
        }
        let shown = || crate::input::one_line(&name, 80);
        if entry.encrypted() {
            return Err(ReadError::Encrypted(shown()));
        }
        if !matches!(
            method,
            CompressionMethod::Stored | CompressionMethod::DEFLATE
        ) {
            return Err(ReadError::Compression(shown()));
        }
        let start = entry
            .data_start()
            .ok_or_else(|| ReadError::NoData(shown()))?;
        found.push(Source::Entry(Entry {
            archive: path.to_owned(),
            start,
            packed: entry.compressed_size(),
            deflated: method == CompressionMethod::DEFLATE,
            name,
        }));
    }
    Ok(found)
}

/// The part of a workbook that lists the types of the others. No other archive has it at its root.
const WORKBOOK: &str = "[Content_Types].xml";

/// The start of a workbook of the kind that Excel wrote until 2003.
const OLD_WORKBOOK: [u8; 4] = [0xD0, 0xCF, 0x11, 0xE0];

/// Returns whether a file in an archive is one that the operating system adds, or is about the
/// export.
fn is_no_export(path: &str) -> bool {
    let mut parts = path.split(['/', '\\']);
    let name = parts.next_back().unwrap_or_default().to_ascii_lowercase();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
    parts.any(|folder| folder == "__MACOSX")
        || name.starts_with('.')
        || matches!(&name[..], "thumbs.db" | "desktop.ini")
        || (stem.starts_with("readme")
            && matches!(
                extension,
                "" | "txt" | "md" | "html" | "htm" | "pdf" | "rtf"
            ))
}

/// Decompresses gzip, drops a byte order mark and converts UTF-16 to UTF-8.
fn text(mut raw: Box<dyn Read + Send>) -> Result<Opened, ReadError> {
    let (start, _) = head(&mut raw, 4)?;
    if start == OLD_WORKBOOK {
        return Err(ReadError::Workbook);
    }
    let packed = start.starts_with(&[0x1F, 0x8B]);
    let raw = Cursor::new(start).chain(raw);
    let mut unpacked: Box<dyn Read + Send> = if packed {
        Box::new(MultiGzDecoder::new(BufReader::with_capacity(
            64 * 1024,
            raw,
        )))
    } else {
        Box::new(raw)
    };
    let (start, _) = head(&mut unpacked, 3)?;
    let (mark, order) = match start[..] {
        [0xFF, 0xFE, ..] => (2, Some(Order::LittleEndian)),
        [0xFE, 0xFF, ..] => (2, Some(Order::BigEndian)),
        [0xEF, 0xBB, 0xBF] => (3, None),
        // Without a mark: the first character of every format is an ASCII one.
        [1..=0x7F, 0, ..] => (0, Some(Order::LittleEndian)),
        [0, 1..=0x7F, ..] => (0, Some(Order::BigEndian)),
        _ => (0, None),
    };
    let rest = Cursor::new(start[mark..].to_vec()).chain(unpacked);
    Ok(Opened::Text(match order {
        Some(order) => Box::new(Utf16::new(rest, order)),
        None => Box::new(rest),
    }))
}

/// Reads the first `length` bytes, or all if there are fewer.
fn head(from: &mut impl Read, length: u64) -> io::Result<(Vec<u8>, usize)> {
    let mut head = Vec::new();
    let read = from.take(length).read_to_end(&mut head)?;
    Ok((head, read))
}

/// Counts the bytes that are read, for the progress.
struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Reads exactly `left` bytes. It is an error if there are fewer.
struct Exact<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Exact<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).map_or(out.len(), |left| left.min(out.len()));
        let read = self.inner.read(&mut out[..room])?;
        if read == 0 && room > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}

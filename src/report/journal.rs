//! Reads journals, also while a run writes to them. Nothing in them is changed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::fields::{Fields, set, text};

/// Maximum length of a line, as in [`removal`](crate::removal).
const LONGEST_LINE: u64 = 64 * 1024;

/// Reads the journal at `path` and passes each record, with the fields of an outcome and the
/// `record` that names its line. Returns the journal's entry in the report.
///
/// # Errors
/// The file can't be read or is not a journal. The text is the end of a sentence.
pub(super) fn read(path: &Path, name: &str, add: &mut dyn FnMut(Fields)) -> Result<Fields, String> {
    let unreadable = |error: io::Error| format!("can't be read: {error}");
    let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut hash = Sha256::new();
    let (mut lines, mut bad, mut bytes, mut torn) = (0_u64, 0_u64, 0, false);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = Read::take(&mut file, LONGEST_LINE).read_until(b'\n', &mut line);
        let read = read.map_err(unreadable)? as u64;
        if read == 0 {
            break;
        }
        hash.update(&line);
        bytes += read;
        lines += 1;
        torn = line.last() != Some(&b'\n');
        let record = match std::str::from_utf8(&line).map(serde_json::from_str) {
            Ok(Ok(Value::Object(record))) => Some(record),
            _ => None,
        };
        if lines == 1 {
            let version = record
                .as_ref()
                .and_then(|header| header.get("chat_access_journal"));
            if version.is_none_or(|version| *version != 1) {
                return Err("is not a ChatAccess journal of version 1".into());
            }
            continue;
        }
        if read == LONGEST_LINE && torn {
            return Err("is not a ChatAccess journal: it has a line that is too long".into());
        }
        match record {
            // A torn line that is whole but for its end is not in the journal either, because the
            // next run removes it.
            Some(mut record) if !torn && !text(&record, "thread_id").is_empty() => {
                let status = record.remove("state").unwrap_or_default();
                set(&mut record, "status", status);
                set(&mut record, "record", format!("{name}, line {lines}"));
                add(record);
            }
            _ => bad += u64::from(!torn && !line.trim_ascii().is_empty()),
        }
    }
    if lines == 0 {
        return Err("is empty".into());
    }
    let mut problems = Vec::new();
    if torn {
        problems.push("The last line is torn and was not used.".to_string());
    }
    if bad > 0 {
        let lines = crate::search::counted(bad, "line");
        problems.push(format!("{lines} could not be read."));
    }
    let mut journal = Fields::new();
    set(&mut journal, "name", name);
    set(&mut journal, "kind", "Journal");
    set(&mut journal, "path", &*path.to_string_lossy());
    set(&mut journal, "bytes", bytes);
    set(&mut journal, "records", lines - 1);
    set(&mut journal, "problems", problems);
    set(&mut journal, "sha256", hex(hash));
    Ok(journal)
}

/// Returns a hash in hexadecimal digits.
pub(super) fn hex(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .fold(String::new(), |mut text, byte| {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(digit.into(), 16).unwrap_or_default());
            }
            text
        })
}

//! The journal: what was sent and how it ended, one JSON object a line, on disk before it is reported.
//!
//! Format, version 1. The first line names it: `{"chat_access_journal":1,"created":"…"}`. Every other
//! line is a record with `at`, `tenant_id`, `user_id`, `thread_id` and `state`. `state` is `Sent` before
//! each request (with its `client_request_id`), or one of the outcome's statuses (with its fields) at the
//! end. There are no secrets in it. `Get-Content | ConvertFrom-Json` reads it.
//!
//! A record is one write, so what a crash can leave behind is a torn last line, and reopening removes it.
//! An outcome is flushed to the disk before anyone hears of it; a `Sent` is only written, because it
//! matters after a crash of this process, not of the machine: what is missing is sent again.

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::outcome::{Outcome, Status, now};
use crate::graph::Removal;
use crate::input::InvalidInput;

/// The version of the format that is written and read.
const VERSION: u32 = 1;

/// No record is as long as this; a longer line is not a journal's.
const LONGEST_LINE: u64 = 64 * 1024;

/// An open journal. The file is locked as long as this lives.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    /// Bytes of whole records.
    length: u64,
}

/// What a journal held when it was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Resumed {
    /// Removals that are confirmed: not sent again.
    pub removed: usize,
    /// Removals that were sent and have no outcome: sent again.
    pub in_flight: usize,
    /// Removals that ended otherwise: tried again.
    pub failed: usize,
    /// Lines that are no records and were passed over.
    pub unreadable: usize,
    /// The last line was torn and has been taken off.
    pub torn: bool,
}

/// A removal by its ids, small enough to keep a hundred thousand of.
pub(super) type Key = (u128, u64);

/// The key of a removal.
pub(super) fn key(removal: &Removal) -> Key {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    removal.tenant_id.hash(&mut hasher);
    removal.thread_id.hash(&mut hasher);
    (removal.user_id.as_u128(), hasher.finish())
}

#[derive(Serialize, Deserialize)]
struct Header {
    chat_access_journal: u32,
    created: String,
}

#[derive(Serialize)]
struct SentRecord<'a> {
    at: String,
    tenant_id: String,
    user_id: String,
    thread_id: &'a str,
    state: &'static str,
    client_request_id: String,
}

#[derive(Serialize)]
struct OutcomeRecord<'a> {
    at: &'a str,
    tenant_id: &'a str,
    user_id: &'a str,
    thread_id: &'a str,
    state: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_request_id: Option<&'a str>,
    attempts: u32,
    duration_ms: u64,
}

/// What resuming needs of a record.
#[derive(Deserialize)]
struct Record {
    tenant_id: String,
    user_id: String,
    thread_id: String,
    state: String,
}

impl Journal {
    /// Opens or creates the journal at `path`, locks it, and reads what is done: the keys of all
    /// confirmed removals, and a summary.
    ///
    /// # Errors
    /// A file that can't be opened for reading and writing, that another run has open, or that is no
    /// journal of this version. The file is not changed then.
    pub(super) fn open(path: &str) -> Result<(Self, Vec<Key>, Resumed), InvalidInput> {
        let wrong = |why: String| InvalidInput::new("JournalPath", path, why);
        if path.trim().is_empty() {
            return Err(wrong("give the path of a file".into()));
        }
        let path = Path::new(path);
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(|error| wrong(format!("the file can't be opened for writing ({error}); give a path that can be written to")))?;
        if !file.metadata().is_ok_and(|data| data.is_file()) {
            return Err(wrong("it is not a file; give the path of one".into()));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(wrong(
                    "another run is writing to it; wait for that run or give another file".into(),
                ));
            }
            Err(TryLockError::Error(error)) => {
                return Err(wrong(format!(
                    "the file can't be locked ({error}); give a file on a disk of this computer"
                )));
            }
        }
        let mut journal = Self {
            file,
            path: path.into(),
            length: 0,
        };
        let (done, found) = journal
            .recover()
            .map_err(|error| wrong(error.to_string()))?;
        Ok((journal, done, found))
    }

    /// The journal's path, for messages.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the whole file, mends a torn end, and writes the header of a new one.
    fn recover(&mut self) -> io::Result<(Vec<Key>, Resumed)> {
        let mut found = Resumed::default();
        let mut states: HashMap<Key, State> = HashMap::new();
        let mut reader = BufReader::new(&self.file);
        let mut line = Vec::new();
        let mut whole = 0;
        let mut first = true;
        loop {
            line.clear();
            let read = io::Read::take(&mut reader, LONGEST_LINE).read_until(b'\n', &mut line)?;
            if read == 0 {
                break;
            }
            if line.last() != Some(&b'\n') {
                if read as u64 == LONGEST_LINE {
                    return Err(not_a_journal());
                }
                if first && !b"{\"chat_access_journal\":".starts_with(&line[..line.len().min(23)]) {
                    return Err(not_a_journal());
                }
                found.torn = true;
                break;
            }
            whole += read as u64;
            if std::mem::take(&mut first) {
                check_header(&line)?;
            } else if !line.trim_ascii().is_empty() {
                match Self::state(&line) {
                    Some((key, state)) => {
                        let old = states.entry(key).or_insert(state);
                        // Once confirmed, always confirmed.
                        if *old != State::Removed {
                            *old = state;
                        }
                    }
                    None => found.unreadable += 1,
                }
            }
        }
        if found.torn {
            self.file.set_len(whole)?;
        }
        self.length = whole;
        if whole == 0 {
            self.append(
                &Header {
                    chat_access_journal: VERSION,
                    created: now(),
                },
                true,
            )?;
        }
        let mut done = Vec::new();
        for (key, state) in states {
            match state {
                State::Removed => done.push(key),
                State::Sent => found.in_flight += 1,
                State::Ended => found.failed += 1,
            }
        }
        found.removed = done.len();
        Ok((done, found))
    }

    fn state(line: &[u8]) -> Option<(Key, State)> {
        let record: Record = serde_json::from_slice(line).ok()?;
        let removal = Removal::parse(&record.tenant_id, &record.user_id, &record.thread_id).ok()?;
        let state = match record.state.as_str() {
            "Removed" | "AlreadyRemoved" => State::Removed,
            "Sent" => State::Sent,
            _ => State::Ended,
        };
        Some((key(&removal), state))
    }

    /// Says that a request goes out.
    pub(super) fn sent(&mut self, removal: &Removal, client_request_id: &str) -> io::Result<()> {
        self.append(
            &SentRecord {
                at: now(),
                tenant_id: removal.tenant_id.to_string(),
                user_id: removal.user_id.to_string(),
                thread_id: removal.thread_id.as_str(),
                state: "Sent",
                client_request_id: client_request_id.into(),
            },
            false,
        )
    }

    /// Says how a removal ended, on disk when this returns.
    pub(super) fn ended(&mut self, outcome: &Outcome) -> io::Result<()> {
        self.append(
            &OutcomeRecord {
                at: &outcome.completed,
                tenant_id: &outcome.tenant_id,
                user_id: &outcome.user_id,
                thread_id: &outcome.thread_id,
                state: outcome.status,
                http_status: outcome.http_status,
                code: outcome.code.as_deref(),
                message: outcome.message.as_deref(),
                request_id: outcome.request_id.as_deref(),
                client_request_id: outcome.client_request_id.as_deref(),
                attempts: outcome.attempts,
                duration_ms: outcome.duration_ms,
            },
            true,
        )
    }

    fn append(&mut self, record: &impl Serialize, flush: bool) -> io::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line) {
            // A full disk may have taken a part of it, and the next record must not be glued to that.
            let _ = self.file.set_len(self.length);
            return Err(error);
        }
        self.length += line.len() as u64;
        if flush {
            self.file.sync_data()?;
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Sent,
    Removed,
    Ended,
}

fn check_header(line: &[u8]) -> io::Result<()> {
    let header: Header = serde_json::from_slice(line).map_err(|_| not_a_journal())?;
    if header.chat_access_journal != VERSION {
        return Err(io::Error::other(format!(
            "the file is a journal of version {}, and this ChatAccess writes version {VERSION}; give another file",
            header.chat_access_journal
        )));
    }
    Ok(())
}

fn not_a_journal() -> io::Error {
    io::Error::other(
        "the file is not a ChatAccess journal and was left as it is; give another file",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::removal::outcome::Ended;
    use std::fs;

    const TENANT: &str = "2a690434-97d9-4eed-83a6-f5f13600199a";

    fn removal(number: usize) -> Removal {
        Removal::parse(TENANT, TENANT, &format!("19:{number:x}@thread.v2")).unwrap()
    }

    fn outcome(number: usize, status: Status) -> Outcome {
        Outcome::unsent(1, &removal(number), Ended::with(status, None, None))
    }

    struct File {
        _folder: tempfile::TempDir,
        path: String,
    }

    fn file() -> File {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j.jsonl").to_string_lossy().into_owned();
        File {
            _folder: folder,
            path,
        }
    }

    #[test]
    fn what_was_confirmed_stays_confirmed() {
        let file = file();
        let (mut journal, done, found) = Journal::open(&file.path).unwrap();
        assert_eq!((done.len(), found), (0, Resumed::default()));
        for number in 0..4 {
            journal.sent(&removal(number), "id").unwrap();
        }
        journal.ended(&outcome(0, Status::Removed)).unwrap();
        journal.ended(&outcome(1, Status::Denied)).unwrap();
        journal.ended(&outcome(2, Status::Removed)).unwrap();
        // A later failure of the same removal does not undo what the service confirmed.
        journal.ended(&outcome(2, Status::Failed)).unwrap();
        drop(journal);
        let (_journal, done, found) = Journal::open(&file.path).unwrap();
        let mut expected = vec![key(&removal(0)), key(&removal(2))];
        expected.sort_unstable();
        let mut done = done;
        done.sort_unstable();
        assert_eq!(done, expected);
        let summary = Resumed {
            removed: 2,
            in_flight: 1,
            failed: 1,
            ..Default::default()
        };
        assert_eq!(found, summary);
    }

    #[test]
    fn a_torn_end_is_mended_wherever_it_is_torn() {
        let file = file();
        let (mut journal, ..) = Journal::open(&file.path).unwrap();
        journal.ended(&outcome(0, Status::Removed)).unwrap();
        journal.ended(&outcome(1, Status::Removed)).unwrap();
        drop(journal);
        let whole = fs::read(&file.path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&file.path, &whole[..cut]).unwrap();
            let (mut journal, done, _) = Journal::open(&file.path).unwrap();
            let lines = whole[..cut].iter().filter(|byte| **byte == b'\n').count();
            assert_eq!(done.len(), lines.saturating_sub(1), "cut at {cut}");
            journal.ended(&outcome(7, Status::Removed)).unwrap();
            drop(journal);
            let text = fs::read_to_string(&file.path).unwrap();
            for line in text.lines() {
                serde_json::from_str::<serde_json::Value>(line).unwrap();
            }
        }
    }

    #[test]
    fn a_line_that_can_not_be_read_is_passed_over_and_counted() {
        let file = file();
        let (mut journal, ..) = Journal::open(&file.path).unwrap();
        journal.ended(&outcome(0, Status::Removed)).unwrap();
        drop(journal);
        let mut text = fs::read(&file.path).unwrap();
        text.extend_from_slice(b"\x00\xff not json\n{\"state\":\"Removed\"}\n\n");
        fs::write(&file.path, text).unwrap();
        let (mut journal, done, found) = Journal::open(&file.path).unwrap();
        assert_eq!((done.len(), found.unreadable), (1, 2));
        journal.ended(&outcome(1, Status::Removed)).unwrap();
    }

    #[test]
    fn a_file_of_another_kind_is_refused_and_left_as_it_is() {
        let file = file();
        for content in [
            "TenantId,UserId\n1,2\n",
            "TenantId,UserId",
            "{}\n",
            "{\"chat_access_journal\":2,\"created\":\"x\"}\n",
            "{\"chat_access_journal\":\"1\"}\n",
            "\n",
            &"x".repeat(200_000),
        ] {
            fs::write(&file.path, content).unwrap();
            let error = Journal::open(&file.path).unwrap_err().to_string();
            assert!(error.contains("give another file"), "{error}");
            assert_eq!(fs::read_to_string(&file.path).unwrap(), content);
        }
    }

    #[test]
    fn a_second_writer_is_refused_until_the_first_is_gone() {
        let file = file();
        let first = Journal::open(&file.path).unwrap();
        let error = Journal::open(&file.path).unwrap_err().to_string();
        assert!(error.contains("another run is writing"), "{error}");
        drop(first);
        assert!(Journal::open(&file.path).is_ok());
    }

    #[test]
    fn a_path_that_can_not_be_written_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for path in [
            String::new(),
            folder.to_string_lossy().into_owned(),
            folder
                .join("no/such/folder/j")
                .to_string_lossy()
                .into_owned(),
        ] {
            let error = Journal::open(&path).unwrap_err();
            assert_eq!(error.parameter, "JournalPath");
        }
    }
}

//! The journal: what was sent and how it ended.
//!
//! `record` is the format, and `file` opens the file. A record is one write, so a crash can leave
//! only a torn last line, which is removed when the journal is opened again. An outcome is flushed
//! to the disk before it is reported. A `Sent` record is only written: it matters after a crash of
//! this process, not of the machine, because a removal without a record is sent again.

mod file;
mod record;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

pub(super) use self::record::{Confirmation, Key, key};
use self::record::{Header, OutcomeRecord, SentRecord, State, VERSION};
use super::clock::timestamp;
use super::outcome::Outcome;
use super::queue::Job;
use crate::input::InvalidInput;

/// Maximum length of a line, in bytes. No record is as long, so a file with a longer line is not a
/// journal.
const LONGEST_LINE: u64 = 64 * 1024;

/// An open journal. The file stays locked until this is dropped.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    /// Length of the complete records, in bytes.
    length: u64,
}

/// A summary of the records that a journal contained when it was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Resumed {
    /// Confirmed removals; they are skipped.
    pub removed: usize,
    /// Removals that were sent and have no outcome; they are sent again.
    pub in_flight: usize,
    /// Removals that ended otherwise; they are sent again.
    pub failed: usize,
    /// Removals that a line calls removed without the time and the request id of a confirmation;
    /// they are sent again.
    pub unconfirmed: usize,
    /// Lines that are not records and were skipped.
    pub unreadable: usize,
    /// The last line was torn and was removed.
    pub torn: bool,
}

impl Journal {
    /// Opens or creates the journal at `path` and locks it. Returns all confirmed removals and a
    /// summary of the records.
    ///
    /// # Errors
    /// A file that can't be opened for reading and writing, that another run has open, or that is
    /// not a journal of this version. The file is left unchanged.
    pub(super) fn open(
        path: &str,
    ) -> Result<(Self, HashMap<Key, Confirmation>, Resumed), InvalidInput> {
        let wrong = |why: String| InvalidInput::new("JournalPath", path, why);
        if path.trim().is_empty() {
            return Err(wrong("specify the path of a file".into()));
        }
        let mut journal = Self {
            file: file::open(path.as_ref()).map_err(|error| wrong(error.to_string()))?,
            path: path.into(),
            length: 0,
        };
        let (done, found) = journal
            .recover()
            .map_err(|error| wrong(error.to_string()))?;
        Ok((journal, done, found))
    }

    /// Path of the file, for messages.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the file, removes a torn last line, and writes the header of a new file.
    fn recover(&mut self) -> io::Result<(HashMap<Key, Confirmation>, Resumed)> {
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
                    return Err(record::not_a_journal());
                }
                if first && !Header::may_begin_with(&line) {
                    return Err(record::not_a_journal());
                }
                found.torn = true;
                break;
            }
            whole += read as u64;
            if std::mem::take(&mut first) {
                Header::check(&line)?;
            } else if !line.trim_ascii().is_empty() {
                match record::parse(&line) {
                    Some((key, state, times_returned)) => match states.entry(key) {
                        Entry::Occupied(mut known) => known.get_mut().follow(state, times_returned),
                        Entry::Vacant(new) => drop(new.insert(state)),
                    },
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
                    created: timestamp(),
                },
                true,
            )?;
        }
        let mut done = HashMap::new();
        for (key, state) in states {
            match state {
                State::Removed(confirmation) => {
                    // An attempt to remove what had come back has no confirmation yet.
                    found.failed += usize::from(confirmation.returned);
                    found.removed += usize::from(!confirmation.returned);
                    done.insert(key, confirmation);
                }
                State::Sent => found.in_flight += 1,
                State::Unconfirmed => found.unconfirmed += 1,
                State::Ended => found.failed += 1,
            }
        }
        Ok((done, found))
    }

    /// Writes that a request is about to be sent.
    pub(super) fn sent(&mut self, job: &Job, client_request_id: &str) -> io::Result<()> {
        let removal = &job.removal;
        self.append(
            &SentRecord {
                at: timestamp(),
                tenant_id: removal.tenant_id.to_string(),
                user_id: removal.user_id.to_string(),
                thread_id: removal.thread_id.as_str(),
                state: "Sent",
                client_request_id: client_request_id.into(),
                times_returned: job.past.map_or(0, |past| past.times_returned),
            },
            false,
        )
    }

    /// Writes an outcome and flushes it to the disk.
    pub(super) fn ended(&mut self, outcome: &Outcome) -> io::Result<()> {
        self.append(&OutcomeRecord::from(outcome), true)
    }

    fn append(&mut self, record: &impl Serialize, flush: bool) -> io::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        // Not at the end of the file: another program may have appended to it.
        self.file.seek(SeekFrom::Start(self.length))?;
        if let Err(error) = self.file.write_all(&line) {
            // A full disk may hold a part of the line, and the next record must not follow it.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Removal;
    use crate::removal::Status;
    use crate::removal::outcome::Conclusion;
    use std::fs;

    const TENANT: &str = "2a690434-97d9-4eed-83a6-f5f13600199a";

    fn removal(number: usize) -> Removal {
        Removal::parse(TENANT, TENANT, &format!("19:{number:x}@thread.v2")).unwrap()
    }

    fn outcome(number: usize, status: Status) -> Outcome {
        let mut conclusion = Conclusion::new(status, None, None);
        conclusion.request_id = Some(format!("r{number}"));
        Outcome::unsent(&Job::new(1, removal(number)), conclusion)
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
    fn a_confirmed_removal_stays_confirmed() {
        let file = file();
        let (mut journal, done, found) = Journal::open(&file.path).unwrap();
        assert_eq!((done.len(), found), (0, Resumed::default()));
        for number in 0..4 {
            journal.sent(&Job::new(1, removal(number)), "id").unwrap();
        }
        journal.ended(&outcome(0, Status::Removed)).unwrap();
        journal.ended(&outcome(1, Status::Denied)).unwrap();
        journal.ended(&outcome(2, Status::Removed)).unwrap();
        let mut again = outcome(2, Status::Removed);
        again.request_id = Some("another".into());
        journal.ended(&again).unwrap();
        // A later failure of the same removal does not undo what the service confirmed.
        journal.ended(&outcome(2, Status::Failed)).unwrap();
        drop(journal);
        let (_journal, done, found) = Journal::open(&file.path).unwrap();
        assert_eq!(done.len(), 2);
        assert!(done.contains_key(&key(&removal(0))));
        assert_eq!(done[&key(&removal(2))], Confirmation::of(&again));
        let summary = Resumed {
            removed: 2,
            in_flight: 1,
            failed: 1,
            ..Default::default()
        };
        assert_eq!(found, summary);
    }

    #[test]
    fn a_torn_last_line_is_truncated_on_open() {
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
    fn an_unreadable_line_is_skipped_and_counted() {
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
    fn a_file_that_is_not_a_journal_is_refused_and_left_unchanged() {
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
            assert!(error.contains("Specify another file"), "{error}");
            assert_eq!(fs::read_to_string(&file.path).unwrap(), content);
        }
    }

    #[test]
    fn a_removed_line_without_a_confirmation_is_not_believed() {
        let file = file();
        let (mut journal, ..) = Journal::open(&file.path).unwrap();
        journal.ended(&outcome(0, Status::Removed)).unwrap();
        drop(journal);
        let whole = fs::read_to_string(&file.path).unwrap();
        let (header, line) = whole.split_once('\n').unwrap();
        let real: serde_json::Value = serde_json::from_str(line).unwrap();
        for (field, value) in [
            ("request_id", "null"),
            ("request_id", "\"\""),
            ("at", "null"),
            ("at", "\"yesterday\""),
        ] {
            let mut forged = real.clone();
            forged[field] = serde_json::from_str(value).unwrap();
            fs::write(&file.path, format!("{header}\n{forged}\n")).unwrap();
            let (_, done, found) = Journal::open(&file.path).unwrap();
            assert_eq!((done.len(), found.unconfirmed), (0, 1), "{forged}");
            // A real confirmation settles the removal, before or after the forged line.
            for lines in [format!("{real}\n{forged}"), format!("{forged}\n{real}")] {
                fs::write(&file.path, format!("{header}\n{lines}\n")).unwrap();
                let (_, done, found) = Journal::open(&file.path).unwrap();
                assert_eq!((done.len(), found.unconfirmed), (1, 0), "{lines}");
            }
        }
    }

    #[test]
    fn records_follow_each_other_even_if_another_program_appends() {
        let file = file();
        let (mut journal, ..) = Journal::open(&file.path).unwrap();
        journal.ended(&outcome(0, Status::Removed)).unwrap();
        let length = fs::metadata(&file.path).unwrap().len();
        // Through the same file, because on Windows no other can be opened for writing.
        journal.file.seek(SeekFrom::End(0)).unwrap();
        journal.file.write_all(b"{\"torn\":").unwrap();
        journal.ended(&outcome(1, Status::Removed)).unwrap();
        drop(journal);
        let text = fs::read(&file.path).unwrap();
        assert!(text[usize::try_from(length).unwrap()..].starts_with(b"{\"at\":"));
        let (_, done, found) = Journal::open(&file.path).unwrap();
        assert_eq!((done.len(), found.unreadable, found.torn), (2, 0, false));
    }

    #[test]
    fn a_second_writer_is_refused_until_the_first_closes() {
        let file = file();
        let first = Journal::open(&file.path).unwrap();
        let error = Journal::open(&file.path).unwrap_err().to_string();
        assert!(error.contains("Another run is writing"), "{error}");
        drop(first);
        assert!(Journal::open(&file.path).is_ok());
    }

    #[test]
    fn a_path_that_is_not_writable_is_refused_by_parameter() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let missing = folder.join("no/such/folder/j");
        for (path, why) in [
            ("".into(), "is empty"),
            (folder.to_string_lossy(), "It is a folder"),
            (missing.to_string_lossy(), "can't be opened for writing"),
        ] {
            let error = Journal::open(&path).unwrap_err();
            assert_eq!(error.parameter, "JournalPath");
            assert!(error.to_string().contains(why), "{error}");
        }
    }
}

//! A search in the background. Its owner feeds it records and fetches its events.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fmt, io};

use serde_json::{Value, json};

use super::damage::{Damage, Damages, Place};
use super::directory::{Directory, resolve_users};
use super::event::Event;
use super::findings::{Findings, Gathered};
use super::gather::{Effort, Progress, gather};
use super::online::{self, GraphUsers, Online, SourceContext};
use super::query::Query;
use super::read::Source;
use super::record::read_json;
use super::rules::Facts;
use super::search_options::{ReportFile, SearchOptions};
use super::search_source::SourceFile;
use crate::background::spawn;
use crate::cancel::Cancel;
use crate::events::EventQueue;
use crate::identity::Account;
use crate::input::InvalidInput;

/// Minimum time between two progress events of the files. A host that parses each of a hundred
/// events a second would slow the search down.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// A search in the background.
#[derive(Debug)]
pub struct RunningSearch {
    shared: Arc<Shared>,
}

/// Why a search did not start.
#[derive(Debug)]
pub enum StartError {
    /// An option of the caller is invalid.
    Input(InvalidInput),
    /// The system can't start a thread.
    Thread(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(error) => error.fmt(f),
            Self::Thread(error) => write!(
                f,
                "The search can't start: the system can't create a thread ({error}). \
                 Close other programs and run the command again."
            ),
        }
    }
}

impl std::error::Error for StartError {}

impl From<InvalidInput> for StartError {
    fn from(error: InvalidInput) -> Self {
        Self::Input(error)
    }
}

#[derive(Debug)]
struct Shared {
    query: Query,
    online: Online,
    report: Option<ReportFile>,
    account: Option<Arc<Account>>,
    resolve_users: bool,
    events: EventQueue<Event>,
    cancel: Cancel,
    fed: Mutex<Fed>,
    finished: Condvar,
}

/// The facts in the fed records.
#[derive(Debug, Default)]
struct Fed {
    facts: Facts,
    damages: Damages,
    records: u64,
    finished: bool,
}

/// The name of the source of fed records in messages.
const PIPELINE: &str = "the pipeline";

impl RunningSearch {
    /// Starts to read files. Graph is queried after [`RunningSearch::finish`]; until then records
    /// may be fed.
    ///
    /// # Errors
    /// An option is invalid, an online source has no account, or the system can't start a thread.
    pub fn start(options: SearchOptions) -> Result<Self, StartError> {
        let SearchOptions {
            paths,
            mut query,
            online,
            report,
            account,
            resolve_users,
        } = options;
        online.check(account.as_ref())?;
        query.tenant_id = online.tenant(query.tenant_id.as_deref(), account.as_ref())?;
        let shared = Arc::new(Shared {
            query: Query::new(query)?,
            online,
            report,
            account,
            resolve_users,
            events: EventQueue::default(),
            cancel: Cancel::default(),
            fed: Mutex::default(),
            finished: Condvar::new(),
        });
        let working = Arc::clone(&shared);
        spawn("chat-access-search", move || {
            let _end = working.events.end_on_drop();
            working.work(paths);
        })
        .map_err(StartError::Thread)?;
        Ok(Self { shared })
    }

    /// Adds one record as JSON. Returns `false` after [`RunningSearch::finish`].
    pub fn feed(&self, json: &str) -> bool {
        let shared = &self.shared;
        let fed = &mut *shared.fed();
        if fed.finished {
            return false;
        }
        fed.records += 1;
        fed.facts.place = Place {
            file: Place::PIPELINE,
            block: 0,
            record: fed.records - 1,
        };
        let read = read_json(json.as_bytes(), &mut |record| {
            fed.facts.add(&record, &shared.query)
        });
        if let Err(why) = read {
            let record = fed.records - 1;
            fed.damages.row(0, 0, record, why);
        }
        true
    }

    /// Ends the feed. The results follow when all sources are read.
    pub fn finish(&self) {
        self.shared.fed().finished = true;
        self.shared.finished.notify_all();
    }

    /// Cancels the search at the next block or request. No results follow.
    pub fn cancel(&self) {
        self.shared.cancel.cancel();
        self.finish();
    }

    /// Cancels the search and ends every wait for an event.
    pub fn close(&self) {
        self.cancel();
        self.shared.events.close();
    }

    /// Returns the queue of its events.
    pub fn events(&self) -> &EventQueue<Event> {
        &self.shared.events
    }

    /// Returns the number of records that were fed and of events that wait, as JSON.
    pub fn describe(&self) -> Value {
        json!({"records_fed": self.shared.fed().records, "waiting": self.shared.events.waiting()})
    }
}

impl Drop for RunningSearch {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    /// A poisoned lock is usable: at worst a record is missing.
    fn fed(&self) -> MutexGuard<'_, Fed> {
        self.fed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, paths: Vec<PathBuf>) {
        let files: Vec<SourceFile> = paths.iter().map(|path| SourceFile::new(path)).collect();
        let bytes_total = files.iter().filter_map(|file| file.bytes).sum();
        let reported = Mutex::new(Instant::now());
        let progress = |progress: Progress| {
            let Ok(mut reported) = reported.try_lock() else {
                return;
            };
            if reported.elapsed() < PROGRESS_INTERVAL {
                return;
            }
            *reported = Instant::now();
            let event = Event::Progress {
                files: progress.files,
                files_waiting: progress.files_waiting,
                bytes: progress.bytes,
                bytes_total,
            };
            self.events
                .replace_last(event, |last| matches!(last, Event::Progress { .. }));
        };
        let sources = paths.into_iter().map(Source::Path).collect();
        let mut gathered = gather(
            Effort::default(),
            sources,
            &self.query,
            &self.cancel,
            &progress,
        );
        let fed = self.all_fed();
        let Some(gathered) = &mut gathered else {
            return;
        };
        gathered.source_files = files;
        // Only after the feed has ended: while PowerShell's pipeline feeds records, Ctrl+C can't be
        // reported.
        let account = self.account.as_ref();
        online::gather(
            &self.online,
            account,
            &self.query,
            &self.cancel,
            &self.events,
            gathered,
        );
        if !self.cancel.is_cancelled() {
            self.report(std::mem::take(gathered), fed);
        }
    }

    /// Waits for the end of the feed and returns the records.
    fn all_fed(&self) -> Fed {
        let mut fed = self.fed();
        while !fed.finished {
            fed = self
                .finished
                .wait(fed)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let over = Fed {
            finished: true,
            ..Fed::default()
        };
        std::mem::replace(&mut *fed, over)
    }

    /// Decides on the targets and pushes the results.
    fn report(&self, mut gathered: Gathered, fed: Fed) {
        let sources = gathered.files.len();
        if fed.records > 0 {
            let file = gathered.files.len();
            gathered.files.push(PIPELINE.into());
            gathered.facts.merge(fed.facts);
            gathered.damages.add_source(file, fed.damages, fed.records);
        }
        let directory = self.account.as_ref().filter(|_| self.resolve_users);
        let context = directory.map(|account| SourceContext {
            account,
            retry: self.online.retry,
            cancel: &self.cancel,
            events: &self.events,
            source: "Directory",
            warnings: RefCell::default(),
        });
        let directory = context.as_ref().map(|context| GraphUsers { context });
        let domains = match &directory {
            Some(directory) if directory.tenant() == self.query.tenant => {
                directory.verified_domains()
            }
            _ => Vec::new(),
        };
        let reported = gathered.incomplete.len();
        let mut findings = gathered.findings(&self.query.with_verified_domains(domains));
        for message in findings.incomplete[reported..].iter().cloned() {
            self.events.push(Event::Warning { message });
        }
        if let (Some(directory), Some(context)) = (&directory, &context) {
            if let Err(why) = resolve_users(&mut findings.targets, directory) {
                context.warn(format!("Not all users could be looked up: {why}"));
            }
            findings
                .incomplete
                .append(&mut context.warnings.borrow_mut());
            if self.cancel.is_cancelled() {
                return;
            }
        }
        self.write_report(&findings);
        for damage in findings.damages {
            let message = damage.to_string();
            self.events.push(match damage {
                Damage::Row { file, row, why } => Event::BadRow {
                    file,
                    row,
                    used: why.is_used(),
                    message,
                },
                Damage::File { file, .. } => Event::FileError { file, message },
                Damage::Truncated { file, .. } => Event::Truncated { file, message },
            });
        }
        let targets = findings.targets.len();
        for target in findings.targets {
            self.events.push(Event::Target(Box::new(target)));
        }
        self.events.push(Event::Searched {
            files: sources,
            records: findings.records,
            bad_rows: findings.damaged_rows,
            targets,
            sources: findings.sources,
            incomplete: findings.incomplete,
        });
    }
}

impl Shared {
    fn write_report(&self, findings: &Findings) {
        let Some(ReportFile { path, write }) = &self.report else {
            return;
        };
        let file = path.display().to_string();
        self.events.push(match write(path, findings) {
            Ok(()) => Event::Report { path: file },
            Err(error) => Event::FileError {
                message: format!(
                    "Can't write the report to {file}: {error}. Choose another path for -Report."
                ),
                file,
            },
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::events::Taken;

    const RECORD: &str = r#"{"Operation":"ChatCreated","OrganizationId":"aaaaaaaa-0000-4000-8000-00000000000a","ChatThreadId":"19:x@thread.v2","UserId":"ann@contoso.com","UserKey":"11111111-0000-4000-8000-000000000001","Members":[{"UPN":"ann@contoso.com","OrganizationId":"aaaaaaaa-0000-4000-8000-00000000000a"}],"ParticipantInfo":{"HasForeignTenantUsers":true}}"#;

    fn all(search: &RunningSearch) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            let read = |event: &Event| serde_json::to_value(event);
            match search
                .events()
                .take(Some(Duration::from_secs(20)), |_| true, read)
                .unwrap()
            {
                Taken::Event(event) => events.push(event),
                Taken::Ended => return events,
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn fed_records_are_reported_after_the_feed_ends() {
        let search = RunningSearch::start(SearchOptions::default()).unwrap();
        assert!(search.feed(RECORD));
        assert!(search.feed(r#"{"ChatThreadId":"#));
        search.finish();
        assert!(!search.feed(RECORD), "the feed has ended");
        let events = all(&search);
        let names: Vec<_> = events
            .iter()
            .map(|event| event["event"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["bad_row", "target", "searched"]);
        assert_eq!(events[0]["row"], 2);
        assert_eq!(events[0]["used"], false);
        assert_eq!(
            events[0]["message"],
            "the pipeline, row 2, is skipped: its end is missing; export it again without a length limit."
        );
        assert_eq!(events[1]["user_id"], "11111111-0000-4000-8000-000000000001");
        assert_eq!(events[1]["found_by"], "UserKey");
        assert_eq!(events[1]["unresolved"], Value::Null);
        assert_eq!(events[2]["records"], 2);
    }

    #[test]
    fn a_file_that_can_not_be_read_is_reported_by_name() {
        let search = RunningSearch::start(SearchOptions {
            paths: vec!["/no/such/file".into()],
            ..Default::default()
        })
        .unwrap();
        search.finish();
        let events = all(&search);
        let error = events
            .iter()
            .find(|event| event["event"] == "file_error")
            .unwrap();
        assert_eq!(
            error["message"],
            "/no/such/file can't be read: the file does not exist."
        );
    }

    #[test]
    fn a_report_that_can_not_be_written_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        for (path, name) in [
            (folder.path().join("report.html"), "report"),
            ("/no/such/folder/x.html".into(), "file_error"),
        ] {
            let search = RunningSearch::start(SearchOptions {
                report: Some(ReportFile {
                    path: path.clone(),
                    write: |path, _| std::fs::write(path, "page"),
                }),
                ..Default::default()
            })
            .unwrap();
            assert!(search.feed(RECORD));
            search.finish();
            assert_eq!(all(&search)[0]["event"], name);
            assert_eq!(path.exists(), name == "report");
        }
    }

    #[test]
    fn a_record_that_is_cut_off_is_used_up_to_the_cut() {
        let search = RunningSearch::start(SearchOptions::default()).unwrap();
        let whole = &RECORD[..RECORD.len() - 1];
        assert!(search.feed(&format!("{whole},\"ItemName\":\"19:")));
        search.finish();
        let events = all(&search);
        assert_eq!(events[0]["event"], "bad_row");
        assert_eq!(events[0]["used"], true);
        assert_eq!(events[1]["thread_id"], "19:x@thread.v2");
        assert_eq!(events[2]["bad_rows"], 1);
    }

    #[test]
    fn bad_records_of_the_pipeline_are_limited_and_counted() {
        let search = RunningSearch::start(SearchOptions::default()).unwrap();
        for _ in 0..3000 {
            assert!(search.feed(r#"{"ChatThreadId":"#));
        }
        search.finish();
        let events = all(&search);
        assert_eq!(events.len(), 1001);
        assert_eq!(events[999]["row"], 1000);
        assert_eq!(events[1000]["bad_rows"], 3000);
        assert_eq!(events[1000]["records"], 3000);
    }

    #[test]
    fn a_search_that_finds_nothing_says_why() {
        for (records, message) in [
            (&[][..], "The search found no records."),
            (
                &[
                    r#"{"Operation":"FileAccessed"}"#,
                    r#"{"Operation":"MemberAdded","ChatThreadId":"19:x@thread.tacv2"}"#,
                ],
                "The search found no chat with external users in 2 records: \
                 1 not about chats, 1 about channels of teams.",
            ),
        ] {
            let search = RunningSearch::start(SearchOptions::default()).unwrap();
            for record in records {
                assert!(search.feed(record));
            }
            search.finish();
            let events = all(&search);
            assert_eq!(events.len(), 2, "{events:?}");
            assert_eq!(events[0]["event"], "warning");
            assert_eq!(events[0]["message"], message);
        }
    }

    #[test]
    fn a_cancelled_search_ends_without_targets() {
        let search = RunningSearch::start(SearchOptions::default()).unwrap();
        assert!(search.feed(RECORD));
        search.cancel();
        assert_eq!(all(&search), Vec::<Value>::new());
    }
}

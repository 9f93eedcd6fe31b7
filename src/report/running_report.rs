//! A report in the background. Its owner feeds it targets and outcomes and fetches its events.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::case::Case;
use super::fields::list;
use super::page::page;
use super::{TITLE, write};
use crate::background::spawn;
use crate::cancel::Cancel;
use crate::events::EventQueue;
use crate::input::InvalidInput;
use crate::search::Event;

/// What a report is about, and where it is written.
#[derive(Debug, Default)]
pub struct ReportOptions {
    /// The path of the page. The JSON document is beside it, with the ending `.json`.
    pub path: PathBuf,
    /// Journals to read.
    pub journals: Vec<PathBuf>,
    /// Files that searches of other sessions read.
    pub sources: Vec<PathBuf>,
    /// The title of the page. May be empty.
    pub title: String,
    /// The number of the case, or another name for it. May be empty.
    pub case_id: String,
}

impl ReportOptions {
    /// Reads the members of a request.
    ///
    /// # Errors
    /// There is no path, or a member that is not known.
    pub fn read(members: &Map<String, Value>) -> Result<Self, InvalidInput> {
        let mut options = Self::default();
        for (name, value) in members {
            let text = value.as_str().unwrap_or_default();
            let paths = || list(members, name).map(PathBuf::from).collect();
            match &**name {
                "path" => options.path = text.into(),
                "journals" => options.journals = paths(),
                "sources" => options.sources = paths(),
                "title" => options.title = text.into(),
                "case_id" => options.case_id = text.into(),
                _ => return Err(InvalidInput::new("request", name, REQUEST)),
            }
        }
        if options.path.file_name().is_none() {
            let path = options.path.to_string_lossy();
            return Err(InvalidInput::new("Path", &path, "use the path of a file"));
        }
        Ok(options)
    }
}

const REQUEST: &str = "specify a JSON object as chat_access.h describes it";

/// A report in the background.
#[derive(Debug)]
pub struct RunningReport {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    options: ReportOptions,
    /// `None` after the feed has ended.
    case: Mutex<Option<Case>>,
    events: EventQueue<Event>,
    cancel: Cancel,
}

impl RunningReport {
    /// Begins a report. Nothing is read before [`RunningReport::finish`].
    pub fn new(options: ReportOptions) -> Self {
        Self {
            shared: Arc::new(Shared {
                options,
                case: Mutex::new(Some(Case::default())),
                events: EventQueue::default(),
                cancel: Cancel::default(),
            }),
        }
    }

    /// Adds targets and outcomes as JSON. Returns `false` after the feed has ended. What can't be
    /// read is reported as a warning.
    pub fn feed(&self, json: &str) -> bool {
        let mut case = self
            .shared
            .case
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(case) = &mut *case else {
            return false;
        };
        if let Err(error) = case.add(json) {
            let message = error.to_string();
            self.shared.events.push(Event::Warning { message });
        }
        true
    }

    /// Ends the feed and writes the report.
    pub fn finish(&self) {
        let case = self.shared.case.lock();
        let Some(case) = case.unwrap_or_else(PoisonError::into_inner).take() else {
            return;
        };
        let shared = Arc::clone(&self.shared);
        let work = move || {
            let _end = shared.events.end_on_drop();
            shared.write(case);
        };
        if let Err(error) = spawn("chat-access-report", work) {
            self.shared.events.push(self.shared.failed(&error));
            self.shared.events.end();
        }
    }

    /// Ends the work. Nothing is written.
    pub fn cancel(&self) {
        self.shared.cancel.cancel();
        self.finish();
    }

    /// Ends the work and every wait for an event.
    pub fn close(&self) {
        self.cancel();
        self.shared.events.close();
    }

    /// Returns the queue of its events.
    pub fn events(&self) -> &EventQueue<Event> {
        &self.shared.events
    }
}

impl Drop for RunningReport {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    /// Writes the report, and ends the queue.
    fn write(&self, mut case: Case) {
        let options = &self.options;
        for path in &options.journals {
            // Without the folder, unless two have the same name.
            let same = |other: &&PathBuf| other.file_name() == path.file_name();
            let name = match path.file_name() {
                Some(name) if options.journals.iter().filter(same).count() == 1 => Path::new(name),
                _ => path,
            };
            if let Err(error) = case.add_journal(path, &name.to_string_lossy()) {
                self.events.push(Event::FileError {
                    file: path.to_string_lossy().into_owned(),
                    message: error.to_string(),
                });
                return;
            }
        }
        for path in &options.sources {
            case.add_source(path);
        }
        case.hash(&self.cancel);
        let title = match &*options.title {
            "" => TITLE,
            title => title,
        };
        let case = case.finish(title, &options.case_id, Timestamp::now());
        if self.cancel.is_cancelled() {
            return;
        }
        let write_json = || {
            let document = serde_json::to_vec(&case)?;
            write::write(&options.path.with_extension("json"), &document)
        };
        let write_page = || write::write(&options.path, page(&case).as_bytes());
        // On two cores, because each takes half of the time, and waits for the disk.
        let written =
            thread::scope(
                |scope| match thread::Builder::new().spawn_scoped(scope, write_json) {
                    Ok(json) => {
                        let written = write_page();
                        let json = json
                            .join()
                            .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()));
                        json.and(written)
                    }
                    Err(_) => write_json().and_then(|()| write_page()),
                },
            );
        self.events.push(match written {
            Ok(()) => Event::Report {
                path: options.path.to_string_lossy().into_owned(),
            },
            Err(error) => self.failed(&error),
        });
        // Before the memory is freed, which takes a tenth of the time.
        self.events.end();
    }

    fn failed(&self, error: &io::Error) -> Event {
        let file = self.options.path.to_string_lossy().into_owned();
        let message = format!("Can't write the report to {file}: {error}. Choose another path.");
        Event::FileError { file, message }
    }
}

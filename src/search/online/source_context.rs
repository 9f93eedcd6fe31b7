//! What a source asks with, and how it tells what it does.

use std::cell::RefCell;
use std::time::Duration;

use crate::cancel::Cancel;
use crate::events::EventQueue;
use crate::graph::Call;
use crate::http::Body;
use crate::identity::{Account, RequestError, Session};
use crate::retry::RetrySettings;
use crate::search::event::Event;

/// A wait that is shorter is not worth an event.
const NOTICEABLE: Duration = Duration::from_secs(2);

/// One source that is asked, and what it has to ask with.
pub(in crate::search) struct SourceContext<'a> {
    pub(in crate::search) account: &'a Account,
    pub(in crate::search) retry: RetrySettings,
    pub(in crate::search) cancel: &'a Cancel,
    pub(in crate::search) events: &'a EventQueue<Event>,
    /// Its name in events and in the ids of errors.
    pub(in crate::search) source: &'static str,
    /// What it was warned of.
    pub(in crate::search) warned: RefCell<Vec<String>>,
}

impl SourceContext<'_> {
    pub(super) fn ask(&self, call: &Call) -> Result<Body, RequestError> {
        let asking = Session {
            account: self.account,
            retry: self.retry,
            wait: &|time, reason| self.wait(time, reason),
        };
        asking.ask(call)
    }

    /// Waits; `false` as soon as the search is stopped.
    pub(super) fn wait(&self, time: Duration, reason: &str) -> bool {
        if time >= NOTICEABLE && !reason.is_empty() {
            self.events.push(Event::Wait {
                reason: reason.into(),
                seconds: time.as_secs_f64(),
            });
        }
        self.cancel.wait(time).is_ok()
    }

    pub(super) fn tell(&self, message: impl Into<String>, records: u64) {
        let event = Event::Asking {
            source: self.source,
            message: message.into(),
            records,
        };
        self.events
            .replace_last(event, |last| matches!(last, Event::Asking { .. }));
    }

    /// Says that something may be missing.
    pub(in crate::search) fn warn(&self, message: String) {
        self.warned.borrow_mut().push(message.clone());
        self.events.push(Event::Warning { message });
    }
}

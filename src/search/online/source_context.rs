//! How an online source sends requests and reports progress.

use std::cell::RefCell;
use std::time::Duration;

use crate::cancel::Cancel;
use crate::events::EventQueue;
use crate::graph::Call;
use crate::http::Body;
use crate::identity::{Account, RequestError, Session};
use crate::retry::RetrySettings;
use crate::search::event::Event;

/// Waits shorter than this are not reported.
const NOTICEABLE: Duration = Duration::from_secs(2);

/// What an online source needs: an account to send requests with, and a queue to report to.
pub(in crate::search) struct SourceContext<'a> {
    pub(in crate::search) account: &'a Account,
    pub(in crate::search) retry: RetrySettings,
    pub(in crate::search) cancel: &'a Cancel,
    pub(in crate::search) events: &'a EventQueue<Event>,
    /// The source's name in events and error ids.
    pub(in crate::search) source: &'static str,
    /// The warnings so far.
    pub(in crate::search) warnings: RefCell<Vec<String>>,
}

impl SourceContext<'_> {
    pub(super) fn send(&self, call: &Call) -> Result<Body, RequestError> {
        let session = Session {
            account: self.account,
            retry: self.retry,
            wait: &|time, reason| self.wait(time, reason),
        };
        session.send(call)
    }

    /// Waits for `time`. Returns `false` as soon as the search is cancelled.
    pub(super) fn wait(&self, time: Duration, reason: &str) -> bool {
        if time >= NOTICEABLE && !reason.is_empty() {
            self.events.push(Event::Wait {
                reason: reason.into(),
                seconds: time.as_secs_f64(),
            });
        }
        self.cancel.wait(time).is_ok()
    }

    /// Replaces the last progress event with a new one.
    pub(super) fn report_progress(&self, message: impl Into<String>, records: u64) {
        let event = Event::RequestProgress {
            source: self.source,
            message: message.into(),
            records,
        };
        self.events
            .replace_last(event, |last| matches!(last, Event::RequestProgress { .. }));
    }

    /// Reports that records may be missing.
    pub(in crate::search) fn warn(&self, message: String) {
        self.warnings.borrow_mut().push(message.clone());
        self.events.push(Event::Warning { message });
    }
}

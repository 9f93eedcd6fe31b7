//! What a source asks with, and how it tells what it does.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::audit::running::Event;
use crate::events::EventQueue;
use crate::graph::Call;
use crate::http::Body;
use crate::identity::{Account, Asking, NoAnswer};
use crate::retry::RetrySettings;

/// A wait is over at the latest so long after the search was stopped.
const STOP_LIMIT: Duration = Duration::from_millis(50);

/// A wait that is shorter is not worth an event.
const NOTICEABLE: Duration = Duration::from_secs(2);

/// One source that is asked, and what it has to ask with.
pub(in crate::audit) struct Graph<'a> {
    pub(in crate::audit) account: &'a Account,
    pub(in crate::audit) retry: RetrySettings,
    pub(in crate::audit) stop: &'a AtomicBool,
    pub(in crate::audit) events: &'a EventQueue<Event>,
    /// Its name in events and in the ids of errors.
    pub(in crate::audit) source: &'static str,
    /// What it was warned of.
    pub(in crate::audit) warned: RefCell<Vec<String>>,
}

impl Graph<'_> {
    pub(super) fn ask(&self, call: &Call) -> Result<Body, NoAnswer> {
        let asking = Asking {
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
        let end = Instant::now() + time;
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return false;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            thread::sleep(left.min(STOP_LIMIT));
        }
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
    pub(in crate::audit) fn warn(&self, message: String) {
        self.warned.borrow_mut().push(message.clone());
        self.events.push(Event::Warning { message });
    }
}

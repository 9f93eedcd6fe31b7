//! The removals of a run that wait, and in which order they are sent.
//!
//! Two removals in one chat are never sent at once, and one that waits for its chat delays no
//! other.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use crate::graph::{ChatId, Removal};

/// A removal and its attempts so far.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) item: u64,
    pub(super) removal: Removal,
    /// The name by which the caller named the user.
    pub(super) user_principal_name: Option<Box<str>>,
    /// The latest evidence of the chat.
    pub(super) last_seen: Option<Timestamp>,
    /// What was known about an earlier removal of the same access before the first request.
    pub(super) past: Option<Past>,
    /// Requests sent.
    pub(super) attempts: u32,
    /// The lane of the last request.
    pub(super) lane: Option<usize>,
    /// When the first request was sent.
    pub(super) started: Option<Duration>,
    /// The service's time in the last response, and how long that response took.
    pub(super) responded: Option<(Option<Timestamp>, Duration)>,
    /// The response to one of the requests was lost.
    pub(super) lost: bool,
    /// The token was renewed for this removal once.
    pub(super) renewed: bool,
}

impl Job {
    pub(super) fn new(item: u64, removal: Removal) -> Self {
        Self {
            item,
            removal,
            user_principal_name: None,
            last_seen: None,
            past: None,
            attempts: 0,
            lane: None,
            started: None,
            responded: None,
            lost: false,
            renewed: false,
        }
    }
}

/// An earlier removal of the same access.
#[derive(Debug, Clone, Copy)]
pub(super) struct Past {
    /// When it was confirmed.
    pub(super) removed_at: Timestamp,
    /// How often evidence showed the chat again after a removal, this time included.
    pub(super) times_returned: u32,
    /// Whether evidence shows it after `removed_at`.
    pub(super) returned: bool,
}

/// A queue of removals, ordered by chat and by retry. All times come from the caller.
#[derive(Debug, Default)]
pub(super) struct Queue {
    ready: VecDeque<Job>,
    /// Chats with a removal that is ready, in flight or cooling, and the removals behind it.
    chats: HashMap<ChatId, VecDeque<Job>>,
    /// Chats that have had a removal, by the time of their next one.
    cooling: BTreeSet<(Duration, ChatId)>,
    retries: BTreeMap<(Duration, u64), Job>,
    length: usize,
}

impl Queue {
    /// Number of removals in the queue: new ones, those behind their chat, and retries.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Adds a new removal.
    pub(super) fn push(&mut self, job: Job) {
        self.length += 1;
        match self.chats.entry(job.removal.thread_id.clone()) {
            Entry::Occupied(mut chat) => chat.get_mut().push_back(job),
            Entry::Vacant(chat) => {
                chat.insert(VecDeque::new());
                self.ready.push_back(job);
            }
        }
    }

    /// Adds a removal to be sent again at `at`.
    pub(super) fn retry(&mut self, job: Job, at: Duration) {
        self.length += 1;
        self.retries.insert((at, job.item), job);
    }

    /// Returns the next removal that may be sent at `now`.
    pub(super) fn peek(&mut self, now: Duration) -> Option<&Job> {
        self.wake(now);
        self.ready.front()
    }

    /// Takes the removal that [`Self::peek`] returns. Its chat stays occupied until
    /// [`Self::release`].
    pub(super) fn pop(&mut self) -> Option<Job> {
        let job = self.ready.pop_front()?;
        self.length -= 1;
        Some(job)
    }

    /// Allows the next removal in `chat` at `at`.
    pub(super) fn release(&mut self, chat: &ChatId, at: Duration) {
        if self.chats.contains_key(chat) {
            self.cooling.insert((at, chat.clone()));
        }
    }

    /// Returns when [`Self::peek`] may return something, for a queue where it returns nothing now.
    pub(super) fn next_at(&self) -> Option<Duration> {
        let cooled = self.cooling.first().map(|(at, _)| *at);
        let retried = self.retries.first_key_value().map(|((at, _), _)| *at);
        cooled.into_iter().chain(retried).min()
    }

    /// Empties the queue. Returns its removals in the order of their numbers.
    pub(super) fn drain(&mut self) -> Vec<Job> {
        let mut jobs: Vec<Job> = self.ready.drain(..).collect();
        for (_, waiting) in self.chats.drain() {
            jobs.extend(waiting);
        }
        jobs.extend(std::mem::take(&mut self.retries).into_values());
        self.cooling.clear();
        self.length = 0;
        jobs.sort_by_key(|job| job.item);
        jobs
    }

    /// Moves what is due at `now` to `ready`: the next removal of each cooled chat, and retries.
    fn wake(&mut self, now: Duration) {
        while self.cooling.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, id)) = self.cooling.pop_first() else {
                break;
            };
            match self.chats.get_mut(&id).and_then(VecDeque::pop_front) {
                Some(job) if job.attempts > 0 => self.ready.push_front(job),
                Some(job) => self.ready.push_back(job),
                None => {
                    self.chats.remove(&id);
                }
            }
        }
        while let Some(entry) = self.retries.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let job = entry.remove();
            self.push_first(job);
        }
    }

    /// Puts a retry before all new removals, because its time is running.
    fn push_first(&mut self, job: Job) {
        match self.chats.entry(job.removal.thread_id.clone()) {
            Entry::Occupied(mut chat) => chat.get_mut().push_front(job),
            Entry::Vacant(chat) => {
                chat.insert(VecDeque::new());
                self.ready.push_front(job);
            }
        }
    }
}

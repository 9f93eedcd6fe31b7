//! What a handle has to tell its owner, in order, until it is fetched.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A queue that any thread puts into and any thread takes from. It ends when it is closed and empty.
#[derive(Debug)]
pub struct EventQueue<E> {
    state: Mutex<State<E>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<E> {
    events: VecDeque<E>,
    /// Nothing more will come.
    ended: bool,
    /// The owner is gone: whoever waits is let go.
    closed: bool,
}

/// What [`EventQueue::take`] came back with.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken<T> {
    /// An event.
    Event(T),
    /// None came in time.
    NotYet,
    /// None will come.
    Ended,
    /// The handle was closed.
    Closed,
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                events: VecDeque::new(),
                ended: false,
                closed: false,
            }),
            changed: Condvar::new(),
        }
    }
}

impl<E> EventQueue<E> {
    /// Adds an event at the end.
    pub fn push(&self, event: E) {
        self.lock().events.push_back(event);
        self.changed.notify_all();
    }

    /// Adds an event in place of the last one, where `replaces` says that that one is out of date.
    pub fn replace_last(&self, event: E, replaces: impl Fn(&E) -> bool) {
        let mut state = self.lock();
        if state.events.back().is_some_and(replaces) {
            state.events.pop_back();
        }
        state.events.push_back(event);
        drop(state);
        self.changed.notify_all();
    }

    /// Nothing more will come.
    pub fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// Lets everyone who waits go.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// How many events wait.
    pub fn waiting(&self) -> usize {
        self.lock().events.len()
    }

    /// Takes the first event that `wanted` takes, waiting up to `limit` (`None`: for ever) for it.
    /// `read` looks at it first; where it fails, the event stays where it is.
    ///
    /// # Errors
    /// What `read` returned.
    pub fn take<T, X>(
        &self,
        limit: Option<Duration>,
        wanted: impl Fn(&E) -> bool,
        read: impl Fn(&E) -> Result<T, X>,
    ) -> Result<Taken<T>, X> {
        let deadline = limit.map(|limit| Instant::now() + limit);
        let mut state = self.lock();
        loop {
            if state.closed {
                return Ok(Taken::Closed);
            }
            if let Some(at) = state.events.iter().position(&wanted) {
                let taken = read(&state.events[at])?;
                state.events.remove(at);
                return Ok(Taken::Event(taken));
            }
            if state.ended {
                return Ok(Taken::Ended);
            }
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => return Ok(Taken::NotYet),
                Some(left) => {
                    self.changed
                        .wait_timeout(state, left)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
                None => self
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// A panic can't leave the queue half changed, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(queue: &EventQueue<u8>) -> Taken<u8> {
        queue
            .take(Some(Duration::ZERO), |_| true, |e| Ok::<_, ()>(*e))
            .unwrap()
    }

    #[test]
    fn events_come_in_order_and_then_the_end() {
        let queue = EventQueue::default();
        queue.push(1);
        queue.push(2);
        queue.end();
        assert_eq!(take(&queue), Taken::Event(1));
        assert_eq!(take(&queue), Taken::Event(2));
        assert_eq!(take(&queue), Taken::Ended);
    }

    #[test]
    fn an_event_that_can_not_be_read_is_not_lost() {
        let queue = EventQueue::default();
        queue.push(1);
        let refused = queue.take(None, |_| true, |_| Err::<(), _>("too small"));
        assert_eq!(refused, Err("too small"));
        assert_eq!(take(&queue), Taken::Event(1));
        assert_eq!(take(&queue), Taken::NotYet);
    }

    #[test]
    fn closing_lets_a_waiting_thread_go() {
        let queue = EventQueue::<u8>::default();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| queue.take(None, |_| true, |e| Ok::<_, ()>(*e)));
            std::thread::sleep(Duration::from_millis(20));
            queue.close();
            assert_eq!(waiting.join().unwrap(), Ok(Taken::Closed));
        });
    }

    #[test]
    fn an_outdated_event_is_replaced() {
        let queue = EventQueue::default();
        queue.push(10);
        queue.replace_last(11, |last| *last >= 10);
        queue.replace_last(5, |last| *last < 10);
        assert_eq!(queue.waiting(), 2);
        assert_eq!(take(&queue), Taken::Event(11));
    }
}

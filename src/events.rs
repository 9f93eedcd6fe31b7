//! The queue that carries events from the threads of a handle to its owner.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A queue of events that any thread may add to or take from. It ends when [`Self::end`] was called
/// and all events were taken.
#[derive(Debug)]
pub struct EventQueue<E> {
    state: Mutex<State<E>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<E> {
    events: VecDeque<E>,
    /// No more events will be added.
    ended: bool,
    /// The owner closed the handle, so waiting callers return.
    closed: bool,
}

/// The result of [`EventQueue::take`].
#[derive(Debug, PartialEq, Eq)]
pub enum Taken<T> {
    /// An event.
    Event(T),
    /// No event came in time.
    NotYet,
    /// No event will come.
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

    /// Adds an event. It replaces the last one if `replaces` returns true for that one.
    pub fn replace_last(&self, event: E, replaces: impl Fn(&E) -> bool) {
        let mut state = self.lock();
        if state.events.back().is_some_and(replaces) {
            state.events.pop_back();
        }
        state.events.push_back(event);
        drop(state);
        self.changed.notify_all();
    }

    /// Declares that no more events will be added.
    pub fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// Returns a guard that ends the queue with the thread that holds it, even if it panics, so that
    /// no caller waits forever.
    pub(crate) fn end_on_drop(&self) -> EndOnDrop<'_, E> {
        EndOnDrop(self)
    }

    /// Closes the queue: waiting callers, and all later ones, get [`Taken::Closed`].
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Number of events in the queue.
    pub fn waiting(&self) -> usize {
        self.lock().events.len()
    }

    /// Takes the first event that `wanted` accepts, and waits for it up to `limit` (`None`: no
    /// limit). Returns what `read` makes of the event. If `read` fails, the event stays in the
    /// queue.
    ///
    /// # Errors
    /// The error that `read` returned.
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

    /// Locks the queue. A panic can't leave it half changed, so a poisoned lock is used too.
    fn lock(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a queue when it is dropped.
pub(crate) struct EndOnDrop<'a, E>(&'a EventQueue<E>);

impl<E> Drop for EndOnDrop<'_, E> {
    fn drop(&mut self) {
        self.0.end();
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
    fn events_are_taken_in_order_and_then_the_queue_ends() {
        let queue = EventQueue::default();
        queue.push(1);
        queue.push(2);
        queue.end();
        assert_eq!(take(&queue), Taken::Event(1));
        assert_eq!(take(&queue), Taken::Event(2));
        assert_eq!(take(&queue), Taken::Ended);
    }

    #[test]
    fn an_event_stays_in_the_queue_if_reading_fails() {
        let queue = EventQueue::default();
        queue.push(1);
        let failed = queue.take(None, |_| true, |_| Err::<(), _>("too small"));
        assert_eq!(failed, Err("too small"));
        assert_eq!(take(&queue), Taken::Event(1));
        assert_eq!(take(&queue), Taken::NotYet);
    }

    #[test]
    fn closing_ends_a_wait() {
        let queue = EventQueue::<u8>::default();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| queue.take(None, |_| true, |e| Ok::<_, ()>(*e)));
            std::thread::sleep(Duration::from_millis(20));
            queue.close();
            assert_eq!(waiting.join().unwrap(), Ok(Taken::Closed));
        });
    }

    #[test]
    fn replace_last_replaces_only_a_matching_event() {
        let queue = EventQueue::default();
        queue.push(10);
        queue.replace_last(11, |last| *last >= 10);
        queue.replace_last(5, |last| *last < 10);
        assert_eq!(queue.waiting(), 2);
        assert_eq!(take(&queue), Taken::Event(11));
    }
}

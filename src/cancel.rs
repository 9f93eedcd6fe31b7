//! A cancellation flag that ends every wait on it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// The operation was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

/// A cancellation flag, set once by the owner of an operation and watched by the threads that carry
/// it out.
#[derive(Debug, Default)]
pub(crate) struct Cancel {
    cancelled: AtomicBool,
    /// Held while the flag changes, so that a waiting thread can't miss the notification.
    waiting: Mutex<()>,
    changed: Condvar,
}

impl Cancel {
    /// Sets the flag and ends every wait, present and future.
    pub(crate) fn cancel(&self) {
        let _waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        self.cancelled.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }

    /// Returns whether the flag is set. Costs one relaxed load, so loops may call it per block.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Waits for `time`.
    ///
    /// # Errors
    /// [`Cancelled`], as soon as the flag is set.
    pub(crate) fn wait(&self, time: Duration) -> Result<(), Cancelled> {
        let guard = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let _guard = self
            .changed
            .wait_timeout_while(guard, time, |()| !self.is_cancelled())
            .unwrap_or_else(PoisonError::into_inner);
        if self.is_cancelled() {
            Err(Cancelled)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn cancelling_ends_a_wait_at_once() {
        let cancel = Cancel::default();
        assert_eq!(cancel.wait(Duration::ZERO), Ok(()));
        std::thread::scope(|scope| {
            let began = Instant::now();
            let waiting = scope.spawn(|| cancel.wait(Duration::from_secs(600)));
            cancel.cancel();
            assert_eq!(waiting.join().unwrap(), Err(Cancelled));
            assert!(began.elapsed() < Duration::from_secs(60));
        });
        assert!(cancel.is_cancelled());
    }
}

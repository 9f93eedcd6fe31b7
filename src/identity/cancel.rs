//! Waiting that whoever closes the sign-in ends at once.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::SignInError;

/// A flag that can be waited for.
#[derive(Debug, Default)]
pub(super) struct Cancel {
    cancelled: Mutex<bool>,
    changed: Condvar,
}

impl Cancel {
    /// Ends every wait, present and to come.
    pub(super) fn cancel(&self) {
        *self
            .cancelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Waits that long.
    ///
    /// # Errors
    /// [`SignInError::Cancelled`], as soon as it is so.
    pub(super) fn wait(&self, time: Duration) -> Result<(), SignInError> {
        let guard = self
            .cancelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let (cancelled, _) = self
            .changed
            .wait_timeout_while(guard, time, |cancelled| !*cancelled)
            .unwrap_or_else(PoisonError::into_inner);
        if *cancelled {
            Err(SignInError::Cancelled)
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
            assert_eq!(waiting.join().unwrap(), Err(SignInError::Cancelled));
            assert!(began.elapsed() < Duration::from_secs(60));
        });
    }
}

//! No panic leaves the library.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

use once_cell::sync::Lazy;

use super::ChatAccessStatus;

/// The default hook prints a panic's message to the host's standard error, and a message may hold
/// anything. The library has its own copy of the standard library, so the host's hook is untouched.
static QUIET: Lazy<()> = Lazy::new(|| set_hook(Box::new(|_| {})));

/// Runs the body of an export. Its error is its status; a panic is [`ChatAccessStatus::Panicked`].
pub(super) fn guard(body: impl FnOnce() -> Result<ChatAccessStatus, ChatAccessStatus>) -> i32 {
    // In tests the panics of others must still be seen.
    if !cfg!(test) {
        Lazy::force(&QUIET);
    }
    // What a panic may leave half done is behind locks that are taken over, or dropped with the call.
    let status = catch_unwind(AssertUnwindSafe(body)).unwrap_or(Err(ChatAccessStatus::Panicked));
    status.unwrap_or_else(|error| error) as i32
}

//! Catches panics at the exports.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

use once_cell::sync::Lazy;

use super::status::ChatAccessStatus;

/// Replaces the default panic hook, which prints the message to the host's standard error: a
/// message may contain anything. The library has its own copy of the standard library, so the
/// host's hook stays.
static QUIET: Lazy<()> = Lazy::new(|| set_hook(Box::new(|_| {})));

/// Runs the body of an export and returns its status; [`ChatAccessStatus::Panicked`] after a panic.
pub(super) fn guard(body: impl FnOnce() -> Result<ChatAccessStatus, ChatAccessStatus>) -> i32 {
    // The tests' own panics must stay visible.
    if !cfg!(test) {
        Lazy::force(&QUIET);
    }
    // What a panic interrupts is behind locks that ignore poisoning, or is dropped with the call.
    let status = catch_unwind(AssertUnwindSafe(body)).unwrap_or(Err(ChatAccessStatus::Panicked));
    status.unwrap_or_else(|error| error) as i32
}

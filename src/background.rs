//! Background threads.

use std::io;
use std::thread::Builder;

/// Runs `work` on a new thread.
///
/// # Errors
/// The system can't start a thread.
pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    // Boxed, so that the library contains the code that starts a thread only once.
    let work: Box<dyn FnOnce() + Send> = Box::new(work);
    Builder::new()
        .name(name.into())
        .stack_size(512 * 1024)
        .spawn(work)
        .map(drop)
}

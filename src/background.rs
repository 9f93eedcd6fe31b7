//! The threads that go on by themselves while the caller does something else.

use std::io;
use std::thread::Builder;

/// Starts a thread for `work`.
///
/// # Errors
/// The system's, where it has no thread left.
pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    // Boxed, so that what starts a thread is in the library once and not for each work again.
    let work: Box<dyn FnOnce() + Send> = Box::new(work);
    Builder::new()
        .name(name.into())
        .stack_size(512 * 1024)
        .spawn(work)
        .map(drop)
}

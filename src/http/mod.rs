//! HTTPS as this library speaks it, to Graph and to Entra alike: no redirect is followed, nothing is
//! sent in the clear beyond this computer, and an answer is read with a limit on its size and its time.

mod body;
mod client;
pub(crate) mod retry_after;

pub(crate) use body::text;
pub use body::{Body, LARGEST_ANSWER};
pub use client::ExchangeError;
pub(crate) use client::{client, is_transient};

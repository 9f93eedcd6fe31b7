//! HTTP policy shared by Graph and Entra: no redirects, no plain HTTP except to this computer, and
//! limits on the size of a response and on its time.

mod body;
mod client;
mod probe;
pub(crate) mod retry_after;
mod transport_fault;

pub(crate) use body::text;
pub use body::{Body, MAX_RESPONSE_BYTES};
pub use client::{ClientError, ExchangeError};
pub(crate) use client::{client, is_transient};
pub(crate) use probe::Probe;
pub use transport_fault::TransportFault;

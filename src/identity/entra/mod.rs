//! Entra's token endpoint: requests, responses and refusals.

mod client;
mod error;
mod refusal;
mod response;

pub(super) use self::client::{Entra, Field};
pub use self::error::SignInError;
pub use self::refusal::{EntraError, Refusal};
pub(super) use self::response::Tokens;

//! Entra's token endpoint: requests, responses and refusals.

mod client;
mod error;
mod response;
mod sign_in_error;

pub(crate) use self::client::{Entra, Field};
pub use self::error::{EntraError, Refusal};
pub(crate) use self::response::Tokens;
pub use self::sign_in_error::SignInError;

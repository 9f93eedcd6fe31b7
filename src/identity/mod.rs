//! Signs an administrator in and keeps the session's token good.
//!
//! [`SignIn`] is the whole way, on a thread of its own: in a browser, with a device code, or with a refresh
//! token; it ends in an [`Account`], which is also what a token from outside makes. An account gives the
//! token to send and renews it; [`Claims`] is what a token says of itself, and [`EntraError`] what Entra
//! says when it gives none. [`Registration`] finds or creates the application to sign in with.

mod account;
mod application;
mod challenge;
mod claims;
mod entra;
mod session;
mod sign_in;
mod tenant;
mod token_source;

pub use account::Account;
pub use application::Application;
pub use claims::{Claims, Objection};
pub use entra::{EntraError, Refusal, SignInError};
pub(crate) use session::{RequestError, Session};
pub(crate) use sign_in::is_registered;
pub use sign_in::{Method, SignIn, SignInEvent, Stage};
pub use tenant::Tenant;

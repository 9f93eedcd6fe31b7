//! Signs an administrator in and renews the session's tokens.
//!
//! [`SignIn`] signs in on a thread of its own: in a browser, with a device code or with a refresh
//! token. Its result is an [`Account`], which can also be created from an access token. An account
//! returns the token to send and renews it. [`Claims`] are the claims in a token, and
//! [`EntraError`] is Entra's refusal to issue one. [`crate::registration`] finds or creates the
//! application to sign in with.

mod account;
mod application;
mod challenge;
mod claims;
mod directory;
mod entra;
mod session;
mod sign_in;
mod tenant;
mod token_source;

pub use account::Account;
pub use application::Application;
pub use claims::{Claims, Objection};
pub(crate) use directory::{DIRECTORY_SCOPE, find_user};
pub use entra::{EntraError, Refusal, SignInError};
pub(crate) use session::{RequestError, Session};
pub(crate) use sign_in::is_registered;
pub use sign_in::{Method, SignIn, SignInEvent, Stage};
pub use tenant::Tenant;

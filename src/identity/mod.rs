//! Signs an administrator in and keeps the session's token good.
//!
//! [`SignIn`] is the whole way, on a thread of its own: in a browser, with a device code, or with a refresh
//! token; it ends in an [`Account`], which is also what a token from outside makes. An account gives the
//! token to send and renews it; [`Claims`] is what a token says of itself, and [`EntraError`] what Entra
//! says when it gives none. [`Registration`] finds or creates the application to sign in with.

mod account;
mod application;
mod asking;
mod browser;
mod cancel;
mod challenge;
mod claims;
mod device_code;
mod entra;
mod entra_error;
mod loopback;
mod page;
mod registration;
mod secret;
mod sign_in;
mod sign_in_error;
mod tenant;
mod token;
mod token_source;
mod tokens;

pub use account::Account;
pub use application::Application;
pub(crate) use asking::{Asking, NoAnswer};
pub use claims::{Claims, Objection, REMOVAL_SCOPE};
pub use entra_error::{EntraError, Refusal};
pub use registration::{Consent, Registration, RegistrationEvent, RegistrationOptions};
pub use sign_in::{Method, SignIn, SignInEvent, Stage};
pub use sign_in_error::SignInError;
pub use tenant::Tenant;
pub use token::{AccessToken, RefreshToken};

//! Who is signed in: tokens, what they say, and the session that sends them.

mod account;
mod claims;
mod token;

pub use account::{Account, SignInNeeded};
pub use claims::{Claims, Objection, REMOVAL_SCOPE};
pub use token::AccessToken;

//! Removes a user's access to Microsoft Teams chats (`removeAllAccessForUser`), for PowerShell and C.
//!
//! The way through the code is the way of a removal: [`ffi`] takes it from C or PowerShell, [`removal`]
//! checks it, paces it, retries it and makes an outcome of it, [`graph`] sends it, and [`identity`] says
//! with whose token. [`search`] finds what to remove in what administrators have. [`events`] carries back what
//! happens, [`input`] is how each of them refuses what it can't use, `http` is how strictly all of them speak to a
//! service, `retry` is how long they wait before they ask again, and `thread` is what they do it on.

// For the library alone: the other crates print, and nobody outside of the workspace uses them.
#![warn(
    missing_docs,
    unreachable_pub,
    clippy::print_stdout,
    clippy::print_stderr
)]

mod background;
mod cancel;
pub mod cloud;
pub mod events;
pub mod ffi;
pub mod graph;
mod http;
pub mod identity;
pub mod input;
pub mod registration;
pub mod removal;
mod retry;
pub mod search;
mod secret;
pub mod token;

//! Removes a user's access to Microsoft Teams chats (`removeAllAccessForUser`), for PowerShell and
//! C.
//!
//! A removal takes three calls: create an [`Account`](identity::Account) from a token, start a
//! [`Run`](removal::Run) with it, and submit the removal. The run paces, sends, retries and
//! journals it, and reports its outcome as an event.
//!
//! ```no_run
//! use chat_access::cloud::Cloud;
//! use chat_access::events::Taken;
//! use chat_access::identity::Account;
//! use chat_access::removal::{Event, Lane, Run, RunOptions};
//! use chat_access::token::AccessToken;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let cloud = Cloud::new(Some("Global"), None, None)?;
//! let token = AccessToken::new(std::env::var("GRAPH_TOKEN")?.as_bytes())?;
//! let lane = Lane::new(Account::with_token(cloud, token)?);
//!
//! let run = Run::start(vec![lane.into()], RunOptions::default())?;
//! run.submit(
//!     "5f3e2b10-7c4d-4e8a-9b61-0d2c3a4f5e61", // tenant of the user
//!     "d864e79f-0000-4000-8000-0eeb4d61fdc2", // object id of the user
//!     "19:b8577894a63548969c5c92bb9c80c5e1@thread.v2", // chat
//! )
//! .expect("three valid ids, and room in the queue");
//! run.finish();
//!
//! while let Taken::Event(event) = run.events().take(None, |_| true, |event: &Event| {
//!     Ok::<_, std::convert::Infallible>(event.clone())
//! })? {
//!     println!("{}", serde_json::to_string(&event)?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Modules
//!
//! A module uses only the modules below it.
//!
//! | Module | Purpose |
//! |---|---|
//! | [`ffi`] | The C ABI: handles, and all `unsafe` code but the lock of the journal |
//! | [`report`] | The report as a page |
//! | [`removal`] | The engine: queue, pace, retry, journal, outcome |
//! | [`search`] | From audit exports, hunting results and Graph queries to removals |
//! | [`registration`] | The application to sign in with |
//! | [`identity`] | Entra sign-in, token renewal, token claims, sessions with Graph |
//! | [`graph`] | Microsoft Graph: requests, responses, errors, chat ids |
//! | `http` | HTTP policy shared by Graph and Entra: no redirects, size and time limits |
//! | [`cloud`] | The national clouds and their endpoints |
//! | [`token`] | Access tokens and refresh tokens, wiped from memory when dropped |
//! | [`events`] | The queue that carries events from a thread to the owner of a handle |
//! | [`retry`] | Backoff with jitter |
//! | [`input`] | Errors for bad input, and text that is safe to print |
//! | `background` | Starts the threads |
//! | `cancel` | A cancellation flag that ends waits |
//! | `secret` | Bytes that are wiped from memory when dropped |

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
pub mod report;
pub mod retry;
pub mod search;
mod secret;
pub mod token;

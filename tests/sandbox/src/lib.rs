//! A loopback Entra and Microsoft Graph for trying and testing ChatAccess without a tenant.
//!
//! ```
//! use sandbox::{Fault, FaultScript, Rule, Sandbox, SandboxOptions, TokenClaims, When};
//!
//! let sandbox = Sandbox::start(SandboxOptions::default());
//! let token = sandbox.token(TokenClaims::default());
//! sandbox.script(FaultScript::new([Rule::new(Fault::ResetAfter).when(When::nth(2))]));
//! // ... point a client at sandbox.url(), with this token ...
//! assert!(sandbox.applied().is_empty());
//! ```
//!
//! It serves `POST /{v1.0|beta}/chats/{id}/removeAllAccessForUser`, `GET /{v1.0|beta}/users/{id
//! or name}` and the searches for chats (the audit log, hunting, the lists of chats) with the
//! checks, answers and headers of Graph, keeps a record of what it was asked and of what it
//! removed, and fails on demand. What the documentation leaves open it decides as follows: every
//! well-formed chat id names a chat unless told otherwise, and a removal that is repeated succeeds
//! again.
//!
//! - [`Sandbox`] starts and holds it; [`SandboxOptions`] says how.
//! - [`TokenClaims`] are the claims of a token to mint.
//! - [`limits`]: throttling as documented, and how fast it lets anyone be.
//! - [`EntraSettings`]: who signs in, how long tokens live, and what is refused.
//! - [`faults`]: which requests go wrong, and how.
//! - [`AuditLog`], [`Hunting`], [`Chats`]: what the searches find.
//! - [`RecordedRequest`], [`AppliedRemoval`], [`Stats`]: what happened.
//! - [`control`]: the same over HTTP, for clients that are not Rust.

pub mod control;
mod entra;
mod exchange;
pub mod faults;
mod graph;
mod guid;
mod ledger;
pub mod limits;
mod lock;
mod response;
mod sandbox;
mod server;
mod service;
mod token;
mod wire;

pub use entra::{EntraRefusal, EntraSettings, EntraStats};
pub use faults::{Cut, Fault, FaultScript, Rule, Trick, When};
pub use graph::{AuditLog, Chats, DirectoryUser, Hunting};
pub use ledger::{AppliedRemoval, RecordedRequest, Stats};
pub use limits::{Limits, ideal_duration};
pub use sandbox::{Sandbox, SandboxOptions};
pub use token::{ADMIN_ID, SCOPE, TENANT_ID, TokenClaims};

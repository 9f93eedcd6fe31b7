//! A loopback Microsoft Entra ID and Microsoft Graph, to test and try ChatAccess without a tenant.
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
//! The sandbox serves `POST /{v1.0|beta}/chats/{id}/removeAllAccessForUser`, `GET
//! /{v1.0|beta}/users/{id or name}` and the searches for chats (audit log queries, hunting queries,
//! lists of chats) with Graph's checks, responses and headers. It records every request and every
//! removal, and injects faults on demand. Where the documentation is silent, the sandbox assumes
//! that every well-formed chat id names an existing chat, unless a test says otherwise, and that
//! repeating a removal succeeds.
//!
//! - [`Sandbox`] is a running sandbox; [`SandboxOptions`] configures it.
//! - [`TokenClaims`] are the claims of a token to issue.
//! - [`limits`] models the documented throttling, and computes the ideal duration under it.
//! - [`EntraSettings`] set who signs in, how long tokens live, and which requests are refused.
//! - [`faults`] choose which requests fail, and how.
//! - [`AuditLog`], [`Hunting`], [`Alerts`] and [`Chats`] hold the data that searches find.
//! - [`Peer`] is a server or a proxy that keeps every request from its service.
//! - [`RecordedRequest`], [`AppliedRemoval`] and [`Stats`] report what happened.
//! - [`control`] offers all of this over HTTP, for clients that are not written in Rust.

pub mod control;
mod entra;
mod exchange;
pub mod faults;
mod graph;
mod guid;
mod ledger;
pub mod limits;
mod lock;
mod peer;
mod response;
mod sandbox;
mod server;
mod service;
mod token;
mod wire;

pub use entra::{EntraRefusal, EntraSettings, EntraStats};
pub use faults::{Cut, Fault, FaultScript, Rule, Trick, When};
pub use graph::{Alerts, AuditLog, Chats, DirectoryUser, Hunting};
pub use ledger::{AppliedRemoval, RecordedRequest, Stats};
pub use limits::{Limits, ideal_duration};
pub use peer::Peer;
pub use sandbox::{Sandbox, SandboxOptions};
pub use token::{ADMIN_ID, SCOPE, TENANT_ID, TokenClaims};

//! Faults on demand: what a client must survive, on the requests a script names.
//!
//! A [`FaultScript`] is a list of [`Rule`]s. The first rule that matches a request and has hits
//! left spoils that request with its [`Fault`]; where none does, the answer is the real one. Each
//! rule counts for itself the requests it sees, those that another rule takes included.
//!
//! ```
//! use sandbox::{Fault, FaultScript, Rule, When};
//!
//! // The first try of every chat is lost after it took effect; a later outage of three requests.
//! let script = FaultScript::new([
//!     Rule::new(Fault::ResetAfter).when(When { per_chat: true, ..When::nth(1) }),
//!     Rule::new(Fault::ProxyErrorPage { status: 503 }).when(When::nth(20)).times(3),
//! ]);
//! ```
//!
//! As JSON, for `POST /sandbox/faults`, the same script is
//!
//! ```json
//! {"rules": [
//!   {"when": {"nth": 1, "per_chat": true}, "fault": {"kind": "reset_after"}},
//!   {"when": {"nth": 20}, "times": 3, "fault": {"kind": "proxy_error_page", "status": 503}}
//! ]}
//! ```
//!
//! A fault comes before the request takes effect, as if it happened in front of Graph: no limit
//! counts the request, nothing is removed. With `processed` set the request takes effect first and
//! only its answer is spoiled. The faults that spoil a real answer (`reset_after`, `close_after`,
//! `truncated`, `slow`, `unknown_status`) are always so.

mod fault;
mod injection;
mod rule;

pub use fault::{Cut, Fault, Trick};
pub(crate) use injection::{Delivery, inject};
pub use rule::{FaultScript, Rule, When};
pub(crate) use rule::{Faults, Hit};

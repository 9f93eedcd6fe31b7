//! Faults on demand, on the requests that a script selects.
//!
//! A [`FaultScript`] is a list of [`Rule`]s. The first rule that matches a request and has hits
//! left applies its [`Fault`]; without such a rule the request is served. Every rule counts every
//! request, including those that another rule matches.
//!
//! ```
//! use sandbox::{Fault, FaultScript, Rule, When};
//!
//! // The first response for every chat is lost after the removal is applied; later, three requests
//! // meet an outage.
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
//! By default a fault occurs before the request reaches Graph: no limit counts the request, and
//! nothing is removed. With `processed` the request is processed first and the fault replaces its
//! response. Faults that change a real response (`reset_after`, `close_after`, `truncated`, `slow`,
//! `unknown_status`) always process the request.

mod fault;
mod injection;
mod rule;

pub use fault::{Cut, Fault, Trick};
pub(crate) use injection::{Delivery, inject};
pub use rule::{FaultScript, Rule, When};
pub(crate) use rule::{Faults, Hit};

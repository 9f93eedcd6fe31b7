//! From records to targets: who is in the chat, who of them is of the home tenant, and what their id is.
//!
//! [`Facts`] takes records in any order, on any number of threads, and merges; [`Facts::targets`] decides at
//! the end, because any record may tell what another one leaves open. Nothing is guessed: what the records
//! do not settle comes out as unresolved, with the reason.

mod chat;
mod domain_tenants;
mod facts;
mod person;
mod resolve;
mod small_set;
#[cfg(test)]
mod tests;
mod thread;

pub(crate) use self::facts::Facts;
pub(crate) use self::resolve::LeftOut;

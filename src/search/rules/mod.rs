//! Decides who is in a chat, who of them belongs to the home tenant, and what their object id is.
//!
//! [`Facts`] collects records in any order and on any number of threads. [`Facts::targets`] decides
//! after all records are read, because any record can complete another one. A user whom the records
//! do not identify is unresolved, with the reason.

mod actors;
mod alert;
mod audit_record;
mod chat;
mod chat_list;
mod claims;
mod decision;
mod domain_tenants;
mod facts;
mod homes;
mod message_event;
mod object_id;
mod participant;
mod person;
mod small_set;
mod targets;
#[cfg(test)]
mod tests;
mod thread;

pub(crate) use self::facts::Facts;
pub(crate) use self::person::is_guest;
pub(crate) use self::small_set::SmallSet;

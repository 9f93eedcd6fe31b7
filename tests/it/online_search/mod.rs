//! Searches that query Microsoft Graph: the audit log, Defender, and the chats of users.

mod alerts;
mod audit_query;
mod chats;
mod hunting;
mod mixed;
pub(crate) mod support;

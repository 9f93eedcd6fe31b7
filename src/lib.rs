//! Removes a user's access to Microsoft Teams chats (`removeAllAccessForUser`), for PowerShell and C.

pub mod events;
pub mod graph;
pub mod identity;
pub mod input;
pub mod removal;

//! The result of a search: a chat and a user of the home tenant in it.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

use super::record::Origin;

/// One user's access to one chat, and the evidence for it. The targets of a chat share their lists,
/// which contain at most [`Target::LISTED`] items each. A resolved target has a tenant, a user
/// and a chat id that Graph accepts, so it can be removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// The home tenant.
    pub tenant_id: Option<Uuid>,
    /// The user's object id in the home tenant.
    pub user_id: Option<Uuid>,
    /// The chat's id.
    pub thread_id: String,
    /// The user principal name, or the e-mail address if no record contains the former.
    pub user_principal_name: Option<String>,
    /// The kind of the chat.
    pub chat_type: ChatKind,
    /// Whether external users take part.
    pub external: bool,
    /// The tenants of the external users.
    pub external_tenants: Arc<[Uuid]>,
    /// The domains of the external users.
    pub external_domains: Arc<[String]>,
    /// The external users, by user principal name or address.
    pub external_users: Arc<[String]>,
    /// The names under which people saw the external users. Anybody can choose any name.
    pub external_names: Arc<[String]>,
    /// The operations in the chat.
    pub operations: Arc<[String]>,
    /// The time of the first record.
    pub first_seen: Option<Timestamp>,
    /// The time of the last record.
    pub last_seen: Option<Timestamp>,
    /// Number of records. A record that two sources contain counts once.
    pub events: u64,
    /// The file and the row of the first record.
    pub first_record: Option<Arc<str>>,
    /// The file and the row of the last record.
    pub last_record: Option<Arc<str>>,
    /// The sources of the records.
    pub sources: Vec<Origin>,
    /// How the user's object id was found.
    pub found_by: Option<FoundBy>,
    /// Why it was not found.
    #[serde(flatten)]
    pub unresolved: Option<Unresolved>,
}

impl Target {
    /// Maximum number of items in a list.
    pub const LISTED: usize = 100;
}

/// The kind of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ChatKind {
    /// Two people.
    OneOnOne,
    /// A group.
    Group,
    /// The chat of a meeting.
    Meeting,
    /// None of these, or unknown.
    Other,
}

impl ChatKind {
    /// Returns the name that programs and parameters use.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::OneOnOne => "OneOnOne",
            Self::Group => "Group",
            Self::Meeting => "Meeting",
            Self::Other => "Other",
        }
    }
}

/// How a user's object id was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum FoundBy {
    /// The user is the actor of a record, whose UserKey is the actor's id.
    UserKey,
    /// The id of a one-to-one chat contains both users' ids, and the other user's is known.
    ChatId,
    /// A message names it among its recipients.
    RecipientObjectId,
    /// A message names it as its sender.
    SenderObjectId,
    /// The chat's member list contains it.
    ChatMember,
    /// An alert names the user by the same address, with it.
    UserEvidence,
    /// The directory was queried for the user principal name.
    Directory,
}

/// Why a target can't be removed yet. The text says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unresolved {
    /// No source names the home tenant.
    NoTenant,
    /// No record names a user of the home tenant.
    NoInternalUser {
        /// The home tenant.
        tenant: Uuid,
    },
    /// No record says whether this user belongs to the home tenant.
    UnknownSide {
        /// The user's domain, if the name has one.
        domain: Option<String>,
    },
    /// Only a sender's address names this user, and an external user can choose it.
    UnverifiedSender {
        /// The sender's object id.
        id: Option<Uuid>,
    },
    /// No record says which object id is the user's.
    NoObjectId {
        /// The id of the one-to-one chat contains it, beside the id of the other user.
        in_chat_id: bool,
    },
    /// The directory has no such user either.
    NotInDirectory,
    /// Records contradict each other.
    Contradiction(String),
    /// Graph does not accept the chat's id.
    UnusableThread(String),
}

impl Unresolved {
    /// Returns a stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoTenant => "NoTenant",
            Self::NoInternalUser { .. } => "NoInternalUser",
            Self::UnknownSide { .. } => "UnknownSide",
            Self::UnverifiedSender { .. } => "UnverifiedSender",
            Self::NoObjectId { .. } => "NoObjectId",
            Self::NotInDirectory => "NotInDirectory",
            Self::Contradiction(_) => "Contradiction",
            Self::UnusableThread(_) => "UnusableThread",
        }
    }
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTenant => f.write_str(
                "No record names your home tenant. Use -TenantId, \
                 or read an audit log export in the same call.",
            ),
            Self::NoInternalUser { tenant } => {
                write!(f, "No record names a user of your home tenant {tenant} in this chat.")
            }
            Self::UnknownSide { domain: Some(domain) } => write!(
                f,
                "No record says which tenant {domain} belongs to. Use -InternalDomain with all domains of your tenant.",
            ),
            Self::UnknownSide { domain: None } => {
                f.write_str("No record says whether this user belongs to your home tenant.")
            }
            Self::UnverifiedSender { id } => f.write_str(if id.is_some() {
                "Only the address of a sender names this user, and external users can choose theirs. \
                 Use -ResolveUser to compare the sender's object id with the directory."
            } else {
                "Only the address of a sender names this user, and external users can choose theirs. \
                 Check who is in the chat."
            }),
            Self::NoObjectId { in_chat_id: false } => f.write_str(
                "No record contains the user's object id. Use -ResolveUser to look it up in the directory.",
            ),
            Self::NoObjectId { in_chat_id: true } => f.write_str(
                "The chat id contains two object ids, and the records do not say which of them is the user's. \
                 Use -ResolveUser to look it up in the directory.",
            ),
            Self::NotInDirectory => f.write_str("The directory contains no user with this name."),
            Self::Contradiction(what) => write!(f, "The records contradict each other: {what}."),
            Self::UnusableThread(why) => f.write_str(why),
        }
    }
}

impl Serialize for Unresolved {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Unresolved", 2)?;
        fields.serialize_field("unresolved", self.code())?;
        fields.serialize_field("reason", &self.to_string())?;
        fields.end()
    }
}

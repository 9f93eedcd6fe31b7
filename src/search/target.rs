//! What a search gives: a chat and a user of the own tenant in it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

use super::record::Origin;

/// One user's access to one chat, with all that was seen of it. A removal can be made of it where it is
/// resolved: then it has a tenant, a user and a chat id that Graph takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// The own tenant.
    pub tenant_id: Option<Uuid>,
    /// The user's object id in it.
    pub user_id: Option<Uuid>,
    /// The chat.
    pub thread_id: String,
    /// The user's name, where a record has it.
    pub user_principal_name: Option<String>,
    /// What kind of chat it is.
    pub chat_type: ChatKind,
    /// Whether outsiders take part.
    pub external: bool,
    /// The outsiders' tenants.
    pub external_tenants: Vec<Uuid>,
    /// The outsiders' domains.
    pub external_domains: Vec<String>,
    /// The outsiders.
    pub external_users: Vec<String>,
    /// What was done in the chat.
    pub operations: Vec<String>,
    /// The first record's time.
    pub first_seen: Option<Timestamp>,
    /// The last record's time.
    pub last_seen: Option<Timestamp>,
    /// How many records; the same one in two files counts once.
    pub events: u64,
    /// Where they were.
    pub sources: Vec<Origin>,
    /// How the user's id was found.
    pub found_by: Option<FoundBy>,
    /// Why it was not.
    #[serde(flatten)]
    pub unresolved: Option<Unresolved>,
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
    /// Not known.
    Other,
}

/// How a user's object id was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum FoundBy {
    /// The user acted, and the record's UserKey is the actor's id.
    UserKey,
    /// The id of a one-to-one chat holds both users' ids, and the other one's is known.
    ChatId,
    /// A message names its recipients' ids.
    RecipientObjectId,
    /// A message names its sender's id.
    SenderObjectId,
    /// The chat's list of members has it.
    ChatMember,
    /// The directory knows the user principal name.
    Directory,
}

/// Why there is nothing to remove yet. The text says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unresolved {
    /// No source names the own tenant.
    NoTenant,
    /// No record names a user of the own tenant.
    NoInternalUser {
        /// The own tenant.
        tenant: Uuid,
    },
    /// Whether this user is of the own tenant is not known.
    UnknownSide {
        /// The user's domain, where there is one.
        domain: Option<String>,
    },
    /// The user's object id is in no record.
    NoObjectId,
    /// Nor does the directory know the user.
    NotInDirectory,
    /// Records contradict each other.
    Contradiction(String),
    /// The chat's id is none that Graph takes.
    UnusableThread(String),
}

impl Unresolved {
    /// A name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoTenant => "NoTenant",
            Self::NoInternalUser { .. } => "NoInternalUser",
            Self::UnknownSide { .. } => "UnknownSide",
            Self::NoObjectId => "NoObjectId",
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
                "The records do not say which tenant is yours: give -TenantId, \
                 or read an audit log export in the same call.",
            ),
            Self::NoInternalUser { tenant } => {
                write!(f, "No record names a user of tenant {tenant} in this chat.")
            }
            Self::UnknownSide { domain: Some(domain) } => write!(
                f,
                "No record says which tenant {domain} belongs to: give -InternalDomain with your domains.",
            ),
            Self::UnknownSide { domain: None } => {
                f.write_str("No record says whether this user is of your tenant.")
            }
            Self::NoObjectId => f.write_str(
                "The user's object id is in no record: the user did nothing in the chat, and its id does \
                 not hold the users'. Give -ResolveUser to look it up.",
            ),
            Self::NotInDirectory => f.write_str("Your directory knows no user of this name."),
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

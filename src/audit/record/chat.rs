//! A chat as Graph lists it, with its members.

use serde::Deserialize;

/// Graph's `chat`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct GraphChat {
    pub(crate) id: String,
    /// `oneOnOne`, `group` or `meeting`.
    pub(crate) chat_type: Option<String>,
    /// The tenant in which it began.
    pub(crate) tenant_id: Option<String>,
    pub(crate) created_date_time: Option<String>,
    pub(crate) last_updated_date_time: Option<String>,
    pub(crate) members: Vec<ConversationMember>,
}

/// Graph's `conversationMember` and what is derived from it. The name and the address may be missing of whoever is
/// of another tenant.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ConversationMember {
    #[serde(rename = "@odata.type")]
    pub(crate) kind: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) tenant_id: Option<String>,
}

impl ConversationMember {
    /// Whether it is somebody without an account in any tenant: a personal account, a caller without one.
    pub(crate) fn is_without_tenant(&self) -> bool {
        self.tenant_id.is_none()
            && self
                .kind
                .as_deref()
                .is_some_and(|kind| !kind.ends_with("aadUserConversationMember"))
    }
}

/// Whose list a chat is in: a member of it for sure.
#[derive(Debug)]
pub(crate) struct Owner {
    /// The user principal name.
    pub(crate) name: Option<String>,
    pub(crate) id: Option<uuid::Uuid>,
}

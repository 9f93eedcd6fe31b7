//! A chat as Graph lists it, with its members.

use std::collections::BTreeSet;

use serde::Deserialize;
use uuid::Uuid;

/// Graph's `chat`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct GraphChat {
    pub(crate) id: String,
    /// `oneOnOne`, `group` or `meeting`.
    pub(crate) chat_type: Option<String>,
    /// The tenant in which the chat began.
    pub(crate) tenant_id: Option<String>,
    /// The time when it began. Graph does not return when it was last used: `lastUpdatedDateTime`
    /// is the time when its name or its members changed.
    pub(crate) created_date_time: Option<String>,
    pub(crate) members: Option<Vec<ConversationMember>>,
}

impl GraphChat {
    /// Returns the members that are known.
    pub(crate) fn members(&self) -> &[ConversationMember] {
        self.members.as_deref().unwrap_or_default()
    }

    /// Returns the tenants of its members other than the home tenant.
    pub(crate) fn other_tenants(&self, home: Uuid) -> BTreeSet<Uuid> {
        let tenants = self.members().iter().map(|member| &member.tenant_id);
        tenants
            .chain([&self.tenant_id])
            .filter_map(|tenant| Uuid::try_parse(tenant.as_deref()?.trim()).ok())
            .filter(|tenant| *tenant != home)
            .collect()
    }

    /// Returns whether a known member is an external user, or it began in another tenant.
    pub(crate) fn is_external(&self, home: Uuid) -> bool {
        !self.other_tenants(home).is_empty()
            || self
                .members()
                .iter()
                .any(ConversationMember::is_without_tenant)
    }
}

/// Graph's `conversationMember` and the types derived from it. Members of another tenant can lack a
/// name and an address.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ConversationMember {
    #[serde(rename = "@odata.type")]
    pub(crate) kind: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) tenant_id: Option<String>,
}

impl ConversationMember {
    /// Returns whether the member has no account in any tenant: a personal account, or a caller
    /// without an account.
    pub(crate) fn is_without_tenant(&self) -> bool {
        self.tenant_id.is_none()
            && self
                .kind
                .as_deref()
                .is_some_and(|kind| !kind.ends_with("aadUserConversationMember"))
    }
}

/// The user whose list contains a chat. They are a member of it.
#[derive(Debug)]
pub(crate) struct ListOwner {
    /// The user principal name.
    pub(crate) name: Option<String>,
    pub(crate) id: Option<Uuid>,
}

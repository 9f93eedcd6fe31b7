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
    /// The tenant in which it began.
    pub(crate) tenant_id: Option<String>,
    /// Its beginning. When it was last used is not said: `lastUpdatedDateTime` is of its name and
    /// its members.
    pub(crate) created_date_time: Option<String>,
    pub(crate) members: Option<Vec<ConversationMember>>,
}

impl GraphChat {
    /// Whoever is known to be in it.
    pub(crate) fn members(&self) -> &[ConversationMember] {
        self.members.as_deref().unwrap_or_default()
    }

    /// The tenants other than the own one.
    pub(crate) fn other_tenants(&self, home: Uuid) -> BTreeSet<Uuid> {
        let tenants = self.members().iter().map(|member| &member.tenant_id);
        tenants
            .chain([&self.tenant_id])
            .filter_map(|tenant| Uuid::try_parse(tenant.as_deref()?.trim()).ok())
            .filter(|tenant| *tenant != home)
            .collect()
    }

    /// Whether external users take part, as far as its members are known, or it began with one.
    pub(crate) fn is_external(&self, home: Uuid) -> bool {
        !self.other_tenants(home).is_empty()
            || self
                .members()
                .iter()
                .any(ConversationMember::is_without_tenant)
    }
}

/// Graph's `conversationMember` and what is derived from it. The name and the address may be
/// missing of whoever is of another tenant.
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
    /// Whether it is somebody without an account in any tenant: a personal account, a caller
    /// without one.
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
pub(crate) struct ListOwner {
    /// The user principal name.
    pub(crate) name: Option<String>,
    pub(crate) id: Option<Uuid>,
}

//! A record of the unified audit log: the fields that a search uses.

use serde::Deserialize;

use super::lenient::{Flag, List, Text, Texts, object};

/// The fields of `AuditData`, of Graph's `auditData` and of CloudAppEvents' `RawEventData`, which
/// are the same record. Most borrow from the input.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct AuditRecord<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    #[serde(borrow)]
    pub(crate) creation_time: Text<'a>,
    #[serde(borrow)]
    pub(crate) operation: Text<'a>,
    /// The tenant whose log this is.
    #[serde(borrow)]
    pub(crate) organization_id: Text<'a>,
    /// 0 is a user, 2 and 3 are administrators, 10 is a guest; the others are not people.
    #[serde(borrow)]
    pub(crate) user_type: Text<'a>,
    /// The actor, mostly by user principal name.
    #[serde(borrow)]
    pub(crate) user_id: Text<'a>,
    /// The object id of the actor, not of the user who was added.
    #[serde(borrow)]
    pub(crate) user_key: Text<'a>,
    /// The tenant of the actor, in newer records.
    #[serde(borrow)]
    pub(crate) user_tenant_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) chat_thread_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) communication_type: Text<'a>,
    /// The tenant that holds the chat.
    #[serde(borrow)]
    pub(crate) resource_tenant_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) members: List<Member<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    pub(crate) participant_info: Option<ParticipantInfo<'a>>,
}

/// A member of the chat. In `MemberAdded` and `MemberRemoved`, an added or removed one.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Member<'a> {
    #[serde(borrow, rename = "UPN")]
    pub(crate) upn: Text<'a>,
    #[serde(borrow)]
    pub(crate) display_name: Text<'a>,
    #[serde(borrow)]
    pub(crate) organization_id: Text<'a>,
}

/// The participants, by tenant and domain.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ParticipantInfo<'a> {
    pub(crate) has_foreign_tenant_users: Flag,
    pub(crate) has_guest_users: Flag,
    pub(crate) has_other_guest_users: Flag,
    pub(crate) has_unauthenticated_users: Flag,
    #[serde(borrow)]
    pub(crate) participating_tenant_ids: Texts<'a>,
    #[serde(borrow, rename = "ParticipatingSIPDomains")]
    pub(crate) participating_sip_domains: List<SipDomain<'a>>,
}

/// A domain and the tenant it belongs to.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct SipDomain<'a> {
    #[serde(borrow)]
    pub(crate) domain_name: Text<'a>,
    #[serde(borrow)]
    pub(crate) tenant_id: Text<'a>,
}

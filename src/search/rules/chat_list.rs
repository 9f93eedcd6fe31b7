//! The facts in a user's list of chats.

use std::borrow::Cow;

use jiff::Timestamp;
use uuid::Uuid;

use super::facts::Facts;
use super::person::{KnownId, PersonKey};
use super::thread::{guid, kind};
use crate::input::visible;
use crate::search::query::Query;
use crate::search::record::{GraphChat, ListOwner, Origin, read_time};
use crate::search::target::FoundBy;

/// The operation of a chat that a list contains.
const LISTED: &str = "Chats";

impl Facts {
    /// Adds a chat from the list of `owner`, a user of the home tenant. An address is not a user
    /// principal name, so it does not assign its domain to a tenant. The ids in an internal chat
    /// are kept too: another source may contain an external user in it.
    pub(crate) fn add_chat(&mut self, listed: &GraphChat, owner: &ListOwner, query: &Query) {
        let parsed = |text: &Option<String>| guid(text.as_deref().unwrap_or_default());
        let (thread, chat_type) = (visible(listed.id.trim()), listed.chat_type.as_deref());
        let thread = &*thread;
        let (Some(home), Some(kind)) = (query.tenant, kind(thread, chat_type.unwrap_or_default()))
        else {
            return;
        };
        if self.excludes_thread(thread, query) {
            return;
        }
        let mut addresses = listed
            .members()
            .iter()
            .filter_map(|one| one.email.as_deref());
        if addresses.any(|address| matches!(visible(address), Cow::Owned(_))) {
            self.left_out.unclean("", thread);
        }
        let external = listed.is_external(home);
        let place = self.place;
        let Some((chat, size)) = self.chat(Some(home), thread, query) else {
            return;
        };
        chat.external |= external;
        chat.kind = Some(chat.kind.map_or(kind, |known| known.min(kind)));
        chat.tenants.extend(listed.other_tenants(home));
        for member in listed.members() {
            let id = parsed(&member.user_id);
            let tenant = parsed(&member.tenant_id);
            let address = member.email.as_deref().map(str::trim);
            // An external user can have any address, even that of a user of the home tenant.
            let address =
                address.filter(|text| !text.is_empty() && (tenant == Some(home) || id.is_none()));
            if let Some(person) = chat.addressee(address, id, FoundBy::ChatMember) {
                if let Some(name) = member.display_name.as_deref()
                    && tenant != Some(home)
                {
                    person.add_display_name(name.trim());
                }
                person.add_tenant(tenant, Some(home), Uuid::nil());
                person.listed = true;
                person.without_tenant |= member.is_without_tenant();
                if let Some(address) = &member.email {
                    person.add_address(address.trim());
                }
            }
        }
        let key = match (&owner.name, owner.id) {
            (Some(name), _) => PersonKey::of_name(name),
            (None, Some(id)) => PersonKey::Id(id),
            (None, None) => return,
        };
        let Some(person) = chat.person(key) else {
            return;
        };
        if let Some(name) = &owner.name {
            person.add_name(name);
        }
        person.add_tenant(Some(home), Some(home), Uuid::nil());
        person
            .ids
            .extend(owner.id.map(|id| KnownId::new(id, FoundBy::ChatMember)));
        // Without an id, the owner can be one of the members under another name.
        person.listed |= owner.id.is_some();
        let began = read_time(listed.created_date_time.as_deref().unwrap_or_default());
        let grown = chat.size() - size;
        if !external && !query.include_internal {
            self.left_out.internal += 1;
        } else if let Some(filter) = query.excludes_span(LISTED, began, Some(Timestamp::MAX)) {
            self.left_out.exclude_record(filter, LISTED, began);
        } else {
            chat.evidence
                .add(LISTED, None, thread, Origin::Chats, place);
            chat.evidence.widen(began, None);
        }
        self.size += grown;
    }
}

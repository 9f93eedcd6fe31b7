//! The facts in a row of MessageEvents.

use std::borrow::Cow;

use super::facts::Facts;
use super::thread::{guid, kind};
use crate::input::visible;
use crate::search::query::Query;
use crate::search::record::{MessageEvent, Origin, Recipient, read_time};
use crate::search::target::FoundBy;

impl Facts {
    /// Adds a row of MessageEvents.
    pub(super) fn add_message(
        &mut self,
        event: &MessageEvent<'_>,
        recipients: &[Recipient<'_>],
        query: &Query,
    ) {
        let Some(thread) = event.thread_id.filled().map(visible) else {
            return;
        };
        let thread = &*thread;
        // One-to-one and group chats both have the type "chat" here; the id distinguishes them.
        let Some(kind) = kind(thread, event.thread_type.get()) else {
            self.left_out.channels += 1;
            return;
        };
        if self.excludes_thread(thread, query) {
            return;
        }
        let internal = event.is_external_thread.0 == Some(false);
        if internal && !query.include_internal {
            self.left_out.internal += 1;
            return;
        }
        let addresses = || recipients.iter().map(|one| &one.recipient_smtp_address);
        let texts = addresses().chain([&event.thread_id, &event.sender_email_address]);
        let mut texts = texts.map(|text| visible(text.get()));
        if texts.any(|text| matches!(text, Cow::Owned(_))) {
            self.left_out.unclean(event.teams_message_id.get(), thread);
        }
        let place = self.place;
        let Some((chat, size)) = self.chat(query.tenant, thread, query) else {
            return;
        };
        chat.external |= event.is_external_thread.is_true();
        chat.kind = Some(chat.kind.map_or(kind, |known| known.min(kind)));
        for recipient in recipients {
            let address = recipient.recipient_smtp_address.filled();
            let id = guid(recipient.recipient_object_id.get());
            if let Some(person) = chat.addressee(address, id, FoundBy::RecipientObjectId) {
                person.listed = true;
                person.may_be_internal = true;
                if !internal {
                    person.add_display_name(recipient.recipient_display_name.get());
                }
            }
        }
        let address = event.sender_email_address.filled();
        let id = guid(event.sender_object_id.get());
        if internal {
            if let Some(person) = chat.addressee(address, id, FoundBy::SenderObjectId) {
                person.may_be_internal = true;
            }
        } else if let Some(person) = chat.sender(address, id) {
            person.add_display_name(event.sender_display_name.get());
        }
        let time = read_time(event.time());
        // The name of the table, because it covers other messages than the operations of the audit
        // log.
        let operation = "MessageEvents";
        if let Some(filter) = query.excludes_record(operation, time) {
            self.size += chat.size() - size;
            self.left_out.exclude_record(filter, operation, time);
        } else {
            chat.evidence.add(
                operation,
                time,
                event.teams_message_id.get(),
                Origin::MessageEvents,
                place,
            );
            self.size += chat.size() - size;
            self.left_out.untimed += u64::from(time.is_none() && query.has_period());
        }
    }
}

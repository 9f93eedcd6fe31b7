//! The facts in a row of MessageEvents.

use super::facts::Facts;
use super::thread::{guid, kind};
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
        let Some(thread) = event.thread_id.filled() else {
            return;
        };
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
        let chat = self.chats.entry((query.tenant, thread.into())).or_default();
        chat.external |= event.is_external_thread.is_true();
        chat.kind = Some(chat.kind.map_or(kind, |known| known.min(kind)));
        let sender = (
            event.sender_email_address.filled(),
            guid(event.sender_object_id.get()),
            FoundBy::SenderObjectId,
        );
        let recipients = recipients.iter().map(|recipient| {
            (
                recipient.recipient_smtp_address.filled(),
                guid(recipient.recipient_object_id.get()),
                FoundBy::RecipientObjectId,
            )
        });
        for (address, id, found_by) in recipients.chain([sender]) {
            if let Some(person) = chat.addressee(address, id, found_by) {
                person.listed |= found_by == FoundBy::RecipientObjectId;
            }
        }
        let time = read_time(event.time());
        // The name of the table, because it covers other messages than the operations of the audit
        // log.
        let operation = "MessageEvents";
        if let Some(filter) = query.excludes_record(operation, time) {
            self.left_out.exclude_record(filter, operation, time);
        } else {
            self.left_out.untimed += u64::from(time.is_none() && query.has_period());
            chat.evidence.add(
                operation,
                time,
                event.teams_message_id.get(),
                Origin::MessageEvents,
            );
        }
    }
}

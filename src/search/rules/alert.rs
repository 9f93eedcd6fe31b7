//! The facts in an alert of Microsoft Defender.

use std::borrow::Cow;

use serde_json::Value;
use uuid::Uuid;

use super::chat::Chat;
use super::facts::Facts;
use super::person::KnownId;
use super::thread::{guid, kind};
use crate::graph::users_of_one_to_one;
use crate::input::visible;
use crate::search::query::{Query, folded};
use crate::search::record::{Origin, read_time};
use crate::search::target::FoundBy;

/// The operation of messages in alerts.
const OPERATION: &str = "Alert";

/// A user whom an alert names with an object id.
struct NamedUser<'a> {
    name: &'a str,
    id: Uuid,
}

impl Facts {
    /// Adds the evidence of an alert: messages of Teams, and users.
    pub(super) fn add_alert(&mut self, alert: &Value, query: &Query) {
        let evidence = match &alert["evidence"] {
            Value::Array(items) => items.as_slice(),
            Value::Null => &[],
            one => std::slice::from_ref(one),
        };
        let mut users = Vec::new();
        let mut messages = Vec::new();
        for item in evidence {
            let kind = text(item, "@odata.type").rsplit('.').next();
            let kind = kind.unwrap_or_default().trim_start_matches('#');
            let is = |name: &str, field: &str| {
                kind.eq_ignore_ascii_case(name) || (kind.is_empty() && !item[field].is_null())
            };
            if is("teamsMessageEvidence", "threadid") {
                messages.push(item);
            } else if is("userEvidence", "useraccount") {
                let account = &item["useraccount"];
                let name = text(account, "userprincipalname");
                if let Some(id) = guid(text(account, "azureaduserid"))
                    && !name.is_empty()
                {
                    users.push(NamedUser { name, id });
                }
            } else if kind.is_empty() {
                self.left_out.other_evidence.add("evidence without a type");
            } else {
                self.left_out.other_evidence.add(kind);
            }
        }
        // The alert names the tenant that it was raised in.
        let home = guid(text(alert, "tenantid")).or(query.tenant);
        for message in messages {
            self.add_evidence(message, &users, home, query);
        }
    }

    fn add_evidence(
        &mut self,
        message: &Value,
        users: &[NamedUser<'_>],
        home: Option<Uuid>,
        query: &Query,
    ) {
        let thread = visible(text(message, "threadid"));
        if thread.is_empty() {
            let what = "teamsMessageEvidence without a threadId";
            self.left_out.other_evidence.add(what);
            return;
        }
        let thread = &*thread;
        let Some(kind) = kind(thread, text(message, "threadtype")) else {
            self.left_out.channels += 1;
            self.left_out.alert_channels.add(thread);
            return;
        };
        if self.excludes_thread(thread, query) {
            return;
        }
        let recipients: Vec<&str> = ["recipients", "suspiciousrecipients"]
            .into_iter()
            .flat_map(|field| texts(&message[field]))
            .collect();
        let sender = text(message, "senderfromaddress");
        let id = text(message, "messageid");
        let mut shown = recipients.iter().chain([&thread, &sender]);
        if shown.any(|text| matches!(visible(text), Cow::Owned(_))) {
            self.left_out.unclean(id, thread);
        }
        let place = self.place;
        let Some((chat, size)) = self.chat(home, thread, query) else {
            return;
        };
        // isExternal is not used: the documentation contradicts itself about its meaning.
        let direction = text(message, "messagedirection");
        chat.external |= ["inbound", "outbound"]
            .iter()
            .any(|one| direction.eq_ignore_ascii_case(one));
        if let (Some(home), Some(owner)) = (home, guid(text(message, "owningtenantid")))
            && owner != home
        {
            chat.tenants.insert(owner);
        }
        chat.kind = Some(chat.kind.map_or(kind, |known| known.min(kind)));
        for recipient in &recipients {
            chat.add_recipient(recipient, users);
        }
        // The id of a one-to-one chat shows who takes part, without a list of recipients too.
        for id in users_of_one_to_one(thread).into_iter().flatten() {
            for user in users.iter().filter(|user| user.id == id) {
                chat.add_recipient(user.name, users);
            }
        }
        match person(sender) {
            (_, Some(id)) => chat.sender(None, Some(id)),
            (address, None) => chat.sender(address, None),
        };
        let time = read_time(text(message, "receiveddatetime"));
        if let Some(filter) = query.excludes_record(OPERATION, time) {
            self.size += chat.size() - size;
            self.left_out.exclude_record(filter, OPERATION, time);
        } else {
            // The id of a message is unique in its chat only. Several alerts can name it.
            let id = (!id.is_empty()).then(|| format!("{thread}/{id}"));
            let id = id.unwrap_or_default();
            chat.evidence
                .add(OPERATION, time, &id, Origin::Alerts, place);
            self.size += chat.size() - size;
            self.left_out.untimed += u64::from(time.is_none() && query.has_period());
        }
    }
}

impl Chat {
    /// Adds a recipient by address or object id, with the object id of the user whom the same alert
    /// names by the same address. A similar name is not enough.
    fn add_recipient(&mut self, recipient: &str, users: &[NamedUser<'_>]) {
        let (address, id) = person(recipient);
        let Some(person) = self.addressee(address, id, FoundBy::RecipientObjectId) else {
            return;
        };
        person.listed = true;
        person.may_be_internal = true;
        let Some(address) = address.map(folded) else {
            return;
        };
        for user in users.iter().filter(|user| folded(user.name) == address) {
            person.add_name(user.name);
            person
                .ids
                .insert(KnownId::new(user.id, FoundBy::UserEvidence));
        }
    }
}

/// Returns the address or the object id of a person. The documentation does not say which of them
/// a list of recipients contains; `8:orgid:` is how Teams begins an object id.
fn person(text: &str) -> (Option<&str>, Option<Uuid>) {
    let bare = text.trim();
    let bare = bare.strip_prefix("8:orgid:").unwrap_or(bare);
    match guid(bare) {
        Some(id) => (None, Some(id)),
        None => (Some(bare).filter(|text| !text.is_empty()), None),
    }
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default().trim()
}

/// Returns the texts of a list, or of a text with separators.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::String(text) => text.split([';', ',']).collect(),
        _ => Vec::new(),
    }
}

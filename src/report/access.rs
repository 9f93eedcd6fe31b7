//! One user's access to one chat: the evidence for it, its removals, and what is left to do.

use jiff::Timestamp;
use serde_json::Value;

use super::fields::{Fields, fill, is_empty, list, number, pick, set, split, text, time, widen};

/// The fields of a target in the report, sorted.
const TARGET: [&str; 20] = [
    "chat_type",
    "events",
    "external",
    "external_domains",
    "external_names",
    "external_tenants",
    "external_users",
    "first_record",
    "first_seen",
    "found_by",
    "last_record",
    "last_seen",
    "operations",
    "reason",
    "sources",
    "tenant_id",
    "thread_id",
    "unresolved",
    "user_id",
    "user_principal_name",
];

/// Those that are lists.
const LISTS: [&str; 6] = [
    "external_tenants",
    "external_domains",
    "external_users",
    "external_names",
    "operations",
    "sources",
];

/// The fields of a removal in the report, sorted.
const REMOVAL: [&str; 14] = [
    "account",
    "at",
    "attempts",
    "client_request_id",
    "code",
    "http_status",
    "message",
    "next_step",
    "previously_removed",
    "record",
    "request_id",
    "service_time",
    "status",
    "times_returned",
];

/// One user's access to one chat.
#[derive(Debug, Default)]
pub(super) struct Access {
    /// The fields of the target. Without one, those of the removals.
    target: Fields,
    removals: Vec<Fields>,
}

/// What is known of an access at the end.
struct State {
    name: &'static str,
    /// Why it is not removed, and what to do. Empty if it is removed.
    reason: String,
    next_step: String,
}

impl Access {
    /// Returns what distinguishes an access from others. A user without an object id is known by
    /// name.
    pub(super) fn key(fields: &Fields) -> String {
        let user = match text(fields, "user_id") {
            "" => text(fields, "user_principal_name"),
            id => id,
        };
        let [tenant, user] = [text(fields, "tenant_id"), user].map(str::to_ascii_lowercase);
        format!("{tenant} {user} {}", text(fields, "thread_id"))
    }

    /// Adds a target. What another search found of it is merged.
    pub(super) fn add_target(&mut self, fields: Fields) {
        let mut target = pick(fields, &TARGET);
        split(&mut target, &LISTS);
        let events = number(&target, "events");
        let known = &mut self.target;
        for name in LISTS {
            let (Some(Value::Array(known)), Some(Value::Array(more))) =
                (known.get_mut(name), target.get(name))
            else {
                continue;
            };
            for one in more {
                if !known.contains(one) {
                    known.push(one.clone());
                }
            }
        }
        widen(known, &target);
        if events > number(known, "events") {
            set(known, "events", events);
        }
        fill(known, target);
    }

    /// Adds an outcome, or a line of a journal with the same fields.
    pub(super) fn add_removal(&mut self, mut fields: Fields) {
        for name in [
            "tenant_id",
            "user_id",
            "thread_id",
            "user_principal_name",
            "external_users",
        ] {
            let value = fields.remove(name).filter(|value| !is_empty(value));
            if let Some(value) = value.filter(|_| !self.target.contains_key(name)) {
                set(&mut self.target, name, value);
            }
        }
        split(&mut self.target, &LISTS);
        let removal = pick(fields, &REMOVAL);
        let removals = &mut self.removals;
        if let Some(known) = removals.iter_mut().find(|known| is_same(known, &removal)) {
            fill(known, removal);
            return;
        }
        // By time; those without one are first.
        let at = time(&removal, "at");
        let before = removals.iter().rposition(|known| time(known, "at") <= at);
        removals.insert(before.map_or(0, |before| before + 1), removal);
    }

    /// Returns when the service confirmed the removals, one for each request.
    fn confirmed(&self) -> Vec<Timestamp> {
        let confirmed = self.removals.iter().filter(|one| is_removed(one));
        let at = confirmed.filter_map(|one| time(one, "service_time").or(time(one, "at")));
        at.collect()
    }

    /// `confirmed`: when the service confirmed the last removal.
    fn state(&self, confirmed: Option<Timestamp>) -> State {
        let new = |name, reason: &str, next_step: &str| State {
            name,
            reason: reason.into(),
            next_step: next_step.into(),
        };
        let last = self.removals.last();
        let of_last = |name| last.map_or("", |last| text(last, name));
        let message = match of_last("message") {
            "" => of_last("code"),
            message => message,
        };
        let status = of_last("status");
        let failed = format!(
            "{status}{}{message}",
            if message.is_empty() { "." } else { ": " }
        );
        let next = match of_last("next_step") {
            "" => "Run the same command with the same journal again.",
            next => next,
        };
        let last_seen = time(&self.target, "last_seen");
        if let Some(confirmed) = confirmed {
            return if last_seen.is_none_or(|seen| seen <= confirmed) {
                new("Removed", "", "")
            } else {
                new(
                    "CameBack",
                    "A record is later than the removal: the chat may have come back.",
                    "Pipe the target to Remove-ChatAccessForUser with the same journal again.",
                )
            };
        }
        match status {
            _ if self.target.contains_key("unresolved") => {
                new("Unresolved", text(&self.target, "reason"), "")
            }
            "" => new(
                "Pending",
                "No removal is recorded.",
                "Pipe the target to Remove-ChatAccessForUser.",
            ),
            "Sent" => new(
                "Uncertain",
                "A request was sent, and no outcome is recorded.",
                next,
            ),
            "Removed" | "AlreadyRemoved" => new(
                "Uncertain",
                "A removal is recorded without the time and the request id of a confirmation.",
                next,
            ),
            "Uncertain" if !message.is_empty() => new("Uncertain", message, next),
            "Uncertain" => new("Uncertain", &failed, next),
            _ => new("NotRemoved", &failed, next),
        }
    }

    /// Returns it as the report contains it.
    pub(super) fn finish(mut self) -> Fields {
        // A request without an outcome matters only until one is recorded.
        if self.removals.iter().any(is_sent) {
            let ended = self.removals.iter().rfind(|one| !is_sent(one));
            let ended = ended.and_then(|one| time(one, "at"));
            self.removals
                .retain(|one| !is_sent(one) || time(one, "at") > ended);
        }
        let confirmed = self.confirmed();
        let State {
            name,
            reason,
            next_step,
        } = self.state(confirmed.iter().copied().max());
        let returned = self
            .removals
            .iter()
            .map(|one| number(one, "times_returned"));
        let returned = returned.max().unwrap_or(0);
        let removed_again = (confirmed.len() as u64).saturating_sub(1);
        let returned = returned.max(removed_again + u64::from(name == "CameBack"));
        let mut fields = self.target;
        let is_target = fields.contains_key("chat_type");
        set(&mut fields, "state", name);
        set(&mut fields, "is_target", is_target);
        for (name, value) in [("state_reason", reason), ("next_step", next_step)] {
            if !value.is_empty() {
                set(&mut fields, name, value);
            }
        }
        set(&mut fields, "times_returned", returned);
        let removals = self.removals.into_iter().map(Value::Object);
        set(&mut fields, "removals", removals.collect::<Value>());
        fields
    }
}

/// Returns whether a record is about a request whose outcome is not recorded with it.
fn is_sent(removal: &Fields) -> bool {
    text(removal, "status") == "Sent"
}

/// Returns whether the service confirmed a removal, by its request id and its time.
pub(super) fn is_removed(removal: &Fields) -> bool {
    matches!(text(removal, "status"), "Removed" | "AlreadyRemoved")
        && !text(removal, "request_id").is_empty()
        && time(removal, "at").is_some()
}

/// Returns whether two records are about the same request and end: an outcome and its line in the
/// journal, or the lines of two copies of a journal.
fn is_same(a: &Fields, b: &Fields) -> bool {
    let same = |name| !text(a, name).is_empty() && text(a, name) == text(b, name);
    if is_removed(a) && is_removed(b) {
        return same("request_id");
    }
    same("status")
        && (same("client_request_id")
            || (same("at") && text(a, "client_request_id") == text(b, "client_request_id")))
}

/// Returns the external users, or their domains where no record names them.
pub(super) fn external(access: &Fields) -> Vec<String> {
    let users: Vec<String> = list(access, "external_users").map(Into::into).collect();
    if !users.is_empty() {
        return users;
    }
    let domains = list(access, "external_domains");
    domains
        .map(|domain| format!("a user of {domain}"))
        .collect()
}

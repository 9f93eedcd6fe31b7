//! One user's access to one chat: the evidence for it, its removals, and what is left to do.

use jiff::Timestamp;
use serde_json::Value;

use super::fields::{Fields, fill, list, number, pick, split, text, time};

/// The fields of a target in the report.
const TARGET: [&str; 20] = [
    "tenant_id",
    "user_id",
    "thread_id",
    "user_principal_name",
    "chat_type",
    "external",
    "external_tenants",
    "external_domains",
    "external_users",
    "external_display_names",
    "operations",
    "first_seen",
    "last_seen",
    "events",
    "first_record",
    "last_record",
    "sources",
    "found_by",
    "unresolved",
    "reason",
];

/// Those that are lists.
const LISTS: [&str; 6] = [
    "external_tenants",
    "external_domains",
    "external_users",
    "external_display_names",
    "operations",
    "sources",
];

/// The fields of a removal in the report.
const REMOVAL: [&str; 13] = [
    "at",
    "status",
    "http_status",
    "code",
    "message",
    "next_step",
    "request_id",
    "client_request_id",
    "attempts",
    "account",
    "service_time",
    "times_returned",
    "record",
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
    pub(super) fn add_target(&mut self, fields: &Fields) {
        let mut target = pick(fields, &TARGET);
        split(&mut target, &LISTS);
        let events = number(&target, "events");
        if events > 0 {
            target.insert("events".into(), events.into());
        }
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
        let is_new = |name| match (time(known, name), time(&target, name)) {
            (Some(known), Some(new)) if name == "first_seen" => new < known,
            (Some(known), Some(new)) => new > known,
            (known, new) => known.is_none() && new.is_some(),
        };
        let mut newer = Vec::new();
        for (seen, record) in [("first_seen", "first_record"), ("last_seen", "last_record")] {
            if is_new(seen) {
                newer.extend([seen, record]);
            }
        }
        if events > number(known, "events") {
            newer.push("events");
        }
        for name in newer {
            if let Some(value) = target.get(name) {
                known.insert(name.into(), value.clone());
            }
        }
        fill(known, target);
    }

    /// Adds an outcome, or a line of a journal with the same fields.
    pub(super) fn add_removal(&mut self, fields: &Fields) {
        let removal = pick(fields, &REMOVAL);
        let mut of_target = pick(fields, &TARGET[..4]);
        fill(&mut of_target, pick(fields, &["external_users"]));
        split(&mut of_target, &LISTS);
        fill(&mut self.target, of_target);
        match self
            .removals
            .iter_mut()
            .find(|known| is_same(known, &removal))
        {
            Some(known) => fill(known, removal),
            None => self.removals.push(removal),
        }
    }

    /// Returns when the service confirmed the removals, one for each request.
    fn confirmed(&self) -> Vec<Timestamp> {
        let confirmed = self.removals.iter().filter(|one| is_removed(one));
        let at = confirmed.filter_map(|one| time(one, "service_time").or(time(one, "at")));
        at.collect()
    }

    /// Returns whether a search found it.
    fn is_target(&self) -> bool {
        self.target.contains_key("chat_type")
    }

    fn state(&self) -> State {
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
        if let Some(confirmed) = self.confirmed().into_iter().max() {
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
        self.removals.sort_by_key(|one| time(one, "at"));
        // A request without an outcome matters only until one is recorded.
        let ended = self
            .removals
            .iter()
            .rposition(|one| text(one, "status") != "Sent");
        let ended = ended.and_then(|at| time(&self.removals[at], "at"));
        self.removals
            .retain(|one| text(one, "status") != "Sent" || time(one, "at") > ended);
        let State {
            name,
            reason,
            next_step,
        } = self.state();
        let returned = self
            .removals
            .iter()
            .map(|one| number(one, "times_returned"));
        let returned = returned.max().unwrap_or(0);
        let removed_again = (self.confirmed().len() as u64).saturating_sub(1);
        let returned = returned.max(removed_again + u64::from(name == "CameBack"));
        let mut fields = Fields::new();
        let is_target = self.is_target();
        fields.insert("state".into(), name.into());
        fields.insert("is_target".into(), is_target.into());
        for (name, value) in [("state_reason", reason), ("next_step", next_step)] {
            if !value.is_empty() {
                fields.insert(name.into(), value.into());
            }
        }
        fields.insert("times_returned".into(), returned.into());
        let removals = self.removals.into_iter().map(Value::Object);
        fields.insert("removals".into(), removals.collect());
        fill(&mut fields, self.target);
        fields
    }
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

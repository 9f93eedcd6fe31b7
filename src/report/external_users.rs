//! The targets by external user.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::user;
use crate::search::Target;

/// The users and chats that one external user reached.
#[derive(Default)]
pub(super) struct Reached {
    pub(super) users: BTreeSet<String>,
    pub(super) chats: BTreeSet<String>,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
}

/// Returns the external users by name, those who reached the most users first. Where records name
/// only domains, an entry stands for all users of a domain.
pub(super) fn external_users(targets: &[Target]) -> Vec<(String, Reached)> {
    let mut by_name: BTreeMap<String, Reached> = BTreeMap::new();
    for target in targets.iter().filter(|target| target.external) {
        let mut names = target.external_users.to_vec();
        if names.is_empty() {
            names = target
                .external_domains
                .iter()
                .map(|domain| format!("a user of {domain}"))
                .collect();
        }
        if names.is_empty() {
            names.push("unknown".into());
        }
        for name in names {
            let reached = by_name.entry(name).or_default();
            reached.users.insert(user(target));
            reached.chats.insert(target.thread_id.clone());
            reached.first = match (reached.first, target.first_seen) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            reached.last = reached.last.max(target.last_seen);
        }
    }
    let mut by_name: Vec<_> = by_name.into_iter().collect();
    by_name.sort_by_key(|(_, reached)| std::cmp::Reverse(reached.users.len()));
    by_name
}

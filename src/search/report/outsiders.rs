//! Targets by the outsiders in them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::user;
use crate::search::target::Target;

/// What one outsider did.
#[derive(Default)]
pub(super) struct Reached {
    pub(super) users: BTreeSet<String>,
    pub(super) chats: BTreeSet<String>,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
}

/// Outsiders by name, whoever reached the most users first. Where records name only domains, these.
pub(super) fn outsiders(targets: &[Target]) -> Vec<(String, Reached)> {
    let mut outsiders: BTreeMap<String, Reached> = BTreeMap::new();
    for target in targets.iter().filter(|target| target.external) {
        let mut names = target.external_users.clone();
        if names.is_empty() {
            names = target
                .external_domains
                .iter()
                .map(|domain| format!("someone of {domain}"))
                .collect();
        }
        if names.is_empty() {
            names.push("not named".into());
        }
        for name in names {
            let reached = outsiders.entry(name).or_default();
            reached.users.insert(user(target));
            reached.chats.insert(target.thread_id.clone());
            reached.first = match (reached.first, target.first_seen) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            reached.last = reached.last.max(target.last_seen);
        }
    }
    let mut outsiders: Vec<_> = outsiders.into_iter().collect();
    outsiders.sort_by_key(|(_, reached)| std::cmp::Reverse(reached.users.len()));
    outsiders
}

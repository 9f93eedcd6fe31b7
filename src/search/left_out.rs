//! What is left out of the results, and how a search reports it.

use std::fmt;

use jiff::Timestamp;

use super::query::{Filter, Query};
use super::rules::SmallSet;
use super::target::Target;
use crate::input::one_line;

/// Returns a number and its noun: "1 record", "2 records".
pub(crate) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// The first names in sorted order, so that the order of the records does not matter.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    first: SmallSet<Box<str>>,
    /// Whether there are more than are kept.
    more: bool,
}

impl Names {
    /// Maximum number of names that are kept. It bounds the memory.
    const KEPT: usize = 1000;

    /// Maximum number of names that are shown.
    const SHOWN: usize = 5;

    pub(super) fn add(&mut self, name: &str) {
        if self.first.has(name) {
            return;
        }
        if self.first.len() == Self::KEPT {
            self.more = true;
            if self.first.last().is_some_and(|last| **last < *name) {
                return;
            }
            self.first.pop_last();
        }
        self.first.add(name);
    }

    fn merge(&mut self, other: &Self) {
        for name in other.first.iter() {
            self.add(name);
        }
        self.more |= other.more;
    }

    pub(super) fn has_several(&self) -> bool {
        self.first.len() > 1
    }

    /// Returns the number of names, with the noun for one of them.
    fn counted(&self, noun: &str) -> String {
        let count = counted(self.first.len() as u64, noun);
        if self.more {
            format!("more than {count}")
        } else {
            count
        }
    }
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.first.iter().take(Self::SHOWN).enumerate() {
            let gap = if at == 0 { "" } else { ", " };
            write!(f, "{gap}{}", one_line(name, 240))?;
        }
        match self.first.len().saturating_sub(Self::SHOWN) {
            0 => Ok(()),
            others if self.more => write!(f, " and more than {others} others"),
            1 => f.write_str(" and 1 other"),
            others => write!(f, " and {others} others"),
        }
    }
}

/// The records, chats and targets that are left out of the results, by reason.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// Number of records about chats without external users.
    pub(super) internal: u64,
    /// Number of records about channels of teams.
    pub(super) channels: u64,
    /// Channels of teams that alerts name.
    pub(super) alert_channels: Names,
    /// Evidence of alerts that names no chat, by kind.
    pub(super) other_evidence: Names,
    /// Chats that have guests, but no users of other tenants.
    pub(super) guests: Names,
    /// Number of records that count only because their time can't be read.
    pub(super) untimed: u64,
    /// Number of chats whose records do not show whether external users take part.
    pub(super) without_sides: u64,
    /// The domains in these chats.
    pub(super) domains: Names,
    /// Number of chats that -ExternalDomain excludes although their external users have no known
    /// domain.
    pub(super) without_domain: u64,
    /// Number of chats that -ExternalTenantId excludes although the tenants of their external users
    /// are unknown.
    pub(super) without_tenant: u64,
    /// Number of targets that -UserPrincipalName excludes although no record names their user.
    pub(super) nameless: u64,
    /// Records that assign a user or a domain of the home tenant to another tenant.
    pub(super) contradictions: Names,
    /// Records with characters that hide or change the text around them.
    unclean: Names,
    /// Chats with more external users than their targets list.
    pub(super) shortened: Names,
    /// Number of records about chats for which there is no memory.
    pub(super) beyond_memory: u64,
    /// Users who have the same local part, by the local part in -UserPrincipalName.
    pub(super) ambiguous: Vec<(String, Names)>,
    /// What each filter excludes.
    by_filter: [Option<Names>; Filter::COUNT],
    /// The times of the first and the last record that -After and -Before exclude.
    times: Option<(Timestamp, Timestamp)>,
}

impl LeftOut {
    /// Adds a record with characters that hide or change the text around them.
    pub(super) fn unclean(&mut self, record: &str, thread: &str) {
        if record.is_empty() {
            self.unclean.add(&format!("a record of the chat {thread}"));
        } else {
            self.unclean.add(&format!("the record {record}"));
        }
    }

    /// Adds what a filter excludes.
    pub(super) fn exclude<'a>(&mut self, filter: Filter, names: impl IntoIterator<Item = &'a str>) {
        let excluded = self.by_filter[filter as usize].get_or_insert_default();
        for name in names {
            excluded.add(name);
        }
    }

    /// Adds a record that a filter excludes.
    pub(super) fn exclude_record(
        &mut self,
        filter: Filter,
        operation: &str,
        time: Option<Timestamp>,
    ) {
        if filter == Filter::Period {
            self.exclude(filter, []);
            self.widen(time.map(|time| (time, time)));
        } else {
            self.exclude(filter, [operation]);
        }
    }

    fn widen(&mut self, times: Option<(Timestamp, Timestamp)>) {
        self.times = match (self.times, times) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (a, b) => a.or(b),
        };
    }

    /// Merges what another thread left out.
    pub(super) fn merge(&mut self, other: Self) {
        self.internal += other.internal;
        self.channels += other.channels;
        self.alert_channels.merge(&other.alert_channels);
        self.other_evidence.merge(&other.other_evidence);
        self.guests.merge(&other.guests);
        self.untimed += other.untimed;
        self.without_sides += other.without_sides;
        self.domains.merge(&other.domains);
        self.without_domain += other.without_domain;
        self.without_tenant += other.without_tenant;
        self.nameless += other.nameless;
        self.contradictions.merge(&other.contradictions);
        self.unclean.merge(&other.unclean);
        self.shortened.merge(&other.shortened);
        self.beyond_memory += other.beyond_memory;
        for (known, names) in self.by_filter.iter_mut().zip(&other.by_filter) {
            if let Some(names) = names {
                known.get_or_insert_default().merge(names);
            }
        }
        self.widen(other.times);
    }

    /// Returns what the user must know, a sentence each. `nothing_found`: the number of records
    /// read, if there are no targets and nothing else explains it.
    pub(super) fn sentences(&self, query: &Query, nothing_found: Option<u64>) -> Vec<String> {
        let mut sentences = Vec::new();
        let pronouns = |count| {
            if count == 1 {
                ("its", "it")
            } else {
                ("their", "them")
            }
        };
        if self.untimed > 0 {
            let (their, them) = pronouns(self.untimed);
            sentences.push(format!(
                "-After and -Before do not exclude {} whose time can't be read. Check {them} and {their} chat.",
                counted(self.untimed, "record"),
            ));
        }
        if self.without_sides > 0 {
            let (their, them) = pronouns(self.without_sides);
            let domains = if self.domains == Names::default() {
                String::new()
            } else {
                format!(" (domains: {})", self.domains)
            };
            sentences.push(format!(
                "The search left out {} because {their} records do not show whether external users take \
                 part{domains}. Specify -InternalDomain or -ExternalDomain to include {them}.",
                counted(self.without_sides, "chat"),
            ));
        }
        if self.alert_channels != Names::default() {
            sentences.push(format!(
                "Alerts name {} of teams: {}. Access to a channel can't be removed with ChatAccess; \
                 remove the external users from the team.",
                self.alert_channels.counted("channel"),
                self.alert_channels,
            ));
        }
        if self.other_evidence != Names::default() {
            sentences.push(format!(
                "Alerts contain other evidence, which names no chat: {}.",
                self.other_evidence,
            ));
        }
        if self.guests != Names::default() {
            sentences.push(format!(
                "The search left out {} with guests but without users of other tenants. \
                 Use -IncludeInternal to include such chats.",
                self.guests.counted("chat"),
            ));
        }
        if self.without_domain > 0 {
            sentences.push(format!(
                "-ExternalDomain excludes {} whose external users have no known domain. \
                 Use -ExternalTenantId instead.",
                counted(self.without_domain, "chat"),
            ));
        }
        if self.without_tenant > 0 {
            sentences.push(format!(
                "-ExternalTenantId excludes {} whose external users have no known tenant. \
                 Use -ExternalDomain instead.",
                counted(self.without_tenant, "chat"),
            ));
        }
        if self.nameless > 0 {
            sentences.push(format!(
                "-UserPrincipalName excludes {} whose user no record names for certain. \
                 Search without -UserPrincipalName to see such targets.",
                counted(self.nameless, "target"),
            ));
        }
        self.add_doubts(&mut sentences);
        for (name, users) in &self.ambiguous {
            sentences.push(format!(
                "-UserPrincipalName '{}' matches {}: {users}. It excludes them; specify a complete name.",
                one_line(name, 80),
                users.counted("user"),
            ));
        }
        if let Some(records) = nothing_found {
            // The last filter is the one that nothing is left after.
            let mut by_filter = Filter::ALL.iter().zip(&self.by_filter).rev();
            if let Some((filter, names)) =
                by_filter.find_map(|(filter, names)| Some((filter, names.as_ref()?)))
            {
                let is_explained =
                    self.without_domain + self.without_tenant > 0 && *names == Names::default();
                if self.ambiguous.is_empty() && !is_explained {
                    sentences.push(self.no_match(*filter, names, query));
                }
            } else if self.without_sides == 0 {
                sentences.push(self.summary(records));
            }
        }
        sentences
    }

    /// Adds what is doubtful in the records, or beyond a limit.
    fn add_doubts(&self, sentences: &mut Vec<String>) {
        if self.contradictions != Names::default() {
            sentences.push(format!(
                "Records contradict what is known of your tenant: {}. Check these records. \
                 Specify -InternalDomain with all domains of your tenant.",
                self.contradictions,
            ));
        }
        if self.unclean != Names::default() {
            sentences.push(format!(
                "Names contain characters that hide or change text, which are shown as \u{FFFD}: {}. \
                 Check who wrote them.",
                self.unclean,
            ));
        }
        if self.shortened != Names::default() {
            sentences.push(format!(
                "The targets of {} list only the first {} external users, domains and tenants: {}.",
                self.shortened.counted("chat"),
                Target::LISTED,
                self.shortened,
            ));
        }
        if self.beyond_memory > 0 {
            sentences.push(format!(
                "The search reached its limit of memory and left out {} about further chats. \
                 Search a shorter time, or with -ThreadId or -After.",
                counted(self.beyond_memory, "record"),
            ));
        }
    }

    /// Says that no target passes a filter, and what the records contain instead.
    fn no_match(&self, filter: Filter, names: &Names, query: &Query) -> String {
        let (what, parameter) = match filter {
            Filter::ThreadId => ("chat", "-ThreadId"),
            Filter::Operation => ("record", "-Operation"),
            Filter::Period => ("record", query.period()),
            Filter::ChatType => ("chat", "-ChatType"),
            Filter::ExternalTenantId => ("chat", "-ExternalTenantId"),
            Filter::ExternalDomain => ("chat", "-ExternalDomain"),
            Filter::UserPrincipalName => ("user", "-UserPrincipalName"),
        };
        let mut sentence = format!("No {what} matches {parameter}.");
        if let (Filter::Period, Some((first, last))) = (filter, self.times) {
            sentence += &if first == last {
                format!(" The search found records of {first}.")
            } else {
                format!(" The search found records from {first} to {last}.")
            };
        } else if *names != Names::default() {
            sentence += &format!(" The search found {names}.");
        }
        if self.internal > 0 {
            sentence += &format!(
                " It left out {} about chats without external users; use -IncludeInternal to include them.",
                counted(self.internal, "record"),
            );
        }
        sentence
    }

    /// Says why there are no targets, by the number of records.
    fn summary(&self, records: u64) -> String {
        if records == 0 {
            return "The search found no records.".into();
        }
        let others = records.saturating_sub(self.internal + self.channels);
        let reasons: Vec<String> = [
            (others, "not about chats"),
            (self.channels, "about channels of teams"),
            (self.internal, "about chats without external users"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, reason)| format!("{count} {reason}"))
        .collect();
        let hint = if self.internal > 0 {
            " Use -IncludeInternal to include chats without external users."
        } else {
            ""
        };
        format!(
            "The search found no chat with external users in {}: {}.{hint}",
            counted(records, "record"),
            reasons.join(", "),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_limited_and_counted() {
        let mut names = Names::default();
        for number in 0..7 {
            names.add(&format!("user{number}"));
            names.add("user1");
        }
        assert_eq!(
            names.to_string(),
            "user0, user1, user2, user3, user4 and 2 others"
        );
        assert_eq!(names.counted("user"), "7 users");
        let mut more = Names::default();
        for number in (0..3000).rev() {
            more.add(&format!("a{number:04}"));
        }
        names.merge(&more);
        assert_eq!(
            names.to_string(),
            "a0000, a0001, a0002, a0003, a0004 and more than 995 others"
        );
        assert_eq!(names.counted("user"), "more than 1000 users");
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(counted(1, "record"), "1 record");
        assert_eq!(counted(0, "record"), "0 records");
    }
}

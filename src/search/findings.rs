//! The results of a search: first the facts from its sources, then its targets.

use super::damage::{Damage, Damages};
use super::query::Query;
use super::rules::{Facts, LeftOut};
use super::target::Target;

/// The results of a search.
#[derive(Debug, Default)]
pub struct Findings {
    /// The targets, sorted by chat id.
    pub targets: Vec<Target>,
    /// The files, by name.
    pub files: Vec<String>,
    /// Files and rows that could not be read.
    pub damages: Vec<Damage>,
    /// Number of rows that could not be read. `damages` lists only the first of them.
    pub damaged_rows: u64,
    /// Number of records read, including those that are not about chats.
    pub records: u64,
    /// Other reasons why targets may be missing, a sentence each.
    pub incomplete: Vec<String>,
}

/// The facts from all sources, before targets are decided.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) facts: Facts,
    pub(crate) damages: Damages,
    pub(crate) files: Vec<String>,
    pub(crate) incomplete: Vec<String>,
}

impl Gathered {
    /// Decides on the targets.
    pub(crate) fn findings(self, query: &Query) -> Findings {
        let (damages, damaged_rows, records) = self.damages.listed(&self.files);
        let untimed = self.facts.untimed;
        let (targets, left_out) = self.facts.targets(query);
        let LeftOut {
            without_domain,
            without_sides,
            domains,
        } = left_out;
        let mut incomplete = self.incomplete;
        if untimed > 0 {
            incomplete.push(format!(
                "The time of {untimed} records can't be read, so -After and -Before did not exclude them. \
                 Check their chats."
            ));
        }
        if without_sides > 0 {
            let of = match domains.into_iter().collect::<Vec<_>>().join(", ") {
                domains if domains.is_empty() => String::new(),
                domains => format!(" (domains: {domains})"),
            };
            incomplete.push(format!(
                "{without_sides} chats are left out because their records do not show whether external \
                 users take part{of}. Specify -InternalDomain or -ExternalDomain to include them."
            ));
        }
        if without_domain > 0 {
            incomplete.push(format!(
                "-ExternalDomain excludes {without_domain} chats whose external users have no known domain. \
                 Use -ExternalTenantId instead."
            ));
        }
        Findings {
            targets,
            files: self.files,
            damages,
            damaged_rows,
            records,
            incomplete,
        }
    }
}

//! The results of a search: first the facts from its sources, then its targets.

use std::collections::BTreeMap;

use super::damage::{Damage, Damages};
use super::left_out::counted;
use super::query::Query;
use super::rules::Facts;
use super::search_source::{SearchSource, SourceFile, list, short_names};
use super::target::Target;

/// The results of a search.
#[derive(Debug, Default)]
pub struct Findings {
    /// The targets, sorted by external user, then by user.
    pub targets: Vec<Target>,
    /// The files, by name.
    pub files: Vec<String>,
    /// The sources, and how complete their records are.
    pub sources: Vec<SearchSource>,
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
    /// The files on the disk that the sources are read from.
    pub(crate) source_files: Vec<SourceFile>,
    pub(crate) incomplete: Vec<String>,
}

impl Gathered {
    /// Decides on the targets.
    pub(crate) fn findings(mut self, query: &Query) -> Findings {
        let names = short_names(&self.files, &self.source_files);
        self.facts.rows = self.damages.rows(names);
        let mut sources = list(&self.files, &self.source_files);
        for (at, source) in sources.iter_mut().enumerate() {
            source.records = self.damages.records(at);
        }
        let (damages, damaged_rows, records) = self.damages.listed(&self.files);
        let (targets, left_out) = self.facts.targets(query);
        let mut incomplete = self.incomplete;
        let nothing_found = targets.is_empty() && incomplete.is_empty() && damages.is_empty();
        incomplete.extend(left_out.sentences(query, nothing_found.then_some(records)));
        incomplete.extend(other_homes(&targets, query));
        for source in &mut sources {
            source.add_problems(&damages, damages.len() as u64 >= damaged_rows);
        }
        Findings {
            targets,
            files: self.files,
            sources,
            damages,
            damaged_rows,
            records,
            incomplete,
        }
    }
}

/// Says which targets belong to another tenant than the one that the caller states. Their records
/// are from the audit log of that tenant.
fn other_homes(targets: &[Target], query: &Query) -> Option<String> {
    let stated = query.tenant?;
    let mut homes = BTreeMap::new();
    for home in targets.iter().filter_map(|target| target.tenant_id) {
        if home != stated {
            *homes.entry(home).or_insert(0) += 1;
        }
    }
    let counts: Vec<String> = homes
        .iter()
        .map(|(home, count)| format!("{} of the tenant {home}", counted(*count, "target")))
        .collect();
    (!counts.is_empty()).then(|| {
        format!(
            "The input contains the audit log of another tenant: {}, but TenantId is {stated}. \
             Check the source of these records before you remove access.",
            counts.join(", "),
        )
    })
}

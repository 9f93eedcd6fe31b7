//! Collects what is known of a case: targets, outcomes, journals and sources. The result is the JSON
//! document that `docs/report.md` describes, which the page shows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::access::{Access, external, is_removed};
use super::block::block;
use super::fields::{Fields, list, number, objects, pick, text, time};
use super::journal::{self, hex};
use crate::cancel::Cancel;
use crate::input::InvalidInput;
use crate::search::{Findings, SourceFile};

/// The version of the JSON document.
const VERSION: u32 = 1;

/// The inputs of a report.
#[derive(Debug, Default)]
pub struct Case {
    accesses: Vec<Access>,
    /// The numbers of the accesses, by their keys.
    known: HashMap<String, usize>,
    sources: Vec<Value>,
    incomplete: BTreeSet<String>,
}

impl Case {
    /// Returns the case with the results of a search.
    ///
    /// # Errors
    /// The results can't be written as JSON.
    pub fn of(findings: &Findings) -> io::Result<Self> {
        let mut case = Self::default();
        for target in &findings.targets {
            let target: Value = serde_json::from_str(&serde_json::to_string(target)?)?;
            case.add_value(target);
        }
        let sources = serde_json::to_string(&findings.sources)?;
        case.sources = serde_json::from_str(&sources)?;
        case.incomplete.extend(findings.incomplete.iter().cloned());
        Ok(case)
    }

    /// Adds a target, an outcome, the event `searched` of a search, or a list of these, as JSON.
    ///
    /// # Errors
    /// The text is not JSON, or an object of it is none of these.
    pub fn add(&mut self, json: &str) -> Result<(), InvalidInput> {
        const EXPECTED: &str = "specify a target or an outcome with a thread_id";
        let wrong = || InvalidInput::new("record", json, EXPECTED);
        self.add_value(serde_json::from_str(json).map_err(|_| wrong())?)
            .ok_or_else(wrong)
    }

    fn add_value(&mut self, value: Value) -> Option<()> {
        match value {
            Value::Array(list) => list.into_iter().try_for_each(|one| self.add_value(one)),
            Value::Object(fields) if text(&fields, "event") == "searched" => {
                self.incomplete
                    .extend(list(&fields, "incomplete").map(Into::into));
                for source in objects(&fields, "sources") {
                    let source = Value::Object(source.clone());
                    if !self.sources.contains(&source) {
                        self.sources.push(source);
                    }
                }
                Some(())
            }
            Value::Object(mut fields) if fields.contains_key("thread_id") => {
                if text(&fields, "status").is_empty() {
                    self.access(&fields).add_target(&fields);
                } else {
                    if let Some(completed) = fields.remove("completed") {
                        fields.insert("at".into(), completed);
                    }
                    self.access(&fields).add_removal(&fields);
                }
                Some(())
            }
            _ => None,
        }
    }

    fn access(&mut self, fields: &Fields) -> &mut Access {
        let next = self.accesses.len();
        let at = *self.known.entry(Access::key(fields)).or_insert(next);
        if at == next {
            self.accesses.push(Access::default());
        }
        &mut self.accesses[at]
    }

    /// Reads a journal.
    ///
    /// # Errors
    /// The file can't be read or is not a journal.
    pub fn add_journal(&mut self, path: &Path, name: &str) -> Result<(), InvalidInput> {
        let entry = journal::read(path, name, &mut |record| {
            self.access(record).add_removal(record);
        });
        let entry = entry.map_err(|why| {
            let expected = format!("the file {why}. Specify a journal of Remove-ChatAccessForUser");
            InvalidInput::new("JournalPath", &path.to_string_lossy(), expected)
        })?;
        self.sources.push(entry);
        Ok(())
    }

    /// Adds a file that a search of another session read.
    pub fn add_source(&mut self, path: &Path) {
        let name = path.to_string_lossy();
        self.sources.push(json!({
            "name": name, "file": SourceFile::new(path), "problems": [],
        }));
    }

    /// Computes the hashes of the sources that are files and are still as the search read them.
    pub(super) fn hash(&mut self, cancel: &Cancel) {
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        for source in &mut self.sources {
            let Some(file) = source["file"].as_object() else {
                continue;
            };
            let path = PathBuf::from(text(file, "path"));
            let now = json!(SourceFile::new(&path));
            let problem = if now != source["file"] {
                "The file has changed since it was read, so its hash is not known."
            } else if let Some(hash) = known
                .get(text(file, "path"))
                .cloned()
                .or_else(|| hash_file(&path, cancel))
            {
                known.insert(text(file, "path").into(), hash.clone());
                source["sha256"] = hash.into();
                continue;
            } else {
                "The file can't be read any more, so its hash is not known."
            };
            if let Some(problems) = source["problems"].as_array_mut() {
                problems.push(problem.into());
            }
        }
    }

    /// Returns the document, dated `now`.
    pub fn finish(self, title: &str, case_id: &str, now: Timestamp) -> Value {
        let Self {
            accesses,
            sources,
            mut incomplete,
            ..
        } = self;
        if sources.is_empty() {
            incomplete.insert("The sources of the targets are not known to this report.".into());
        }
        let accesses: Vec<Fields> = accesses.into_iter().map(Access::finish).collect();
        let mut case = json!({
            "chat_access_report": VERSION,
            "created": format!("{now:.0}"),
            "made_by": concat!("ChatAccess ", env!("CARGO_PKG_VERSION")),
            "title": title,
            "case_id": case_id,
            "summary": summary(&accesses),
            "block": block(&accesses),
            "open": open(&accesses),
            "external_users": external_users(&accesses),
            "incomplete": incomplete,
        });
        case["accesses"] = accesses.into_iter().map(Value::Object).collect();
        case["sources"] = sources.into();
        case
    }
}

fn hash_file(path: &Path, cancel: &Cancel) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer).ok()? {
            0 => return Some(hex(hash)),
            _ if cancel.is_cancelled() => return None,
            read => hash.update(&buffer[..read]),
        }
    }
}

/// Returns the name or the object id of the user.
pub(super) fn user(access: &Fields) -> &str {
    match text(access, "user_principal_name") {
        "" => text(access, "user_id"),
        name => name,
    }
}

fn summary(accesses: &[Fields]) -> Value {
    let distinct = |of: &dyn Fn(&Fields) -> Vec<String>| {
        let all: BTreeSet<String> = accesses.iter().flat_map(of).collect();
        all.len()
    };
    let state = |name: &str| {
        accesses
            .iter()
            .filter(|one| text(one, "state") == name)
            .count()
    };
    let removed = state("Removed");
    let again = |one: &&Fields| number(one, "times_returned") > 0;
    json!({
        "external_users": distinct(&|one| list(one, "external_users").map(Into::into).collect()),
        "external_domains": distinct(&|one| list(one, "external_domains").map(Into::into).collect()),
        "users": distinct(&|one| vec![user(one).to_ascii_lowercase()]),
        "chats": distinct(&|one| vec![text(one, "thread_id").into()]),
        "accesses": accesses.len(),
        "removed": removed,
        "came_back": accesses.iter().filter(again).count(),
        "open": accesses.len() - removed,
    })
}

/// Returns the accesses that are not removed, by what is to be done: the most urgent ones first.
fn open(accesses: &[Fields]) -> Value {
    const ORDER: [&str; 5] = [
        "CameBack",
        "Uncertain",
        "NotRemoved",
        "Unresolved",
        "Pending",
    ];
    let mut groups: BTreeMap<(usize, &str, &str), u64> = BTreeMap::new();
    for access in accesses {
        if let Some(order) = ORDER.iter().position(|name| *name == text(access, "state")) {
            let group = (
                order,
                text(access, "state_reason"),
                text(access, "next_step"),
            );
            *groups.entry(group).or_default() += 1;
        }
    }
    let groups = groups.into_iter().map(|((order, reason, next_step), count)| {
        json!({"state": ORDER[order], "count": count, "reason": reason, "next_step": next_step})
    });
    groups.collect()
}

/// Returns the external users, those who reached the most users first.
fn external_users(accesses: &[Fields]) -> Value {
    #[derive(Default)]
    struct Reached<'a> {
        names: BTreeSet<&'a str>,
        users: BTreeSet<&'a str>,
        chats: BTreeSet<&'a str>,
        seen: Option<(Timestamp, &'a Fields)>,
        last: Option<(Timestamp, &'a Fields)>,
        open: u64,
    }
    let mut by_name: BTreeMap<String, Reached<'_>> = BTreeMap::new();
    for access in accesses {
        let mut names = external(access);
        if names.is_empty() {
            names.push("unknown".into());
        }
        let is_only_one = names.len() == 1;
        for name in names {
            let reached = by_name.entry(name).or_default();
            // The names of several external users are not assigned to them.
            if is_only_one {
                reached.names.extend(list(access, "external_display_names"));
            }
            reached.users.insert(user(access));
            reached.chats.insert(text(access, "thread_id"));
            reached.open += u64::from(text(access, "state") != "Removed");
            if let Some(first) = time(access, "first_seen")
                && reached.seen.is_none_or(|(known, _)| first < known)
            {
                reached.seen = Some((first, access));
            }
            if let Some(last) = time(access, "last_seen")
                && reached.last.is_none_or(|(known, _)| last > known)
            {
                reached.last = Some((last, access));
            }
        }
    }
    let mut by_name: Vec<_> = by_name.into_iter().collect();
    by_name.sort_by_key(|(_, reached)| std::cmp::Reverse(reached.users.len()));
    let users = by_name.into_iter().map(|(name, reached)| {
        let mut fields = Fields::new();
        if let Some((_, access)) = reached.seen {
            fields.append(&mut pick(access, &["first_seen", "first_record"]));
        }
        if let Some((_, access)) = reached.last {
            fields.append(&mut pick(access, &["last_seen", "last_record"]));
        }
        let mut user = json!({
            "name": name, "display_names": reached.names, "users": reached.users,
            "chats": reached.chats.len(), "open": reached.open,
        });
        if let Some(user) = user.as_object_mut() {
            user.append(&mut fields);
        }
        user
    });
    users.collect()
}

/// Returns the times of the confirmed removals of an access.
pub(super) fn removed_at(access: &Fields) -> impl Iterator<Item = Timestamp> {
    let removed = objects(access, "removals").filter(|one| is_removed(one));
    removed.filter_map(|one| time(one, "at"))
}

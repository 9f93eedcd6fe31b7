//! Collects what is known of a case: targets, outcomes, journals and sources. The result is the JSON
//! document that `docs/report.md` describes, which the page shows.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::access::{Access, external, is_removed};
use super::fields::{Fields, join, list, listed, number, objects, set, text, time, widen};
use super::journal::{self, hex};
use crate::cancel::Cancel;
use crate::input::InvalidInput;
use crate::search::{Findings, SourceFile, block_commands};

/// The version of the JSON document.
const VERSION: u32 = 1;

const MADE_BY: &str = concat!("ChatAccess ", env!("CARGO_PKG_VERSION"));

const CHANGED: &str =
    "The file has changed since it was read, or can't be read, so its hash is not known.";

/// The inputs of a report.
#[derive(Debug, Default)]
pub struct Case {
    accesses: Vec<Access>,
    /// The numbers of the accesses, by their keys.
    known: Fields,
    sources: Vec<Value>,
    /// Why targets may be missing, a sentence each.
    incomplete: Vec<Value>,
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
        if let Value::Array(sources) = serde_json::from_str(&sources)? {
            case.sources = sources;
        }
        let incomplete = findings.incomplete.iter();
        case.incomplete
            .extend(incomplete.map(|why| Value::from(&**why)));
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
                    .extend(list(&fields, "incomplete").map(Value::from));
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
                    self.access(&fields).add_target(fields);
                } else {
                    if let Some(completed) = fields.remove("completed") {
                        fields.insert("at".into(), completed);
                    }
                    self.access(&fields).add_removal(fields);
                }
                Some(())
            }
            _ => None,
        }
    }

    fn access(&mut self, fields: &Fields) -> &mut Access {
        let next = self.accesses.len();
        let at = self.known.entry(Access::key(fields)).or_insert(next.into());
        let at = at.as_u64().map_or(next, |at| at as usize);
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
            self.access(&record).add_removal(record);
        });
        let entry = entry.map_err(|why| {
            let expected = format!("the file {why}. Specify a journal of Remove-ChatAccessForUser");
            InvalidInput::new("JournalPath", &path.to_string_lossy(), expected)
        })?;
        self.sources.push(entry.into());
        Ok(())
    }

    /// Adds a file that a search of another session read.
    pub fn add_source(&mut self, path: &Path) {
        let file = SourceFile::new(path);
        let mut fields = Fields::new();
        set(&mut fields, "path", &*path.to_string_lossy());
        set(&mut fields, "bytes", file.bytes);
        set(&mut fields, "modified_ms", file.modified_ms);
        let mut source = Fields::new();
        set(&mut source, "name", &*path.to_string_lossy());
        set(&mut source, "file", fields);
        set(&mut source, "problems", Value::Array(Vec::new()));
        self.sources.push(source.into());
    }

    /// Computes the hashes of the sources that are files and are still as the search read them.
    pub(super) fn hash(&mut self, cancel: &Cancel) {
        // The files of an archive have the hash of the archive.
        let mut known = Fields::new();
        for source in &mut self.sources {
            let Some(file) = source.get("file").and_then(Value::as_object) else {
                continue;
            };
            let path = text(file, "path");
            let now = SourceFile::new(path.as_ref());
            let is_same = now.bytes == file.get("bytes").and_then(Value::as_u64)
                && now.modified_ms == file.get("modified_ms").and_then(Value::as_u64);
            if is_same
                && !known.contains_key(path)
                && let Some(hash) = hash_file(path.as_ref(), cancel)
            {
                set(&mut known, path, hash);
            }
            match known.get(path).filter(|_| is_same) {
                Some(hash) => source["sha256"] = hash.clone(),
                None => {
                    if let Some(problems) = source["problems"].as_array_mut() {
                        problems.push(CHANGED.into());
                    }
                }
            }
        }
    }

    /// Returns the document, dated `now`.
    pub fn finish(self, title: &str, case_id: &str, now: Timestamp) -> Fields {
        let Self {
            accesses,
            sources,
            mut incomplete,
            ..
        } = self;
        if sources.is_empty() {
            incomplete.push("The sources of the targets are not known to this report.".into());
        }
        let accesses: Vec<Fields> = accesses.into_iter().map(Access::finish).collect();
        let mut case = Fields::new();
        set(&mut case, "chat_access_report", VERSION);
        set(&mut case, "created", format!("{now:.0}"));
        set(&mut case, "made_by", MADE_BY);
        set(&mut case, "title", title);
        set(&mut case, "case_id", case_id);
        set(&mut case, "summary", summary(&accesses));
        set(&mut case, "block", block(&accesses));
        set(&mut case, "open", open(&accesses));
        set(&mut case, "external_users", external_users(&accesses));
        let accesses = accesses.into_iter().map(Value::Object);
        set(&mut case, "accesses", accesses.collect::<Value>());
        set(&mut case, "sources", sources);
        set(&mut case, "incomplete", incomplete);
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

fn summary(accesses: &[Fields]) -> Fields {
    let mut sets = Fields::new();
    let [mut external, mut domains, mut users, mut chats] = [0; 4];
    let [mut removed, mut came_back] = [0; 2];
    for access in accesses {
        for one in list(access, "external_users") {
            external = join(&mut sets, "external_users", one);
        }
        for one in list(access, "external_domains") {
            domains = join(&mut sets, "external_domains", one);
        }
        users = join(&mut sets, "users", &user(access).to_ascii_lowercase());
        chats = join(&mut sets, "chats", text(access, "thread_id"));
        removed += usize::from(text(access, "state") == "Removed");
        came_back += usize::from(number(access, "times_returned") > 0);
    }
    let mut summary = Fields::new();
    let all = accesses.len();
    for (name, count) in [
        ("external_users", external),
        ("external_domains", domains),
        ("users", users),
        ("chats", chats),
        ("accesses", all),
        ("removed", removed),
        ("came_back", came_back),
        ("open", all - removed),
    ] {
        set(&mut summary, name, count);
    }
    summary
}

/// Returns the ways to block the external users that have values.
fn block(accesses: &[Fields]) -> Value {
    let mut sets = Fields::new();
    for access in accesses {
        for name in ["external_users", "external_domains"] {
            for one in list(access, name) {
                join(&mut sets, name, one);
            }
        }
        // The domains are enough, with the sign that each name has.
        let name = text(access, "user_principal_name");
        if let Some(at) = name.rfind('@') {
            join(&mut sets, "own", &name[at..]);
        }
    }
    let [users, domains, own] = ["external_users", "external_domains", "own"].map(|name| {
        let set = sets.get(name).and_then(Value::as_object);
        let names = set.into_iter().flat_map(Fields::keys).cloned();
        names.collect::<Vec<String>>()
    });
    let ways = block_commands(&users, &domains, &own).into_iter();
    let ways = ways.filter(|way| way.count > 0);
    ways.map(|way| way.to_json()).collect()
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
    let mut groups = Fields::new();
    for access in accesses {
        let state = text(access, "state");
        let Some(order) = ORDER.iter().position(|name| *name == state) else {
            continue;
        };
        let [reason, next_step] = ["state_reason", "next_step"].map(|name| text(access, name));
        let group = groups.entry([["0", "1", "2", "3", "4"][order], reason, next_step].join(" "));
        if let Value::Object(group) = group.or_insert_with(|| Fields::new().into()) {
            let count = number(group, "count") + 1;
            set(group, "count", count);
            for (name, value) in [
                ("state", state),
                ("reason", reason),
                ("next_step", next_step),
            ] {
                set(group, name, value);
            }
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Returns the external users, those who reached the most users first.
fn external_users(accesses: &[Fields]) -> Value {
    let mut by_name = Fields::new();
    for access in accesses {
        let mut names = external(access);
        if names.is_empty() {
            names.push("unknown".into());
        }
        let is_only_one = names.len() == 1;
        for name in names {
            let Value::Object(reached) = by_name
                .entry(&*name)
                .or_insert_with(|| Fields::new().into())
            else {
                continue;
            };
            set(reached, "name", name);
            // The names of several external users are not assigned to them.
            for name in list(access, "external_names").filter(|_| is_only_one) {
                join(reached, "display_names", name);
            }
            join(reached, "users", user(access));
            let chats = join(reached, "chat_ids", text(access, "thread_id"));
            set(reached, "chats", chats);
            let is_open = u64::from(text(access, "state") != "Removed");
            let open = number(reached, "open") + is_open;
            set(reached, "open", open);
            widen(reached, access);
        }
    }
    let mut ordered = Fields::new();
    for (name, one) in by_name {
        let Value::Object(mut one) = one else {
            continue;
        };
        one.remove("chat_ids");
        for name in ["users", "display_names"] {
            let set_of = one.remove(name);
            set(&mut one, name, listed(set_of));
        }
        // In the order of their names, those who reached the most users are first.
        let count = list(&one, "users").count();
        ordered.insert(format!("{:010} {name}", usize::MAX - count), one.into());
    }
    ordered.into_iter().map(|(_, one)| one).collect()
}

/// Returns the times of the confirmed removals of an access.
pub(super) fn removed_at(access: &Fields) -> impl Iterator<Item = Timestamp> {
    let removed = objects(access, "removals").filter(|one| is_removed(one));
    removed.filter_map(|one| time(one, "at"))
}

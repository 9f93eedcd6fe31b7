//! The sources of a search: what was read, and how complete it is.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::Serialize;

use super::damage::Damage;
use super::left_out::counted;

/// A source of records: a file, a file in an archive, a query of Graph, or the pipeline.
#[derive(Debug, Clone, Serialize)]
pub struct SearchSource {
    /// The name, as in messages.
    pub name: String,
    /// The file on the disk, if there is one.
    pub file: Option<SourceFile>,
    /// Number of records read.
    pub records: u64,
    /// Why records are missing, a sentence each. Empty if all records were used.
    pub problems: Vec<String>,
}

/// A file on the disk, as it was when the search began. A report computes its hash later, and the
/// size and the time show whether it is still the same file.
#[derive(Debug, Clone, Serialize)]
pub struct SourceFile {
    /// The path.
    pub path: PathBuf,
    /// Its size.
    pub bytes: Option<u64>,
    /// When it was changed last, in milliseconds from 1970.
    pub modified_ms: Option<u64>,
}

impl SourceFile {
    /// Returns the present state of a file.
    pub fn new(path: &Path) -> Self {
        let data = path.metadata().ok();
        let modified = data.as_ref().and_then(|data| data.modified().ok());
        let since = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Self {
            path: path.into(),
            bytes: data.map(|data| data.len()),
            modified_ms: since.and_then(|since| since.as_millis().try_into().ok()),
        }
    }

    /// Returns the name of the file in the archive that this is, if it is one that contains the
    /// source `name`.
    fn entry<'a>(&self, name: &'a str) -> Option<&'a str> {
        let inner = name.strip_suffix(&*self.path.to_string_lossy())?;
        inner
            .strip_suffix(" in ")
            .or(inner.is_empty().then_some(""))
    }
}

impl SearchSource {
    /// Adds what could not be read of this source.
    /// `all`: whether `damages` lists all rows.
    pub(super) fn add_problems(&mut self, damages: &[Damage], all: bool) {
        let mut rows = 0;
        for damage in damages {
            match damage {
                Damage::Row { file, .. } => rows += u64::from(*file == self.name),
                Damage::File { file, .. } | Damage::Truncated { file, .. } => {
                    if *file == self.name {
                        self.problems.push(damage.to_string());
                    }
                }
            }
        }
        if rows > 0 {
            let least = if all { "" } else { "At least " };
            let rows = counted(rows, "row");
            let problem = format!("{least}{rows} could not be read, or not completely.");
            self.problems.push(problem);
        }
    }
}

/// Returns the sources with these names. A path without a source is one of its own, so that no file
/// is left out.
pub(super) fn list(names: &[String], files: &[SourceFile]) -> Vec<SearchSource> {
    let source = |name: String, file: Option<&SourceFile>| SearchSource {
        name,
        file: file.cloned(),
        records: 0,
        problems: Vec::new(),
    };
    let mut sources = Vec::new();
    let mut is_read = vec![false; files.len()];
    for (name, at) in names.iter().zip(numbers(names, files)) {
        sources.push(source(name.clone(), at.map(|at| &files[at])));
        if let Some(at) = at {
            is_read[at] = true;
        }
    }
    for (file, is_read) in files.iter().zip(is_read) {
        if !is_read {
            let name = file.path.to_string_lossy().into_owned();
            sources.push(source(name, Some(file)));
        }
    }
    sources
}

/// Returns the number of the file of each name. Both are in the order in which they are read.
fn numbers(names: &[String], files: &[SourceFile]) -> Vec<Option<usize>> {
    let mut next = 0;
    let number = |name: &String| {
        let mut left = files[next..].iter();
        let found = left.position(|file| file.entry(name).is_some())?;
        next += found;
        Some(next)
    };
    names.iter().map(number).collect()
}

/// Returns the names without the folders of their paths. Two sources with the same name keep the
/// whole one.
pub(super) fn short_names(names: &[String], files: &[SourceFile]) -> Vec<Box<str>> {
    let numbers = numbers(names, files);
    let short = |(name, at): (&String, Option<usize>)| -> Box<str> {
        let file = at.map(|at| &files[at]);
        let file = file
            .and_then(|file| Some((file.entry(name)?, file.path.file_name()?.to_string_lossy())));
        match file {
            Some(("", file)) => (*file).into(),
            Some((entry, file)) => format!("{entry} in {file}").into(),
            None => name.as_str().into(),
        }
    };
    let all: Vec<_> = names.iter().zip(numbers).map(short).collect();
    let unique = |(short, name): (&str, &String)| -> Box<str> {
        if all.iter().filter(|other| ***other == *short).count() > 1 {
            name.as_str().into()
        } else {
            short.into()
        }
    };
    let short = all.iter().map(|short| &**short);
    short.zip(names).map(unique).collect()
}

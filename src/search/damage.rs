//! The parts of the input that could not be used, by file and row.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::read::{FormatError, Note, ReadError};
use super::record::RecordError;

/// Maximum number of rows that are listed. All are counted.
const LISTED: usize = 1000;

/// A part of the input that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// One row. A CSV file's header is row 1; JSON records count from 1.
    Row {
        /// The file.
        file: String,
        /// The row.
        row: u64,
        /// Why it is skipped, or incomplete.
        why: RecordError,
    },
    /// A file ends too early. The records before the end are used.
    Truncated {
        /// The file.
        file: String,
        /// The problem.
        why: ReadError,
    },
    /// No part of a file can be used.
    File {
        /// The file.
        file: String,
        /// Why.
        why: ReadError,
    },
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Row { file, row, why } if why.is_used() => write!(
                f,
                "{file}, row {row}, is incomplete: {why}. The rest of the row is used."
            ),
            Self::Row { file, row, why } => write!(f, "{file}, row {row}, is skipped: {why}."),
            Self::Truncated { file, why } => {
                write!(
                    f,
                    "{file} is truncated: {why}. The records before the end are used."
                )
            }
            Self::File { file, why } => write!(f, "{file} can't be read: {why}."),
        }
    }
}

/// The place of a row, while the number of rows in the blocks before it is unknown. Their order is
/// that of the input, however it is split into blocks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The number of the file; [`Place::PIPELINE`] for a record that was fed.
    pub(crate) file: usize,
    pub(crate) block: u32,
    pub(crate) record: u64,
}

impl Place {
    /// Stands for the last source, whose number is not known while records are fed.
    pub(crate) const PIPELINE: usize = usize::MAX;
}

/// The row of each place.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// The number of the first row of each block.
    first: BTreeMap<(usize, u32), u64>,
    /// The names of the files, without folders where that is enough to distinguish them.
    files: Vec<Box<str>>,
}

impl Rows {
    /// Returns the file and the row of a place, such as "AuditLog.csv, row 12".
    pub(crate) fn name(&self, place: Place) -> Option<Arc<str>> {
        let file = place.file.min(self.files.len().checked_sub(1)?);
        let row = self.first.get(&(file, place.block))? + place.record;
        Some(format!("{}, row {row}", self.files[file]).into())
    }
}

/// Damages and row counts, from any number of blocks and threads.
#[derive(Debug, Default)]
pub(crate) struct Damages {
    rows: Vec<(Place, RecordError)>,
    count: u64,
    /// Records per block.
    records: BTreeMap<(usize, u32), u64>,
    /// Files with a header, whose first record is row 2.
    headers: std::collections::BTreeSet<usize>,
    truncated: BTreeMap<usize, ReadError>,
    unusable: BTreeMap<usize, ReadError>,
}

impl Damages {
    /// Adds a record that can't be used, or not all of it. The first record of a block is 0.
    pub(crate) fn row(&mut self, file: usize, block: u32, record: u64, why: RecordError) {
        self.count += 1;
        self.rows.push((
            Place {
                file,
                block,
                record,
            },
            why,
        ));
        if self.rows.len() >= 2 * LISTED {
            self.shorten();
        }
    }

    /// Adds the number of records in a block.
    pub(crate) fn block(&mut self, file: usize, block: u32, records: u64, header: bool) {
        self.records.insert((file, block), records);
        if header {
            self.headers.insert(file);
        }
    }

    /// Adds a file that ends in a record.
    pub(crate) fn truncated(&mut self, file: usize, why: ReadError) {
        self.truncated.entry(file).or_insert(why);
    }

    /// Adds the problems that the reader found.
    pub(crate) fn note(&mut self, notes: Vec<(usize, Note)>) {
        for (file, note) in notes {
            match note {
                // The reader's reason is more exact than that of the cut row.
                Note::Truncated(why) => self.truncated.insert(file, why),
                Note::Unusable(why) => self.unusable.insert(file, why),
            };
        }
    }

    /// Adds the rows of a source with one block, whose number is now `file`.
    pub(crate) fn add_source(&mut self, file: usize, mut source: Self, records: u64) {
        for (place, _) in &mut source.rows {
            place.file = file;
        }
        self.merge(source);
        self.block(file, 0, records, false);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.rows.extend(other.rows);
        self.records.extend(other.records);
        self.headers.extend(other.headers);
        self.truncated.extend(other.truncated);
        self.unusable.extend(other.unusable);
    }

    /// Keeps the first rows, so that the list does not depend on how the work was split.
    fn shorten(&mut self) {
        self.rows.sort();
        self.rows.truncate(LISTED);
    }

    /// A JSON file whose only record is too long is a container of an unknown kind.
    fn move_lone_containers(&mut self) {
        let (records, headers) = (&self.records, &self.headers);
        let (unusable, count) = (&mut self.unusable, &mut self.count);
        self.rows.retain(|(place, why)| {
            let of_file = records.range((place.file, 0)..(place.file + 1, 0));
            let alone = *why == RecordError::TooLong
                && !headers.contains(&place.file)
                && of_file.map(|(_, count)| count).sum::<u64>() == 1;
            if alone {
                unusable.insert(place.file, FormatError::LongContainer.into());
                *count -= 1;
            }
            !alone
        });
    }

    /// Returns the row of each place. The files have these short names.
    pub(crate) fn rows(&self, files: Vec<Box<str>>) -> Rows {
        let mut first = BTreeMap::new();
        let mut next = (usize::MAX, 0);
        for ((file, block), records) in &self.records {
            if next.0 != *file {
                next = (*file, 1 + u64::from(self.headers.contains(file)));
            }
            first.insert((*file, *block), next.1);
            next.1 += records;
        }
        Rows { first, files }
    }

    /// Returns the number of records in a file.
    pub(crate) fn records(&self, file: usize) -> u64 {
        let of_file = self.records.range((file, 0)..(file + 1, 0));
        of_file.map(|(_, records)| records).sum()
    }

    /// Returns the list, the number of damaged rows and that of all records.
    pub(crate) fn listed(mut self, files: &[String]) -> (Vec<Damage>, u64, u64) {
        self.shorten();
        let name = |file: usize| files.get(file).cloned().unwrap_or_default();
        let mut damages = Vec::new();
        self.move_lone_containers();
        for (file, why) in self.unusable {
            let file = name(file);
            damages.push(Damage::File { file, why });
        }
        for (file, why) in self.truncated {
            let file = name(file);
            damages.push(Damage::Truncated { file, why });
        }
        for (place, why) in self.rows {
            let before = (place.file, 0)..(place.file, place.block);
            let before: u64 = self.records.range(before).map(|(_, records)| records).sum();
            let first = 1 + u64::from(self.headers.contains(&place.file));
            damages.push(Damage::Row {
                file: name(place.file),
                row: first + before + place.record,
                why,
            });
        }
        (damages, self.count, self.records.values().sum())
    }
}

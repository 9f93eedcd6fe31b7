//! Collects the records of an online source.

use serde_json::value::RawValue;

use crate::search::damage::Place;
use crate::search::findings::Gathered;
use crate::search::query::Query;
use crate::search::record::{GraphChat, ListOwner, RecordError};
use crate::search::worker::Worker;

/// The records of one source, page by page.
pub(super) struct Sink<'q> {
    worker: Worker<'q>,
    /// The number of the source among the files.
    file: usize,
    pages: u32,
    /// Number of records received.
    pub(super) records: u64,
}

impl<'q> Sink<'q> {
    pub(super) fn new(query: &'q Query, file: usize) -> Self {
        Self {
            worker: Worker::new(query),
            file,
            pages: 0,
            records: 0,
        }
    }

    /// Adds the records of a page. A record that can't be read is skipped and reported.
    pub(super) fn page(&mut self, records: &[&RawValue]) {
        for (at, record) in records.iter().enumerate() {
            self.worker.facts.place = self.place(at as u64);
            if let Err(why) = self.worker.add(record.get().as_bytes()) {
                self.worker
                    .damages
                    .row(self.file, self.pages, at as u64, why);
            }
        }
        self.end_page(records.len() as u64);
    }

    /// Reports a chat that can't be read.
    pub(super) fn bad_chat(&mut self, why: RecordError) {
        self.worker.damages.row(self.file, self.pages, 0, why);
        self.end_page(1);
    }

    /// Adds a chat.
    pub(super) fn chat(&mut self, chat: &GraphChat, owner: &ListOwner) {
        self.worker.facts.place = self.place(0);
        self.worker.add_chat(chat, owner);
        self.end_page(1);
    }

    fn place(&self, record: u64) -> Place {
        Place {
            file: self.file,
            block: self.pages,
            record,
        }
    }

    fn end_page(&mut self, count: u64) {
        self.worker
            .damages
            .block(self.file, self.pages, count, false);
        self.pages += 1;
        self.records += count;
    }

    /// Merges the records into those of the other sources.
    pub(super) fn merge_into(self, gathered: &mut Gathered) {
        gathered.facts.merge(self.worker.facts);
        gathered.damages.merge(self.worker.damages);
    }
}

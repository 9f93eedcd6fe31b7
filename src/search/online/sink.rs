//! Where the records of a source go.

use serde_json::value::RawValue;

use crate::search::findings::Gathered;
use crate::search::query::Query;
use crate::search::record::{GraphChat, Owner};
use crate::search::worker::Worker;

/// What one source gave, by page.
pub(super) struct Sink<'q> {
    worker: Worker<'q>,
    /// The source's number among the files.
    file: usize,
    pages: u32,
    /// How many records came.
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

    /// Takes the records of a page. One that can't be read costs only itself, and is told.
    pub(super) fn page(&mut self, records: &[&RawValue]) {
        for (at, record) in records.iter().enumerate() {
            if let Err(why) = self.worker.take(record.get().as_bytes()) {
                self.worker
                    .damages
                    .row(self.file, self.pages, at as u64, why);
            }
        }
        self.turn(records.len() as u64);
    }

    /// A chat of a list that can't be read.
    pub(super) fn bad(&mut self, why: String) {
        self.worker.damages.row(self.file, self.pages, 0, why);
        self.turn(1);
    }

    /// Takes a chat of a list.
    pub(super) fn chat(&mut self, chat: &GraphChat, owner: &Owner) {
        self.worker.take_chat(chat, owner);
        self.turn(1);
    }

    fn turn(&mut self, count: u64) {
        self.worker
            .damages
            .block(self.file, self.pages, count, false);
        self.pages += 1;
        self.records += count;
    }

    /// Adds all of it to what others gave.
    pub(super) fn pour(self, gathered: &mut Gathered) {
        gathered.facts.merge(self.worker.facts);
        gathered.damages.merge(self.worker.damages);
    }
}

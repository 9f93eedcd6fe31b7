//! Finds the records about chats in a block, and adds their facts. Each thread has a worker.
//!
//! Almost all records of an export are not about chats. A block is therefore searched for the name
//! of a field first, at about the speed of memory. Of the other records only both ends are
//! examined, to find truncated ones.

use memchr::memmem::{self, Finder};

use super::damage::{Damages, Place};
use super::pre_filter::PreFilter;
use super::query::Query;
use super::read::{
    Block, Csv, Fields, Format, MessageColumns, ReadError, Records, Rows, State, one_cell,
};
use super::record::{
    CHAT_FIELD, FieldPath, Flag, GraphChat, ListOwner, MessageEvent, Origin, Record, RecordError,
    Text, is_bracketed, read_audit, read_flat, read_json, recipients,
};
use super::rules::Facts;

/// One thread's work so far.
pub(crate) struct Worker<'q> {
    query: &'q Query,
    chat_field: Finder<'static>,
    pre_filter: PreFilter,
    scratch: Vec<u8>,
    pub(crate) facts: Facts,
    pub(crate) damages: Damages,
}

impl<'q> Worker<'q> {
    pub(crate) fn new(query: &'q Query) -> Self {
        Self {
            query,
            chat_field: Finder::new(CHAT_FIELD),
            pre_filter: PreFilter::new(),
            scratch: Vec::new(),
            facts: Facts::default(),
            damages: Damages::default(),
        }
    }

    /// Adds a record of a page of a response.
    ///
    /// # Errors
    /// The record can't be read, or not all of it.
    pub(crate) fn add(&mut self, json: &[u8]) -> Result<(), RecordError> {
        read_json(json, &mut |record| self.facts.add(&record, self.query))
    }

    /// Adds a chat of a list.
    pub(crate) fn add_chat(&mut self, chat: &GraphChat, owner: &ListOwner) {
        self.facts.add_chat(chat, owner, self.query);
    }

    pub(crate) fn work(&mut self, block: &Block) {
        match block.format.as_deref() {
            Some(Format::Csv(csv)) => self.work_csv(block, csv),
            Some(Format::Json(_)) => self.work_json(block),
            None => {}
        }
    }

    fn work_json(&mut self, block: &Block) {
        let bytes = block.bytes();
        let count = block.pieces.len();
        for (at, piece) in block.pieces.iter().enumerate() {
            self.facts.place = Place {
                file: block.file,
                block: block.number,
                record: at as u64,
            };
            let read = match piece.state {
                State::Whole | State::LastLine | State::Cut => {
                    self.add(&bytes[piece.range.clone()])
                }
                State::Broken => Err(RecordError::Unbalanced),
                State::TooLong => Err(RecordError::TooLong),
            };
            if let Err(why) = read {
                let json = bytes[piece.range.clone()].trim_ascii();
                let unended = piece.state == State::Cut
                    || (piece.state == State::LastLine && !is_bracketed(json));
                if unended && matches!(why, RecordError::Truncated { .. }) {
                    self.damages.truncated(block.file, ReadError::EndsInRecord);
                } else {
                    self.lost(block, at as u64, why, unended);
                }
            }
        }
        self.damages
            .block(block.file, block.number, count as u64, false);
    }

    fn work_csv(&mut self, block: &Block, csv: &Csv) {
        let bytes = block.bytes();
        let mut count = 0;
        if block.too_long_before {
            self.lost(
                block,
                0,
                RecordError::TooLong,
                block.last && bytes.is_empty(),
            );
            count = 1;
        }
        // The next occurrence of the field's name, so that each byte is searched once.
        let find = self.chat_field.clone();
        let mut hits = find.find_iter(bytes);
        let mut hit = hits.next();
        for range in Records::new(bytes, csv.delimiter) {
            while hit.is_some_and(|at| at < range.start) {
                hit = hits.next();
            }
            let record = &bytes[range.clone()];
            let wanted = match csv.rows {
                Rows::Messages(_) | Rows::Flat(_) => true,
                Rows::Audit { .. } => hit.is_some_and(|at| at < range.end) || !looks_whole(record),
            };
            if wanted {
                if record.trim_ascii().is_empty() {
                    // A blank line counts as a row, but is not damaged.
                } else {
                    self.facts.place = Place {
                        file: block.file,
                        block: block.number,
                        record: count,
                    };
                    if let Err(why) = self.row(record, csv) {
                        let unended =
                            block.last && range.end == bytes.len() && !record.ends_with(b"\n");
                        self.lost(block, count, why, unended);
                    }
                }
            }
            count += 1;
        }
        self.damages.block(block.file, block.number, count, true);
    }

    /// Adds a record that can't be used, or not all of it. `unended`: it is the last one of the
    /// file and has no end.
    fn lost(&mut self, block: &Block, record: u64, why: RecordError, unended: bool) {
        let may_be_cut = !matches!(
            why,
            RecordError::NoRecord
                | RecordError::TooDeep
                | RecordError::PowerShellDepth { .. }
                | RecordError::Truncated { used: true }
                | RecordError::TooManyItems
                | RecordError::DuplicateField(_)
        );
        if unended && may_be_cut {
            self.damages.truncated(block.file, ReadError::EndsInRecord);
        } else {
            self.damages.row(block.file, block.number, record, why);
        }
    }

    fn row(&mut self, record: &[u8], csv: &Csv) -> Result<(), RecordError> {
        if record.len() > super::read::LONGEST_RECORD {
            return Err(RecordError::TooLong);
        }
        if matches!(csv.rows, Rows::Audit { .. }) && self.is_internal(record) {
            return Ok(());
        }
        if record.starts_with(b"\"")
            && let Some(row) = one_cell(record, csv.delimiter)
        {
            return self.row(&row, csv);
        }
        match &csv.rows {
            Rows::Audit { column, origin } => {
                self.audit_row(record, csv.delimiter, *column, *origin)
            }
            Rows::Messages(columns) => self.message_row(record, csv.delimiter, columns),
            Rows::Flat(columns) => self.flat_row(record, csv.delimiter, columns),
        }
    }

    /// Returns whether a row is about an internal chat. Adds the tenant of its domains.
    fn is_internal(&mut self, record: &[u8]) -> bool {
        if self.query.include_internal || !looks_whole(record) {
            return false;
        }
        let Some(seen) = self.pre_filter.internal_chat(record) else {
            return false;
        };
        self.facts.add_internal_chat(seen.tenant, &seen.names)
    }

    fn audit_row(
        &mut self,
        record: &[u8],
        delimiter: u8,
        column: usize,
        origin: Origin,
    ) -> Result<(), RecordError> {
        let Some(field) = Fields::new(record, delimiter).nth(column) else {
            return Err(RecordError::NoAuditData);
        };
        if !field.closed {
            return Err(RecordError::OpenQuote);
        }
        let json = field.unquoted(&mut self.scratch).trim_ascii();
        if json.is_empty() {
            // Hunting rows of other applications have no raw event.
            return match origin {
                Origin::CloudAppEvents => Ok(()),
                _ => Err(RecordError::NoAuditData),
            };
        }
        let (facts, query) = (&mut self.facts, self.query);
        read_audit(json, origin, &mut |record| facts.add(&record, query))
    }

    fn flat_row(
        &mut self,
        record: &[u8],
        delimiter: u8,
        columns: &[Option<FieldPath>],
    ) -> Result<(), RecordError> {
        let fields: Vec<_> = Fields::new(record, delimiter).collect();
        if fields.iter().any(|field| !field.closed) {
            return Err(RecordError::OpenQuote);
        }
        let values = columns.iter().zip(&fields).filter_map(|(path, field)| {
            let value = field.text().into_owned();
            Some((path.as_ref()?, value.into()))
        });
        read_flat(values, &mut |record| self.facts.add(&record, self.query))
    }

    fn message_row(
        &mut self,
        record: &[u8],
        delimiter: u8,
        columns: &MessageColumns,
    ) -> Result<(), RecordError> {
        let fields: Vec<_> = Fields::new(record, delimiter).collect();
        if fields.iter().any(|field| !field.closed) {
            return Err(RecordError::OpenQuote);
        }
        let text = |column: Option<usize>| {
            Text(
                column
                    .and_then(|at| fields.get(at))
                    .map(|field| field.text())
                    .unwrap_or_default(),
            )
        };
        let event = MessageEvent {
            timestamp: text(columns.time),
            teams_message_id: text(columns.message),
            sender_email_address: text(columns.sender_address),
            sender_display_name: text(columns.sender_name),
            sender_object_id: text(columns.sender_id),
            thread_id: text(columns.thread),
            thread_type: text(columns.thread_type),
            is_external_thread: Flag::read(text(columns.external).get()),
            ..MessageEvent::default()
        };
        let list = text(columns.recipients);
        let list = recipients(list.get())?;
        self.facts.add(&Record::Message(event, list), self.query);
        Ok(())
    }
}

/// Returns whether a row that is not about a chat contains a complete JSON object in quotes, by the
/// ends of the object. Any other row is read, to report what is wrong with it.
fn looks_whole(record: &[u8]) -> bool {
    memmem::find(record, b"\"{").is_some()
        && memchr::memrchr(b'}', record).is_some_and(|at| record.get(at + 1) == Some(&b'"'))
}

//! Finds the records of a JSON file while it is read.
//!
//! A record is an element of an array, of a list such as `value` or `results` in an object or in an
//! object in it, or an object of its own; so one scan reads arrays, Graph's pages, hunting results,
//! the containers of search engines and workflows, and any sequence of these, on one line or many.
//! An unknown container is one piece, and is searched when the piece is parsed. Only brackets and
//! quotes are examined, without recursion. Where they can't be JSON (a line break in a text, a
//! bracket that closes another one, an object in place of a key), the record is broken, and the
//! scan continues with the next. [`Lines`](Layout::Lines) is for one record per line, where a
//! damaged line does not affect the next.

use std::ops::Range;

use memchr::{memchr, memchr3};

/// Maximum distance between a key and its list, in bytes.
const LONGEST_KEY: usize = 1024;

/// Keys of lists of records.
const LISTS: [&[u8]; 8] = [
    b"value", b"results", b"records", b"events", b"hits", b"tables", b"items", b"alerts",
];

/// Keys of objects around such a list.
const AROUND_LISTS: [&[u8]; 6] = [
    b"hits",
    b"body",
    b"data",
    b"response",
    b"result",
    b"content",
];

/// The layout of the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One per line.
    Lines,
    /// By brackets.
    Nested,
}

/// A record, or what is left of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) range: Range<usize>,
    pub(crate) state: State,
}

/// The state of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Its brackets match.
    Whole,
    /// Its brackets do not match.
    Broken,
    /// It is longer than the limit.
    TooLong,
    /// The file ends in it.
    Cut,
    /// It is the file's last line and has no line end, so its end can be missing.
    LastLine,
}

/// The scan. Positions are in the caller's buffer, which may drop its front: see [`Scan::shift`].
#[derive(Debug)]
pub(crate) struct Scan {
    layout: Layout,
    /// The start of the record in progress, or `None` if it is skipped or there is none.
    record: Option<usize>,
    /// The open brackets of the record in progress.
    open: Vec<u8>,
    /// The lists around it: the number of objects around each, 0 for an array of its own.
    lists: Vec<usize>,
    /// Number of open brackets that are objects around a list of records.
    level: usize,
    in_text: bool,
    escaped: bool,
    /// The last byte outside of texts that is not white space.
    last: u8,
    /// The last key of the level, if it is still in the buffer.
    key: Option<Range<usize>>,
    after_colon: bool,
}

impl Scan {
    pub(crate) fn new(layout: Layout) -> Self {
        Self {
            layout,
            record: None,
            open: Vec::new(),
            lists: Vec::new(),
            level: 1,
            in_text: false,
            escaped: false,
            last: 0,
            key: None,
            after_colon: false,
        }
    }

    /// Adjusts positions after the first `dropped` bytes of the buffer were dropped. Only bytes
    /// before [`Scan::needed_from`] may be dropped.
    pub(crate) fn shift(&mut self, dropped: usize) {
        if let Some(start) = &mut self.record {
            *start -= dropped;
        }
        self.key = self
            .key
            .take()
            .filter(|key| key.start >= dropped)
            .map(|key| key.start - dropped..key.end.saturating_sub(dropped));
    }

    /// Returns the first byte that is still needed of a buffer that was scanned up to `scanned`.
    pub(crate) fn needed_from(&self, scanned: usize) -> usize {
        let key = match &self.key {
            Some(key) if self.open.len() == self.level && scanned - key.start <= LONGEST_KEY => {
                key.start
            }
            _ => scanned,
        };
        self.record.unwrap_or(scanned).min(key)
    }

    /// Returns the start of the record in progress.
    pub(crate) fn in_progress(&self) -> Option<usize> {
        self.record
    }

    /// Ends the record in progress as too long, and skips its rest.
    pub(crate) fn abandon(&mut self, end: usize, pieces: &mut Vec<Piece>) {
        if let Some(start) = self.record.take() {
            pieces.push(Piece {
                range: start..end,
                state: State::TooLong,
            });
        }
    }

    /// Ends the scan at the end of the file. Returns whether a bracket was open.
    pub(crate) fn finish(&mut self, bytes: &[u8], pieces: &mut Vec<Piece>) -> bool {
        match self.layout {
            Layout::Lines => {
                self.line_ended(bytes, bytes.len(), State::LastLine, pieces);
                false
            }
            Layout::Nested => {
                let open = !self.open.is_empty() || !self.lists.is_empty();
                self.break_off(bytes.len(), State::Cut, pieces);
                open
            }
        }
    }

    /// Scans `bytes[from..]` and adds the records that end there.
    pub(crate) fn feed(&mut self, bytes: &[u8], from: usize, pieces: &mut Vec<Piece>) {
        match self.layout {
            Layout::Lines => self.feed_lines(bytes, from, pieces),
            Layout::Nested => self.feed_nested(bytes, from, pieces),
        }
    }

    fn feed_lines(&mut self, bytes: &[u8], mut at: usize, pieces: &mut Vec<Piece>) {
        while at < bytes.len() {
            // `open` is not empty while a line is in progress or skipped.
            if self.open.is_empty() {
                self.open.push(b'\n');
                self.record = Some(at);
            }
            let Some(length) = memchr(b'\n', &bytes[at..]) else {
                return;
            };
            self.line_ended(bytes, at + length, State::Whole, pieces);
            at += length + 1;
        }
    }

    fn line_ended(&mut self, bytes: &[u8], end: usize, state: State, pieces: &mut Vec<Piece>) {
        self.open.clear();
        if let Some(start) = self.record.take()
            && !bytes[start..end].trim_ascii().is_empty()
        {
            pieces.push(Piece {
                range: start..end,
                state,
            });
        }
    }

    fn feed_nested(&mut self, bytes: &[u8], mut at: usize, pieces: &mut Vec<Piece>) {
        while at < bytes.len() {
            if self.in_text {
                at = self.skip_text(bytes, at, pieces);
                continue;
            }
            let byte = bytes[at];
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {
                    at += 1;
                    continue;
                }
                b'"' => {
                    self.in_text = true;
                    if self.open.len() == self.level && !self.after_colon {
                        self.key = Some(at..at);
                    }
                }
                b'{' | b'[' => self.opened(byte, bytes, at, pieces),
                b'}' | b']' => self.closed(byte, at, pieces),
                b':' if self.open.len() == self.level => self.after_colon = true,
                b',' if self.open.len() == self.level => self.after_colon = false,
                _ => {}
            }
            self.last = byte;
            at += 1;
        }
    }

    /// Returns the position after a text, or the end of the bytes.
    fn skip_text(&mut self, bytes: &[u8], at: usize, pieces: &mut Vec<Piece>) -> usize {
        if self.escaped {
            self.escaped = false;
            return at + 1;
        }
        let Some(length) = memchr3(b'"', b'\\', b'\n', &bytes[at..]) else {
            return bytes.len();
        };
        let found = at + length;
        match bytes[found] {
            b'\\' => self.escaped = true,
            b'"' => {
                self.in_text = false;
                if self.open.len() == self.level
                    && !self.after_colon
                    && let Some(key) = &mut self.key
                {
                    key.end = found;
                }
            }
            // A text can't contain a line break, so its closing quote is missing.
            _ => self.break_off(found, State::Broken, pieces),
        }
        found + 1
    }

    fn opened(&mut self, byte: u8, bytes: &[u8], at: usize, pieces: &mut Vec<Piece>) {
        let fits = match self.open.last() {
            None => true,
            Some(b'{') => self.last == b':',
            Some(_) => matches!(self.last, b'[' | b','),
        };
        if !fits {
            self.break_off(at, State::Broken, pieces);
        }
        if self.open.is_empty() && byte == b'[' {
            self.lists.push(0);
        } else if self.open.is_empty() {
            self.open.push(byte);
            self.record = Some(at);
            self.level = 1;
            self.after_colon = false;
            self.key = None;
        } else if self.open.len() == self.level && self.after_colon {
            if byte == b'[' && self.key_is_one_of(&LISTS, bytes) {
                self.lists.push(self.level);
                self.open.clear();
                self.record = None;
                return;
            }
            self.open.push(byte);
            // Only around the outermost list, because a record can have a field of any name.
            if byte == b'{' && self.lists.is_empty() && self.key_is_one_of(&AROUND_LISTS, bytes) {
                self.level += 1;
                self.after_colon = false;
                self.key = None;
            }
        } else {
            self.open.push(byte);
        }
    }

    fn key_is_one_of(&self, names: &[&[u8]], bytes: &[u8]) -> bool {
        let Some(key) = &self.key else {
            return false;
        };
        let key = bytes.get(key.start + 1..key.end).unwrap_or_default();
        names.iter().any(|name| key.eq_ignore_ascii_case(name))
    }

    fn closed(&mut self, byte: u8, at: usize, pieces: &mut Vec<Piece>) {
        let opener = if byte == b'}' { b'{' } else { b'[' };
        match self.open.last() {
            Some(open) if *open == opener => {
                self.open.pop();
                if self.level > 1 && self.open.len() < self.level {
                    self.level -= 1;
                    self.after_colon = true;
                }
                if self.open.is_empty()
                    && let Some(start) = self.record.take()
                {
                    pieces.push(whole(start..at + 1));
                }
            }
            Some(_) => self.break_off(at, State::Broken, pieces),
            // The end of a list. If the list is in an object, the rest of the object is skipped.
            None if byte == b']' => {
                let around = self.lists.pop().unwrap_or_default();
                self.open.resize(around, b'{');
                self.level = around.max(1);
                self.after_colon = around > 0;
            }
            None => {}
        }
    }

    /// Ends the record in progress, which is not JSON.
    fn break_off(&mut self, end: usize, state: State, pieces: &mut Vec<Piece>) {
        if let Some(start) = self.record.take() {
            pieces.push(Piece {
                range: start..end,
                state,
            });
        }
        self.open.clear();
        self.level = 1;
        self.in_text = false;
        self.escaped = false;
        self.after_colon = false;
    }
}

fn whole(range: Range<usize>) -> Piece {
    Piece {
        range,
        state: State::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces of `text`, fed in portions of `portion` bytes from a buffer that drops its front.
    fn pieces(text: &str, layout: Layout, portion: usize) -> Vec<(String, State)> {
        let mut scan = Scan::new(layout);
        let mut buffer = Vec::new();
        let mut found = Vec::new();
        for bytes in text.as_bytes().chunks(portion) {
            let from = buffer.len();
            buffer.extend_from_slice(bytes);
            let mut pieces = Vec::new();
            scan.feed(&buffer, from, &mut pieces);
            found.extend(pieces.into_iter().map(|p| (named(&buffer, &p), p.state)));
            let dropped = scan.needed_from(buffer.len());
            scan.shift(dropped);
            buffer.drain(..dropped);
        }
        let mut pieces = Vec::new();
        scan.finish(&buffer, &mut pieces);
        found.extend(pieces.into_iter().map(|p| (named(&buffer, &p), p.state)));
        found
    }

    fn named(buffer: &[u8], piece: &Piece) -> String {
        String::from_utf8_lossy(&buffer[piece.range.clone()]).into_owned()
    }

    fn nested(text: &str) -> Vec<(String, State)> {
        let whole = pieces(text, Layout::Nested, text.len().max(1));
        for portion in 1..9 {
            assert_eq!(
                pieces(text, Layout::Nested, portion),
                whole,
                "in portions of {portion}"
            );
        }
        whole
    }

    fn wholes(records: &[&str]) -> Vec<(String, State)> {
        records
            .iter()
            .map(|r| (r.to_string(), State::Whole))
            .collect()
    }

    #[test]
    fn records_are_found_in_arrays_pages_results_and_on_their_own() {
        let (a, b) = (r#"{"a":[{"x":"]}"}]}"#, r#"{"b":{"value":[1]}}"#);
        for text in [
            format!("[{a},\n {b}]"),
            format!(r#"{{"@odata.context":"x","value":[{a},{b}],"@odata.nextLink":"y"}}"#),
            format!(r#"{{"schema":[{{"name":"value"}}],"Results":[{a},{b}],"more":{{"c":[]}}}}"#),
            format!("{a}\n{b}\n"),
            format!("{a}{b}"),
            format!("{{\"value\":[{a}]}}\n{{\"value\":[{b}]}}"),
            format!("[[{a}],[{b}]]"),
        ] {
            assert_eq!(nested(&text), wholes(&[a, b]), "{text}");
        }
    }

    #[test]
    fn empty_lists_contain_no_records() {
        for text in ["[]", r#"{"value":[]}"#, "", "  ", "[[],[]]"] {
            assert_eq!(nested(text), [], "{text}");
        }
    }

    #[test]
    fn brackets_and_quotes_in_texts_are_text() {
        let record = r#"{"a":"}]\"{[\\","b\\":"\\"}"#;
        assert_eq!(
            nested(&format!("[{record},{record}]")),
            wholes(&[record, record])
        );
    }

    #[test]
    fn a_damaged_record_does_not_affect_the_next_one() {
        for damaged in [
            r#"{"a":"x"#,
            r#"{"a":1"#,
            r#"{"a":{"b":1}"#,
            r#"{"a":[1}"#,
            r#"{"a":[{"b":1}"#,
        ] {
            let found = nested(&format!("{damaged}\n{{\"b\":1}}\n"));
            assert_eq!(
                found.last().unwrap(),
                &wholes(&[r#"{"b":1}"#])[0],
                "{damaged}"
            );
            assert!(
                found.iter().any(|(_, state)| *state == State::Broken),
                "{damaged}"
            );
        }
    }

    #[test]
    fn one_record_per_line_is_cut_at_line_ends_only() {
        for portion in 1..9 {
            let mut expected = wholes(&["{\"a\":\"x", "{\"b\":1}\r", "{\"c\""]);
            expected[2].1 = State::LastLine;
            assert_eq!(
                pieces("{\"a\":\"x\n\n{\"b\":1}\r\n{\"c\"", Layout::Lines, portion),
                expected
            );
        }
    }

    #[test]
    fn a_record_that_is_too_long_is_skipped_to_its_end() {
        for (layout, text) in [
            (Layout::Nested, r#"[{"a":"long"},{"b":1}]"#),
            (Layout::Lines, "{\"a\":\"long\"}\n{\"b\":1}\n"),
        ] {
            let mut scan = Scan::new(layout);
            let mut found = Vec::new();
            scan.feed(&text.as_bytes()[..6], 0, &mut found);
            scan.abandon(6, &mut found);
            scan.feed(text.as_bytes(), 6, &mut found);
            let states: Vec<State> = found.iter().map(|piece| piece.state).collect();
            assert_eq!(states, [State::TooLong, State::Whole], "{layout:?}");
            assert_eq!(named(text.as_bytes(), &found[1]), r#"{"b":1}"#);
        }
    }

    #[test]
    fn deep_nesting_needs_no_stack() {
        let deep = format!("[{{\"a\":{}{}}}]", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(pieces(&deep, Layout::Nested, deep.len()).len(), 1);
    }
}

//! Finds the records and fields of delimited text, from any byte on.
//!
//! A quoted field can contain line breaks, so the start of a record depends on everything before
//! it, and one stray quote would shift every record after it. One observation avoids both: in
//! well-formed CSV, an odd run of quotes after a delimiter and before text can only open a field. A
//! line whose first odd run is such an opener begins a record, whatever is before it. Every row
//! with JSON has one (`,"{""`), so a file can be split, and a damaged row skipped, at any of them.
//! Between two such lines the quotes are counted, as usual.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2, memchr2_iter, memrchr_iter};

use super::LONGEST_RECORD;

/// Number of bytes of a line that are searched for an opener.
pub(super) const LOOK: usize = 64 * 1024;

/// Returns whether the line at the start of `bytes` begins a record, whatever is before it. If
/// `bytes` end before that is certain, it does not.
pub(crate) fn begins_record(bytes: &[u8], delimiter: u8) -> bool {
    let bytes = &bytes[..bytes.len().min(LOOK)];
    let mut at = 0;
    while let Some(found) = memchr2(b'"', b'\n', &bytes[at..]) {
        let start = at + found;
        if bytes[start] == b'\n' {
            return false;
        }
        let end = start + quotes(&bytes[start..]);
        if (end - start) % 2 == 1 {
            let opens = start == 0 || bytes[start - 1] == delimiter;
            let text = bytes
                .get(end)
                .is_some_and(|next| *next != delimiter && !matches!(next, b'\r' | b'\n'));
            return opens && text;
        }
        at = end;
    }
    false
}

/// Returns the number of quotes at the start.
fn quotes(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte == b'"').count()
}

/// Returns the start of the last line in `bytes` that begins a record, other than the first line.
pub(crate) fn last_record_start(bytes: &[u8], delimiter: u8) -> Option<usize> {
    memrchr_iter(b'\n', bytes)
        .map(|newline| newline + 1)
        .find(|start| begins_record(&bytes[*start..], delimiter))
}

/// Returns the start of the first line in `bytes` that begins a record, other than the first line.
pub(crate) fn next_record_start(bytes: &[u8], delimiter: u8) -> Option<usize> {
    memchr_iter(b'\n', bytes)
        .map(|newline| newline + 1)
        .find(|start| begins_record(&bytes[*start..], delimiter))
}

/// Returns the start of the last line in `bytes`, other than the first, before which the number of
/// quotes is even.
pub(super) fn last_counted_start(bytes: &[u8]) -> Option<usize> {
    let (mut start, mut odd) = (None, false);
    for at in memchr2_iter(b'"', b'\n', bytes) {
        match bytes[at] {
            b'"' => odd = !odd,
            _ if !odd => start = Some(at + 1),
            _ => {}
        }
    }
    start
}

/// Returns the row in a row that is one quoted field. Spreadsheet programs that did not split the
/// lines of a CSV file into cells write such rows.
pub(crate) fn one_cell(record: &[u8], delimiter: u8) -> Option<Vec<u8>> {
    let mut fields = Fields::new(record, delimiter);
    let field = fields.next().filter(|field| field.quoted && field.closed)?;
    if fields.next().is_some() {
        return None;
    }
    let mut scratch = Vec::new();
    let row = field.unquoted(&mut scratch);
    // A field of JSON has commas too. A row that begins with one has it in quotes.
    let is_row = memchr(delimiter, row).is_some() && !row.starts_with(b"{");
    is_row.then(|| row.to_vec())
}

/// Returns the end of the line at `start`, including its line break.
fn line_end(bytes: &[u8], start: usize) -> usize {
    memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |length| start + length + 1)
}

/// The records of a block, which begins at a record and ends before one.
pub(crate) struct Records<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    at: usize,
    /// Before this, no line certainly begins a record, so that quotes must be counted.
    counted_to: usize,
}

impl<'a> Records<'a> {
    pub(crate) fn new(bytes: &'a [u8], delimiter: u8) -> Self {
        Self {
            bytes,
            delimiter,
            at: 0,
            counted_to: 0,
        }
    }

    /// Returns the end of the record at `start`: the first line end before which the number of
    /// quotes is even.
    fn counted(&self, start: usize) -> usize {
        let mut odd = false;
        let mut line = start;
        while line < self.counted_to {
            let end = line_end(self.bytes, line);
            odd ^= memchr_iter(b'"', &self.bytes[line..end]).count() % 2 == 1;
            line = end;
            if !odd {
                break;
            }
        }
        line
    }
}

impl Iterator for Records<'_> {
    type Item = Range<usize>;

    /// Returns the next record with its line end. Blank lines are records too. If more than
    /// [`LONGEST_RECORD`] bytes contain no certain start of a record, they are one record.
    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        if start >= self.bytes.len() {
            return None;
        }
        if start >= self.counted_to {
            let first = line_end(self.bytes, start);
            let mut end = first;
            while end < self.bytes.len() && !begins_record(&self.bytes[end..], self.delimiter) {
                end = line_end(self.bytes, end);
            }
            if end == first || end - start > LONGEST_RECORD {
                self.at = end;
                return Some(start..end);
            }
            self.counted_to = end;
        }
        self.at = self.counted(start);
        Some(start..self.at)
    }
}

/// The fields of one record.
pub(crate) struct Fields<'a> {
    record: &'a [u8],
    delimiter: u8,
    at: Option<usize>,
}

/// One field.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Field<'a> {
    /// The field as in the file, without the quotes around it.
    raw: &'a [u8],
    quoted: bool,
    /// Whether a quoted field has its closing quote.
    pub(crate) closed: bool,
}

impl<'a> Fields<'a> {
    /// `record` may end with its line end.
    pub(crate) fn new(record: &'a [u8], delimiter: u8) -> Self {
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let record = record.strip_suffix(b"\r").unwrap_or(record);
        Self {
            record,
            delimiter,
            at: Some(0),
        }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let start = self.at?;
        let record = self.record;
        if record.get(start) == Some(&b'"') {
            let (end, closed) = closing_quote(record, start + 1);
            let field = Field {
                raw: &record[start + 1..end],
                quoted: true,
                closed,
            };
            // Text between the closing quote and the delimiter belongs to no field.
            let after = (end + 1).min(record.len());
            self.at = memchr(self.delimiter, &record[after..]).map(|length| after + length + 1);
            return Some(field);
        }
        let end = memchr(self.delimiter, &record[start..]).map(|length| start + length);
        self.at = end.map(|end| end + 1);
        Some(Field {
            raw: &record[start..end.unwrap_or(record.len())],
            quoted: false,
            closed: true,
        })
    }
}

/// Returns the position of the quote that closes the field, or the end of the record.
fn closing_quote(record: &[u8], mut at: usize) -> (usize, bool) {
    while let Some(found) = memchr(b'"', &record[at..]) {
        let quote = at + found;
        if record.get(quote + 1) != Some(&b'"') {
            return (quote, true);
        }
        at = quote + 2;
    }
    (record.len(), false)
}

impl<'a> Field<'a> {
    /// Returns the field's text. Doubled quotes are made single in `scratch`.
    pub(crate) fn unquoted<'s>(&self, scratch: &'s mut Vec<u8>) -> &'s [u8]
    where
        'a: 's,
    {
        if !self.quoted || memchr(b'"', self.raw).is_none() {
            return self.raw;
        }
        scratch.clear();
        scratch.reserve(self.raw.len());
        let mut rest = self.raw;
        while let Some(quote) = memchr(b'"', rest) {
            scratch.extend_from_slice(&rest[..=quote]);
            rest = rest.get(quote + 2..).unwrap_or_default();
        }
        scratch.extend_from_slice(rest);
        scratch
    }

    /// Returns the field as text. Bytes of another encoding become U+FFFD.
    pub(crate) fn text(&self) -> Cow<'a, str> {
        if !self.quoted || memchr(b'"', self.raw).is_none() {
            return String::from_utf8_lossy(self.raw);
        }
        let mut scratch = Vec::new();
        Cow::Owned(String::from_utf8_lossy(self.unquoted(&mut scratch)).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<&str> {
        Records::new(text.as_bytes(), b',')
            .map(|range| &text[range])
            .collect()
    }

    fn fields(record: &str) -> Vec<String> {
        Fields::new(record.as_bytes(), b',')
            .map(|field| field.text().into_owned())
            .collect()
    }

    #[test]
    fn a_line_that_opens_a_field_begins_a_record() {
        for line in [
            r#"1,2,"{""a"":1}",x"#,
            r#""a","b""#,
            r#"1,"","{""a"":1}""#,
            r#"1,"""quoted"" text""#,
        ] {
            assert!(begins_record(line.as_bytes(), b','), "{line}");
        }
    }

    #[test]
    fn a_line_that_may_stand_inside_a_field_does_not() {
        for line in [
            "",
            "no quotes",
            r#"the end",next,"{""a"":1}""#,
            r#"said ""hi"", and left"""#,
            r#"ends with a delimiter,",next,"{""a"":1}""#,
            r#"","x"#,
            // Cut before the character that decides.
            r#"1,2,""#,
            r#"1,2,"""#,
        ] {
            assert!(!begins_record(line.as_bytes(), b','), "{line}");
        }
    }

    #[test]
    fn a_field_with_line_breaks_stays_whole() {
        let text = "1,\"a\nb \"\"c\"\"\n\",2\n3,\"d\",4\n";
        assert_eq!(records(text), ["1,\"a\nb \"\"c\"\"\n\",2\n", "3,\"d\",4\n"]);
        assert_eq!(fields(records(text)[0]), ["1", "a\nb \"c\"\n", "2"]);
    }

    #[test]
    fn an_open_quote_costs_only_its_record() {
        let text = "1,\"cut\n2,\"{\"\"a\"\":1}\"\n3,\"{}\"\n";
        assert_eq!(
            records(text),
            ["1,\"cut\n", "2,\"{\"\"a\"\":1}\"\n", "3,\"{}\"\n"]
        );
        let cut = Fields::new(b"1,\"cut", b',').last().unwrap();
        assert!(!cut.closed);
    }

    #[test]
    fn rows_without_quotes_and_blank_lines_are_records_of_their_own() {
        assert_eq!(
            records("1,2\n3,4\r\n\n5,6"),
            ["1,2\n", "3,4\r\n", "\n", "5,6"]
        );
    }

    #[test]
    fn fields_are_read_as_spreadsheets_write_them() {
        assert_eq!(
            fields("a,\"b,\"\"c\"\"\",,\"\"\r\n"),
            ["a", "b,\"c\"", "", ""]
        );
        assert_eq!(fields(""), [""]);
        assert_eq!(fields("5\" disk,x"), ["5\" disk", "x"]);
        assert_eq!(fields("\"a\" ,b"), ["a", "b"]);
        assert_eq!(fields("\"\"\"\",x"), ["\"", "x"]);
    }

    #[test]
    fn a_block_can_be_cut_before_any_record() {
        let text = b"1,\"{}\"\n2,\"a\nb\"\n3,\"{}\"\nx";
        assert_eq!(last_record_start(text, b','), Some(15));
        assert_eq!(next_record_start(text, b','), Some(7));
        assert_eq!(last_record_start(b"1,\"{}\"\n", b','), None);
    }
}

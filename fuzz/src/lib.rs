//! What each fuzz target does with its input: a search must not panic, and its findings must not
//! depend on how the work is split.
//!
//! The functions are separate from libFuzzer, so that `cargo test` also runs them, on the seeds in
//! `fuzz/seeds`. Each returns the number of chat targets that it found, which shows that a seed
//! reaches the rules.

use std::io::{Cursor, Write};

use chat_access::search::{Effort, Findings, Query, QueryOptions, Source, search_sources};
use flate2::Compression;
use flate2::write::GzEncoder;

/// What a fuzz target does with its input.
pub type Target = fn(&[u8]) -> usize;

/// Every fuzz target, by the name of its file in `fuzz_targets` and of its folder in `seeds`.
pub const TARGETS: [(&str, Target); 5] = [
    ("audit_record", audit_record),
    ("csv", csv),
    ("hunting_csv", hunting_csv),
    ("json", json),
    ("packed", packed),
];

/// The fields of one audit record about a chat, in each form in which sources wrap a record.
pub fn audit_record(fields: &[u8]) -> usize {
    let record = [
        &br#"{"ChatThreadId":"19:b8577894a63548969c5c92bb9c80c5e1@thread.v2","Operation":"x","#[..],
        fields,
        b"}",
    ]
    .concat();
    search_both_ways(&record)
        + search_both_ways(&[b"{\"auditData\":", &record[..], b"}"].concat())
        + search_both_ways(&[b"{\"RawEventData\":", &record[..], b"}"].concat())
}

/// Rows of an audit log export.
pub fn csv(rows: &[u8]) -> usize {
    [
        "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\r\n",
        "CreationDate,UserIds,Operations,AuditData\n",
        "\"AuditData\";\"CreationDate\"\r\n",
        "Timestamp,ActionType,RawEventData\n",
    ]
    .iter()
    .map(|header| search_both_ways(&[header.as_bytes(), rows].concat()))
    .sum()
}

/// Rows of the hunting table MessageEvents.
pub fn hunting_csv(rows: &[u8]) -> usize {
    [
        "Timestamp,SenderEmailAddress,SenderObjectId,RecipientDetails,IsExternalThread,ThreadId\n",
        "\"TenantId\",\"TimeGenerated [UTC]\",\"ThreadId\",\"RecipientDetails\"\r\n",
    ]
    .iter()
    .map(|header| search_both_ways(&[header.as_bytes(), rows].concat()))
    .sum()
}

/// The rest of an array, a page, hunting results or lines, after a first record.
pub fn json(records: &[u8]) -> usize {
    let first = br#"{"Operation":"ChatCreated"}"#;
    [
        &b"["[..],
        b"{\"value\":[",
        b"{\"schema\":[],\"results\":[",
        b"",
    ]
    .iter()
    .map(|start| search_both_ways(&[start, &first[..], b"\n", records].concat()))
    .sum()
}

/// A complete file of any format: as it is, compressed with gzip, in UTF-16, and after the first
/// bytes of both, as a damaged file.
pub fn packed(file: &[u8]) -> usize {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(file).expect("a vector accepts every byte");
    let gzip = gzip.finish().expect("a vector accepts every byte");
    let utf16: Vec<u8> = file.iter().flat_map(|byte| [*byte, 0]).collect();
    search_both_ways(file)
        + search_both_ways(&gzip)
        + search_both_ways(&[b"\xff\xfe", &utf16[..]].concat())
        + search_both_ways(&[b"\x1f\x8b", file].concat())
        + search_both_ways(&[b"\xff\xfe", file].concat())
}

/// Searches `bytes` as one block and in blocks whose size depends on `bytes`, compares, and returns
/// the number of targets.
fn search_both_ways(bytes: &[u8]) -> usize {
    let size = 1 + bytes.iter().map(|byte| usize::from(*byte)).sum::<usize>() % 997;
    let whole = search(bytes, 1, 1 << 20);
    let split = search(bytes, 2, size);
    assert_eq!(whole.targets, split.targets);
    assert_eq!(whole.damages, split.damages);
    assert_eq!(whole.records, split.records);
    whole.targets.len()
}

/// Includes internal chats, so that the search reaches all rules.
fn search(bytes: &[u8], threads: usize, block_size: usize) -> Findings {
    let query = Query::new(QueryOptions {
        include_internal: true,
        tenant_id: Some("5f3e2b10-7c4d-4e8a-9b61-0d2c3a4f5e61".into()),
        ..QueryOptions::default()
    })
    .expect("the query is valid");
    let source = Source::Stream("fuzz".into(), Box::new(Cursor::new(bytes.to_vec())));
    let effort = Effort {
        threads,
        block_size,
    };
    search_sources(effort, vec![source], &query)
}

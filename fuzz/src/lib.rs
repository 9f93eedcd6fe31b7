//! What the fuzz targets share: a search must not panic, and its answer must not depend on how the work is
//! split.

use std::io::Cursor;

use chat_access::search::{Effort, Findings, Query, QueryOptions, Source, search_sources};

/// Searches `bytes` whole and in blocks of a size that they choose themselves, and compares.
pub fn search_both_ways(bytes: &[u8]) {
    let size = 1 + bytes.iter().map(|byte| usize::from(*byte)).sum::<usize>() % 997;
    let whole = search(bytes, 1, 1 << 20);
    let split = search(bytes, 2, size);
    assert_eq!(whole.targets, split.targets);
    assert_eq!(whole.damages, split.damages);
    assert_eq!(whole.records, split.records);
}

/// Searches with every kind of chat asked for, so that all rules are reached.
fn search(bytes: &[u8], threads: usize, block_size: usize) -> Findings {
    let query = Query::new(QueryOptions {
        include_internal: true,
        tenant_id: Some("5f3e2b10-7c4d-4e8a-9b61-0d2c3a4f5e61".into()),
        ..QueryOptions::default()
    })
    .expect("the query is right");
    let source = Source::Stream("fuzz".into(), Box::new(Cursor::new(bytes.to_vec())));
    let effort = Effort {
        threads,
        block_size,
    };
    search_sources(effort, vec![source], &query)
}

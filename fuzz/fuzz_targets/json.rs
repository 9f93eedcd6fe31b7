//! Arrays, pages, hunting results and lines.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|records: &[u8]| {
    let first = br#"{"Operation":"ChatCreated"}"#;
    for start in [&b"["[..], b"{\"value\":[", b"{\"schema\":[],\"results\":[", b""] {
        chat_access_fuzz::search_both_ways(&[start, first, b"\n", records].concat());
    }
});

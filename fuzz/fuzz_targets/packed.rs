//! A whole file of any kind: gzip, UTF-16, a byte order mark, or none of the formats.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    chat_access_fuzz::search_both_ways(file);
    chat_access_fuzz::search_both_ways(&[b"\x1f\x8b", file].concat());
    chat_access_fuzz::search_both_ways(&[b"\xff\xfe", file].concat());
});

//! The fields of one audit record about a chat, in each of its wrappings.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|fields: &[u8]| {
    let record = [
        &br#"{"ChatThreadId":"19:b8577894a63548969c5c92bb9c80c5e1@thread.v2","Operation":"x","#[..],
        fields,
        b"}",
    ]
    .concat();
    chat_access_fuzz::search_both_ways(&record);
    chat_access_fuzz::search_both_ways(&[b"{\"auditData\":", &record[..], b"}"].concat());
    chat_access_fuzz::search_both_ways(&[b"{\"RawEventData\":", &record[..], b"}"].concat());
});

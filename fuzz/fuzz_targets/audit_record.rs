#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    chat_access_fuzz::run("audit_record", input);
});

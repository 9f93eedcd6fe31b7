//! The header that is checked in is the one that the exports make.

use std::fs;

#[test]
fn the_header_is_current() {
    let generated = include_str!(concat!(env!("OUT_DIR"), "/chat_access.h"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/include/chat_access.h");
    if std::env::var_os("UPDATE_HEADER").is_some() {
        fs::write(path, generated).expect("the header can be written");
    }
    let checked_in = fs::read_to_string(path).unwrap_or_default();
    assert!(
        checked_in == generated,
        "include/chat_access.h is not what src/ffi says; run: UPDATE_HEADER=1 cargo test --test it header"
    );
}

//! The checked-in header is the one that cbindgen generates from the exports, and is complete.

use std::fs;
use std::path::Path;

const HEADER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/include/chat_access.h");

const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/chat_access.h"));

#[test]
fn the_header_is_current() {
    if std::env::var_os("UPDATE_HEADER").is_some() {
        fs::write(HEADER, GENERATED).expect("the header can be written");
    }
    let checked_in = fs::read_to_string(HEADER).unwrap_or_default();
    assert!(
        checked_in == GENERATED,
        "include/chat_access.h differs from src/ffi; run: UPDATE_HEADER=1 cargo test --test it header"
    );
}

/// Names of the functions that `text` defines or declares after `before` and in front of `(`.
fn names<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = text.lines().filter(|line| !line.starts_with("//"));
    lines.filter_map(move |line| {
        let (_, after) = line.split_once(before)?;
        Some(after.split_once('(')?.0)
    })
}

#[test]
fn the_header_declares_each_export_exactly_once() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ffi");
    let mut exports = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert_eq!(
            source.matches("#[unsafe(no_mangle)]").count(),
            source.matches("extern \"C\" fn ").count(),
            "an export is exported by name, and nothing else is"
        );
        exports.extend(names(&source, "extern \"C\" fn ").map(String::from));
    }
    exports.sort_unstable();
    assert!(exports.contains(&"remove_all_access_for_user".to_string()));
    let mut declared: Vec<&str> = names(GENERATED, "int32_t ")
        .filter(|name| !name.starts_with(' '))
        .collect();
    declared.sort_unstable();
    assert_eq!(declared, exports);
}

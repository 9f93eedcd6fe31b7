//! Generates the C header from the exports into OUT_DIR, because a build script must not write into
//! the source tree. A test compares it with the header that is checked in.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=src/ffi");
    println!("cargo::rerun-if-changed=cbindgen.toml");
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let config = cbindgen::Config::from_file(Path::new(&root).join("cbindgen.toml"))
        .expect("cbindgen.toml can be read");
    cbindgen::Builder::new()
        .with_config(config)
        // With its modules; naming one of them here would declare its exports twice.
        .with_src(Path::new(&root).join("src/ffi/mod.rs"))
        .generate()
        .expect("the header can be generated from src/ffi")
        .write_to_file(Path::new(&out).join("chat_access.h"));
}

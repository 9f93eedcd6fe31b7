//! Generates the C header from the exports into OUT_DIR, where a test compares it with the one that is
//! checked in. A build script must not write into the source tree, so it does not do that itself.

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
        .with_src(Path::new(&root).join("src/ffi/status.rs"))
        .with_src(Path::new(&root).join("src/ffi/mod.rs"))
        .with_src(Path::new(&root).join("src/ffi/search.rs"))
        .generate()
        .expect("the header can be generated from src/ffi")
        .write_to_file(Path::new(&out).join("chat_access.h"));
}

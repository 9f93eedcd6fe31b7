//! Generates the C header from the exports into OUT_DIR, because a build script must not write into
//! the source tree. A test compares it with the header that is checked in. Adds the version resource
//! to the Windows library.

use std::env::var;
use std::path::Path;
use std::process::Command;

use version_resource::About;

fn main() {
    println!("cargo::rerun-if-changed=src/ffi");
    println!("cargo::rerun-if-changed=cbindgen.toml");
    let root = var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let out = var("OUT_DIR").expect("cargo sets OUT_DIR");
    let config = cbindgen::Config::from_file(Path::new(&root).join("cbindgen.toml"))
        .expect("cbindgen.toml can be read");
    cbindgen::Builder::new()
        .with_config(config)
        // With its modules; naming one of them here would declare its exports twice.
        .with_src(Path::new(&root).join("src/ffi/mod.rs"))
        .generate()
        .expect("the header can be generated from src/ffi")
        .write_to_file(Path::new(&out).join("chat_access.h"));
    if var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "windows") {
        add_version(Path::new(&out));
    }
}

/// Links the version resource. The linker of MSVC accepts it as it is; that of GNU needs it in an
/// object file, which windres makes.
fn add_version(out: &Path) {
    let version = var("CARGO_PKG_VERSION").expect("cargo sets CARGO_PKG_VERSION");
    let resource = out.join("version.res");
    let compiled = version_resource::compiled(&About {
        version: &version,
        product: "ChatAccess",
        description: "Removes users' access to Microsoft Teams chats",
        company: "The ChatAccess authors",
        copyright: "(c) 2026 The ChatAccess authors. MIT license.",
        file: "chat_access.dll",
    });
    std::fs::write(&resource, compiled).expect("OUT_DIR can be written to");
    let mut linked = resource.clone();
    if var("CARGO_CFG_TARGET_ENV").is_ok_and(|kind| kind == "gnu") {
        let architecture = var("CARGO_CFG_TARGET_ARCH").expect("cargo sets the target");
        linked.set_extension("o");
        let windres = Command::new(format!("{architecture}-w64-mingw32-windres"))
            .args(["-J", "res", "-O", "coff", "-i"])
            .arg(&resource)
            .arg("-o")
            .arg(&linked)
            .status();
        if !windres.is_ok_and(|status| status.success()) {
            println!("cargo::warning=The library has no version resource: windres does not work.");
            return;
        }
    }
    println!("cargo::rustc-link-arg-cdylib={}", linked.display());
}

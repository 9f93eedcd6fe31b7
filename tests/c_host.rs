//! A C program that is compiled against the header and linked to the release library.

use std::path::Path;
use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};
use sandbox::{Sandbox, SandboxOptions, TokenClaims};

fn main() {
    let compiler = compiler();
    if compiler.is_none() {
        eprintln!(
            "\nNOT RUN: 1 test of the C ABI, because no C compiler is installed. Install cc, or set CC.\n"
        );
    }
    let missing = compiler.is_none();
    let trial = Trial::test(
        "a_c_program_gets_the_documented_status_for_valid_and_invalid_calls",
        move || run(&compiler.unwrap_or_default()),
    );
    libtest_mimic::run(
        &Arguments::from_args(),
        vec![trial.with_ignored_flag(missing)],
    )
    .exit();
}

/// Returns a C compiler with the arguments of a Unix compiler.
fn compiler() -> Option<String> {
    let named = std::env::var("CC").unwrap_or_else(|_| "cc".into());
    let works = Command::new(&named).arg("--version").output();
    works
        .is_ok_and(|output| output.status.success())
        .then_some(named)
}

fn run(compiler: &str) -> Result<(), Failed> {
    let library = stage::library();
    let folder = library.parent().unwrap_or(Path::new("."));
    let build = tempfile::tempdir()?;
    let program = build.path().join("host");
    let compiled = Command::new(compiler)
        .args([
            "-std=c99",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-o",
        ])
        .arg(&program)
        .arg(stage::root().join("tests/c/host.c"))
        .arg("-I")
        .arg(stage::root().join("include"))
        .arg("-L")
        .arg(folder)
        .arg(format!("-Wl,-rpath,{}", folder.display()))
        .arg("-lchat_access")
        .output()?;
    if !compiled.status.success() {
        return Err(String::from_utf8_lossy(&compiled.stderr)
            .into_owned()
            .into());
    }
    let sandbox = Sandbox::start(SandboxOptions::default());
    let token = sandbox.token(TokenClaims::default());
    let output = Command::new(&program)
        .arg(sandbox.url())
        .arg(&token)
        .output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!("{}\n{printed}", output.status).into());
    }
    if sandbox.applied().len() != 1 || !printed.contains("\"status\":\"Removed\"") {
        return Err(format!("the removal was not applied:\n{printed}").into());
    }
    Ok(())
}

//! The release library and the PowerShell module as users get them.
//!
//! [`library`] builds the library with the release profile, [`module`] assembles the PowerShell
//! module around it, and [`Native`] calls the library through its C ABI as any other program does.
//! The tests, the demo and the benchmarks use them, so that all of them run what users get.

mod native;
mod node;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

pub use native::{Native, Next, Open, Remove, Response};
pub use node::node_package;

/// Returns the root of the repository.
pub fn root() -> &'static Path {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.ancestors().nth(2).expect("tests/stage")
}

/// Builds the release library, once per process, and returns its path; or returns the path in the
/// environment variable `CHATACCESS_LIBRARY`, of a library that was built elsewhere.
///
/// # Panics
/// If the build fails. Its output is printed.
pub fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        if let Some(built) = std::env::var_os("CHATACCESS_LIBRARY") {
            return built.into();
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        // Cargo describes the package under test in the environment of its tests. The build scripts
        // of some dependencies (ring) run again when these variables change, and link-time
        // optimisation follows: a minute, each time a build inside `cargo test` comes after one
        // outside of it.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            let of_package = ["CARGO_PKG_", "CARGO_MANIFEST_"];
            if name == "OUT_DIR" || of_package.iter().any(|start| name.starts_with(start)) {
                command.env_remove(&*name);
            }
        }
        let output = command
            .args([
                "rustc",
                "--quiet",
                "--release",
                "--lib",
                "--package",
                "chat-access",
                // Without the rlib: together with it, the library would keep everything that only
                // Rust programs can call, a fifth of its size.
                "--crate-type",
                "cdylib",
            ])
            .args(["--message-format", "json-render-diagnostics"])
            .current_dir(root())
            // An outer `cargo` sets these flags, and the build would differ from that of a user.
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo starts");
        assert!(
            output.status.success(),
            "the build of the release library failed"
        );
        built_library(&output.stdout).expect("cargo reports the library that it built")
    })
}

/// Returns the shared library among the artifacts that cargo reports.
fn built_library(messages: &[u8]) -> Option<PathBuf> {
    messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "chat_access")
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|name| Some(PathBuf::from(name.as_str()?)))
        .find(|path| {
            path.extension()
                .is_some_and(|ending| ending == std::env::consts::DLL_EXTENSION)
        })
}

/// Lays the module out in `into/ChatAccess` as users install it, and returns that folder.
///
/// The commands are in the root module, the functions they share are in one file, because
/// opening many files takes PowerShell longer than parsing them, and the release library is in
/// `bin/<rid>`.
///
/// # Errors
/// A file can't be copied.
pub fn module(into: &Path) -> io::Result<PathBuf> {
    let target = into.join("ChatAccess");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    copy(&root().join("powershell/ChatAccess"), &target)?;
    let script = target.join("ChatAccess.psm1");
    add_clean_blocks(&target)?;
    let commands = take_scripts(&target.join("Public"))?;
    fs::write(&script, commands + &fs::read_to_string(&script)?)?;
    let shared = take_scripts(&target.join("Private"))?;
    fs::create_dir(target.join("Private"))?;
    fs::write(target.join("Private/ChatAccess.ps1"), shared)?;
    let bin = target.join("bin").join(rid());
    fs::create_dir_all(&bin)?;
    fs::copy(
        library(),
        bin.join(format!("chat_access.{}", std::env::consts::DLL_EXTENSION)),
    )?;
    Ok(target)
}

/// Moves the commands whose work may outlive their pipeline into two files: one with the clean block
/// at their end, which only PowerShell 7.3 and later can parse, and one without it. An import reads
/// one of them.
fn add_clean_blocks(module: &Path) -> io::Result<()> {
    let path = module.join("CleanBlock.ps1");
    let block = fs::read_to_string(&path)?;
    let (mut with, mut without) = (String::new(), String::new());
    for name in ["Find-ChatAccess", "Remove-ChatAccessForUser"] {
        let source = module.join("Public").join(name).with_extension("ps1");
        let command = fs::read_to_string(&source)?;
        let open = command.trim_end().strip_suffix('}').expect("a function");
        with += &format!("{open}{block}}}\n");
        without += &command;
        fs::remove_file(source)?;
    }
    fs::write(path, with)?;
    fs::write(module.join("NoCleanBlock.ps1"), without)
}

/// Removes a folder of scripts and returns them as one, in the order of their names.
fn take_scripts(folder: &Path) -> io::Result<String> {
    let mut paths: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    let mut scripts = String::new();
    for path in paths {
        scripts.push('\n');
        scripts.push_str(&fs::read_to_string(path)?);
    }
    fs::remove_dir_all(folder)?;
    Ok(scripts)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Returns .NET's name of this platform, which is the name of the library's folder in the module.
pub fn rid() -> String {
    let system = match std::env::consts::OS {
        "windows" => "win",
        "macos" => "osx",
        other => other,
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}-{processor}")
}

/// Returns the path of PowerShell 7, if it is installed: `PWSH`, or `pwsh` on the `PATH`.
pub fn pwsh() -> Option<PathBuf> {
    match std::env::var_os("PWSH") {
        Some(named) => which::which(named).ok(),
        None => which::which("pwsh").ok(),
    }
}

/// Returns a command for PowerShell 7 without profile, prompts and telemetry.
pub fn pwsh_command(pwsh: &Path) -> Command {
    let mut command = Command::new(pwsh);
    command
        .args(["-NoLogo", "-NoProfile", "-NonInteractive"])
        .env("POWERSHELL_TELEMETRY_OPTOUT", "1")
        .env("POWERSHELL_UPDATECHECK", "Off")
        .env("NO_COLOR", "1");
    command
}

/// Prints that `what` did not run. Not with `eprintln!`, whose output the test harness hides when a
/// test passes.
pub fn not_run(what: &str, why: &str) {
    let _ = writeln!(io::stderr(), "\nNOT RUN: {what}, because {why}.\n");
}

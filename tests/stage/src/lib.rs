//! The release library and the PowerShell module as users get them.
//!
//! [`library`] builds the library with the profile that is shipped, [`module`] lays the module out around
//! it, and [`Native`] calls it through its C ABI as any other program would. The tests, the demo and the
//! benchmarks all use these, so that none of them works on something that nobody gets.

mod native;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

pub use native::{Answer, Native};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Builds the release library, once in a process, and returns its path.
///
/// # Panics
/// The build fails; its output has been printed.
pub fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        // Cargo describes the package under test in the environment of its tests. The build scripts of some
        // dependencies (ring) run again when these variables change, and link-time optimisation follows: a
        // minute, each time a build inside `cargo test` comes after one outside of it.
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
                // Without the Rust library beside it, which would keep what only Rust programs can call:
                // a fifth of the size.
                "--crate-type",
                "cdylib",
            ])
            .args(["--message-format", "json-render-diagnostics"])
            .current_dir(root())
            // Set by an outer `cargo`, they would make this build another one than a user's.
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo can be started");
        assert!(
            output.status.success(),
            "the release library does not build"
        );
        built_library(&output.stdout).expect("cargo names the library that it built")
    })
}

/// The shared library among the artifacts that cargo reports.
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

/// Lays the module out in `into/ChatAccess` as the archive that users install has it, and returns that
/// folder: the commands in one file, because an import takes as long as reading takes, and the release
/// library in `bin/<rid>`.
///
/// # Errors
/// A file can't be copied.
pub fn module(into: &Path) -> io::Result<PathBuf> {
    let target = into.join("ChatAccess");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    copy(&root().join("powershell/ChatAccess"), &target)?;
    let mut commands: Vec<_> = fs::read_dir(target.join("Public"))?.collect::<Result<_, _>>()?;
    commands.sort_by_key(fs::DirEntry::path);
    let mut script = fs::read_to_string(target.join("ChatAccess.psm1"))?;
    for command in commands {
        script.push('\n');
        script.push_str(&fs::read_to_string(command.path())?);
    }
    fs::write(target.join("ChatAccess.psm1"), script)?;
    fs::remove_dir_all(target.join("Public"))?;
    let bin = target.join("bin").join(rid());
    fs::create_dir_all(&bin)?;
    fs::copy(
        library(),
        bin.join(format!("chat_access.{}", std::env::consts::DLL_EXTENSION)),
    )?;
    Ok(target)
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

/// .NET's name for this platform, which is the library's folder in the module.
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

/// PowerShell 7, where there is one: `PWSH` names it, or it is on the path.
pub fn pwsh() -> Option<PathBuf> {
    match std::env::var_os("PWSH") {
        Some(named) => which::which(named).ok(),
        None => which::which("pwsh").ok(),
    }
}

/// A PowerShell 7 that reads no profile, asks nothing and reports nothing to anyone.
pub fn pwsh_command(pwsh: &Path) -> Command {
    let mut command = Command::new(pwsh);
    command
        .args(["-NoLogo", "-NoProfile", "-NonInteractive"])
        .env("POWERSHELL_TELEMETRY_OPTOUT", "1")
        .env("POWERSHELL_UPDATECHECK", "Off")
        .env("NO_COLOR", "1");
    command
}

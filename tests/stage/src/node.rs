//! Node.js programs that tests run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Copies the Node.js package in `source` to `target`, installs what it depends on, and returns
/// `target`.
///
/// A later call with the same `package.json` installs nothing.
///
/// # Errors
/// The reason why the package can't run here, as a clause: Node.js or npm is missing, or the
/// registry is unreachable.
pub fn node_package(source: &Path, target: PathBuf) -> Result<PathBuf, String> {
    which::which("node").map_err(|_| "Node.js is not installed")?;
    fs::create_dir_all(&target)
        .and_then(|()| copy_files(source, &target))
        .map_err(|error| format!("{} can't be copied: {error}", source.display()))?;
    // Written last: an installation that was interrupted is repeated.
    let installed = target.join("installed.json");
    let package = fs::read(target.join("package.json")).map_err(|error| error.to_string())?;
    if fs::read(&installed).is_ok_and(|before| before == package) {
        return Ok(target);
    }
    let npm = which::which("npm").map_err(|_| "npm is not installed")?;
    let output = Command::new(npm)
        .args(["install", "--no-audit", "--no-fund", "--silent"])
        // Without a registry npm would try for more than a minute.
        .args(["--fetch-retries=1", "--fetch-retry-mintimeout=1000"])
        .current_dir(&target)
        .output();
    if !output.is_ok_and(|output| output.status.success()) {
        return Err("npm can't install its packages (is the registry unreachable?)".into());
    }
    fs::write(&installed, package).map_err(|error| error.to_string())?;
    Ok(target)
}

fn copy_files(source: &Path, target: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        fs::copy(entry.path(), target.join(entry.file_name()))?;
    }
    Ok(())
}

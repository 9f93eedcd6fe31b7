//! Measurements inside PowerShell, by scripts that print lines of `name value`.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::{Bar, Bars};

/// PowerShell 7 and a staged module.
pub struct PowerShell {
    pwsh: PathBuf,
    folder: tempfile::TempDir,
    /// Folder of the module.
    pub module: PathBuf,
}

impl PowerShell {
    /// Finds PowerShell 7 and stages the module. Without PowerShell, reports that `needing` did not
    /// run.
    pub fn find(bars: &mut Bars, needing: &[Bar]) -> Option<Self> {
        let Some(pwsh) = stage::pwsh() else {
            for bar in needing {
                bars.not_run(bar, "PowerShell 7 is not installed");
            }
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let module = stage::module(folder.path()).expect("a staged module");
        Some(Self {
            pwsh,
            folder,
            module,
        })
    }

    /// Returns a folder for files of a measurement.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Returns how many times slower this computer is now than the one that the limits in
    /// milliseconds are for. A measurement in turn with the measured work makes the verdict the same
    /// on a slow or busy computer.
    pub fn slowness(&self) -> f64 {
        /// Of the computer that the limits are for.
        const SECONDS: f64 = 0.74;
        self.measure("reference.ps1", &[])["seconds"] / SECONDS
    }

    /// Runs a script of `benches/bars` in a new process and returns its measurements by name.
    pub fn measure(&self, script: &str, arguments: &[&str]) -> HashMap<String, f64> {
        let output = stage::pwsh_command(&self.pwsh)
            .arg("-File")
            .arg(stage::root().join("benches/bars").join(script))
            .args(arguments)
            .output()
            .expect("PowerShell starts");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{script}: {printed}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        printed
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(name, value)| Some((name.to_string(), value.parse().ok()?)))
            .collect()
    }
}

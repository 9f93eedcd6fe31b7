//! Scripts that measure inside of PowerShell and print `name value` lines.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::Bars;

/// A staged module and a PowerShell to load it into.
pub struct PowerShell {
    pwsh: PathBuf,
    folder: tempfile::TempDir,
    /// The module's folder.
    pub module: PathBuf,
}

impl PowerShell {
    /// `None`, and said so for each of the figures, where there is no PowerShell.
    pub fn find(bars: &mut Bars, figures: &[(&str, &str)]) -> Option<Self> {
        let Some(pwsh) = stage::pwsh() else {
            for (name, limit) in figures {
                bars.not_run(name, limit, "there is no PowerShell 7");
            }
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let module = stage::module(folder.path()).expect("the module can be staged");
        Some(Self {
            pwsh,
            folder,
            module,
        })
    }

    /// A folder for what a measurement compares with.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Runs a script of `benches/bars` in a new process and returns what it measured.
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

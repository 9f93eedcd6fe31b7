//! The report on an incident with 5,000 targets: the time to write it, and the time until a browser
//! has read it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::powershell::PowerShell;
use crate::{Bar, Bars, median};

const ROUNDS: usize = 5;

/// The command with 5,000 targets and 5,000 outcomes in its pipeline.
const WRITE: Bar = Bar::at_most("report_write", 0.3, "s");
/// From the start of the navigation to the end of DOMContentLoaded.
const OPEN: Bar = Bar::at_most("report_dom_ready", 1.0, "s");

pub fn run(bars: &mut Bars) {
    let Some(powershell) = PowerShell::find(bars, &[WRITE, OPEN]) else {
        return;
    };
    let module = powershell.module.to_string_lossy().into_owned();
    let page = powershell.folder().join("incident.html");
    let arguments = [&*module, &page.to_string_lossy()];
    let measured = powershell.measure("report.ps1", &arguments);
    assert!((measured["removed"] - 5_000.0).abs() < 0.5);
    bars.report(&WRITE, measured["seconds"]);

    let Some(chromium) = chromium() else {
        bars.not_run(&OPEN, "there is no Chromium");
        return;
    };
    let page = fs::read_to_string(page).expect("the page");
    let times = (0..ROUNDS).map(|_| open(&chromium, &page, powershell.folder()));
    bars.report(&OPEN, median(times.collect()));
}

/// Opens the page and returns the time until its DOM is ready, in seconds.
fn open(chromium: &Path, page: &str, folder: &Path) -> f64 {
    // The policy would block this script.
    let start = page.find("<meta http-equiv").expect("the policy");
    let end = start + page[start..].find('>').expect("its end") + 1;
    let script = "<script>addEventListener('DOMContentLoaded', () => setTimeout(() => { \
                  const ready = performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd; \
                  const rows = document.querySelectorAll('#targets tbody tr').length; \
                  document.body.textContent = `ready ${ready} rows ${rows} end`; }));</script>";
    let path = folder.join("measured.html");
    let measured = format!("{}{script}{}", &page[..start], &page[end..]);
    fs::write(&path, measured).expect("a file");
    let profile = tempfile::tempdir().expect("a folder");
    let output = Command::new(chromium)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
        ])
        .args([
            "--disable-background-networking",
            "--dump-dom",
            "--timeout=60000",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", path.display()))
        .output()
        .expect("Chromium starts");
    let document = String::from_utf8_lossy(&output.stdout);
    assert!(document.contains("rows 5000 end"), "{document}");
    let ready = document
        .split("ready ")
        .last()
        .and_then(|rest| rest.split(' ').next());
    let ready: f64 = ready
        .and_then(|ready| ready.parse().ok())
        .expect("a number");
    ready / 1_000.0
}

fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let usual = ["chromium", "chromium-browser", "google-chrome"];
    named.or_else(|| usual.iter().find_map(|name| which::which(name).ok()))
}

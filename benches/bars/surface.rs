//! The time and the memory that a user of the module sees: a search of an export with many targets,
//! rows in the pipeline, and the outcomes of removals.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use sandbox::{Sandbox, SandboxOptions, TokenClaims};

use crate::powershell::PowerShell;
use crate::search::data::{Expected, Export};
use crate::{Bar, Bars, median};

const MEGABYTE: u64 = 1_000_000;
/// The size of an export, and the number of its chats with external users, which makes about 7,350
/// targets.
const EXPORT: u64 = 500 * MEGABYTE;
const CHATS: u32 = 8_000;
/// The size of the export whose rows are piped.
const PIPED: u64 = 6 * MEGABYTE;
const ROUNDS: usize = 5;

/// The first search of a session, including the time to bind the library.
const SEARCH: Bar = Bar::at_most("search", 0.6, "s");
const RETAINED: Bar = Bar::at_most("retained_per_target", 2_000.0, "bytes");
/// The growth of the peak working set by the search, without the memory of its targets.
const PEAK: Bar = Bar::at_most("search_peak", 60.0, "MB");
/// The time of a piped row with an audit record, which was read by `Import-Csv` before.
const ROW: Bar = Bar::at_most("row", 0.08, "ms");
/// The time of a removal in a run of 5,000.
const OUTCOME: Bar = Bar::at_most("outcome", 0.3, "ms");

pub fn run(bars: &mut Bars) {
    let Some(powershell) = PowerShell::find(bars, &[SEARCH, RETAINED, PEAK, ROW, OUTCOME]) else {
        return;
    };
    let module = powershell.module.to_string_lossy().into_owned();
    let export = powershell.folder().join("export.csv");
    let targets = write(EXPORT, &export).targets().len();
    let export = export.to_string_lossy().into_owned();
    let search = || {
        let measured = powershell.measure("surface.ps1", &["search", &module, &export]);
        assert!(
            (measured["targets"] - targets as f64).abs() < 0.5,
            "the search finds the {targets} targets of the generator, not {}",
            measured["targets"]
        );
        measured
    };
    let mut slowness = Vec::new();
    let runs: Vec<_> = (0..ROUNDS)
        .map(|_| {
            slowness.push(powershell.slowness());
            search()
        })
        .collect();
    let slowness = median(slowness);
    let of = |name: &str| median(runs.iter().map(|run| run[name]).collect());
    println!("surface: {} MB, {targets} targets", EXPORT / MEGABYTE);
    bars.report_time(&SEARCH, of("seconds"), slowness);
    bars.report(&RETAINED, of("retained") / targets as f64);
    bars.report(&PEAK, (of("peak") - of("retained")) / 1e6);

    let piped = powershell.folder().join("piped.csv");
    let targets = write(PIPED, &piped).targets().len();
    let piped = piped.to_string_lossy().into_owned();
    let measured = powershell.measure("surface.ps1", &["rows", &module, &piped]);
    assert!((measured["targets"] - targets as f64).abs() < 0.5);
    bars.report_time(&ROW, measured["row"], powershell.slowness());

    let sandbox = Sandbox::start(SandboxOptions {
        keep_requests: 0,
        ..Default::default()
    });
    let token = powershell.folder().join("token");
    std::fs::write(&token, sandbox.token(TokenClaims::default())).expect("a file");
    let token = token.to_string_lossy().into_owned();
    let arguments = ["outcomes", &module, &sandbox.url(), &token];
    let before = powershell.slowness();
    let outcome = powershell.measure("surface.ps1", &arguments)["outcome"];
    let slowness = f64::midpoint(before, powershell.slowness());
    bars.report_time(&OUTCOME, outcome, slowness);
}

fn write(bytes: u64, path: &Path) -> Expected {
    let mut export = Export::with_external_chats(bytes, CHATS);
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    io::copy(&mut export, &mut file).expect("room for the export");
    export.expected
}

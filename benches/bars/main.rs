//! Benchmarks with pass/fail limits: `cargo bars`, or `cargo bars GROUP...`.
//!
//! Each benchmark prints one line with its value, its limit and its verdict:
//!
//! ```text
//! bar module.bind: 41.2 ms, limit at most 80, pass
//! ```
//!
//! The verdict is `pass`, `FAIL`, or `not run` with the reason. The command fails if a benchmark
//! fails. Times are medians. Where there is something to compare with, benchmarks are ratios of
//! times that are measured in turn, because machines differ and are busy.

mod incident;
mod kill;
mod module;
mod pace;
mod package;
mod powershell;
mod removal;
mod report;
mod scale;
mod search;
mod signin;
mod surface;

use std::fmt;
use std::process::ExitCode;

/// A benchmark: its name, its limit and the unit of both its value and its limit.
pub struct Bar {
    name: &'static str,
    limit: Limit,
    unit: &'static str,
}

enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Bar {
    pub const fn at_most(name: &'static str, limit: f64, unit: &'static str) -> Self {
        Self {
            name,
            limit: Limit::AtMost(limit),
            unit,
        }
    }

    pub const fn at_least(name: &'static str, limit: f64, unit: &'static str) -> Self {
        Self {
            name,
            limit: Limit::AtLeast(limit),
            unit,
        }
    }

    fn passes(&self, value: f64) -> bool {
        match self.limit {
            Limit::AtMost(limit) => value <= limit,
            Limit::AtLeast(limit) => value >= limit,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(limit) => write!(formatter, "at most {}", rounded(*limit)),
            Self::AtLeast(limit) => write!(formatter, "at least {}", rounded(*limit)),
        }
    }
}

/// The number with at most three decimals.
fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

/// Prints the results of a group of benchmarks and counts the failures.
pub struct Bars {
    group: &'static str,
    failures: usize,
}

impl Bars {
    /// Prints the value of a benchmark and whether it passes.
    pub fn report(&mut self, bar: &Bar, value: f64) {
        let passes = bar.passes(value);
        self.failures += usize::from(!passes);
        println!(
            "bar {}.{}: {} {}, limit {}, {}",
            self.group,
            bar.name,
            rounded(value),
            bar.unit,
            bar.limit,
            if passes { "pass" } else { "FAIL" },
        );
    }

    /// As [`Bars::report`], for a time in a unit that depends on the computer: `slowness` is that
    /// of [`powershell::PowerShell::slowness`].
    pub fn report_time(&mut self, bar: &Bar, value: f64, slowness: f64) {
        println!(
            "{}.{}: {} {} on this computer, which is {slowness:.2} times slower than the one of the limits",
            self.group,
            bar.name,
            rounded(value),
            bar.unit,
        );
        self.report(bar, value / slowness);
    }

    /// Prints why a benchmark can't run here.
    pub fn not_run(&self, bar: &Bar, why: &str) {
        self.not_run_with(bar.name, &format!("{} {}", bar.limit, bar.unit), why);
    }

    /// Prints why a benchmark whose limit is measured too can't run here.
    pub fn not_run_with(&self, name: &str, limit: &str, why: &str) {
        println!("bar {}.{name}: limit {limit}, not run: {why}", self.group);
    }
}

type Group = (&'static str, fn(&mut Bars));

const GROUPS: &[Group] = &[
    ("search", search::run),
    ("module", module::run),
    ("surface", surface::run),
    ("removal", removal::run),
    ("signin", signin::run),
    ("package", package::run),
    ("pace", pace::run),
    ("kill", kill::run),
    ("incident", incident::run),
    ("scale", scale::run),
    ("incident", report::run),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let child: Option<fn(&[String])> = match arguments.next().as_deref() {
        Some(kill::VICTIM) => Some(kill::victim),
        Some(scale::RUNNER) => Some(scale::runner),
        _ => None,
    };
    if let Some(child) = child {
        child(&arguments.collect::<Vec<_>>());
        return ExitCode::SUCCESS;
    }
    // `cargo bench` adds an option of its own.
    let selected: Vec<String> = std::env::args()
        .skip(1)
        .filter(|name| !name.starts_with("--"))
        .collect();
    if let Some(unknown) = selected
        .iter()
        .find(|name| GROUPS.iter().all(|group| group.0 != **name))
    {
        let known: Vec<_> = GROUPS.iter().map(|group| group.0).collect();
        eprintln!(
            "There is no group '{unknown}' of benchmarks. Use one of: {}.",
            known.join(", ")
        );
        return ExitCode::FAILURE;
    }
    let mut bars = Bars {
        group: "",
        failures: 0,
    };
    for (name, run) in GROUPS {
        if selected.is_empty() || selected.iter().any(|one| one == name) {
            bars.group = name;
            run(&mut bars);
        }
    }
    if bars.failures > 0 {
        eprintln!("Benchmarks that failed: {}.", bars.failures);
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Returns the median, the greater one of two in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

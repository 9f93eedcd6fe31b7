//! The figures that this project promises, measured: `cargo bars`, or `cargo bars GROUP`.
//!
//! Each figure is one line, `bar GROUP.NAME VALUE LIMIT ok`, or `... short`, or `... not run: WHY`. The
//! command fails when one is short. Times are medians and, wherever there is something to compare with, ratios
//! within one run, because machines differ and are busy.

mod audit;
mod kill;
mod module;
mod pace;
mod powershell;
mod removal;
mod signin;
mod size;

use std::process::ExitCode;

/// Takes the figures down.
pub struct Bars {
    group: &'static str,
    short: usize,
}

impl Bars {
    /// A figure that must not be above `limit`.
    pub fn at_most(&mut self, name: &str, value: f64, limit: f64, unit: &str) {
        self.line(name, value, limit, unit, "<=", value <= limit);
    }

    /// A figure that must not be below `limit`.
    pub fn at_least(&mut self, name: &str, value: f64, limit: f64, unit: &str) {
        self.line(name, value, limit, unit, ">=", value >= limit);
    }

    fn line(&mut self, name: &str, value: f64, limit: f64, unit: &str, relation: &str, ok: bool) {
        let verdict = if ok { "ok" } else { "short" };
        self.short += usize::from(!ok);
        println!(
            "bar {}.{name} {value:.3}{unit} {relation}{limit}{unit} {verdict}",
            self.group
        );
    }

    /// A figure that can't be measured here.
    pub fn not_run(&mut self, name: &str, limit: &str, why: &str) {
        println!("bar {}.{name} - {limit} not run: {why}", self.group);
    }
}

type Group = (&'static str, fn(&mut Bars));

const GROUPS: &[Group] = &[
    ("audit", audit::run),
    ("module", module::run),
    ("removal", removal::run),
    ("signin", signin::run),
    ("size", size::run),
    ("pace", pace::run),
    ("kill", kill::run),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(kill::VICTIM) {
        kill::victim(&arguments.collect::<Vec<_>>());
        return ExitCode::SUCCESS;
    }
    // `cargo bench` adds an option of its own.
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|name| !name.starts_with("--"))
        .collect();
    if let Some(unknown) = asked
        .iter()
        .find(|name| GROUPS.iter().all(|group| group.0 != **name))
    {
        let known: Vec<_> = GROUPS.iter().map(|group| group.0).collect();
        eprintln!(
            "there is no group '{unknown}'; there are: {}",
            known.join(", ")
        );
        return ExitCode::FAILURE;
    }
    let mut bars = Bars {
        group: "",
        short: 0,
    };
    for (name, run) in GROUPS {
        if asked.is_empty() || asked.iter().any(|one| one == name) {
            bars.group = name;
            run(&mut bars);
        }
    }
    if bars.short > 0 {
        eprintln!("{} short", bars.short);
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The middle one of some measurements.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

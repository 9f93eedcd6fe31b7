//! The search of an audit export: its time compared with `wc -l`, PowerShell and DuckDB, and its
//! memory, which must not grow with the export.

pub mod data;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use chat_access::search::{Effort, Findings, Query, Source, search_sources};

use self::data::{Expected, Export};
use crate::{Bar, Bars, median};

const MEGABYTE: u64 = 1_000_000;
const EXPORT: u64 = 500 * MEGABYTE;
const ROUNDS: usize = 7;
/// PowerShell needs minutes for the whole export. It searches the first bytes, and its time is
/// scaled up.
const SAMPLE: u64 = 6 * MEGABYTE;

const POWERSHELL: Bar = Bar::at_least("powershell_ratio", 100.0, "times as fast");
const DUCKDB: Bar = Bar::at_least("duckdb_ratio", 8.0, "times as fast");
const MEMORY: Bar = Bar::at_most("memory", 100.0, "MB");
/// The memory for an export of 5 GB minus that for one of 50 MB.
const MEMORY_GROWTH: Bar = Bar::at_most("memory_growth", 10.0, "MB");

/// The machines of administrators have at least two cores.
const TWO_CORES: Effort = Effort {
    threads: 2,
    block_size: 256 * 1024,
};

pub fn run(bars: &mut Bars) {
    memory(bars);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("export.csv");
    let expected = write(EXPORT, &path);
    let found = time(&path).1;
    check(&found, &expected);
    println!(
        "search: {} MB, {} records, {} targets, equal to those of the generator",
        EXPORT / MEGABYTE,
        found.records,
        found.targets.len()
    );
    speed(bars, &path);
    powershell(bars, &path, folder.path());
    duckdb(bars, &path);
}

/// Searches a file and returns the time in seconds.
fn time(path: &Path) -> (f64, Findings) {
    let start = Instant::now();
    let found = search(Source::Path(path.into()));
    (start.elapsed().as_secs_f64(), found)
}

fn search(source: Source) -> Findings {
    search_sources(TWO_CORES, vec![source], &Query::default())
}

fn write(bytes: u64, path: &Path) -> Expected {
    let mut export = Export::new(bytes);
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    io::copy(&mut export, &mut file).expect("room for the export");
    export.expected
}

fn check(found: &Findings, expected: &Expected) {
    assert_eq!(found.damages, []);
    let targets: BTreeMap<_, _> = found
        .targets
        .iter()
        .map(|target| {
            let name = target.user_principal_name.clone().unwrap_or_default();
            let id = target.user_id.map(|id| id.to_string());
            ((target.thread_id.clone(), name), id)
        })
        .collect();
    assert!(
        targets == expected.targets(),
        "the targets equal those of the generator"
    );
    let mut events: BTreeMap<&str, u64> = BTreeMap::new();
    for target in &found.targets {
        events.insert(&target.thread_id, target.events);
    }
    assert_eq!(
        events.values().sum::<u64>(),
        expected.events.values().sum::<u64>(),
        "every record of a chat with an external user counts once"
    );
}

/// Compares the search with counting the lines of the file, which is close to the time to read it.
fn speed(bars: &mut Bars, path: &Path) {
    let count_lines = || {
        let start = Instant::now();
        let done = Command::new("wc")
            .arg("-l")
            .arg(path)
            .stdout(Stdio::null())
            .status();
        done.is_ok_and(|status| status.success())
            .then(|| start.elapsed().as_secs_f64())
    };
    if count_lines().is_none() {
        bars.not_run_with(
            "time",
            "at most 3 times `wc -l` plus 0.1 s",
            "wc is not installed",
        );
        return;
    }
    let (mut lines, mut searches) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        lines.extend(count_lines());
        searches.push(time(path).0);
    }
    let (lines, search) = (median(lines), median(searches));
    println!(
        "search: {search:.3} s, {:.0} MB/s; wc -l: {lines:.3} s",
        EXPORT as f64 / 1e6 / search
    );
    // The limit is 3 times `wc -l` plus 0.1 s.
    bars.report(&Bar::at_most("time", 3.0 * lines + 0.1, "s"), search);
}

/// Compares the search with `Import-Csv | ConvertFrom-Json`.
fn powershell(bars: &mut Bars, path: &Path, folder: &Path) {
    let Some(pwsh) = stage::pwsh() else {
        bars.not_run(&POWERSHELL, "PowerShell 7 is not installed");
        return;
    };
    let sample = folder.join("sample.csv");
    let mut start = Vec::new();
    File::open(path)
        .expect("the export")
        .take(SAMPLE)
        .read_to_end(&mut start)
        .expect("the export");
    let rows = memchr::memrchr(b'\n', &start).expect("more than one row") + 1;
    fs::write(&sample, &start[..rows]).expect("a file");
    let output = stage::pwsh_command(&pwsh)
        .arg("-File")
        .arg(stage::root().join("benches/bars/search.ps1"))
        .arg(&sample)
        .output()
        .expect("PowerShell starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    let seconds: f64 = printed
        .trim()
        .parse()
        .unwrap_or_else(|_| panic!("{printed}{}", String::from_utf8_lossy(&output.stderr)));
    let scaled = seconds * EXPORT as f64 / rows as f64;
    let search = median((0..3).map(|_| time(path).0).collect());
    println!(
        "search: Import-Csv | ConvertFrom-Json: {scaled:.0} s, scaled from {seconds:.1} s for {:.1} MB",
        rows as f64 / 1e6
    );
    bars.report(&POWERSHELL, scaled / search);
}

/// Compares the search with the same extraction by DuckDB.
fn duckdb(bars: &mut Bars, path: &Path) {
    let sql = format!(
        "SET threads TO 2; CREATE TABLE found AS \
         SELECT j->>'ChatThreadId' AS thread, j->>'OrganizationId' AS tenant, \
                m->>'UPN' AS name, count(*) AS events, min(j->>'CreationTime') AS first, max(j->>'CreationTime') AS last \
         FROM (SELECT AuditData::JSON AS j FROM read_csv('{}', all_varchar = true, header = true) \
               WHERE contains(AuditData, 'ChatThreadId')), \
              LATERAL (SELECT unnest(from_json(j->'Members', '[\"JSON\"]')) AS m) \
         WHERE (j->'ParticipantInfo'->>'HasForeignTenantUsers') = 'true' AND (m->>'OrganizationId') = (j->>'OrganizationId') \
         GROUP BY ALL; SELECT count(*) FROM found;",
        path.display().to_string().replace('\'', "''")
    );
    let run = || {
        let start = Instant::now();
        let output = Command::new("duckdb")
            .args([":memory:", &sql])
            .output()
            .ok()?;
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(
            printed.contains(|c: char| c.is_ascii_digit() && c != '0'),
            "DuckDB finds targets: {printed}"
        );
        Some(start.elapsed().as_secs_f64())
    };
    let Some(first) = run() else {
        bars.not_run(&DUCKDB, "duckdb is not installed");
        return;
    };
    // In turn, so that the load of the machine affects both.
    let (mut databases, mut searches) = (vec![first], vec![time(path).0]);
    for _ in 1..ROUNDS {
        databases.extend(run());
        searches.push(time(path).0);
    }
    let (database, search) = (median(databases), median(searches));
    println!("search: DuckDB: {database:.2} s; the search: {search:.3} s");
    bars.report(&DUCKDB, database / search);
}

/// Measures the peak memory of a search of an export, and of one that is 100 times as large.
fn memory(bars: &mut Bars) {
    let sizes = [50 * MEGABYTE, 5_000 * MEGABYTE];
    let mut peaks = Vec::new();
    for size in sizes {
        let start = Instant::now();
        let Some(before) = peak_memory_from_here() else {
            for bar in [MEMORY, MEMORY_GROWTH] {
                bars.not_run(&bar, "this system has no /proc/self/clear_refs");
            }
            return;
        };
        let found = search(Source::Stream(
            "generated".into(),
            Box::new(Export::new(size)),
        ));
        assert!(!found.targets.is_empty());
        let peak = peak_memory();
        println!(
            "search: stream of {} MB: {:.1} MB peak memory, {:.1} MB before, {:.1} s including its generation",
            size / MEGABYTE,
            peak,
            before,
            start.elapsed().as_secs_f64()
        );
        peaks.push(peak);
    }
    bars.report(&MEMORY, peaks[1]);
    // The search keeps a few bytes for each record of a target.
    bars.report(&MEMORY_GROWTH, peaks[1] - peaks[0]);
}

/// Resets the peak memory of this process and returns its current memory, in MB.
fn peak_memory_from_here() -> Option<f64> {
    fs::write("/proc/self/clear_refs", "5").ok()?;
    Some(peak_memory())
}

/// Returns the peak memory of this process, as Linux reports it, in MB.
fn peak_memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: f64 = peak
        .and_then(|peak| peak.trim().strip_suffix(" kB")?.parse().ok())
        .expect("a number of kB");
    kilobytes * 1024.0 / 1e6
}

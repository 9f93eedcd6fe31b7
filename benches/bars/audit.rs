//! How fast targets come out of an audit export, next to the fastest that reading can be and to what an
//! administrator would write; and that memory does not grow with the export.

mod data;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use chat_access::search::{Effort, Findings, Query, Source, search_sources};

use self::data::{Export, Truth};
use crate::{Bars, median};

const MEGABYTE: u64 = 1_000_000;
const EXPORT: u64 = 500 * MEGABYTE;
const ROUNDS: usize = 7;
/// PowerShell takes minutes for the whole export, so it gets its beginning, and the time is scaled up.
const SAMPLE: u64 = 6 * MEGABYTE;

/// The machines that people read exports on have at least two cores.
const TWO_CORES: Effort = Effort {
    threads: 2,
    block_size: 256 * 1024,
};

pub fn run(bars: &mut Bars) {
    memory(bars);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("export.csv");
    let truth = write(EXPORT, &path);
    let found = time(&path).1;
    check(&found, &truth);
    println!(
        "audit: {} MB, {} records, {} targets, as the generator says",
        EXPORT / MEGABYTE,
        found.records,
        found.targets.len()
    );
    speed(bars, &path);
    powershell(bars, &path, folder.path());
    duckdb(bars, &path);
}

/// Searches a file, and says how long it took.
fn time(path: &Path) -> (f64, Findings) {
    let start = Instant::now();
    let found = search(Source::Path(path.into()));
    (start.elapsed().as_secs_f64(), found)
}

fn search(source: Source) -> Findings {
    search_sources(TWO_CORES, vec![source], &Query::default())
}

fn write(bytes: u64, path: &Path) -> Truth {
    let mut export = Export::new(bytes);
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    io::copy(&mut export, &mut file).expect("room for the export");
    export.truth
}

fn check(found: &Findings, truth: &Truth) {
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
        targets == truth.targets(),
        "the targets are the generator's"
    );
    let mut events: BTreeMap<&str, u64> = BTreeMap::new();
    for target in &found.targets {
        events.insert(&target.thread_id, target.events);
    }
    assert_eq!(
        events.values().sum::<u64>(),
        truth.events.values().sum::<u64>(),
        "every record of a chat with an outsider counts once"
    );
}

/// Against the fastest a file can be read by line.
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
        bars.not_run("wc_ratio", "<=1", "there is no wc");
        return;
    }
    let (mut lines, mut searches) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        lines.extend(count_lines());
        searches.push(time(path).0);
    }
    let (lines, search) = (median(lines), median(searches));
    println!(
        "audit: {search:.3} s, {:.0} MB/s; wc -l: {lines:.3} s",
        EXPORT as f64 / 1e6 / search
    );
    // At most three times `wc -l` and a tenth of a second.
    bars.at_most("time", search, 3.0 * lines + 0.1, " s");
}

/// Against `Import-Csv | ConvertFrom-Json`.
fn powershell(bars: &mut Bars, path: &Path, folder: &Path) {
    let Some(pwsh) = stage::pwsh() else {
        bars.not_run("powershell_ratio", ">=100x", "there is no PowerShell 7");
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
        .arg(stage::root().join("benches/bars/audit.ps1"))
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
        "audit: Import-Csv | ConvertFrom-Json: {scaled:.0} s, scaled from {seconds:.1} s for {:.1} MB",
        rows as f64 / 1e6
    );
    bars.at_least("powershell_ratio", scaled / search, 100.0, "x");
}

/// Against DuckDB doing the same extraction.
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
            "it finds some: {printed}"
        );
        Some(start.elapsed().as_secs_f64())
    };
    let Some(first) = run() else {
        bars.not_run("duckdb_ratio", ">=8x", "duckdb is not installed");
        return;
    };
    // Turn by turn, so that whatever else the machine does hits both.
    let (mut databases, mut searches) = (vec![first], vec![time(path).0]);
    for _ in 1..ROUNDS {
        databases.extend(run());
        searches.push(time(path).0);
    }
    let (database, search) = (median(databases), median(searches));
    println!("audit: DuckDB: {database:.2} s; the search: {search:.3} s");
    bars.at_least("duckdb_ratio", database / search, 8.0, "x");
}

/// The most memory that a search takes, for a small export and for one a hundred times as big.
fn memory(bars: &mut Bars) {
    let sizes = [50 * MEGABYTE, 5_000 * MEGABYTE];
    let figures = [("memory", "<=100 MB"), ("memory_growth", "<=10 MB")];
    let mut peaks = Vec::new();
    for size in sizes {
        let start = Instant::now();
        let Some(before) = peak_memory_from_here() else {
            for (name, limit) in figures {
                bars.not_run(
                    name,
                    limit,
                    "this system does not tell a process's peak memory",
                );
            }
            return;
        };
        let found = search(Source::Stream(
            "made up".into(),
            Box::new(Export::new(size)),
        ));
        assert!(!found.targets.is_empty());
        let peak = peak_memory();
        println!(
            "audit: {} MB as a stream: {:.1} MB of memory, {:.1} before, {:.1} s with making it up",
            size / MEGABYTE,
            peak,
            before,
            start.elapsed().as_secs_f64()
        );
        peaks.push(peak);
    }
    bars.at_most("memory", peaks[1], 100.0, " MB");
    // Flat: what a hundred times the rows add is a few bytes for each record that counts.
    bars.at_most("memory_growth", peaks[1] - peaks[0], 10.0, " MB");
}

/// Forgets the peak so far and gives the memory in use, in MB.
fn peak_memory_from_here() -> Option<f64> {
    fs::write("/proc/self/clear_refs", "5").ok()?;
    Some(peak_memory())
}

/// The most memory in use at once, in MB: what Linux says of this process.
fn peak_memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: f64 = peak
        .and_then(|peak| peak.trim().strip_suffix(" kB")?.parse().ok())
        .expect("Linux tells it in kB");
    kilobytes * 1024.0 / 1e6
}

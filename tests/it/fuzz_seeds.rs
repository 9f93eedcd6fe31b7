//! The fuzz targets on the inputs in `fuzz/seeds`, without libFuzzer.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

// Not a dependency: the fuzz workspace needs libFuzzer and a C++ compiler, which these functions
// don't.
#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz")
        .join(name)
}

fn entries(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn names(folder: &Path) -> BTreeSet<String> {
    let stem = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    entries(folder).iter().map(stem).collect()
}

#[test]
fn every_fuzz_target_is_listed_and_has_seeds() {
    let listed: BTreeSet<String> = fuzz::TARGETS
        .iter()
        .map(|(name, _)| (*name).into())
        .collect();
    assert_eq!(names(&folder("fuzz_targets")), listed);
    assert_eq!(names(&folder("seeds")), listed);
}

#[test]
fn no_seed_finds_a_fault() {
    for (name, _) in fuzz::TARGETS {
        let mut found = 0;
        for seed in entries(&folder("seeds").join(name)) {
            let bytes = fs::read(&seed).unwrap();
            let outcome = std::panic::catch_unwind(|| fuzz::run(name, &bytes));
            found += outcome.unwrap_or_else(|_| panic!("{} panics", seed.display()));
        }
        assert!(found > 0, "the seeds of {name} reach nothing");
    }
}

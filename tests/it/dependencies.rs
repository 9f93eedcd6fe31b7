//! What `cargo deny check` would say about licences, sources and duplicates, for machines without
//! cargo-deny.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde::Deserialize;
use stage::root;

use stage::not_run;

/// The parts of `deny.toml` that this file checks.
#[derive(Deserialize)]
struct Deny {
    graph: Graph,
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Graph {
    targets: Vec<String>,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    skip: Vec<Skip>,
}

#[derive(Deserialize)]
struct Skip {
    #[serde(rename = "crate")]
    name_and_version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// `None` for this workspace's own packages.
    source: Option<String>,
}

fn deny() -> Deny {
    let text = std::fs::read_to_string(root().join("deny.toml")).unwrap();
    toml::from_str(&text).unwrap()
}

/// The packages that are built for the targets of `deny.toml`, or for this machine where cargo has
/// downloaded no others.
fn packages(targets: &[String]) -> Vec<Package> {
    if let Some(metadata) = metadata(targets) {
        return metadata.packages;
    }
    not_run(
        "checks of dependencies of other platforms",
        "cargo has not downloaded them (cargo fetch)",
    );
    let version = Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.expect("rustc prints its host").to_owned();
    metadata(&[host]).expect("this build's packages").packages
}

fn metadata(targets: &[String]) -> Option<Metadata> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(
            targets
                .iter()
                .flat_map(|target| ["--filter-platform", target]),
        )
        .current_dir(root())
        .output()
        .unwrap();
    let succeeded = output.status.success();
    succeeded.then(|| serde_json::from_slice(&output.stdout).unwrap())
}

/// Whether an SPDX expression can be satisfied with the allowed licences. `/` is the older form of
/// `OR`.
fn is_satisfied(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    let satisfied = any_of(&mut words, allowed);
    assert_eq!(words.next(), None, "{expression}");
    satisfied
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(words: &mut Words, allowed: &BTreeSet<String>) -> bool {
    let mut satisfied = all_of(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        satisfied |= all_of(words, allowed);
    }
    satisfied
}

fn all_of(words: &mut Words, allowed: &BTreeSet<String>) -> bool {
    let mut satisfied = license(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        satisfied &= license(words, allowed);
    }
    satisfied
}

fn license(words: &mut Words, allowed: &BTreeSet<String>) -> bool {
    let word = words.next().expect("a licence");
    if word == "(" {
        let satisfied = any_of(words, allowed);
        assert_eq!(words.next(), Some(")"));
        return satisfied;
    }
    // A licence with an exception is another licence than the one without.
    match words.next_if_eq(&"WITH") {
        Some(_) => allowed.contains(&format!(
            "{word} WITH {}",
            words.next().expect("an exception")
        )),
        None => allowed.contains(word),
    }
}

#[test]
fn every_license_is_allowed() {
    let Deny {
        graph, licenses, ..
    } = deny();
    for Package {
        name,
        version,
        license,
        ..
    } in packages(&graph.targets)
    {
        let mut allowed = licenses.allow.clone();
        let exceptions = licenses.exceptions.iter();
        allowed.extend(
            exceptions
                .filter(|e| e.name == name)
                .flat_map(|e| e.allow.clone()),
        );
        let license = license.unwrap_or_default();
        assert!(
            !license.is_empty() && is_satisfied(&license, &allowed),
            "deny.toml does not allow the licence of {name} {version}: {license}"
        );
    }
}

#[test]
fn every_source_is_allowed() {
    let Deny { graph, sources, .. } = deny();
    for package in packages(&graph.targets) {
        let Some(source) = &package.source else {
            continue;
        };
        let registry = source.strip_prefix("registry+").unwrap_or_default();
        assert!(
            sources.allow_registry.contains(registry),
            "deny.toml does not allow the source of {}: {source}",
            package.name
        );
    }
}

#[test]
fn no_crate_has_two_versions_except_the_listed_ones() {
    let Deny { graph, bans, .. } = deny();
    let skipped: BTreeSet<String> = bans
        .skip
        .into_iter()
        .map(|skip| skip.name_and_version)
        .collect();
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Package { name, version, .. } in packages(&graph.targets) {
        if !skipped.contains(&format!("{name}@{version}")) {
            versions.entry(name).or_default().push(version);
        }
    }
    versions.retain(|_, versions| versions.len() > 1);
    assert!(
        versions.is_empty(),
        "not in bans.skip of deny.toml: {versions:?}"
    );
}

#[test]
fn an_expression_needs_all_of_its_conjunctions_and_one_of_its_alternatives() {
    let allowed: BTreeSet<String> = ["MIT", "ISC"].map(String::from).into();
    for (expression, satisfied) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("GPL-3.0-only OR MIT", true),
        ("Apache-2.0/MIT", true),
        ("MIT AND GPL-3.0-only", false),
        ("MIT AND ISC", true),
        ("GPL-3.0-only AND MIT OR ISC", true),
        ("GPL-3.0-only AND (MIT OR ISC)", false),
        ("(Apache-2.0 OR MIT) AND ISC", true),
        ("MIT WITH LLVM-exception", false),
    ] {
        assert_eq!(
            is_satisfied(expression, &allowed),
            satisfied,
            "{expression}"
        );
    }
}

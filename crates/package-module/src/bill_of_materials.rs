//! The software bill of materials of the library: CycloneDX 1.6, from cargo's metadata.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::process::Command;

use serde_json::{Value, json};

use crate::platform::Platform;

/// Returns the bill of materials as JSON: each crate that is linked into a library of `platforms`,
/// with its licence and its checksum, and the crates that it depends on.
pub(crate) fn write(version: &str, platforms: &[Platform]) -> io::Result<String> {
    let metadata = metadata(platforms)?;
    let checksums = checksums()?;
    let root = package_id(&metadata, "chat-access")?;
    let nodes: BTreeMap<&str, &Value> = list(&metadata["resolve"]["nodes"])
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();
    let mut linked = BTreeMap::new();
    let mut pending = vec![root];
    while let Some(id) = pending.pop() {
        if linked.contains_key(id) {
            continue;
        }
        let depends_on: BTreeSet<&str> = nodes
            .get(id)
            .into_iter()
            .flat_map(|node| list(&node["deps"]))
            .filter(|dependency| list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null()))
            .filter_map(|dependency| dependency["pkg"].as_str())
            .collect();
        pending.extend(&depends_on);
        linked.insert(id, depends_on);
    }
    let packages: BTreeMap<&str, &Value> = list(&metadata["packages"])
        .filter_map(|package| Some((package["id"].as_str()?, package)))
        .filter(|(id, _)| linked.contains_key(id))
        .collect();
    let purl = |id: &str| {
        let package = packages.get(id).copied().unwrap_or(&Value::Null);
        let text = |name: &str| package[name].as_str().unwrap_or_default();
        format!("pkg:cargo/{}@{}", text("name"), text("version"))
    };
    let components: Vec<Value> = packages
        .iter()
        .filter(|(id, _)| **id != root)
        .map(|(id, package)| component(package, &purl(id), &checksums))
        .collect();
    let dependencies: Vec<Value> = linked
        .iter()
        .map(|(id, depends_on)| {
            let depends_on: Vec<String> = depends_on.iter().map(|id| purl(id)).collect();
            json!({ "ref": purl(id), "dependsOn": depends_on })
        })
        .collect();
    let bill = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library",
                "bom-ref": purl(root),
                "name": "ChatAccess",
                "version": version,
                "licenses": [{ "license": { "id": "MIT" } }],
            },
        },
        "components": components,
        "dependencies": dependencies,
    });
    Ok(serde_json::to_string_pretty(&bill)? + "\n")
}

fn component(package: &Value, purl: &str, checksums: &BTreeMap<String, String>) -> Value {
    let text = |name: &str| package[name].as_str().unwrap_or_default();
    let mut component = json!({
        "type": "library",
        "bom-ref": purl,
        "name": text("name"),
        "version": text("version"),
        // The older form of an expression has a slash for OR.
        "licenses": [{ "expression": text("license").replace('/', " OR ") }],
    });
    // A crate of this repository has no package URL and no archive.
    if let Some(sum) = checksums.get(purl) {
        component["purl"] = purl.into();
        component["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
    }
    component
}

/// Returns the checksums of the crates' archives by package URL, from Cargo.lock.
fn checksums() -> io::Result<BTreeMap<String, String>> {
    let lock = std::fs::read_to_string(stage::root().join("Cargo.lock"))?;
    let lock: toml::Table = lock.parse().map_err(io::Error::other)?;
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let checksum = |package: &toml::Value| {
        let text = |name: &str| Some(package.get(name)?.as_str()?.to_owned());
        let purl = format!("pkg:cargo/{}@{}", text("name")?, text("version")?);
        Some((purl, text("checksum")?))
    };
    Ok(packages
        .into_iter()
        .flatten()
        .filter_map(checksum)
        .collect())
}

fn metadata(platforms: &[Platform]) -> io::Result<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--locked"]);
    for platform in platforms {
        command.args(["--filter-platform", platform.target]);
    }
    let output = command.current_dir(stage::root()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!(
            "cargo metadata failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn package_id<'a>(metadata: &'a Value, name: &str) -> io::Result<&'a str> {
    list(&metadata["packages"])
        .find(|package| package["name"] == name)
        .and_then(|package| package["id"].as_str())
        .ok_or_else(|| io::Error::other(format!("cargo metadata does not contain {name}")))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

//! The modules of `src` use only those below them.

use std::fs;
use std::path::Path;

use stage::root;

/// The folders of `src`, from the bottom up. The files beside them are the ground floor.
const FLOORS: [&[&str]; 7] = [
    &["http"],
    &["graph"],
    &["identity"],
    &["registration"],
    &["removal", "search"],
    &["report"],
    &["ffi"],
];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// The names after `crate::` in the code of a file.
fn used(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1).map(str::to_owned))
        .map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap()
                .to_owned()
        })
        .collect()
}

fn check(folder: &Path, module: &str, seen: &mut usize) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            check(&path, module, seen);
            continue;
        }
        for other in used(&path) {
            let Some(above) = floor(&other) else {
                continue;
            };
            *seen += usize::from(other != module);
            assert!(
                other == module || floor(module).is_some_and(|floor| above < floor),
                "{} uses {other}, which is not below {module}",
                path.display()
            );
        }
    }
}

#[test]
fn every_module_uses_only_those_below_it() {
    let mut seen = 0;
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            assert!(floor(&name).is_some(), "src/{name} has no floor");
            check(&path, &name, &mut seen);
        } else if name != "lib" {
            let above: Vec<_> = used(&path)
                .into_iter()
                .filter(|used| floor(used).is_some())
                .collect();
            assert!(above.is_empty(), "src/{name}.rs uses {above:?}");
        }
    }
    assert!(seen > 50, "only {seen} uses were found");
}

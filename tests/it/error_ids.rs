//! `docs/troubleshoot.md` lists the id of every error that the module can write, and no others.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use stage::root;

/// The failures of an online source, and the sources.
const SOURCES: [&str; 5] = ["AuditQuery", "Hunting", "Alerts", "Chats", "Directory"];

/// The functions whose first argument names the parameter that can't be used.
const REFUSING: [&str; 6] = [
    "InvalidInput::new(",
    "guid(",
    "time(",
    "root(",
    "read(",
    "Route::parse(",
];

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The part of a file before its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]").next().unwrap().to_owned()
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// The names in quotes that follow `before`.
fn quoted(text: &str, before: &str, quote: char) -> Vec<String> {
    let parts = text.split(before).skip(1);
    let quoted =
        parts.filter_map(|part| part.trim_start().strip_prefix(quote)?.split(quote).next());
    quoted
        .filter(|name| is_name(name))
        .map(Into::into)
        .collect()
}

/// All names in quotes.
fn literals(text: &str) -> Vec<String> {
    let names = text.split('"').skip(1).step_by(2);
    names.filter(|name| is_name(name)).map(Into::into).collect()
}

/// The variants of an enum without fields.
fn variants(text: &str, declaration: &str) -> Vec<String> {
    let body = text.split_once(declaration).expect(declaration).1;
    let body = body.split_once("\n}").unwrap().0;
    let names = body
        .lines()
        .filter_map(|line| line.trim().strip_suffix(','));
    names.filter(|name| is_name(name)).map(Into::into).collect()
}

/// The part of a file from `start` to `end`.
fn between(text: &str, start: &str, end: &str) -> String {
    let rest = text.split_once(start).expect(start).1;
    rest.split_once(end).expect(end).0.into()
}

fn visit(folder: &Path, see: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                visit(&path, see);
            }
        } else if path.file_name().unwrap() != "tests.rs" {
            see(&path);
        }
    }
}

/// The ids that the source of the module and of the library contains.
fn ids() -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut add = |prefix: &str, names: Vec<String>| {
        assert!(!names.is_empty(), "{prefix}");
        ids.extend(names.iter().map(|name| format!("{prefix}{name}")));
    };
    let (mut written, mut outputs, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    visit(&root().join("powershell/ChatAccess"), &mut |path| {
        if path.extension().is_some_and(|ending| ending == "ps1") {
            let text = fs::read_to_string(path).unwrap();
            written.extend(quoted(&text, "-ErrorId ", '\''));
            let parameters = text.split("Resolve-OutputPath -Cmdlet").skip(1);
            let parameters = parameters.filter_map(|rest| rest.split("-Parameter ").nth(1));
            outputs.extend(parameters.filter_map(|rest| Some(rest.split(' ').next()?.to_owned())));
        }
    });
    visit(&root().join("src"), &mut |path| {
        let code = code(path);
        for function in REFUSING {
            refused.extend(quoted(&code, function, '"'));
        }
    });
    add("", written);
    add("Invalid", outputs);
    add("Invalid", refused);

    let refusal = text("src/identity/entra/refusal.rs");
    add("SignIn", variants(&refusal, "pub enum Refusal {"));
    let error = text("src/identity/entra/error.rs");
    add(
        "SignIn",
        literals(&between(&error, "pub fn id(", "pub fn next_step")),
    );
    let registration = text("src/registration/error.rs");
    add(
        "Register",
        literals(&between(
            &registration,
            "fn into_event",
            "RegistrationEvent::Failed",
        )),
    );
    let mut statuses = variants(&text("src/removal/outcome.rs"), "pub enum Status {");
    statuses.retain(|status| !["Removed", "AlreadyRemoved"].contains(&status.as_str()));
    add("Removal", statuses);
    let failures = literals(&between(
        &text("src/search/online/source_error.rs"),
        "fn report(",
        "Some((error,",
    ));
    for source in SOURCES {
        add(source, failures.clone());
    }
    ids
}

#[test]
fn the_documentation_lists_every_error_id_and_no_other() {
    let page = text("docs/troubleshoot.md");
    let spans: BTreeSet<&str> = page.split('`').skip(1).step_by(2).collect();
    let ids = ids();
    assert!(ids.len() > 90, "{ids:#?}");
    let missing: Vec<_> = ids
        .iter()
        .filter(|id| !spans.contains(id.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/troubleshoot.md lacks {missing:#?}"
    );

    // In the first column of a table, and in all columns of the table of sources.
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let listed = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    let families = ["SignIn", "Register", "Removal", "Invalid", "Native"];
    let unknown: Vec<_> = listed
        .filter(|name| {
            let is_id = families
                .iter()
                .chain(&SOURCES)
                .any(|start| name.starts_with(start));
            is_id && is_name(name) && !ids.contains(*name)
        })
        .collect();
    assert!(unknown.is_empty(), "no code writes {unknown:#?}");
}

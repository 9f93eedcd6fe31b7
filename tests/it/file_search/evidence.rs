//! A target names the records that it is concluded from, and a search names its sources.

use std::fs;

use chat_access::search::{QueryOptions, Source};

use super::formats::zip;
use super::support::*;

fn at(record: &str, time: &str) -> String {
    let other = format!("\"Id\":\"{}", time.replace([':', 'T', '-'], ""));
    record
        .replace("2026-08-31T10:18:39", time)
        .replace("\"Id\":\"00000001", &other[..other.len().min(14)])
}

/// The first and the last record of each target.
fn records(findings: &chat_access::search::Findings) -> Vec<[String; 2]> {
    let name = |name: &Option<std::sync::Arc<str>>| name.as_deref().unwrap_or("none").to_string();
    let targets = findings.targets.iter();
    targets
        .map(|target| [name(&target.first_record), name(&target.last_record)])
        .collect()
}

#[test]
fn a_target_names_the_rows_of_its_first_and_its_last_record() {
    let chat = external_chat(1);
    let table = purview(&[
        other_record(1),
        at(&chat, "2026-09-02T00:00:00"),
        at(&chat, "2026-09-01T00:00:00"),
        other_record(2),
        at(&chat, "2026-09-03T00:00:00"),
        at(&chat, "no time at all"),
    ]);
    // The header is row 1.
    let expected = [["file, row 4".to_string(), "file, row 6".to_string()]];
    assert_eq!(records(&search_bytes(table)), expected);
    let lines = [
        at(&chat, "2026-09-02T00:00:00"),
        at(&chat, "2026-09-01T00:00:00"),
    ];
    let expected = [["file, row 2".to_string(), "file, row 1".to_string()]];
    assert_eq!(records(&search_bytes(lines.join("\n"))), expected);
}

#[test]
fn files_are_named_without_folders_unless_two_have_the_same_name() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    };
    let one = purview(&[external_chat(1)]);
    let paths = [
        write("a/log.csv", one.as_bytes()),
        write("b/log.csv", purview(&[external_chat(2)]).as_bytes()),
        write(
            "c.zip",
            &zip(&[("in.csv", purview(&[external_chat(3)]).as_bytes())]),
        ),
        write("empty.zip", &zip(&[])),
    ];
    let sources = paths.iter().cloned().map(Source::Path).collect();
    let found = search_sources(sources, QueryOptions::default());
    let firsts: Vec<String> = records(&found)
        .into_iter()
        .map(|[first, _]| first)
        .collect();
    let expected = [
        format!("{}, row 2", paths[0].display()),
        format!("{}, row 2", paths[1].display()),
        "in.csv in c.zip, row 2".to_string(),
    ];
    assert_eq!(firsts, expected);

    let sources: Vec<_> = found
        .sources
        .iter()
        .map(|source| (source.file.clone().unwrap().path, source.records))
        .collect();
    let expected: Vec<_> = paths.iter().cloned().zip([1, 1, 1, 0]).collect();
    assert_eq!(sources, expected);
    let file = found.sources[0].file.as_ref().unwrap();
    assert_eq!(file.bytes, Some(one.len() as u64));
    assert!(file.modified_ms.is_some());
}

#[test]
fn a_source_says_why_it_is_incomplete() {
    let bad = purview_row("no JSON");
    let text = format!("{}{bad}{bad}", purview(&[external_chat(1)]));
    let found = search_sources(
        vec![
            stream("bad", text),
            stream("good", purview(&[external_chat(1)])),
            stream("cut", format!("[{}", external_chat(1))),
            stream("other", "not an export"),
        ],
        QueryOptions::default(),
    );
    let problems: Vec<_> = found
        .sources
        .iter()
        .map(|one| one.problems.clone())
        .collect();
    assert_eq!(
        problems[0],
        ["2 rows could not be read, or not completely."]
    );
    assert_eq!(problems[1], Vec::<String>::new());
    assert!(problems[2][0].contains("is truncated"), "{problems:?}");
    assert!(problems[3][0].contains("can't be read"), "{problems:?}");
    let records: Vec<_> = found.sources.iter().map(|one| one.records).collect();
    assert_eq!(records, [3, 1, 1, 0]);
}

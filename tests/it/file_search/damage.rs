//! Damaged input loses only what is damaged.

use std::io::{Cursor, Read};

use chat_access::search::{Damage, Findings, QueryOptions, Source};

use super::formats::zip;
use super::support::*;

fn messages(findings: &Findings) -> Vec<String> {
    findings.damages.iter().map(ToString::to_string).collect()
}

/// The rows that are named as damaged.
fn rows(findings: &Findings) -> Vec<u64> {
    findings
        .damages
        .iter()
        .map(|damage| match damage {
            Damage::Row { row, .. } => *row,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn a_bad_row_is_skipped_counted_and_named() {
    let good = external_chat(1);
    let cut = &good[..good.len() / 2];
    for bad in [
        purview_row("no JSON"),
        purview_row(""),
        purview_row(&good.replace("\"Members\":[", "\"Members\":[,")),
        "only,three,fields\r\n".to_string(),
        format!("1,2,25,x,y,\"{}\r\n", cut.replace('"', "\"\"")),
        format!("1,2,25,x,y,{cut},,\r\n"),
        "\u{0}\u{0}\u{0}\r\n".to_string(),
    ] {
        let text = format!(
            "{PURVIEW_HEADER}{}{bad}{}",
            purview_row(&external_chat(2)),
            purview_row(&external_chat(3))
        );
        let findings = search_bytes(text);
        assert_eq!(users(&findings), [user(2), user(3)], "{bad}");
        assert_eq!(rows(&findings), [3], "{bad}");
        assert_eq!(findings.damaged_rows, 1);
        assert!(
            messages(&findings)[0].starts_with("file, row 3, is skipped: "),
            "{bad}"
        );
    }
}

#[test]
fn a_row_whose_record_is_cut_is_used_up_to_the_cut_and_named() {
    let good = external_chat(1);
    let cut = purview_row(&good[..good.len() / 2]);
    let text = format!(
        "{PURVIEW_HEADER}{}{cut}{}",
        purview_row(&external_chat(2)),
        purview_row(&external_chat(3))
    );
    let findings = search_bytes(text);
    // The other rows assign evil.example to a tenant.
    assert_eq!(users(&findings), [user(1), user(2), user(3)]);
    assert_eq!(rows(&findings), [3]);
    assert_eq!(findings.damaged_rows, 1);
    assert!(messages(&findings)[0].starts_with("file, row 3, is incomplete: "));
    // Before the chat's id there is nothing to use.
    let text = format!("{PURVIEW_HEADER}{}", purview_row(&good[..100]));
    let findings = search_bytes(text);
    assert_eq!(users(&findings), [""; 0]);
    assert!(messages(&findings)[0].starts_with("file, row 2, is skipped: "));
}

#[test]
fn a_row_with_a_line_break_counts_as_one() {
    let with_break =
        purview_row(&external_chat(1)).replacen("someone@contoso.com", "\"some\r\none\"", 1);
    let text = format!(
        "{PURVIEW_HEADER}{with_break}{}{}",
        purview_row("bad"),
        purview_row(&external_chat(2))
    );
    let findings = search_bytes(text);
    assert_eq!(users(&findings), [user(1), user(2)]);
    assert_eq!(rows(&findings), [3]);
}

#[test]
fn bad_json_records_are_skipped_counted_and_named() {
    let good = [external_chat(1), external_chat(2)];
    let cut = &good[0][..good[0].len() / 2];
    for (text, row) in [
        (format!("{}\n{cut}\n{}\n", good[0], good[1]), 2),
        (format!("[{},\n{cut}\n,{}]", good[0], good[1]), 2),
        (
            format!("[{},{{\"ChatThreadId\":tru}},{}]", good[0], good[1]),
            2,
        ),
        (
            format!("{{\"value\":[{},\n{cut}\"\n,{}]}}", good[0], good[1]),
            2,
        ),
    ] {
        let findings = search_bytes(text.clone());
        assert_eq!(users(&findings), [user(1), user(2)], "{text}");
        assert_eq!(rows(&findings), [row], "{text}");
    }
}

#[test]
fn a_truncated_file_is_used_up_to_its_end_and_reported() {
    let text = purview(&[external_chat(1), external_chat(2), external_chat(3)]);
    let json = format!(
        "[{},{},{}]",
        external_chat(1),
        external_chat(2),
        external_chat(3)
    );
    let lines = [external_chat(1), external_chat(2), external_chat(3)].join("\n");
    // What is before the cut of the last record names its chat and its members. In a CSV file, the
    // whole record is in a field without an end.
    for (text, found) in [(text, 2), (json, 3), (lines, 3)] {
        let cut = &text[..text.len() - 300];
        let findings = search_bytes(cut);
        let expected: Vec<_> = (1..=found).map(user).collect();
        assert_eq!(users(&findings), expected, "{cut}");
        let messages = messages(&findings);
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(
            messages[0].starts_with("file is truncated: "),
            "{messages:?}"
        );
    }
}

#[test]
fn a_truncated_archive_is_used_up_to_its_end_and_reported() {
    use std::io::Write;
    let records: Vec<String> = (1..2000).map(external_chat).collect();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(purview(&records).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let findings = search_bytes(&packed[..packed.len() / 2]);
    assert!(findings.targets.len() > 500, "{}", findings.targets.len());
    assert!(
        messages(&findings)[0].starts_with("file is truncated: its compressed data ends too early")
    );

    let mut damaged = packed.clone();
    let middle = packed.len() / 2;
    damaged[middle..middle + 100].fill(0xFF);
    let findings = search_bytes(damaged);
    assert!(
        messages(&findings)[0].starts_with("file is truncated: its compressed data is damaged"),
        "{:?}",
        messages(&findings)
    );

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.zip");
    let archive = zip(&[("a.csv", purview(&records).as_bytes())]);
    std::fs::write(&path, &archive[..archive.len() - 30]).unwrap();
    let findings = search_file(&path);
    assert!(
        messages(&findings)[0].contains("zip directory"),
        "{:?}",
        messages(&findings)
    );
}

#[test]
fn hostile_fields_affect_only_their_row() {
    let record = external_chat(1);
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let name = |text: &str| record.replace("User 1", text);
    for odd in [
        record.replace("\"Version\":1", &format!("\"Version\":{deep}")),
        name("\\ud83d"),
        name("\u{0}"),
        name(&"x".repeat(100_000)),
        record.replace("\"Version\":1", "\"Version\":1,\"Version\":2"),
    ] {
        let findings = search_bytes(purview(&[odd.clone(), external_chat(2)]));
        assert_eq!(users(&findings), [user(1), user(2)], "{}", &odd[..200]);
        let findings = search_bytes(format!("[{odd},{}]", external_chat(2)));
        assert_eq!(users(&findings), [user(1), user(2)], "{}", &odd[..200]);
    }
    // It is unknown which of the two is meant.
    let twice = record.replace("\"UserKey\"", "\"UserKey\":\"x\",\"UserKey\"");
    let findings = search_bytes(purview(&[twice, external_chat(2)]));
    assert_eq!(users(&findings), [user(2)]);
    assert!(messages(&findings)[0].contains("the field UserKey twice"));
}

#[test]
fn a_field_of_a_hundred_megabytes_is_one_bad_row() {
    let text = |name: &str| {
        let bad = external_chat(1).replace("User 1", name);
        [
            purview(&[external_chat(2), bad.clone(), external_chat(3)]),
            format!("[{},{bad},{}]", external_chat(2), external_chat(3)),
            format!("{}\n{bad}\n{}\n", external_chat(2), external_chat(3)),
        ]
    };
    for text in text("HERE") {
        let (before, after) = text.split_once("HERE").unwrap();
        let huge = Cursor::new(before.to_string())
            .chain(std::io::repeat(b'x').take(100_000_000))
            .chain(Cursor::new(after.to_string()));
        let source = Source::Stream("file".into(), Box::new(huge));
        let findings = search_sources(vec![source], QueryOptions::default());
        assert_eq!(users(&findings), [user(2), user(3)]);
        assert_eq!(findings.damaged_rows, 1);
        assert!(
            messages(&findings)[0].contains("longer than"),
            "{:?}",
            messages(&findings)
        );
    }
}

#[test]
fn an_open_quote_before_many_rows_affects_only_its_row() {
    let mut text = purview(&[external_chat(1)]);
    text.push_str("1,2,25,x,\"never closed,\r\n");
    for number in 2..5000 {
        text.push_str(&purview_row(&external_chat(number)));
    }
    let findings = search_bytes(text);
    assert_eq!(findings.targets.len(), 4999);
    assert_eq!(rows(&findings), [3]);
}

#[test]
fn a_record_with_thousands_of_members_is_skipped_and_the_others_are_used() {
    let member = |number: u32, tenant: &str| {
        format!(r#"{{"OrganizationId":"{tenant}","UPN":"user{number}@contoso.com"}}"#)
    };
    let members: Vec<String> = (0..4000)
        .flat_map(|number| [member(number, HOME), member(number + 4000, AWAY)])
        .collect();
    let hostile = external_chat(1).replace(
        "\"Members\":[",
        &format!("\"Members\":[{},", members.join(",")),
    );
    for text in [
        purview(&[external_chat(2), hostile.clone(), external_chat(3)]),
        format!("{}\n{hostile}\n{}", external_chat(2), external_chat(3)),
    ] {
        let findings = search_bytes(text);
        assert_eq!(users(&findings), [user(2), user(3)]);
        let messages = messages(&findings);
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(
            messages[0]
                .ends_with("is skipped: it lists more than 5000 members, recipients or domains."),
            "{messages:?}"
        );
    }
}

#[test]
fn a_hostile_name_in_an_archive_is_shown_without_hidden_characters() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exports.zip");
    std::fs::write(
        &path,
        zip(&[("a\u{1b}]0;x\u{7}\u{202e}.txt", b"Dear Sir or Madam")]),
    )
    .unwrap();
    let messages = messages(&search_file(&path));
    assert!(
        messages[0].starts_with("a\u{FFFD}]0;x\u{FFFD}\u{FFFD}.txt in "),
        "{messages:?}"
    );
}

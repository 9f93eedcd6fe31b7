//! Every format and packing, recognised by content.

use std::io::Write;

use chat_access::search::{Origin, QueryOptions, Source};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

use super::support::*;

fn records() -> Vec<String> {
    vec![external_chat(1), other_record(2), external_chat(3)]
}

fn assert_found(bytes: impl Into<Vec<u8>>) {
    let findings = search_bytes(bytes);
    assert_eq!(findings.damages, []);
    assert_eq!(users(&findings), [user(1), user(3)]);
}

#[test]
fn purview_exports_new_and_classic() {
    assert_found(purview(&records()));
    let rows: String = records()
        .iter()
        .map(|record| {
            format!(
                "2026-08-31T10:18:39.0000000Z,u@contoso.com,Op,{}\n",
                quoted(record)
            )
        })
        .collect();
    assert_found(format!("CreationDate,UserIds,Operations,AuditData\n{rows}"));
}

#[test]
fn a_search_exported_by_powershell() {
    let rows: String = records()
        .iter()
        .map(|record| {
            format!(
                "{},\"8/31/2026 10:18:39 AM\",\"x\",\"True\"\r\n",
                quoted(record)
            )
        })
        .collect();
    let header = "\"AuditData\",\"CreationDate\",\"Identity\",\"IsValid\"\r\n";
    assert_found(format!("{header}{rows}"));
    assert_found(format!(
        "#TYPE Deserialized.Microsoft.Exchange\r\n{header}{rows}"
    ));
}

#[test]
fn a_spreadsheet_with_another_delimiter() {
    for delimiter in [";", "\t"] {
        let rows: String = records()
            .iter()
            .map(|record| format!("1{delimiter}{}\r\n", quoted(record)))
            .collect();
        assert_found(format!("RecordId{delimiter}AuditData\r\n{rows}"));
    }
}

#[test]
fn graph_records_as_page_array_and_lines() {
    let wrapped: Vec<String> = records()
        .iter()
        .map(|record| format!(r#"{{"id":"x","service":"MicrosoftTeams","auditData":{record}}}"#))
        .collect();
    let all = wrapped.join(",");
    assert_found(format!(
        r#"{{"@odata.context":"x","value":[{all}],"@odata.nextLink":"y"}}"#
    ));
    assert_found(format!("[{all}]"));
    assert_found(wrapped.join("\n"));
    assert_found(wrapped.join("\r\n") + "\r\n");
    let pages: Vec<String> = wrapped
        .iter()
        .map(|r| format!(r#"{{"value":[{r}]}}"#))
        .collect();
    assert_found(pages.join("\n"));
}

#[test]
fn management_activity_content_and_lines() {
    assert_found(format!("[{}]", records().join(",\n")));
    assert_found(records().join("\n"));
    assert_found(records().join(""));
    let pretty: Vec<String> = records()
        .iter()
        .map(|record| {
            let value: serde_json::Value = serde_json::from_str(record).unwrap();
            serde_json::to_string_pretty(&value).unwrap()
        })
        .collect();
    assert_found(format!("[\n{}\n]\n", pretty.join(",\n")));
    assert_found(pretty.join("\n"));
}

#[test]
fn cloud_app_events_as_csv_and_as_results() {
    let rows: String = records()
        .iter()
        .map(|record| {
            format!(
                "2026-08-31T10:18:39.1234567Z,ChatCreated,{}\n",
                quoted(record)
            )
        })
        .collect();
    let findings = search_bytes(format!(
        "Timestamp,ActionType,RawEventData\n{rows}2026-08-31T10:18:39Z,Other,\n"
    ));
    assert_eq!(
        findings.damages,
        [],
        "a row without a raw event is not damaged"
    );
    assert_eq!(users(&findings), [user(1), user(3)]);
    assert_eq!(findings.targets[0].sources, [Origin::CloudAppEvents]);
    let results: Vec<String> = records()
        .iter()
        .map(|record| format!(r#"{{"ActionType":"x","RawEventData":{record}}}"#))
        .collect();
    assert_found(format!(
        r#"{{"schema":[{{"name":"RawEventData","type":"Object"}}],"results":[{}]}}"#,
        results.join(",")
    ));
}

fn message_details() -> String {
    format!(
        r#"[{{"RecipientSmtpAddress":"user1@contoso.com","RecipientObjectId":"{}"}}]"#,
        user(1)
    )
}

fn search_messages(bytes: String) -> Vec<String> {
    let options = QueryOptions {
        tenant_id: Some(HOME.into()),
        internal_domain: vec!["contoso.com".into()],
        ..Default::default()
    };
    let findings = search_sources(vec![stream("file", bytes)], options);
    assert_eq!(findings.damages, []);
    users(&findings)
}

#[test]
fn message_events_from_the_portal_from_sentinel_and_as_results() {
    let thread = format!("19:{}_{EVE}@unq.gbl.spaces", user(1));
    let details = message_details();
    let portal = format!(
        "Timestamp,TeamsMessageId,SenderEmailAddress,SenderObjectId,RecipientDetails,IsExternalThread,ThreadId\n\
         2026-08-31T10:18:39.1234567Z,1,eve@evil.example,{EVE},{},1,{thread}\n",
        quoted(&details)
    );
    assert_eq!(search_messages(portal), [user(1)]);
    let sentinel = format!(
        "\"TenantId\",\"TimeGenerated [UTC]\",\"RecipientDetails\",\"IsExternalThread\",\"ThreadId\"\r\n\
         \"dddddddd-0000-4000-8000-00000000000d\",\"8/31/2026, 10:18:39.391 AM\",{},\"true\",\"{thread}\"\r\n",
        quoted(&details)
    );
    assert_eq!(search_messages(sentinel), [user(1)]);
    let row = format!(
        r#"{{"Timestamp":"2026-08-31T10:18:39Z","RecipientDetails":{details},"IsExternalThread":true,"SenderObjectId":{{}},"ThreadId":"{thread}"}}"#
    );
    for results in ["results", "Results"] {
        assert_eq!(
            search_messages(format!(r#"{{"Schema":[],"{results}":[{row}]}}"#)),
            [user(1)]
        );
    }
}

#[test]
fn any_encoding_that_a_spreadsheet_writes() {
    let text = purview(&records());
    assert_found([b"\xEF\xBB\xBF", text.as_bytes()].concat());
    for mark in ["\u{FEFF}", ""] {
        let units: Vec<u16> = format!("{mark}{text}").encode_utf16().collect();
        assert_found(
            units
                .iter()
                .flat_map(|unit| unit.to_le_bytes())
                .collect::<Vec<u8>>(),
        );
        assert_found(
            units
                .iter()
                .flat_map(|unit| unit.to_be_bytes())
                .collect::<Vec<u8>>(),
        );
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn gzip_and_several_of_them_in_a_row() {
    let text = purview(&records());
    assert_found(gzip(text.as_bytes()));
    let (a, b) = text.as_bytes().split_at(text.len() / 2);
    assert_found([gzip(a), gzip(b)].concat());
}

/// A zip archive, by the book: local headers, contents, directory.
pub(super) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (at, (name, bytes)) in files.iter().enumerate() {
        let deflated = at % 2 == 0;
        let packed = if deflated {
            let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(bytes).unwrap();
            packed.finish().unwrap()
        } else {
            bytes.to_vec()
        };
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let mut common = Vec::new();
        for field in [20u16, 0, if deflated { 8 } else { 0 }, 0, 0x21] {
            common.extend(field.to_le_bytes());
        }
        for field in [crc.sum(), packed.len() as u32, bytes.len() as u32] {
            common.extend(field.to_le_bytes());
        }
        common.extend((name.len() as u16).to_le_bytes());
        common.extend(0u16.to_le_bytes());
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend((archive.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(&common);
        archive.extend(name.as_bytes());
        archive.extend(packed);
    }
    let start = archive.len() as u32;
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        archive.extend((files.len() as u16).to_le_bytes());
    }
    archive.extend((directory.len() as u32).to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend(0u16.to_le_bytes());
    archive
}

#[test]
fn every_file_of_a_zip_archive_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exports.zip");
    let text = purview(&[external_chat(1)]);
    let packed = gzip(external_chat(3).as_bytes());
    std::fs::write(
        &path,
        zip(&[("a.csv", text.as_bytes()), ("b.json.gz", &packed)]),
    )
    .unwrap();
    let findings = search_file(&path);
    assert_eq!(findings.damages, []);
    assert_eq!(users(&findings), [user(1), user(3)]);
    assert!(
        findings.files[0].starts_with("a.csv in "),
        "{:?}",
        findings.files
    );
}

#[test]
fn files_of_all_kinds_in_one_search_make_one_target_each() {
    let sources = vec![
        stream("a", purview(&[external_chat(1), external_chat(2)])),
        stream("b", format!("[{},{}]", external_chat(2), external_chat(3))),
        stream(
            "c",
            format!("Timestamp,RawEventData\n1,{}\n", quoted(&external_chat(3))),
        ),
    ];
    let findings = search_sources(sources, QueryOptions::default());
    assert_eq!(users(&findings), [user(1), user(2), user(3)]);
    let third = &findings.targets[2];
    assert_eq!(third.sources, [Origin::AuditLog, Origin::CloudAppEvents]);
    assert_eq!(third.events, 1, "it is the same record");
}

#[test]
fn a_file_of_no_known_format_is_named_and_the_others_are_read() {
    let sources = vec![
        stream("letter.txt", "Dear Sir or Madam\n"),
        stream("package.json", r#"{"name":"x"}"#),
        Source::Path("/no/such/file.csv".into()),
        Source::Path(std::env::temp_dir()),
        stream("a", purview(&[external_chat(1)])),
    ];
    let findings = search_sources(sources, QueryOptions::default());
    assert_eq!(users(&findings), [user(1)]);
    let messages: Vec<String> = findings.damages.iter().map(ToString::to_string).collect();
    assert!(
        messages[0].starts_with("letter.txt can't be read: ") && messages[0].contains("AuditData"),
        "{messages:?}"
    );
    assert!(
        messages[1].starts_with("package.json can't be read: "),
        "{messages:?}"
    );
    assert!(
        messages[2].contains("the file does not exist"),
        "{messages:?}"
    );
    assert!(messages[3].contains("it is a folder"), "{messages:?}");
}

#[test]
fn an_export_without_results_is_not_an_error() {
    for text in [
        PURVIEW_HEADER,
        PURVIEW_HEADER.trim_end(),
        "[]",
        r#"{"value":[]}"#,
    ] {
        let findings = search_bytes(text);
        assert_eq!(
            (findings.damages, findings.targets),
            (vec![], vec![]),
            "{text}"
        );
    }
}

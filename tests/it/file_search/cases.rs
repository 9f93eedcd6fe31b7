//! Files as administrators have them: each form that exporters and spreadsheets give the same
//! records.

use std::path::{Path, PathBuf};

use chat_access::search::{Findings, FoundBy, QueryOptions, Source, Target};

use super::support::{search_sources, stream};

const ANN: &str = "aaaaaaaa-0001-4000-8000-000000000001";
const BEN: &str = "bbbbbbbb-0002-4000-8000-000000000002";
const CEM: &str = "cccccccc-0003-4000-8000-000000000003";

/// A user's id, and how it was found; or why there is none.
type Found = (&'static str, &'static str);

/// The targets in the records of `base.csv`.
const BASE: [Found; 3] = [(CEM, "UserKey"), (ANN, "ChatId"), (BEN, "ChatId")];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(name)
}

fn search(name: &str, options: QueryOptions) -> Findings {
    search_sources(vec![Source::Path(path(name))], options)
}

/// The same, as text from elsewhere.
fn search_text(text: impl Into<Vec<u8>>) -> Findings {
    search_sources(vec![stream("file", text)], QueryOptions::default())
}

fn found(findings: &Findings) -> Vec<(String, String)> {
    let by = |target: &Target| match (target.found_by, &target.unresolved) {
        (Some(FoundBy::ChatId), _) => "ChatId".to_string(),
        (Some(by), _) => format!("{by:?}"),
        (None, Some(why)) => why.to_string(),
        (None, None) => panic!("{target:?}"),
    };
    let id = |target: &Target| match target.user_id {
        Some(id) => id.to_string(),
        None => target.user_principal_name.clone().unwrap_or_default(),
    };
    let mut found: Vec<_> = findings
        .targets
        .iter()
        .map(|one| (id(one), by(one)))
        .collect();
    found.sort();
    found
}

fn expected(targets: &[Found]) -> Vec<(String, String)> {
    let mut expected: Vec<_> = targets
        .iter()
        .map(|(id, by)| (id.to_string(), by.to_string()))
        .collect();
    expected.sort();
    expected
}

fn messages(findings: &Findings) -> Vec<String> {
    findings.damages.iter().map(ToString::to_string).collect()
}

#[test]
fn every_form_of_the_same_records_has_the_same_targets() {
    for name in [
        "base.csv",
        "cr-only.csv",
        "elastic-hits.json",
        "empty_info.jsonl",
        "excel-one-cell.csv",
        "flat.csv",
        "logicapp-body.json",
        "members-depth2.jsonl",
        "officeactivity.csv",
        "twice-doubled.csv",
        "unrolled.jsonl",
        "value_count.jsonl",
        "xdr-streaming.jsonl",
    ] {
        let findings = search(name, QueryOptions::default());
        assert_eq!(messages(&findings), [""; 0], "{name}");
        assert_eq!(found(&findings), expected(&BASE), "{name}");
    }
}

#[test]
fn a_page_of_some_of_the_records_has_their_targets() {
    let findings = search("pipeline-envelope.json", QueryOptions::default());
    assert_eq!(messages(&findings), [""; 0]);
    assert_eq!(
        found(&findings),
        expected(&[(ANN, "ChatId"), (BEN, "ChatId")])
    );
}

#[test]
fn what_is_before_the_cut_of_a_cut_record_is_used_and_the_cut_reported() {
    let findings = search("truncated-900.csv", QueryOptions::default());
    let ids: Vec<_> = findings
        .targets
        .iter()
        .map(|one| &one.thread_id[..])
        .collect();
    for thread in [
        "19:0123456789abcdef0123456789abcdef@thread.v2",
        "19:aaaaaaaa-0001-4000-8000-000000000001_eeeeeeee-0009-4000-8000-000000000009@unq.gbl.spaces",
        "19:eeeeeeee-0009-4000-8000-000000000009_bbbbbbbb-0002-4000-8000-000000000002@unq.gbl.spaces",
    ] {
        assert!(ids.contains(&thread), "{thread}: {ids:?}");
    }
    let messages = messages(&findings);
    assert_eq!(findings.damaged_rows as usize, messages.len());
    assert!(
        messages[0].ends_with(
            "row 2, is incomplete: the export cut its AuditData off; export it again without a length limit. \
             The rest of the row is used."
        ),
        "{messages:?}"
    );
}

/// The records of `base.csv`, which are audit records without a container.
fn records() -> Vec<serde_json::Value> {
    std::fs::read_to_string(path("unrolled.jsonl"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["AuditData"].clone())
        .collect()
}

#[test]
fn records_are_found_in_any_container_as_objects_and_as_text() {
    use serde_json::json;
    let records = records();
    let texts: Vec<_> = records
        .iter()
        .map(|record| json!({"AuditData": record.to_string()}))
        .collect();
    let rows: Vec<_> = records
        .iter()
        .map(|record| json!(["2026-03-03T09:15:02Z", record.to_string()]))
        .collect();
    let columns = json!([{"name": "TimeGenerated", "type": "datetime"}, {"name": "RawEventData", "type": "dynamic"}]);
    for container in [
        json!({"records": records}),
        json!({"events": texts}),
        json!({"data": {"result": {"list": records}}}),
        json!({"a": {"b": {"c": [{"d": texts}]}}, "hits": {"hits": 0}}),
        json!({"message": serde_json::to_string(&records).unwrap()}),
        json!([[records]]),
        json!({"tables": [{"name": "PrimaryResult", "columns": columns, "rows": rows}]}),
        json!({"body": {"items": texts, "next": null}, "after": {"value": 1}}),
    ] {
        for text in [
            container.to_string(),
            serde_json::to_string_pretty(&container).unwrap(),
            format!("{container}\n{container}\n"),
        ] {
            let findings = search_text(text.clone());
            assert_eq!(messages(&findings), [""; 0], "{text}");
            assert_eq!(found(&findings), expected(&BASE), "{text}");
        }
    }
}

#[test]
fn a_container_with_many_records_is_not_limited_to_the_size_of_one() {
    let record = records().remove(0);
    for (before, after) in [
        (r#"{"hits":{"total":1,"hits":["#, "]}}"),
        (r#"{"records":["#, "]}"),
    ] {
        let one = format!(r#"{{"_source":{{"o365":{{"audit":{record}}}}}}}"#);
        let text = format!("{before}{}{after}", vec![one; 4000].join(","));
        assert!(text.len() > 6_000_000);
        let findings = search_text(text);
        assert_eq!(messages(&findings), [""; 0]);
        assert_eq!(found(&findings), expected(&[(ANN, "ChatId")]));
        assert_eq!(findings.records, 4000);
    }
}

#[test]
fn a_container_of_nothing_known_is_an_error_that_says_what_was_expected() {
    let deep = format!("{}{}{}", "[".repeat(40), records()[0], "]".repeat(40));
    for (text, expected) in [
        (
            r#"{"data":{"note":"ChatThreadId"}}"#.to_string(),
            "file, row 1, is skipped: it contains neither an audit record nor a row of MessageEvents or CloudAppEvents.",
        ),
        (
            format!(r#"{{"data":{deep}}}"#),
            "file, row 1, is skipped: its records are nested more than 16 levels deep.",
        ),
    ] {
        assert_eq!(messages(&search_text(text)), [expected]);
    }
}

#[test]
fn an_odd_container_does_not_cost_its_record() {
    use serde_json::json;
    let mut record = records().remove(0);
    let members = record["Members"].clone();
    for odd in [
        json!([null, members[0], members[1]]),
        json!(members.to_string()),
        json!([members[0].to_string(), members[1].to_string()]),
        json!(["System.Object[]", members[1]]),
        json!(members[1]),
        json!("@{UPN=ann@contoso.com; OrganizationId=7d0b2a4e-5c1f-4e0b-9a37-1f2c3d4e5f60}"),
        json!({"value": members, "Count": 2}),
    ] {
        record["Members"] = odd;
        let findings = search_text(record.to_string());
        assert_eq!(messages(&findings), [""; 0], "{record}");
        assert_eq!(found(&findings), expected(&[(ANN, "ChatId")]), "{record}");
    }
    record["Members"] = members;
    for odd in [
        json!(""),
        json!(null),
        json!([]),
        json!(7),
        json!("System.Object"),
        json!(record["ParticipantInfo"].to_string()),
    ] {
        record["ParticipantInfo"] = odd;
        let findings = search_text(record.to_string());
        assert_eq!(messages(&findings), [""; 0], "{record}");
        assert_eq!(found(&findings), expected(&[(ANN, "ChatId")]), "{record}");
    }
}

#[test]
fn what_powershell_cut_is_reported_in_words() {
    for (data, expected) in [
        (
            "@{Operation=ChatCreated; ChatThreadId=19:x@thread.v2; Members=System.Object[]}",
            "file, row 1, is incomplete: PowerShell cut a nested value; export again with ConvertTo-Json -Depth 10. \
             The rest of the row is used.",
        ),
        (
            "@{Operation=ChatCreated; Data=ChatThreadId}",
            "file, row 1, is skipped: PowerShell cut a nested value; export again with ConvertTo-Json -Depth 10.",
        ),
    ] {
        let text = serde_json::json!({"AuditData": data}).to_string();
        assert_eq!(messages(&search_text(text)), [expected]);
    }
}

#[test]
fn expanded_columns_of_power_query_are_read() {
    let header = "CreationDate,AuditData.Operation,AuditData.OrganizationId,AuditData.UserId,AuditData.UserKey,\
        AuditData.ChatThreadId,AuditData.CommunicationType,AuditData.Members.UPN,AuditData.Members.OrganizationId";
    let home = "7d0b2a4e-5c1f-4e0b-9a37-1f2c3d4e5f60";
    let away = "c0ffee00-1234-4abc-8def-0123456789ab";
    let eve = "eeeeeeee-0009-4000-8000-000000000009";
    let row = |upn: &str, tenant: &str| {
        format!(
            "2026-03-03T09:15:02,ChatCreated,{home},it@helpdesk.example,{eve},19:{ANN}_{eve}@unq.gbl.spaces,OneOnOne,{upn},{tenant}"
        )
    };
    let rows = [
        row("ann@contoso.com", home),
        row("it@helpdesk.example", away),
    ]
    .join("\n");
    let findings = search_text(format!("{header}\n{rows}\n"));
    assert_eq!(found(&findings), expected(&[(ANN, "ChatId")]));
    // No field is quoted, so a large file has no line that begins a record for sure.
    let text = format!("{header}\n{}", format!("{rows}\n").repeat(20_000));
    assert!(text.len() > 8_000_000);
    let findings = search_text(text);
    assert_eq!(messages(&findings), [""; 0]);
    assert_eq!(found(&findings), expected(&[(ANN, "ChatId")]));
    assert_eq!(findings.records, 40_000);
}

#[test]
fn a_time_is_read_in_the_forms_of_powershell_and_of_spreadsheets() {
    for name in ["time-de.json", "time-jsdate.json"] {
        for (after, targets) in [
            ("2026-03-03T09:00:00Z", &[(BEN, "ChatId")][..]),
            ("2026-03-03T11:00:00Z", &[]),
        ] {
            let options = QueryOptions {
                after: Some(after.into()),
                ..Default::default()
            };
            let findings = search(name, options);
            assert_eq!(messages(&findings), [""; 0], "{name}");
            assert_eq!(findings.incomplete, [""; 0], "{name}");
            assert_eq!(found(&findings), expected(targets), "{name} {after}");
        }
    }
}

#[test]
fn a_record_whose_time_is_unreadable_is_kept_and_counted() {
    let mut record = records().remove(0);
    record["CreationTime"] = "the third of March".into();
    for (after, warnings) in [
        (None, &[][..]),
        (
            Some("2026-03-03T09:00:00Z"),
            &[
                "The time of 1 records can't be read, so -After and -Before did not exclude them. Check their chats.",
            ],
        ),
    ] {
        let options = QueryOptions {
            after: after.map(str::to_string),
            ..Default::default()
        };
        let findings = search_sources(vec![stream("file", record.to_string())], options);
        assert_eq!(found(&findings), expected(&[(ANN, "ChatId")]));
        assert_eq!(findings.incomplete, warnings);
    }
}

#[test]
fn a_chat_without_a_known_side_is_counted_and_found_with_a_domain() {
    let findings = search("chat-without-sides.json", QueryOptions::default());
    assert_eq!(messages(&findings), [""; 0]);
    assert_eq!(found(&findings), []);
    assert_eq!(
        findings.incomplete,
        [
            "1 chats are left out because their records do not show whether external users take part \
          (domains: contoso.com, helpdesk.example). Specify -InternalDomain or -ExternalDomain to include them."
        ]
    );
    for (internal, external) in [("contoso.com", ""), ("", "it@helpdesk.example")] {
        let domains = |text: &str| Some(text.to_string()).filter(|text| !text.is_empty());
        let options = QueryOptions {
            internal_domain: domains(internal).into_iter().collect(),
            external_domain: domains(external).into_iter().collect(),
            ..Default::default()
        };
        let findings = search("chat-without-sides.json", options);
        assert_eq!(found(&findings), expected(&[(ANN, "ChatId")]));
        assert_eq!(findings.incomplete, [""; 0]);
    }
}

#[test]
fn an_archive_with_files_of_the_system_has_no_errors_and_a_workbook_has_one() {
    let folder = tempfile::tempdir().unwrap();
    let base = std::fs::read(path("base.csv")).unwrap();
    let archive = folder.path().join("export.zip");
    let files: [(&str, &[u8]); 5] = [
        ("export/base.csv", &base),
        ("__MACOSX/export/._base.csv", b"\0\x05\x16\x07"),
        ("export/.DS_Store", b"\0\0\0\x01Bud1"),
        ("export/README.txt", b"About this export"),
        ("Thumbs.db", b"\xD0\xCF\x11\xE0"),
    ];
    std::fs::write(&archive, super::formats::zip(&files)).unwrap();
    let findings = super::support::search_file(&archive);
    assert_eq!(messages(&findings), [""; 0]);
    assert_eq!(found(&findings), expected(&BASE));

    let workbook = folder.path().join("export.xlsx");
    let files: [(&str, &[u8]); 3] = [
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", b"<Relationships/>"),
        ("xl/workbook.xml", b"<workbook/>"),
    ];
    std::fs::write(&workbook, super::formats::zip(&files)).unwrap();
    let old = folder.path().join("export.xls");
    std::fs::write(&old, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1").unwrap();
    for file in [workbook, old] {
        let messages = messages(&super::support::search_file(&file));
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(
            messages[0].ends_with(
                "can't be read: it is a workbook; open it, save it as 'CSV UTF-8 (Comma delimited)' \
                 and search that file."
            ),
            "{messages:?}"
        );
    }
}

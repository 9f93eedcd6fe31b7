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
            "row 2, is incomplete: its end is missing; export it again without a length limit. \
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
            "file, row 1, is skipped: it contains no audit record, no row of MessageEvents or CloudAppEvents, and no alert with evidence.",
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
    let search = |json: String, after: Option<&str>, before: Option<&str>| {
        let options = QueryOptions {
            after: after.map(str::to_string),
            before: before.map(str::to_string),
            ..Default::default()
        };
        let findings = search_sources(vec![stream("file", json)], options);
        assert_eq!(messages(&findings), [""; 0]);
        findings
    };
    let mut record = records().remove(0);
    let mut files: Vec<(String, &str)> = ["time-de.json", "time-jsdate.json"]
        .map(|name| (std::fs::read_to_string(path(name)).unwrap(), BEN))
        .into();
    for time in [
        serde_json::json!(46084.4166666667),
        serde_json::json!("46084,416666667"),
        serde_json::json!(1772532000),
        serde_json::json!("1772532000000"),
        serde_json::json!("/Date(1772532000000)/"),
        serde_json::json!("3/3/2026 10:00:00 AM"),
    ] {
        record["CreationTime"] = time;
        files.push((record.to_string(), ANN));
    }
    for (json, user) in files {
        let early = Some("2026-03-03T10:00:00Z");
        let late = Some("2026-03-03T10:00:01Z");
        for (after, before, without) in [
            (early, None, None),
            (None, late, None),
            (early, late, None),
            (late, None, Some("-After")),
            (None, early, Some("-Before")),
            (late, late, Some("-After and -Before")),
        ] {
            let findings = search(json.clone(), after, before);
            let targets: &[Found] = if without.is_none() {
                &[(user, "ChatId")]
            } else {
                &[]
            };
            assert_eq!(found(&findings), expected(targets), "{json}");
            let warnings: Vec<_> = without
                .map(|filter| {
                    format!("No record matches {filter}. The search found records of 2026-03-03T10:00:00Z.")
                })
                .into_iter()
                .collect();
            assert_eq!(findings.incomplete, warnings, "{json}");
        }
    }
}

#[test]
fn a_record_whose_time_is_unreadable_is_kept_and_counted() {
    let mut record = records().remove(0);
    record["CreationTime"] = "the third of March".into();
    for (after, before, warnings) in [
        (None, None, &[][..]),
        (
            Some("2026-03-03T09:00:00Z"),
            None,
            &[
                "-After and -Before do not exclude 1 record whose time can't be read. Check it and its chat.",
            ],
        ),
        (
            None,
            Some("2026-03-03T09:00:00Z"),
            &[
                "-After and -Before do not exclude 1 record whose time can't be read. Check it and its chat.",
            ],
        ),
    ] {
        let options = QueryOptions {
            after: after.map(str::to_string),
            before: before.map(str::to_string),
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
            "The search left out 1 chat because its records do not show whether external users take part \
             (domains: contoso.com, helpdesk.example). Specify -InternalDomain or -ExternalDomain to include it."
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

#[test]
fn audit_data_in_the_first_column_is_found_where_the_whole_row_is_one_cell() {
    let base = records();
    for header in ["AuditData,CreationDate", "AuditData"] {
        let rows: Vec<String> = base
            .iter()
            .map(|record| {
                let json = super::support::quoted(&record.to_string());
                match header {
                    "AuditData" => json,
                    _ => format!("{json},2026-03-03T09:15:02"),
                }
            })
            .collect();
        let plain = format!("{header}\n{}\n", rows.join("\n"));
        let cells: Vec<String> = plain.lines().map(super::support::quoted).collect();
        for text in [plain, cells.join("\r\n")] {
            let findings = search_text(text.clone());
            assert_eq!(messages(&findings), [""; 0], "{text}");
            assert_eq!(found(&findings), expected(&BASE), "{text}");
        }
    }
}

#[test]
fn hunting_rows_are_found_where_the_whole_row_is_one_cell() {
    let details =
        format!(r#"[{{"RecipientSmtpAddress":"ann@contoso.com","RecipientObjectId":"{ANN}"}}]"#);
    let lines = [
        "ThreadId,SenderEmailAddress,RecipientDetails,IsExternalThread".to_string(),
        format!(
            "19:0123@thread.v2,it@helpdesk.example,{},1",
            super::support::quoted(&details)
        ),
    ];
    let cells = lines.map(|line| super::support::quoted(&line));
    let options = QueryOptions {
        tenant_id: Some("7d0b2a4e-5c1f-4e0b-9a37-1f2c3d4e5f60".into()),
        internal_domain: vec!["contoso.com".into()],
        ..Default::default()
    };
    let findings = search_sources(vec![stream("file", cells.join("\r\n"))], options);
    assert_eq!(messages(&findings), [""; 0]);
    assert_eq!(found(&findings), expected(&[(ANN, "RecipientObjectId")]));
}

#[test]
fn a_container_longer_than_a_record_without_a_known_list_is_an_error() {
    let record = records().remove(0);
    let many = vec![record.to_string(); 4000].join(",");
    for text in [
        format!(r#"{{"logs":[{many}]}}"#),
        format!(r#"{{"export":{{"logs":[{many}]}}}}"#),
        format!(r#"{{"note":"{}","ChatThreadId":1}}"#, "x".repeat(5_000_000)),
    ] {
        let findings = search_text(text);
        assert_eq!(findings.damaged_rows, 0);
        let messages = messages(&findings);
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(
            messages[0].starts_with(
                "file can't be read: it is one JSON object longer than 4 MiB, without a list of records of a known \
                 name; expected an audit log export"
            ),
            "{messages:?}"
        );
    }
}

/// The records of `base.csv` with these options.
fn filtered(options: QueryOptions) -> Findings {
    search("base.csv", options)
}

#[test]
fn a_filter_that_leaves_nothing_is_named_with_what_was_found_instead() {
    let list = |text: &str| vec![text.to_string()];
    let cases: [(QueryOptions, &str); 8] = [
        (
            QueryOptions {
                thread_id: list("19:other@thread.v2"),
                ..Default::default()
            },
            "No chat matches -ThreadId. The search found 19:0123456789abcdef0123456789abcdef@thread.v2, \
             19:aaaaaaaa-0001-4000-8000-000000000001_eeeeeeee-0009-4000-8000-000000000009@unq.gbl.spaces, \
             19:eeeeeeee-0009-4000-8000-000000000009_bbbbbbbb-0002-4000-8000-000000000002@unq.gbl.spaces.",
        ),
        (
            QueryOptions {
                operation: list("MemberAded"),
                ..Default::default()
            },
            "No record matches -Operation. The search found ChatCreated, MemberAdded, MessageSent. It left out \
             1 record about chats without external users; use -IncludeInternal to include them.",
        ),
        (
            QueryOptions {
                chat_type: vec![chat_access::search::ChatKind::Meeting],
                ..Default::default()
            },
            "No chat matches -ChatType. The search found Group, OneOnOne.",
        ),
        (
            QueryOptions {
                external_tenant_id: list(ANN),
                ..Default::default()
            },
            "No chat matches -ExternalTenantId. The search found c0ffee00-1234-4abc-8def-0123456789ab.",
        ),
        (
            QueryOptions {
                external_domain: list("helpdesk.exmaple"),
                ..Default::default()
            },
            "No chat matches -ExternalDomain. The search found helpdesk.example.",
        ),
        (
            QueryOptions {
                user_principal_name: list("anne@contoso.com"),
                ..Default::default()
            },
            "No user matches -UserPrincipalName. The search found ann@contoso.com, ben@contoso.com, \
             cem@contoso.com.",
        ),
        (
            QueryOptions {
                user_principal_name: list("ann@contoso.com"),
                chat_type: vec![chat_access::search::ChatKind::Group],
                ..Default::default()
            },
            "No user matches -UserPrincipalName. The search found cem@contoso.com.",
        ),
        (
            QueryOptions {
                after: Some("2027-01-01".into()),
                before: Some("2028-01-01".into()),
                operation: list("ChatCreated"),
                ..Default::default()
            },
            "No record matches -After and -Before. The search found records from",
        ),
    ];
    for (options, expected) in cases {
        let findings = filtered(options);
        assert_eq!(found(&findings), []);
        assert_eq!(findings.incomplete.len(), 1, "{:?}", findings.incomplete);
        // The dates of the records do not matter here.
        assert!(
            findings.incomplete[0].starts_with(expected),
            "{:?}",
            findings.incomplete
        );
    }
}

#[test]
fn a_filter_accepts_a_domain_with_an_at_sign_a_link_and_a_local_part() {
    let list = |text: &str| vec![text.to_string()];
    let ann = expected(&[(ANN, "ChatId")]);
    for domain in [
        "@helpdesk.example",
        "it@helpdesk.example",
        "HELPDESK.example",
    ] {
        let findings = filtered(QueryOptions {
            external_domain: list(domain),
            ..Default::default()
        });
        assert_eq!(found(&findings), expected(&BASE), "{domain}");
    }
    let id = "19:aaaaaaaa-0001-4000-8000-000000000001_eeeeeeee-0009-4000-8000-000000000009@unq.gbl.spaces";
    for thread in [
        id.replace(':', "%3A").replace('@', "%40"),
        format!("https://teams.microsoft.com/l/chat/{id}/0?tenantId=x"),
    ] {
        let findings = filtered(QueryOptions {
            thread_id: list(&thread),
            ..Default::default()
        });
        assert_eq!(found(&findings), ann, "{thread}");
    }
    let findings = filtered(QueryOptions {
        user_principal_name: list("Ann"),
        ..Default::default()
    });
    assert_eq!(found(&findings), ann);
    assert_eq!(findings.incomplete, [""; 0]);
}

#[test]
fn a_local_part_of_two_users_matches_neither_and_both_are_named() {
    let mut all = records();
    let other = all[0]
        .to_string()
        .replace("ann@contoso.com", "ann@contoso.example")
        .replace(ANN, "aaaaaaaa-0007-4000-8000-000000000001");
    all.push(serde_json::from_str(&other).unwrap());
    let text: String = all.iter().map(|record| format!("{record}\n")).collect();
    let find = |names: &[&str]| {
        let options = QueryOptions {
            user_principal_name: names.iter().map(ToString::to_string).collect(),
            ..Default::default()
        };
        search_sources(vec![stream("file", text.clone())], options)
    };
    let warning = "-UserPrincipalName 'ann' matches 2 users: ann@contoso.com, ann@contoso.example. \
        It excludes them; specify a complete name.";
    let findings = find(&["ann"]);
    assert_eq!(found(&findings), []);
    assert_eq!(findings.incomplete, [warning]);
    let findings = find(&["ann", "ben", "ann@contoso.com"]);
    assert_eq!(
        found(&findings),
        expected(&[(ANN, "ChatId"), (BEN, "ChatId")])
    );
    let findings = find(&["ann@*"]);
    assert_eq!(
        findings.targets.len(),
        2,
        "wildcards are the caller's choice"
    );
}

#[test]
fn a_chat_with_a_guest_and_no_other_external_user_is_counted() {
    let mut record = records().remove(0);
    let home = record["OrganizationId"].clone();
    record["ResourceTenantId"] = home.clone();
    record["UserId"] = "ann@contoso.com".into();
    record["UserKey"] = ANN.into();
    for (upn, flag) in [
        ("it_helpdesk.example#EXT#@contoso.onmicrosoft.com", None),
        ("it@contoso.com", Some("HasGuestUsers")),
        ("it@contoso.com", Some("HasOtherGuestUsers")),
        ("it@contoso.com", Some("HasUnauthenticatedUsers")),
    ] {
        record["Members"] = ["ann@contoso.com", upn]
            .map(|upn| serde_json::json!({"UPN": upn, "OrganizationId": home}))
            .to_vec()
            .into();
        record["ParticipantInfo"] = serde_json::json!({
            "HasForeignTenantUsers": false, "HasGuestUsers": false, "HasOtherGuestUsers": false,
            "HasUnauthenticatedUsers": false, "ParticipatingDomains": [], "ParticipatingSIPDomains": [],
            "ParticipatingTenantIds": [home.clone()],
        });
        if let Some(flag) = flag {
            record["ParticipantInfo"][flag] = true.into();
        }
        let json = record.to_string();
        for text in [json.clone(), super::support::purview(&[json])] {
            let findings = search_text(text.clone());
            assert_eq!(found(&findings), [], "{text}");
            assert_eq!(
                findings.incomplete[0],
                "The search left out 1 chat with guests but without users of other tenants. \
                 Use -IncludeInternal to include such chats.",
                "{text}"
            );
            let options = QueryOptions {
                include_internal: true,
                ..Default::default()
            };
            let findings = search_sources(vec![stream("file", text)], options);
            assert_eq!(findings.targets.len(), 2);
            assert_eq!(findings.incomplete, [""; 0]);
        }
    }
}

#[test]
fn input_without_targets_says_why_by_reason() {
    let mut internal = records().remove(0);
    let home = internal["OrganizationId"].clone();
    internal["ResourceTenantId"] = home.clone();
    internal["UserId"] = "ann@contoso.com".into();
    internal["Members"] = ["ann@contoso.com", "ben@contoso.com"]
        .map(|upn| serde_json::json!({"UPN": upn, "OrganizationId": home}))
        .to_vec()
        .into();
    internal["ParticipantInfo"] =
        serde_json::json!({"HasForeignTenantUsers": false, "ParticipatingTenantIds": [home]});
    let mut channel = internal.clone();
    channel["ChatThreadId"] = "19:x@thread.tacv2".into();
    channel["ParticipantInfo"]["HasForeignTenantUsers"] = true.into();
    let records = [
        internal.to_string(),
        internal.to_string(),
        channel.to_string(),
        super::support::other_record(1),
    ];
    let expected = "The search found no chat with external users in 4 records: 1 not about chats, \
        1 about channels of teams, 2 about chats without external users. \
        Use -IncludeInternal to include chats without external users.";
    for text in [super::support::purview(&records), records.join("\n")] {
        assert_eq!(search_text(text).incomplete, [expected]);
    }
    assert_eq!(
        search_text(super::support::PURVIEW_HEADER).incomplete,
        ["The search found no records."]
    );
}

#[test]
fn the_audit_log_of_another_tenant_than_the_stated_one_is_named() {
    let options = |tenant: &str| QueryOptions {
        tenant_id: Some(tenant.into()),
        ..QueryOptions::default()
    };
    let findings = search("base.csv", options("c0ffee00-1234-4abc-8def-0123456789ab"));
    let home = findings.targets[0].tenant_id.unwrap();
    assert_eq!(
        findings.incomplete,
        [format!(
            "The input contains the audit log of another tenant: 3 targets of the tenant {home}, but \
             TenantId is c0ffee00-1234-4abc-8def-0123456789ab. Check the source of these records \
             before you remove access."
        )]
    );
    assert!(
        search("base.csv", options(&home.to_string()))
            .incomplete
            .is_empty()
    );
}

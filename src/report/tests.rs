use serde_json::{Value, json};

use super::*;

const TENANT: &str = "2a690434-97d9-4eed-83a6-f5f13600199a";
const ANN: &str = "11111111-0000-4000-8000-000000000001";

fn target(name: &str, thread: &str) -> Value {
    json!({
        "tenant_id": TENANT, "user_id": ANN, "thread_id": thread, "user_principal_name": name,
        "chat_type": "Group", "external": true, "external_tenants": [],
        "external_domains": ["evil.example"], "external_users": ["eve@evil.example"],
        "operations": ["ChatCreated"], "first_seen": "2026-08-31T10:18:39Z",
        "last_seen": "2026-08-31T12:00:00Z", "events": 3, "first_record": "log.csv, row 2",
        "last_record": "log.csv, row 9", "sources": ["AuditLog"], "found_by": "UserKey",
    })
}

fn outcome(thread: &str, status: &str, at: &str, request: &str) -> Value {
    json!({
        "event": "outcome", "item": 1, "tenant_id": TENANT, "user_id": ANN, "thread_id": thread,
        "status": status, "request_id": request, "client_request_id": format!("client {request}"),
        "attempts": 1, "duration_ms": 5, "completed": at, "account": "admin@contoso.com",
    })
}

fn case(records: &[Value]) -> Value {
    let mut case = Case::default();
    case.add(&json!(records).to_string()).unwrap();
    case.finish("A title", "CASE-1", Timestamp::UNIX_EPOCH)
        .into()
}

fn page(case: &Value) -> String {
    super::page(case.as_object().unwrap())
}

fn states(case: &Value) -> Vec<(&str, u64)> {
    let accesses = case["accesses"].as_array().unwrap().iter();
    accesses
        .map(|one| {
            (
                one["state"].as_str().unwrap(),
                one["times_returned"].as_u64().unwrap(),
            )
        })
        .collect()
}

#[test]
fn every_value_of_every_field_is_escaped() {
    const HOSTILE: &str = "<script>alert(1)</script>\"'&\u{202E}<img src=x onerror=alert(1)>";
    fn spoil(value: &mut Value) {
        match value {
            Value::Object(fields) => fields.values_mut().for_each(spoil),
            Value::Array(list) => list.iter_mut().for_each(spoil),
            Value::String(text) => *text = HOSTILE.into(),
            _ => {}
        }
    }
    let mut case = case(&[
        target("ann@contoso.com", "19:a@thread.v2"),
        target("ben@contoso.com", "19:b@thread.v2"),
        outcome("19:a@thread.v2", "Removed", "2026-09-01T00:00:00Z", "r1"),
        outcome("19:b@thread.v2", "Denied", "2026-09-01T00:00:00Z", "r2"),
        json!({
            "event": "searched", "incomplete": ["x"],
            "sources": [{"name": "x", "records": 1, "problems": ["x"], "sha256": "x"}],
        }),
    ]);
    case["accesses"][0]["external_names"] = json!(["x"]);
    case["external_users"][0]["display_names"] = json!(["x"]);
    let plain = page(&case);
    spoil(&mut case);
    let page = page(&case);
    assert!(
        !page.contains("<script>alert") && !page.contains("<img"),
        "{page}"
    );
    assert!(!page.contains('\u{202E}'));
    assert_eq!(page.matches("<script").count(), 1, "the page's own");
    // As many as the page has values, so that none is left out of this test.
    let escaped = page.matches("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;");
    assert!(escaped.count() > plain.matches("<bdi>").count(), "{page}");
}

#[test]
fn a_hostile_name_is_in_no_command() {
    let mut hostile = target("ann@contoso.com", "19:a@thread.v2");
    hostile["external_users"] = json!([
        "eve'); iex x #@evil.example",
        "eve\u{2019}@evil.example",
        "good@evil.example",
        "ann@contoso.com",
    ]);
    hostile["external_domains"] = json!(["evil.example; calc", "$(x).example", "contoso.com"]);
    let case = case(&[hostile]);
    let ways = case["block"].as_array().unwrap();
    assert_eq!(ways.len(), 2, "there is no domain to block");
    let command = ways[0]["command"].as_str().unwrap();
    assert!(
        command.ends_with("-BlockedUsers @('good@evil.example')"),
        "{command}"
    );
    assert_eq!(ways[1]["command"], "good@evil.example");
    assert!(page(&case).contains("-BlockedUsers @(&#39;good@evil.example&#39;)"));
}

/// The document's fields and their types are the schema in docs/report.md.
#[test]
fn the_document_has_the_documented_form() {
    let mut case = case(&[
        target("ann@contoso.com", "19:a@thread.v2"),
        outcome("19:a@thread.v2", "Removed", "2026-09-01T00:00:00Z", "r1"),
        json!({"event": "searched", "incomplete": ["Half of it."], "sources": [{
            "name": "/x/log.csv", "file": {"path": "/x/log.csv", "bytes": 7, "modified_ms": 8},
            "records": 9, "problems": [],
        }]}),
    ]);
    case["made_by"] = "ChatAccess".into();
    let way: Vec<_> = case["block"][0].as_object().unwrap().keys().collect();
    assert_eq!(way, ["command", "condition", "count", "left_out", "way"]);
    assert_eq!(
        case,
        json!({
            "chat_access_report": 1,
            "created": "1970-01-01T00:00:00Z",
            "made_by": "ChatAccess",
            "title": "A title",
            "case_id": "CASE-1",
            "summary": {
                "external_users": 1, "external_domains": 1, "users": 1, "chats": 1,
                "accesses": 1, "removed": 1, "came_back": 0, "open": 0,
            },
            "block": case["block"],
            "open": [],
            "external_users": [{
                "name": "eve@evil.example", "display_names": [], "users": ["ann@contoso.com"],
                "chats": 1, "open": 0, "first_seen": "2026-08-31T10:18:39Z",
                "first_record": "log.csv, row 2", "last_seen": "2026-08-31T12:00:00Z",
                "last_record": "log.csv, row 9",
            }],
            "accesses": [{
                "tenant_id": TENANT, "user_id": ANN, "thread_id": "19:a@thread.v2",
                "user_principal_name": "ann@contoso.com", "chat_type": "Group", "external": true,
                "external_domains": ["evil.example"], "external_users": ["eve@evil.example"],
                "operations": ["ChatCreated"], "first_seen": "2026-08-31T10:18:39Z",
                "last_seen": "2026-08-31T12:00:00Z", "events": 3,
                "first_record": "log.csv, row 2", "last_record": "log.csv, row 9",
                "sources": ["AuditLog"], "found_by": "UserKey",
                "is_target": true, "state": "Removed", "times_returned": 0,
                "removals": [{
                    "at": "2026-09-01T00:00:00Z", "status": "Removed", "request_id": "r1",
                    "client_request_id": "client r1", "attempts": 1, "account": "admin@contoso.com",
                }],
            }],
            "sources": [{
                "name": "/x/log.csv", "file": {"path": "/x/log.csv", "bytes": 7, "modified_ms": 8},
                "records": 9, "problems": [],
            }],
            "incomplete": ["Half of it."],
        })
    );
}

#[test]
fn the_state_is_what_the_records_show() {
    let a = "19:a@thread.v2";
    let later = |mut target: Value| {
        target["last_seen"] = "2026-09-05T00:00:00Z".into();
        target
    };
    let unresolved = || {
        let mut target = target("ann@contoso.com", a);
        target["user_id"] = Value::Null;
        target["unresolved"] = "NoObjectId".into();
        target["reason"] = "No record contains it.".into();
        target
    };
    let ann = || target("ann@contoso.com", a);
    let removed = |at, request| outcome(a, "Removed", at, request);
    let sent = json!({
        "tenant_id": TENANT, "user_id": ANN, "thread_id": a, "status": "Sent",
        "at": "2026-09-01T00:00:00Z", "client_request_id": "c",
    });
    let mut unconfirmed = removed("2026-09-01T00:00:00Z", "r");
    unconfirmed["request_id"] = "".into();
    let mut clock = removed("2026-09-09T00:00:00Z", "r");
    clock["service_time"] = "2026-09-01T00:00:00Z".into();
    let mut counted = outcome(a, "Denied", "2026-09-06T00:00:00Z", "r2");
    counted["times_returned"] = 1.into();
    let (t1, t2, t3) = (
        "2026-09-01T00:00:00Z",
        "2026-09-02T00:00:00Z",
        "2026-09-06T00:00:00Z",
    );
    for (records, state, returned) in [
        (vec![ann()], "Pending", 0),
        (vec![unresolved()], "Unresolved", 0),
        (vec![ann(), removed(t1, "r")], "Removed", 0),
        (vec![removed(t1, "r")], "Removed", 0),
        (
            vec![
                ann(),
                outcome(a, "AlreadyRemoved", t1, "r"),
                removed(t1, "r"),
            ],
            "Removed",
            0,
        ),
        // A later failure does not undo what the service confirmed.
        (
            vec![ann(), removed(t1, "r"), outcome(a, "Failed", t2, "r2")],
            "Removed",
            0,
        ),
        (
            vec![
                ann(),
                outcome(a, "Denied", t2, "r"),
                outcome(a, "Denied", t1, "r0"),
            ],
            "NotRemoved",
            0,
        ),
        (
            vec![ann(), outcome(a, "Uncertain", t1, "r")],
            "Uncertain",
            0,
        ),
        (vec![ann(), sent.clone()], "Uncertain", 0),
        (
            vec![ann(), sent.clone(), outcome(a, "Denied", t2, "r")],
            "NotRemoved",
            0,
        ),
        (vec![ann(), unconfirmed], "Uncertain", 0),
        (vec![later(ann()), removed(t1, "r")], "CameBack", 1),
        // The service's clock counts, not this computer's.
        (vec![later(ann()), clock], "CameBack", 1),
        (
            vec![later(ann()), removed(t1, "r"), removed(t3, "r2")],
            "Removed",
            1,
        ),
        (vec![later(ann()), removed(t1, "r"), counted], "CameBack", 1),
    ] {
        let case = case(&records);
        assert_eq!(states(&case), [(state, returned)], "{records:?}");
        let open = u64::from(state != "Removed");
        assert_eq!(case["summary"]["open"], open);
        assert_eq!(case["open"].as_array().unwrap().len() as u64, open);
        assert!(page(&case).ends_with("</html>\n"));
    }
}

#[test]
fn the_targets_of_several_searches_are_one() {
    let mut other = target("ann@contoso.com", "19:a@thread.v2");
    other["first_seen"] = "2026-08-30T00:00:00Z".into();
    other["first_record"] = "other.csv, row 5".into();
    other["external_users"] = json!(["mallory@evil.example", "eve@evil.example"]);
    other["events"] = 2.into();
    let mut old = target("ann@contoso.com", "19:a@thread.v2");
    old["user_id"] = ANN.to_uppercase().into();
    let case = case(&[old, other]);
    let access = &case["accesses"][0];
    assert_eq!(case["summary"]["accesses"], 1);
    assert_eq!(access["first_record"], "other.csv, row 5");
    assert_eq!(access["last_record"], "log.csv, row 9");
    assert_eq!(
        access["external_users"],
        json!(["eve@evil.example", "mallory@evil.example"])
    );
    assert_eq!(access["events"], 3);
}

#[test]
fn targets_and_outcomes_that_were_in_a_table_are_read() {
    let case = case(&[
        json!({
            "tenant_id": TENANT, "user_id": ANN, "thread_id": "19:a@thread.v2", "chat_type": "Group",
            "external": "True", "external_users": "eve@evil.example; mallory@evil.example",
            "external_domains": "", "operations": "ChatCreated", "events": "12", "unresolved": "",
            "first_seen": "2026-08-31T10:18:39Z", "last_seen": "2026-08-31T10:18:39Z", "extra": "x",
        }),
        json!({
            "tenant_id": TENANT, "user_id": ANN, "thread_id": "19:a@thread.v2", "status": "Denied",
            "http_status": "403", "code": "Forbidden", "message": "", "completed": "2026-09-01T00:00:00Z",
            "times_returned": "2", "attempts": "1",
        }),
    ]);
    let access = &case["accesses"][0];
    assert_eq!(access["events"], 12);
    assert_eq!(
        access["external_users"],
        json!(["eve@evil.example", "mallory@evil.example"])
    );
    assert_eq!(access.get("unresolved").or(access.get("extra")), None);
    assert_eq!(states(&case), [("NotRemoved", 2)]);
    assert_eq!(case["open"][0]["reason"], "Denied: Forbidden");
}

#[test]
fn what_is_neither_a_target_nor_an_outcome_is_refused() {
    for wrong in ["", "{", "[1]", "{\"a\":1}", "[{\"thread_id\":\"19:a\"},{}]"] {
        let error = Case::default().add(wrong).unwrap_err().to_string();
        assert!(error.contains("pecify a target or an outcome"), "{error}");
    }
}

const HEADER: &str = "{\"chat_access_journal\":1,\"created\":\"2026-09-01T00:00:00.000Z\"}\n";

fn line(thread: &str, state: &str, at: &str, request: &str) -> String {
    let mut line = json!({
        "at": at, "tenant_id": TENANT, "user_id": ANN, "thread_id": thread, "state": state,
        "client_request_id": format!("client {request}"),
    });
    if state != "Sent" {
        line["request_id"] = request.into();
    }
    format!("{line}\n")
}

fn with_journals(journals: &[String]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let mut case = Case::default();
    for (at, journal) in journals.iter().enumerate() {
        let path = folder.path().join(format!("{at}.jsonl"));
        std::fs::write(&path, journal).unwrap();
        case.add_journal(&path, &format!("{at}.jsonl")).unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            *journal,
            "it is not changed"
        );
    }
    case.finish("", "", Timestamp::UNIX_EPOCH).into()
}

#[test]
fn the_runs_of_several_journals_are_one() {
    let (a, b) = ("19:a@thread.v2", "19:b@thread.v2");
    let first = [
        HEADER.into(),
        line(a, "Sent", "2026-09-01T00:00:00Z", "1"),
        line(a, "Removed", "2026-09-01T00:00:01Z", "1"),
        line(b, "Sent", "2026-09-01T00:00:02Z", "2"),
    ]
    .concat();
    // A rerun continues the same journal, of which there is an older copy.
    let rerun = [
        first.clone(),
        line(b, "Sent", "2026-09-01T01:00:00Z", "3"),
        line(b, "Removed", "2026-09-01T01:00:01Z", "3"),
        line(a, "Removed", "2026-09-03T00:00:00Z", "4"),
    ]
    .concat();
    let case = with_journals(&[first.clone(), rerun]);
    assert_eq!(states(&case), [("Removed", 1), ("Removed", 0)]);
    let removals = case["accesses"][0]["removals"].as_array().unwrap();
    let records: Vec<_> = removals
        .iter()
        .map(|one| one["record"].as_str().unwrap())
        .collect();
    assert_eq!(records, ["0.jsonl, line 3", "1.jsonl, line 7"]);
    // Without the rerun, a request is open.
    assert_eq!(states(&with_journals(&[first]))[1], ("Uncertain", 0));
    assert_eq!(case["sources"][0]["records"], 3);
}

#[test]
fn a_torn_journal_is_used_up_to_its_end() {
    let a = "19:a@thread.v2";
    let text = [
        HEADER.to_string(),
        "not json\n".into(),
        line(a, "Denied", "2026-09-01T00:00:01Z", "1"),
        line(a, "Removed", "2026-09-01T00:00:02Z", "2"),
    ]
    .concat();
    let last = text.len() - line(a, "Removed", "2026-09-01T00:00:02Z", "2").len();
    for cut in last + 1..text.len() {
        let case = with_journals(&[text[..cut].to_string()]);
        assert_eq!(states(&case), [("NotRemoved", 0)], "{cut}");
        assert_eq!(
            case["sources"][0]["problems"],
            json!([
                "The last line is torn and was not used.",
                "1 line could not be read."
            ])
        );
    }
    assert_eq!(states(&with_journals(&[text])), [("Removed", 0)]);
}

#[test]
fn a_file_that_is_not_a_journal_is_refused_by_parameter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("j");
    for text in [
        "",
        "TenantId,UserId\n",
        "{\"chat_access_journal\":2}\n",
        &"x".repeat(100_000),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = Case::default().add_journal(&path, "j").unwrap_err();
        assert_eq!(error.parameter, "JournalPath");
        assert!(
            error.to_string().contains("Specify a journal of"),
            "{error}"
        );
    }
    let error = Case::default().add_journal(folder.path(), "j").unwrap_err();
    assert!(error.to_string().contains("can't be read"), "{error}");
}

#[test]
fn a_source_is_hashed_unless_it_has_changed_since_it_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (same, changed, gone) = (
        write("same", "abc"),
        write("changed", "abc"),
        write("gone", ""),
    );
    let mut case = Case::default();
    for path in [&same, &changed, &gone] {
        case.add_source(path);
    }
    write("changed", "abcd");
    std::fs::remove_file(gone).unwrap();
    case.hash(&Cancel::default());
    let case = Value::from(case.finish("", "", Timestamp::UNIX_EPOCH));
    assert_eq!(
        case["sources"][0]["sha256"],
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    for at in [1, 2] {
        assert_eq!(case["sources"][at].get("sha256"), None);
        assert!(
            case["sources"][at]["problems"][0]
                .as_str()
                .unwrap()
                .contains("has changed")
        );
    }
}

#[test]
fn the_timeline_ends_where_the_data_ends() {
    use super::timeline::Timeline;
    let spans = [
        ("2026-08-31T10:00:00Z", "2026-08-31T10:00:00Z", 1, "minute"),
        ("2026-08-31T10:00:30Z", "2026-08-31T11:10:00Z", 71, "minute"),
        (
            "2026-08-31T10:00:00Z",
            "2026-09-01T10:00:00Z",
            97,
            "15 minutes",
        ),
        (
            "2026-08-31T10:00:00Z",
            "2026-09-20T10:00:00Z",
            81,
            "6 hours",
        ),
        (
            "2016-08-31T10:00:00Z",
            "2026-08-31T10:00:00Z",
            41,
            "90 days",
        ),
    ];
    for (first, last, steps, step) in spans {
        let mut one = target("ann@contoso.com", "19:a@thread.v2");
        one["first_seen"] = first.into();
        one["last_seen"] = first.into();
        let case = case(&[one, outcome("19:a@thread.v2", "Removed", last, "r")]);
        let accesses = case["accesses"].as_array().unwrap();
        let timeline = Timeline::of(accesses.iter().filter_map(Value::as_object)).unwrap();
        assert_eq!(timeline.first, first.parse().unwrap());
        assert_eq!(timeline.last, last.parse().unwrap());
        assert_eq!((timeline.lanes[0].len(), &*timeline.step()), (steps, step));
        for lane in &timeline.lanes {
            assert_eq!(lane.iter().sum::<u64>(), 1);
            assert!(lane.len() <= 121, "{}", lane.len());
        }
        assert_eq!(
            timeline.lanes[2].last(),
            Some(&1),
            "no step after the last event"
        );
        assert!(timeline.at(timeline.lanes[0].len() - 1) <= timeline.last);
    }
}

#[test]
fn a_case_without_anything_has_a_page() {
    let page = page(&case(&[]));
    assert!(
        page.contains("<dt>External users</dt>\n<dd>0</dd>")
            || page.contains("<dt>External users</dt><dd>0</dd>")
    );
    assert!(page.contains("Nothing is open.") && page.ends_with("</html>\n"));
}

#[test]
fn the_policy_forbids_all_loading() {
    let page = page(&case(&[target("ann@contoso.com", "19:a@thread.v2")]));
    assert!(page.contains("default-src 'none'"));
    for part in [
        "http://",
        "https://",
        "src=",
        "@import",
        "url(",
        " style=\"",
    ] {
        assert!(!page.contains(part), "{part}");
    }
}

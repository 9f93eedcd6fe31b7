//! Searches: they must not panic, and their findings must not depend on how the work is split. A
//! record that an external user caused must not hide a user of the home tenant.
//!
//! Each function returns the number of chat targets that it found.

use std::io::{Cursor, Write};

use chat_access::search::{Effort, Findings, Query, QueryOptions, Source, search_sources};
use flate2::Compression;
use flate2::write::GzEncoder;

/// The fields of one audit record about a chat, in each form in which sources wrap a record.
pub fn audit_record(fields: &[u8]) -> usize {
    let record = [
        &br#"{"ChatThreadId":"19:b8577894a63548969c5c92bb9c80c5e1@thread.v2","Operation":"x","#[..],
        fields,
        b"}",
    ]
    .concat();
    search_both_ways(&record)
        + search_both_ways(&[b"{\"auditData\":", &record[..], b"}"].concat())
        + search_both_ways(&[b"{\"RawEventData\":", &record[..], b"}"].concat())
}

/// Rows of an audit log export.
pub fn csv(rows: &[u8]) -> usize {
    [
        "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\r\n",
        "CreationDate,UserIds,Operations,AuditData\n",
        "\"AuditData\";\"CreationDate\"\r\n",
        "Timestamp,ActionType,RawEventData\n",
    ]
    .iter()
    .map(|header| search_both_ways(&[header.as_bytes(), rows].concat()))
    .sum()
}

/// Rows of the hunting table MessageEvents.
pub fn hunting_csv(rows: &[u8]) -> usize {
    [
        "Timestamp,SenderEmailAddress,SenderObjectId,RecipientDetails,IsExternalThread,ThreadId\n",
        "\"TenantId\",\"TimeGenerated [UTC]\",\"ThreadId\",\"RecipientDetails\"\r\n",
    ]
    .iter()
    .map(|header| search_both_ways(&[header.as_bytes(), rows].concat()))
    .sum()
}

/// The rest of an array, a page, hunting results or lines, after a first record.
pub fn json(records: &[u8]) -> usize {
    let first = br#"{"Operation":"ChatCreated"}"#;
    [
        &b"["[..],
        b"{\"value\":[",
        b"{\"schema\":[],\"results\":[",
        b"",
    ]
    .iter()
    .map(|start| search_both_ways(&[start, &first[..], b"\n", records].concat()))
    .sum()
}

/// A complete file of any format: as it is, compressed with gzip, in UTF-16, and after the first
/// bytes of both, as a damaged file.
pub fn packed(file: &[u8]) -> usize {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(file).expect("a vector accepts every byte");
    let gzip = gzip.finish().expect("a vector accepts every byte");
    let utf16: Vec<u8> = file.iter().flat_map(|byte| [*byte, 0]).collect();
    search_both_ways(file)
        + search_both_ways(&gzip)
        + search_both_ways(&[b"\xff\xfe", &utf16[..]].concat())
        + search_both_ways(&[b"\x1f\x8b", file].concat())
        + search_both_ways(&[b"\xff\xfe", file].concat())
}

/// Searches `bytes` as one block and in blocks whose size depends on `bytes`, compares, and returns
/// the number of targets.
fn search_both_ways(bytes: &[u8]) -> usize {
    let size = 1 + bytes.iter().map(|byte| usize::from(*byte)).sum::<usize>() % 997;
    let whole = search(bytes, 1, 1 << 20);
    let split = search(bytes, 2, size);
    assert_eq!(whole.targets, split.targets);
    assert_eq!(whole.damages, split.damages);
    assert_eq!(whole.records, split.records);
    whole.targets.len()
}

/// Includes internal chats, so that the search reaches all rules.
fn search(bytes: &[u8], threads: usize, block_size: usize) -> Findings {
    let query = Query::new(QueryOptions {
        include_internal: true,
        tenant_id: Some(HOME.into()),
        ..QueryOptions::default()
    })
    .expect("the query is valid");
    let source = Source::Stream("fuzz".into(), Box::new(Cursor::new(bytes.to_vec())));
    let effort = Effort {
        threads,
        block_size,
    };
    search_sources(effort, vec![source], &query)
}

const HOME: &str = "5f3e2b10-7c4d-4e8a-9b61-0d2c3a4f5e61";
const AWAY: &str = "bbbbbbbb-0000-4000-8000-00000000000b";
const ANN: &str = "11111111-0000-4000-8000-000000000001";
const BEN: &str = "22222222-0000-4000-8000-000000000002";
const EVE: &str = "99999999-0000-4000-8000-000000000009";
const GROUP: &str = "19:b8577894a63548969c5c92bb9c80c5e1@thread.v2";

/// The names, addresses and domains that an external user chose, one on a line: in two records
/// beside those of the service, they hide no user without a warning, and change no object id.
pub fn hostile_record(texts: &[u8]) -> usize {
    let lines = String::from_utf8_lossy(texts);
    let mut lines = lines
        .split('\n')
        .map(json_text)
        .chain(std::iter::repeat("\"\"".into()));
    let mut text = || lines.next().unwrap_or_default();
    let pair = format!("19:{ANN}_{EVE}@unq.gbl.spaces");
    let thread = [GROUP, "19:other@thread.v2", &pair][texts.len() % 3];
    let audit = format!(
        r#"{{"Operation":{},"OrganizationId":"{HOME}","UserId":{},"UserTenantId":"{AWAY}","UserKey":"{EVE}","ChatThreadId":"{thread}","Members":[{{"UPN":{},"OrganizationId":"{AWAY}"}}],"ParticipantInfo":{{"HasForeignTenantUsers":true,"ParticipatingSIPDomains":[{{"DomainName":{},"TenantId":"{AWAY}"}}]}}}}"#,
        text(),
        text(),
        text(),
        text(),
    );
    let message = format!(
        r#"{{"ThreadId":"{thread}","IsExternalThread":true,"SenderEmailAddress":{},"SenderObjectId":"{EVE}","RecipientDetails":[]}}"#,
        text(),
    );
    let honest = format!(
        r#"{{"Operation":"ChatCreated","OrganizationId":"{HOME}","UserId":"eve@evil.example","UserKey":"{EVE}","ChatThreadId":"{pair}","Members":[{{"UPN":"ann@contoso.com","OrganizationId":"{HOME}"}},{{"UPN":"eve@evil.example","OrganizationId":"{AWAY}"}}]}}
{{"Operation":"MemberAdded","OrganizationId":"{HOME}","UserId":"ben@contoso.com","UserKey":"{BEN}","ChatThreadId":"{GROUP}","Members":[{{"UPN":"ben@contoso.com","OrganizationId":"{HOME}"}},{{"UPN":"eve@evil.example","OrganizationId":"{AWAY}"}}]}}
{{"ThreadId":"{GROUP}","IsExternalThread":true,"SenderEmailAddress":"eve@evil.example","SenderObjectId":"{EVE}","RecipientDetails":[{{"RecipientSmtpAddress":"ann@contoso.com","RecipientObjectId":"{ANN}"}}]}}
"#
    );
    let before = search(honest.as_bytes(), 1, 1 << 20);
    let after = search(
        format!("{honest}{audit}\n{message}\n").as_bytes(),
        1,
        1 << 20,
    );
    let warns = after
        .incomplete
        .iter()
        .any(|one| !before.incomplete.contains(one));
    for target in before
        .targets
        .iter()
        .filter(|target| target.user_id.is_some())
    {
        let mut targets = after.targets.iter();
        let is_kept =
            targets.any(|one| one.user_id == target.user_id && one.thread_id == target.thread_id);
        assert!(is_kept || warns, "{target:?} is hidden");
    }
    for target in &after.targets {
        let name = target.user_principal_name.as_deref().unwrap_or_default();
        match target.user_id.map(|id| id.to_string()).as_deref() {
            None => {}
            Some(ANN) => assert!(name.is_empty() || name.eq_ignore_ascii_case("ann@contoso.com")),
            Some(BEN) => assert!(name.is_empty() || name.eq_ignore_ascii_case("ben@contoso.com")),
            Some(id) => panic!("{id} is not a user of the home tenant"),
        }
    }
    after.targets.len()
}

/// Returns a text in JSON.
fn json_text(text: &str) -> String {
    let mut json = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            c if c < ' ' => json += &format!("\\u{:04x}", u32::from(c)),
            c => json.push(c),
        }
    }
    json + "\""
}

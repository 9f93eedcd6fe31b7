//! Records and searches for the tests.

use std::io::Cursor;
use std::path::Path;

use chat_access::search::{Effort, Findings, Query, QueryOptions, Source};

pub(crate) const HOME: &str = "aaaaaaaa-0000-4000-8000-00000000000a";
pub(crate) const AWAY: &str = "bbbbbbbb-0000-4000-8000-00000000000b";
pub(crate) const EVE: &str = "99999999-0000-4000-8000-000000000009";

/// The object id of the user of this number.
pub(crate) fn user(number: u32) -> String {
    format!("{number:08x}-0000-4000-8000-000000000001")
}

/// An external user begins a one-to-one chat with the user of this number.
pub(crate) fn external_chat(number: u32) -> String {
    format!(
        r#"{{"CreationTime":"2026-08-31T10:18:39","Id":"{number:08x}-0000-4000-8000-0000000000ff","Operation":"ChatCreated","OrganizationId":"{HOME}","RecordType":25,"UserKey":"{EVE}","UserType":0,"Version":1,"Workload":"MicrosoftTeams","UserId":"eve@evil.example","ChatThreadId":"19:{}_{EVE}@unq.gbl.spaces","CommunicationType":"OneOnOne","Members":[{{"OrganizationId":"{HOME}","DisplayName":"User {number}","UPN":"user{number}@contoso.com"}},{{"OrganizationId":"{AWAY}","DisplayName":"Eve","UPN":"eve@evil.example"}}],"ParticipantInfo":{{"HasForeignTenantUsers":true,"ParticipatingSIPDomains":[{{"DomainName":"contoso.com","TenantId":"{HOME}"}},{{"DomainName":"evil.example","TenantId":"{AWAY}"}}],"ParticipatingTenantIds":["{HOME}","{AWAY}"]}},"ResourceTenantId":"{AWAY}"}}"#,
        user(number)
    )
}

/// A record of another workload.
pub(crate) fn other_record(number: u32) -> String {
    format!(
        r#"{{"CreationTime":"2026-08-31T10:18:39","Id":"{number:08x}-1111-4000-8000-0000000000ff","Operation":"FileAccessed","OrganizationId":"{HOME}","RecordType":6,"UserKey":"i:0h.f|membership|x@live.com","UserType":0,"Workload":"SharePoint","ObjectId":"https://contoso.sharepoint.com/a, \"b\".docx"}}"#
    )
}

/// A field in CSV quotes.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A row as a new Purview search exports it.
pub(crate) fn purview_row(record: &str) -> String {
    format!(
        "5964f7bd-8775-4dbe-84a8-37573510558c,2026-08-31T10:18:39.0000000Z ,25,Operation,someone@contoso.com,{},\"\",\"\"\r\n",
        quoted(record)
    )
}

pub(crate) const PURVIEW_HEADER: &str = "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\r\n";

/// An export with these records.
pub(crate) fn purview(records: &[String]) -> String {
    let rows: String = records.iter().map(|record| purview_row(record)).collect();
    format!("{PURVIEW_HEADER}{rows}")
}

pub(crate) fn stream(name: &str, bytes: impl Into<Vec<u8>>) -> Source {
    Source::Stream(name.into(), Box::new(Cursor::new(bytes.into())))
}

pub(crate) fn search_sources(sources: Vec<Source>, options: QueryOptions) -> Findings {
    let query = Query::new(options).expect("the query is right");
    chat_access::search::search_sources(Effort::default(), sources, &query)
}

pub(crate) fn search_bytes(bytes: impl Into<Vec<u8>>) -> Findings {
    search_sources(vec![stream("file", bytes)], QueryOptions::default())
}

pub(crate) fn search_file(path: &Path) -> Findings {
    search_sources(vec![Source::Path(path.into())], QueryOptions::default())
}

/// The users found, by id.
pub(crate) fn users(findings: &Findings) -> Vec<String> {
    findings
        .targets
        .iter()
        .map(|target| target.user_id.expect("it is resolved").to_string())
        .collect()
}

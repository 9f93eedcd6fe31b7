//! Audit log queries: created, polled and read page by page.

use sandbox::{AuditLog, Sandbox, SandboxOptions, TENANT_ID, TokenClaims};
use serde_json::{Value, json};

use super::{get, post, read_pages, scoped};
use crate::client::{CHAT, USER_ID, assert_refused, send, start};

pub const QUERIES: &str = "/v1.0/security/auditLog/queries";

pub fn record(number: usize) -> Value {
    json!({
        "Id": format!("record-{number}"),
        "CreationTime": format!("2026-11-01T{:02}:00:00", number % 24),
        "RecordType": 25,
        "Operation": if number.is_multiple_of(2) { "ChatCreated" } else { "MessageSent" },
        "OrganizationId": TENANT_ID,
        "UserId": "eve@fabrikam.example",
        "ChatThreadId": CHAT,
    })
}

pub fn audit_query() -> Value {
    json!({
        "@odata.type": "#microsoft.graph.security.auditLogQuery",
        "displayName": "chats",
        "filterStartDateTime": "2026-11-01T00:00:00Z",
        "filterEndDateTime": "2026-11-02T00:00:00Z",
        "recordTypeFilters": ["microsoftTeams"],
    })
}

pub fn auditor(sandbox: &Sandbox) -> String {
    scoped(sandbox, "User.Read AuditLogsQuery.Read.All")
}

/// Creates a query and returns its path.
pub fn create_query(sandbox: &Sandbox, token: &str, query: &Value) -> String {
    let response = post(sandbox, token, QUERIES, query);
    assert_eq!(response.status, 201);
    format!(
        "{QUERIES}/{}",
        response.json()["id"].as_str().expect("an id")
    )
}

/// Creates a query, polls it until it has succeeded and returns its path.
fn run_query(sandbox: &Sandbox, token: &str, query: &Value) -> String {
    let job = create_query(sandbox, token, query);
    while get(sandbox, token, &job).json()["status"] != "succeeded" {}
    job
}

#[test]
fn an_audit_query_is_created_polled_and_read_to_the_last_page() {
    let sandbox = start();
    sandbox.set_audit_log(AuditLog {
        records: (0..24).map(record).collect(),
        polls: 3,
        page: 10,
        limit_exceeded: true,
        ..AuditLog::default()
    });
    let token = auditor(&sandbox);
    let created = post(&sandbox, &token, QUERIES, &audit_query());
    assert_eq!(created.status, 201);
    let created = created.json();
    assert_eq!(created["id"].as_str().map(str::len), Some(36));
    assert_eq!(created["status"], "notStarted");
    assert_eq!(created["displayName"], "chats");
    assert_eq!(created["recordTypeFilters"], json!(["microsoftTeams"]));
    assert_eq!(created["filterStartDateTime"], "2026-11-01T00:00:00Z");
    let job = format!("{QUERIES}/{}", created["id"].as_str().unwrap());
    let records = format!("{job}/records?$top=7");

    for status in ["notStarted", "running", "running"] {
        let early = get(&sandbox, &token, &records);
        assert_refused(&early, 400, "BadRequest", "has no records");
        let polled = get(&sandbox, &token, &job).json();
        assert_eq!(polled["status"], status);
        assert!(polled.get("isRecordCountLimitExceeded").is_none());
    }
    let done = get(&sandbox, &token, &job).json();
    assert_eq!(done["status"], "succeeded");
    assert_eq!(done["approximateReturnedRecordCount"], 24);
    assert_eq!(done["isRecordCountLimitExceeded"], true);
    assert_eq!(done["recordCountLimit"], 1_000_000);

    let (items, pages) = read_pages(&sandbox, &token, &records);
    assert_eq!(pages, [7, 7, 7, 3]);
    let (all, pages) = read_pages(&sandbox, &token, &format!("{job}/records?$top=999"));
    assert_eq!((all, pages), (items.clone(), vec![10, 10, 4]));
    for (number, item) in items.iter().enumerate() {
        assert_eq!(item["id"], format!("record-{number}"));
        assert_eq!(item["auditLogRecordType"], "microsoftTeams");
        assert_eq!(
            item["createdDateTime"],
            format!("2026-11-01T{number:02}:00:00Z")
        );
        assert_eq!(item["auditData"]["ChatThreadId"], CHAT);
        assert_eq!(item["administrativeUnits"], json!([""]));
    }
    let last = sandbox.requests().pop().expect("a request");
    assert!(last.target.contains("/records?$top=999&$skiptoken="));
    let posted = sandbox.requests().swap_remove(0);
    assert_eq!(posted.body, audit_query().to_string().into_bytes());
}

#[test]
fn an_audit_query_returns_the_records_that_match_its_filters() {
    let mut records: Vec<Value> = (0..24).map(record).collect();
    records[4]["RecordType"] = 6.into();
    let sandbox = Sandbox::start(SandboxOptions {
        audit_log: AuditLog {
            records,
            ..AuditLog::default()
        },
        ..SandboxOptions::default()
    });
    let token = auditor(&sandbox);
    let mut query = audit_query();
    query["filterEndDateTime"] = "2026-11-01T06:00:00Z".into();
    query["operationFilters"] = json!(["ChatCreated"]);
    let job = run_query(&sandbox, &token, &query);
    let (items, _) = read_pages(&sandbox, &token, &format!("{job}/records"));
    let ids: Vec<_> = items.iter().map(|item| item["id"].as_str()).collect();
    assert_eq!(ids, [Some("record-0"), Some("record-2")]);

    sandbox.set_audit_log(AuditLog::default());
    let (items, _) = read_pages(&sandbox, &token, &format!("{job}/records"));
    assert_eq!(items.len(), 2, "a query keeps the log it was created with");
    let job = run_query(&sandbox, &token, &query);
    let (items, pages) = read_pages(&sandbox, &token, &format!("{job}/records"));
    assert_eq!((items.len(), pages), (0, vec![0]));
}

#[test]
fn an_audit_query_can_fail_be_throttled_or_run_forever() {
    let sandbox = start();
    let token = auditor(&sandbox);
    for outcome in ["failed", "cancelled", "running"] {
        sandbox.set_audit_log(AuditLog {
            outcome: outcome.into(),
            polls: 0,
            wait_with_429: 2,
            ..AuditLog::default()
        });
        let job = create_query(&sandbox, &token, &audit_query());
        for _ in 0..2 {
            let response = get(&sandbox, &token, &job);
            assert_refused(&response, 429, "TooManyRequests", "");
            assert_eq!(response.header("retry-after"), Some("1"));
        }
        for _ in 0..3 {
            assert_eq!(get(&sandbox, &token, &job).json()["status"], outcome);
        }
        let records = get(&sandbox, &token, &format!("{job}/records"));
        assert_refused(&records, 400, "BadRequest", outcome);
    }
}

#[test]
fn the_51st_unfinished_audit_query_is_throttled() {
    let sandbox = start();
    let token = auditor(&sandbox);
    let jobs: Vec<_> = (0..50)
        .map(|_| create_query(&sandbox, &token, &audit_query()))
        .collect();
    let response = post(&sandbox, &token, QUERIES, &audit_query());
    assert_refused(&response, 429, "TooManyRequests", "");
    assert!(response.header("retry-after").is_some());
    for _ in 0..2 {
        get(&sandbox, &token, &jobs[0]);
    }
    create_query(&sandbox, &token, &audit_query());
}

#[test]
fn an_invalid_audit_query_is_refused() {
    let sandbox = start();
    let token = auditor(&sandbox);
    let with = |name: &str, value: Value| {
        let mut query = audit_query();
        query[name] = value;
        post(&sandbox, &token, QUERIES, &query)
    };
    for name in ["serviceFilter", "serviceFilters", "ipAddressFilters"] {
        let message =
            format!("'{name}' does not exist on type 'microsoft.graph.security.auditLogQuery'");
        assert_refused(&with(name, json!([])), 400, "BadRequest", &message);
    }
    for (name, value) in [
        ("filterStartDateTime", Value::Null),
        ("filterEndDateTime", json!("tomorrow")),
        ("filterEndDateTime", json!("2026-10-01T00:00:00Z")),
        ("recordTypeFilters", json!(["MicrosoftTeams"])),
        ("operationFilters", json!("ChatCreated")),
    ] {
        assert_refused(&with(name, value), 400, "BadRequest", "");
    }
    for body in [json!([]), json!({})] {
        let response = post(&sandbox, &token, QUERIES, &body);
        assert_refused(&response, 400, "BadRequest", "");
    }
    let no_content_type = format!(
        "POST {QUERIES} HTTP/1.1\r\nHost: graph\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: 2\r\n\r\n{{}}"
    );
    assert_refused(
        &send(&sandbox, no_content_type.as_bytes()),
        400,
        "BadRequest",
        "Content-Type",
    );
    assert_eq!(get(&sandbox, &token, QUERIES).status, 405);

    let unknown = format!("{QUERIES}/{USER_ID}");
    for target in [unknown.clone(), format!("{unknown}/records")] {
        assert_refused(&get(&sandbox, &token, &target), 404, "NotFound", "");
    }
    let job = run_query(&sandbox, &token, &audit_query());
    for options in ["$top=0", "$top=1000", "$skiptoken=x", "$filter=a", "top=5"] {
        let response = get(&sandbox, &token, &format!("{job}/records?{options}"));
        assert_refused(&response, 400, "BadRequest", "");
    }
}

#[test]
fn audit_queries_require_a_permission_of_the_account_or_the_application() {
    let sandbox = start();
    let other = scoped(&sandbox, "AuditLog.Read.All Chat.ReadWrite.All");
    let response = post(&sandbox, &other, QUERIES, &audit_query());
    assert_refused(
        &response,
        403,
        "Forbidden",
        "Missing scope permissions on the request. API requires one of \
         'AuditLogsQuery.Read.All'. Scopes on the request 'AuditLog.Read.All, Chat.ReadWrite.All'",
    );
    let other = sandbox.token(TokenClaims::app_only());
    let response = post(&sandbox, &other, QUERIES, &audit_query());
    assert_refused(&response, 403, "Forbidden", "Missing role permissions");
    let application = sandbox.token(TokenClaims::app_with(["AuditLogsQuery.Read.All"]));
    let job = create_query(&sandbox, &application, &audit_query());
    for target in [job.clone(), format!("{job}/records")] {
        assert_eq!(get(&sandbox, &other, &target).status, 403);
    }
}

#[test]
fn the_audit_log_can_be_limited_to_beta() {
    let sandbox = start();
    sandbox.set_audit_log(AuditLog {
        records: (0..3).map(record).collect(),
        polls: 0,
        beta_only: true,
        ..AuditLog::default()
    });
    let token = auditor(&sandbox);
    let response = post(&sandbox, &token, QUERIES, &audit_query());
    let message = "Resource not found for the segment 'auditLog'.";
    assert_refused(&response, 400, "BadRequest", message);

    let queries = QUERIES.replace("v1.0", "beta");
    let created = post(&sandbox, &token, &queries, &audit_query()).json();
    let job = format!("{queries}/{}", created["id"].as_str().unwrap());
    assert_eq!(get(&sandbox, &token, &job).json()["status"], "succeeded");
    let first = get(&sandbox, &token, &format!("{job}/records?$top=2")).json();
    let link = first["@odata.nextLink"].as_str().unwrap();
    assert!(link.starts_with(&format!("http://graph{job}/records?")));
    let (items, _) = read_pages(&sandbox, &token, &format!("{job}/records?$top=2"));
    assert_eq!(items.len(), 3);
}

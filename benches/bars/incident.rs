//! From an incident to targets, and a watch that keeps chats removed for a simulated day.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use sandbox::{Alerts, Hunting, Sandbox, SandboxOptions, TENANT_ID, TokenClaims};
use serde_json::{Value, json};
use stage::Native;

use crate::{Bar, Bars, median};

const ALERTS: usize = 500;
const RECIPIENTS: usize = 2_000;
const RUNS: usize = 5;
const TO_TARGETS: Bar = Bar::at_most("alerts_to_targets", 1.0, "s");

const HOURS: i64 = 24;
const CHATS: usize = 200;
/// Returned chats that were visible after the next run.
const MISSED: Bar = Bar::at_most("returns_missed", 0.0, "chats");
/// Removals of chats that had not come back.
const TWICE: Bar = Bar::at_most("removed_twice", 0.0, "removals");
const RETURNS: Bar = Bar::at_least("returns", 500.0, "chats");

const SCOPES: &str = "Chat.ReadWrite.All SecurityIncident.Read.All ThreatHunting.Read.All";

pub fn run(bars: &mut Bars) {
    let native = Native::load(stage::library());
    incident(bars, &native);
    watch(bars, &native);
}

fn user(number: usize) -> String {
    format!("{number:08x}-0000-4000-8000-000000000001")
}

fn chat(number: usize) -> String {
    format!("19:{number:032x}@thread.v2")
}

fn sandbox(native: &Native) -> (Sandbox, i64, String) {
    let sandbox = Sandbox::start(SandboxOptions::default());
    let token = sandbox.token(TokenClaims {
        scp: Some(SCOPES.into()),
        ..TokenClaims::default()
    });
    let account = native.account(&sandbox.url(), &token);
    (sandbox, account, token)
}

/// Runs a search to its end and returns its targets.
fn search(native: &Native, request: &Value) -> Vec<Value> {
    let search = native.open(request, None).expect("the search opens");
    native.finish(search);
    let mut targets = Vec::new();
    while let (0, event) = native.next(search, -1) {
        match event["event"].as_str() {
            Some("target") => targets.push(event),
            Some("source_error" | "warning" | "file_error") => panic!("{event}"),
            _ => {}
        }
    }
    native.close(search);
    targets
}

/// The time to the targets of an incident, without the time that the sandbox needs to respond.
fn incident(bars: &mut Bars, native: &Native) {
    let (sandbox, account, token) = sandbox(native);
    let each = RECIPIENTS / ALERTS;
    let alerts: Vec<Value> = (0..ALERTS)
        .map(|number| {
            let users = number * each..(number + 1) * each;
            let name = |user| format!("user{user}@contoso.com");
            let mut evidence = vec![json!({
                "@odata.type": "#microsoft.graph.security.teamsMessageEvidence",
                "receivedDateTime": "2026-08-31T10:20:00Z", "verdict": "suspicious",
                "threadId": chat(number), "threadType": "Chat", "messageId": number.to_string(),
                "senderFromAddress": "eve@evil.example", "messageDirection": "inbound",
                "recipients": users.clone().map(name).collect::<Vec<_>>(),
            })];
            evidence.extend(users.map(|one| {
                let account = json!({"userPrincipalName": name(one), "azureAdUserId": user(one)});
                json!({"@odata.type": "#microsoft.graph.security.userEvidence", "userAccount": account})
            }));
            json!({"id": format!("da{number}_-1"), "tenantId": TENANT_ID, "evidence": evidence})
        })
        .collect();
    sandbox.set_alerts(Alerts {
        incidents: vec![json!({"id": "2931", "alerts": alerts})],
        alerts: Vec::new(),
    });
    let request = json!({
        "open": "search", "account": account, "alerts": {"incidents": ["2931"]},
        "query": {"internal_domain": ["contoso.com"]},
    });
    let (mut searches, mut responses) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let began = Instant::now();
        let targets = search(native, &request);
        searches.push(began.elapsed().as_secs_f64());
        let resolved = targets.iter().filter(|one| one["user_id"].is_string());
        assert_eq!(resolved.count(), RECIPIENTS, "every recipient is a target");
        responses.push(response(&sandbox, &token).as_secs_f64());
    }
    let (searches, responses) = (median(searches), median(responses));
    println!(
        "an incident with {ALERTS} alerts and {RECIPIENTS} recipients: {searches:.3} s; the response of the server: {responses:.3} s"
    );
    bars.report(&TO_TARGETS, (searches - responses).max(0.0));
    native.close(account);
}

/// Returns the time in which the sandbox responds with the incident.
fn response(sandbox: &Sandbox, token: &str) -> Duration {
    let address = sandbox.url();
    let address = address.trim_start_matches("http://");
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).expect("a connection");
    write!(
        stream,
        "GET /v1.0/security/incidents/2931?$expand=alerts HTTP/1.1\r\nhost: {address}\r\n\
         authorization: Bearer {token}\r\nconnection: close\r\n\r\n"
    )
    .expect("a request");
    let mut body = Vec::new();
    stream.read_to_end(&mut body).expect("a response");
    assert!(body.len() > 100_000, "the incident");
    began.elapsed()
}

/// A day in which external users write at random, and a run every hour removes what it finds.
fn watch(bars: &mut Bars, native: &Native) {
    let (sandbox, account, _) = sandbox(native);
    sandbox.set_hunting(Hunting {
        tables: BTreeMap::from([
            ("MessageEvents".to_string(), Vec::new()),
            ("CloudAppEvents".to_string(), Vec::new()),
        ]),
        ..Hunting::default()
    });
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("removals.jsonl");
    let mut random = fastrand::Rng::with_seed(2026);
    let (mut missed, mut returns) = (0, 0);
    for hour in 1..=HOURS {
        // The service's clock is behind this computer's and moves towards it.
        for _ in 0..random.usize(20..80) {
            let number = random.usize(..CHATS);
            sandbox.set_clock_ahead((hour - HOURS) * 3_600 - random.i64(5..3_595));
            sandbox.write(vec![message(number)]);
        }
        sandbox.set_clock_ahead((hour - HOURS) * 3_600);
        returns += sandbox.applied().iter().filter(|one| one.visible).count();
        run_once(native, account, &journal);
        missed += sandbox.applied().iter().filter(|one| one.visible).count();
    }
    let stats = sandbox.stats();
    println!(
        "a watch of {HOURS} hours: {} chats, {returns} returns, {} removed again",
        stats.removed, stats.removed_again
    );
    bars.report(&MISSED, missed as f64);
    bars.report(&TWICE, stats.repeated as f64);
    bars.report(&RETURNS, returns as f64);
    native.close(account);
}

fn message(number: usize) -> Value {
    json!({
        "ThreadId": chat(number), "IsExternalThread": true,
        "SenderEmailAddress": "eve@evil.example", "SenderDisplayName": "IT Help Desk",
        "SenderObjectId": "e0e0e0e0-0000-4000-8000-000000000001",
        "RecipientDetails": [
            {"RecipientSmtpAddress": format!("user{number}@contoso.com"), "RecipientObjectId": user(number)},
        ],
    })
}

/// What `examples/watch.ps1` does in an hour.
fn run_once(native: &Native, account: i64, journal: &Path) {
    let start = Timestamp::now() - SignedDuration::from_hours(48);
    let targets = search(
        native,
        &json!({
            "open": "search", "account": account, "hunting": {"start": start.to_string()},
            "query": {"internal_domain": ["contoso.com"], "external_domain": ["evil.example"]},
        }),
    );
    let limit = json!({"per_second": 2_000, "burst": 2_000});
    let run = native.run(
        &[account],
        json!({
            "journal": journal,
            "limits": {"per_user": limit, "per_chat": limit, "per_tenant": limit},
        }),
    );
    for target in &targets {
        let text = |name: &str| target[name].as_str().unwrap_or_default();
        let removal = (text("tenant_id"), text("user_id"), text("thread_id"));
        let (status, outcome) = native.remove_seen(run, removal, text("last_seen"));
        assert_eq!(status, 0, "{outcome}");
    }
    native.close(run);
}

//! The hunting queries, checked with Microsoft's own parser of the Kusto query language.
//!
//! The queries are those that searches send to a sandbox. Each must be valid against the documented
//! columns of Defender's tables. Without Node.js, npm or the npm registry this passes and prints
//! what did not run.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use chat_access::cloud::Cloud;
use chat_access::events::Taken;
use chat_access::identity::Account;
use chat_access::search::{Event, RunningSearch, SearchOptions, Span, SpanOptions};
use chat_access::token::AccessToken;
use jiff::{SignedDuration, Timestamp};
use libtest_mimic::{Arguments, Failed, Trial};
use sandbox::{Fault, FaultScript, Rule, Sandbox, SandboxOptions, TokenClaims};
use serde_json::{Value, json};

fn main() {
    let arguments = Arguments::from_args();
    let package = if arguments.list {
        Err(String::new())
    } else {
        let source = stage::root().join("tests/kusto");
        stage::node_package(
            &source,
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("kusto"),
        )
    };
    let is_missing = package.is_err();
    if let Err(why) = &package
        && !arguments.list
    {
        eprintln!(
            "\nNOT RUN: 2 tests of the hunting queries with Kusto's parser, because {why}.\n"
        );
    }
    let package = Arc::new(package.unwrap_or_default());
    let same = Arc::clone(&package);
    let trials = vec![
        Trial::test("every_query_that_a_search_sends_is_valid", move || {
            every_query_is_valid(&same)
        }),
        Trial::test(
            "a_wrong_column_table_type_or_syntax_is_rejected",
            move || mistakes_are_rejected(&package),
        ),
    ];
    let trials = trials
        .into_iter()
        .map(|trial| trial.with_ignored_flag(is_missing));
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// The queries that a search sends.
///
/// Each response says that there are more rows in a moment than one response can hold. The search
/// therefore counts in every unit of time that it knows, and then requests the rows.
fn queries(include_internal: bool) -> BTreeSet<String> {
    let moment = (Timestamp::now() - SignedDuration::from_hours(1)).to_string();
    let body = json!({"results": [{"Slice": moment, "Rows": 99_999}]}).to_string();
    let sandbox = Sandbox::start(SandboxOptions {
        faults: FaultScript::new([Rule::new(Fault::UnknownStatus { status: 200, body })]),
        ..SandboxOptions::default()
    });
    let token = sandbox.token(TokenClaims {
        scp: Some("ThreatHunting.Read.All".into()),
        ..TokenClaims::default()
    });
    let cloud = Cloud::new(None, Some(&sandbox.url()), None).expect("a loopback address");
    let token = AccessToken::new(token.as_bytes()).expect("a token");
    let mut options = SearchOptions {
        account: Some(Arc::new(
            Account::with_token(cloud, token).expect("an account"),
        )),
        ..SearchOptions::default()
    };
    options.query.include_internal = include_internal;
    options.online.hunting =
        Some(Span::new(&SpanOptions::default(), Timestamp::now(), 30).expect("a time range"));
    let search = RunningSearch::start(options).expect("the search starts");
    search.finish();
    let read = |_: &Event| Ok::<_, ()>(());
    loop {
        let event = search
            .events()
            .take(Some(Duration::from_secs(60)), |_| true, read);
        match event.expect("an event") {
            Taken::Event(()) => {}
            Taken::Ended => break,
            other => panic!("{other:?}"),
        }
    }
    let query = |body: &[u8]| {
        let body: Value = serde_json::from_slice(body).expect("a JSON request");
        body["Query"].as_str().expect("a query").to_string()
    };
    let requests = sandbox.requests();
    requests
        .iter()
        .map(|request| query(&request.body))
        .collect()
}

/// What Kusto's parser finds wrong with each query.
fn problems(package: &Path, queries: &[&str]) -> Result<Vec<Vec<String>>, Failed> {
    let mut node = Command::new("node")
        .arg("check.mjs")
        .current_dir(package)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = node.stdin.take().ok_or("no standard input")?;
    stdin.write_all(json!(queries).to_string().as_bytes())?;
    drop(stdin);
    let output = node.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("check.mjs: {}", output.status).into());
    }
    let problems: Vec<Vec<String>> = serde_json::from_slice(&output.stdout)?;
    assert_eq!(problems.len(), queries.len());
    Ok(problems)
}

fn every_query_is_valid(package: &Path) -> Result<(), Failed> {
    for include_internal in [false, true] {
        let queries = queries(include_internal);
        let queries: Vec<&str> = queries.iter().map(String::as_str).collect();
        for table in ["MessageEvents", "CloudAppEvents"] {
            for part in [", 1h)", ", 1m)", ", 1s)", "| project "] {
                let is_sent = |query: &&str| query.starts_with(table) && query.contains(part);
                assert!(queries.iter().any(is_sent), "{table} {part}: {queries:?}");
            }
        }
        for (query, problems) in queries.iter().zip(problems(package, &queries)?) {
            assert!(problems.is_empty(), "{query}\n{problems:?}");
        }
    }
    Ok(())
}

fn mistakes_are_rejected(package: &Path) -> Result<(), Failed> {
    let queries = queries(false);
    let rows = |table: &str| {
        let is_rows = |query: &&String| query.starts_with(table) && query.contains("| project ");
        queries.iter().find(is_rows).ok_or("no query for rows")
    };
    let mistakes = [
        ("MessageEvents", "ThreadId,", "ThreadID,", "'ThreadID'"),
        (
            "MessageEvents",
            "(\"SenderObjectId\"",
            "(\"SenderObjectID\"",
            "no column 'SenderObjectID'",
        ),
        (
            "MessageEvents",
            "MessageEvents",
            "MessageEvent",
            "'MessageEvent'",
        ),
        (
            "CloudAppEvents",
            "isnotempty(",
            "isnonempty(",
            "'isnonempty'",
        ),
        ("CloudAppEvents", "> 1", "> \"1\"", "operand types"),
        ("CloudAppEvents", "| project ", "project ", "Expected: ;"),
        ("CloudAppEvents", "!in~ (", "!in~ ", "Expected"),
    ];
    let mut spoiled = Vec::new();
    for (table, right, wrong, _) in mistakes {
        let query = rows(table)?;
        let changed = query.replacen(right, wrong, 1);
        assert_ne!(&changed, query, "the query has no {right}");
        spoiled.push(changed);
    }
    let spoiled: Vec<&str> = spoiled.iter().map(String::as_str).collect();
    for ((.., message), (query, problems)) in mistakes
        .iter()
        .zip(spoiled.iter().zip(problems(package, &spoiled)?))
    {
        assert!(
            problems.iter().any(|problem| problem.contains(message)),
            "{query}\n{problems:?}"
        );
    }
    Ok(())
}

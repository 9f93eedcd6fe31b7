//! The losses of a run whose process is killed: it is started, killed at a random moment and
//! started again with the same journal, until it finishes.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sandbox::{Fault, FaultScript, Rule, Sandbox, SandboxOptions, TokenClaims, When};
use serde_json::{Value, json};
use stage::Native;

use crate::{Bar, Bars};

const ROUNDS: u64 = 20;
const ITEMS: usize = 500;
const USER: &str = "d864e79f-0000-4000-8000-0eeb4d61fdc2";

/// Removals that were not applied, or are missing from the journal.
const LOST: Bar = Bar::at_most("lost", 0.0, "removals");
/// Removals that were reported or recorded and not applied.
const FALSE: Bar = Bar::at_most("false_reports", 0.0, "removals");
const UNRECORDED: Bar = Bar::at_most("reported_and_not_in_the_journal", 0.0, "removals");
const KILLS: Bar = Bar::at_least("kills", ROUNDS as f64, "kills");

/// The argument that makes this program the one that is killed.
pub const VICTIM: &str = "killed-run";

pub fn run(bars: &mut Bars) {
    let (mut lost, mut false_reports, mut unrecorded, mut kills) = (0, 0, 0, 0);
    for round in 0..ROUNDS {
        let sandbox = Sandbox::start(SandboxOptions {
            latency: Duration::from_millis(2),
            ..Default::default()
        });
        // The network loses responses too, so that some removals in flight are applied.
        sandbox.script(FaultScript::new([
            Rule::new(Fault::ResetAfter).when(When::probability(0.03, round)),
            Rule::new(Fault::Throttle {
                retry_after: Some("0.01".into()),
            })
            .when(When::probability(0.03, round + 100)),
        ]));
        let token = sandbox.token(TokenClaims::default());
        let folder = tempfile::tempdir().expect("a folder");
        let journal = folder.path().join("removals.jsonl");
        let mut random = fastrand::Rng::with_seed(round);
        let mut reported = HashSet::new();
        loop {
            let mut victim = start(&sandbox.url(), &token, &journal);
            let wait = Duration::from_millis(random.u64(30..700));
            let finished = follow(&mut victim, wait, &mut reported);
            if finished {
                break;
            }
            kills += 1;
        }
        let applied: HashSet<String> = sandbox
            .applied()
            .into_iter()
            .map(|removal| removal.thread)
            .collect();
        let written = removed_in(&journal);
        lost += (0..ITEMS)
            .map(chat)
            .filter(|chat| !applied.contains(chat))
            .count();
        lost += (0..ITEMS)
            .map(chat)
            .filter(|chat| !written.contains(chat))
            .count();
        false_reports += reported
            .union(&written)
            .filter(|chat| !applied.contains(*chat))
            .count();
        unrecorded += reported.difference(&written).count();
    }
    println!("{ROUNDS} rounds of {ITEMS} removals, {kills} kills");
    bars.report(&LOST, lost as f64);
    bars.report(&FALSE, false_reports as f64);
    bars.report(&UNRECORDED, unrecorded as f64);
    bars.report(&KILLS, f64::from(kills));
}

/// The killed program: removes all items with the journal and prints each chat whose removal is
/// confirmed.
pub fn victim(arguments: &[String]) {
    let [library, graph, journal] = arguments else {
        panic!("expected the library, the Graph endpoint and the journal");
    };
    let native = Native::load(Path::new(library));
    let token = std::env::var("CHATACCESS_TOKEN").expect("a token");
    let account = native.account(graph, &token);
    let limit = json!({"per_second": 600, "burst": 50});
    let run = native.run(
        &[account],
        json!({
            "journal": journal,
            "limits": {"per_user": limit, "per_chat": limit, "per_tenant": limit},
            "retry": {"first_wait_ms": 5, "longest_wait_ms": 50, "longest_rest_ms": 20},
        }),
    );
    for number in 0..ITEMS {
        native.remove(run, (sandbox::TENANT_ID, USER, &chat(number)), 0);
    }
    native.finish(run);
    while let (0, event) = native.next(run, -1) {
        if event["status"] == "Removed" || event["status"] == "AlreadyRemoved" {
            println!("{}", event["thread_id"].as_str().unwrap_or_default());
        }
    }
    println!("end");
}

fn start(graph: &str, token: &str, journal: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .arg(VICTIM)
        .arg(stage::library())
        .arg(graph)
        .arg(journal)
        .env("CHATACCESS_TOKEN", token)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

/// Reads the reports of the victim until it exits, or kills it after `wait`. Returns whether it
/// finished.
fn follow(victim: &mut Child, wait: Duration, reported: &mut HashSet<String>) -> bool {
    let output = victim.stdout.take().expect("its output");
    let reader = std::thread::spawn(move || {
        BufReader::new(output)
            .split(b'\n')
            .map_while(Result::ok)
            .collect::<Vec<_>>()
    });
    let began = std::time::Instant::now();
    while began.elapsed() < wait && victim.try_wait().expect("a status").is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    victim.kill().expect("the victim can be killed");
    victim.wait().expect("the victim exits");
    let mut finished = false;
    for line in reader.join().expect("the output of the victim") {
        match String::from_utf8(line).expect("text").as_str() {
            "end" => finished = true,
            chat if chat.ends_with("@thread.v2") => {
                reported.insert(chat.into());
            }
            // The kill truncated this line.
            _ => {}
        }
    }
    finished
}

fn removed_in(journal: &Path) -> HashSet<String> {
    let text = std::fs::read_to_string(journal).expect("a journal");
    text.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|record| record["state"] == "Removed")
        .filter_map(|record| Some(record["thread_id"].as_str()?.to_string()))
        .collect()
}

fn chat(number: usize) -> String {
    format!("19:{number:032x}@thread.v2")
}

//! The program: what it prints, and when it stops.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::client::{CHAT, Client, removal};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_sandbox"))
}

#[test]
fn it_says_in_json_where_it_is_and_stops_when_its_parent_does() {
    let mut child = program()
        .args(["--ready-json", "--until-stdin-closes"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    stdout.read_line(&mut line).expect("a line");
    let ready: Value = serde_json::from_str(&line).expect("JSON");
    let (url, token) = (
        ready["url"].as_str().unwrap(),
        ready["token"].as_str().unwrap(),
    );
    let reply = Client::connect(url).exchange(&removal(token, CHAT));
    assert_eq!(reply.expect("an answer").status, 204);

    drop(child.stdin.take());
    assert!(child.wait().expect("it stops").success());
}

#[test]
fn it_tells_a_person_how_to_use_it() {
    let mut child = program()
        .arg("--until-stdin-closes")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut text = String::new();
    let mut stdout = child.stdout.take().expect("a pipe");
    stdout.read_to_string(&mut text).expect("text");
    assert!(child.wait().expect("it stops").success());
    assert!(
        text.contains("Connect-ChatAccess -GraphEndpoint http://127.0.0.1:"),
        "{text}"
    );
    assert!(text.contains("/sandbox/token"), "{text}");
}

#[test]
fn an_argument_it_does_not_know_is_an_error() {
    for arguments in [
        &["--prot", "1"][..],
        &["--port", "many"],
        &["--port"],
        &["extra"],
    ] {
        let output = program()
            .args(arguments)
            .output()
            .expect("the program runs");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(output.stderr.starts_with(b"sandbox: "));
    }
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let output = program()
        .args(["--port", &port])
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
}

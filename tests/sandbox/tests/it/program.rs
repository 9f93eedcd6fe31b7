//! The program: what it prints, and when it stops.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::client::{CHAT, Client, Reply, removal, removal_path};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_sandbox"))
}

/// The program at work for another program, with these arguments too.
struct Running {
    child: Child,
    ready: Value,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = program()
            .args(["--ready-json", "--until-stdin-closes"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        stdout.read_line(&mut line).expect("a line");
        let ready = serde_json::from_str(&line).expect("JSON");
        Self { child, ready }
    }

    fn remove(&self) -> Reply {
        let text = |name: &str| self.ready[name].as_str().expect("text").to_owned();
        let reply = Client::connect(&text("url")).exchange(&removal(&text("token"), CHAT));
        reply.expect("an answer")
    }

    /// Lets it stop, and gives what it said on standard error.
    fn stop(mut self) -> String {
        drop(self.child.stdin.take());
        let output = self.child.wait_with_output().expect("it stops");
        assert!(output.status.success());
        String::from_utf8(output.stderr).expect("text")
    }
}

#[test]
fn it_says_in_json_where_it_is_and_stops_when_its_parent_does() {
    let running = Running::start(&[]);
    assert_eq!(running.remove().status, 204);
    assert_eq!(running.remove().status, 204, "there are no limits");
    assert_eq!(running.stop(), "", "there is no log");
}

#[test]
fn it_throttles_and_logs_where_it_is_told_to() {
    let running = Running::start(&["--limits", "documented", "--scale", "0.01", "--log"]);
    assert_eq!(running.remove().status, 204);
    let throttled = running.remove();
    assert_eq!(throttled.status, 429);
    let wait: f64 = throttled.header("retry-after").unwrap().parse().unwrap();
    assert!((50.0..=100.0).contains(&wait), "{wait}");
    let log = running.stop();
    let path = removal_path(CHAT);
    assert_eq!(log, format!("POST {path} -> 204\nPOST {path} -> 429\n"));
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
        &["--limits", "tough"],
        &["--scale", "0"],
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

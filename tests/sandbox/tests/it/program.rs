//! The program: its output, its exit status and its end.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::client::{CHAT, Client, Response, removal, removal_path};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_sandbox"))
}

/// The running program, started as another program starts it.
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

    fn remove(&self) -> Response {
        let text = |name: &str| self.ready[name].as_str().expect("text").to_owned();
        let response = Client::connect(&text("url")).exchange(&removal(&text("token"), CHAT));
        response.expect("a response")
    }

    /// Closes its standard input, waits until it exits and returns its standard error.
    fn stop(mut self) -> String {
        drop(self.child.stdin.take());
        let output = self.child.wait_with_output().expect("it stops");
        assert!(output.status.success());
        String::from_utf8(output.stderr).expect("text")
    }
}

#[test]
fn ready_json_prints_url_and_token_and_the_program_exits_with_its_standard_input() {
    let running = Running::start(&[]);
    assert_eq!(running.remove().status, 204);
    assert_eq!(running.remove().status, 204, "there are no limits");
    assert_eq!(running.stop(), "", "there is no log");
}

#[test]
fn the_options_for_limits_and_log_take_effect() {
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
fn the_greeting_shows_how_to_connect() {
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
fn an_invalid_argument_is_an_error() {
    for (arguments, message) in [
        (&["--prot", "1"][..], "'--prot'"),
        (&["--port", "many"], "\"many\": expected a number"),
        (&["--port", "65536"], "\"65536\": expected a number"),
        (&["--port"], "'--port'"),
        (&["extra"], "\"extra\""),
        (
            &["--limits", "tough"],
            "\"tough\": expected 'documented' or 'none'",
        ),
        (&["--scale", "0"], "scale must be from 0.001 to 1000000"),
    ] {
        let output = program()
            .args(arguments)
            .output()
            .expect("the program runs");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(
            text.starts_with("sandbox: ") && text.contains(message),
            "{text}"
        );
    }
}

#[test]
fn a_port_in_use_is_an_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let output = program()
        .args(["--port", &port])
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
}

//! Removals: chat ids, journals and responses of the service that nobody expects.

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, OnceLock};

use chat_access::cloud::Cloud;
use chat_access::events::Taken;
use chat_access::graph::ChatId;
use chat_access::identity::Account;
use chat_access::removal::{Event, Lane, Limits, Outcome, Run, RunOptions, RunRetry, Status};
use chat_access::retry::RetrySettings;
use chat_access::token::AccessToken;

const TENANT: &str = "5f3e2b10-7c4d-4e8a-9b61-0d2c3a4f5e61";
const USER: &str = "d864e79f-0000-4000-8000-0eeb4d61fdc2";
const CHAT: &str = "19:b8577894a63548969c5c92bb9c80c5e1@thread.v2";

/// A chat id: one that is accepted stays the same when it is read again, and is one segment of a
/// path. Returns 1 for an accepted one.
pub fn chat_id(input: &[u8]) -> usize {
    let Ok(text) = std::str::from_utf8(input) else {
        return 0;
    };
    let Ok(id) = ChatId::parse(text) else {
        return 0;
    };
    assert_eq!(ChatId::parse(id.as_str()).as_ref(), Ok(&id));
    let segment = id.segment();
    assert!(
        segment
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~%:@".contains(&byte)),
        "{segment}"
    );
    assert!(!matches!(segment.as_str(), "." | ".."));
    1
}

/// The journal of a run. A file that is refused stays unchanged; of one that is used, no whole line
/// changes, and only a line with a confirmation of the service saves a removal. Returns 1 for a file
/// that is used.
pub fn journal(file: &[u8]) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    std::fs::write(&path, file).expect("a file");
    let options = RunOptions {
        journal: Some(path.to_string_lossy().into_owned()),
        ..options()
    };
    // Nobody listens at this port, so no removal is confirmed now.
    static UNREACHABLE: OnceLock<Arc<Account>> = OnceLock::new();
    let outcome = remove(Arc::clone(UNREACHABLE.get_or_init(|| account(1))), options);
    let after = std::fs::read(&path).expect("the file");
    let Some(outcome) = outcome else {
        assert_eq!(after, file, "a file that is refused changes");
        return 0;
    };
    if outcome.status == Status::AlreadyRemoved {
        let text = String::from_utf8_lossy(file);
        assert!(text.contains("Removed") && outcome.request_id.is_some());
    } else {
        assert!(!outcome.status.is_removed(), "{outcome:?}");
    }
    let whole = file
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    assert!(after.starts_with(&file[..whole]), "a whole line changes");
    1
}

/// The response to a removal, after the first byte: as a whole, or as what follows a status line and
/// the headers of a success, of throttling or of an error. Only a 204 is a removal. Returns 1 for
/// each outcome.
pub fn response(input: &[u8]) -> usize {
    let Some((kind, rest)) = input.split_first() else {
        return 0;
    };
    let begin: &[u8] = match kind % 5 {
        0 => b"",
        1 => b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n",
        2 => b"HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nRetry-After: ",
        3 => {
            b"HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
        }
        _ => b"HTTP/1.1 503 Unavailable\r\nConnection: close\r\nDate: ",
    };
    let response = [begin, rest].concat();
    let is_confirmation =
        response.starts_with(b"HTTP/1.1 204") || response.starts_with(b"HTTP/1.0 204");
    let outcome = remove(served(response), options()).expect("a run without a journal starts");
    if outcome.status == Status::Removed {
        // Informational responses can come before it.
        assert!(
            is_confirmation || rest.starts_with(b"HTTP/1.1 1") || kind % 5 == 0,
            "{outcome:?}"
        );
    }
    for text in [&outcome.message, &outcome.code, &outcome.request_id]
        .into_iter()
        .flatten()
    {
        assert!(!text.chars().any(char::is_control), "{text:?}");
        assert!(!text.contains(SIGNATURE), "a part of the token");
    }
    1
}

/// Serves this response to each request from now on, and returns the account whose Graph it is.
fn served(response: Vec<u8>) -> Arc<Account> {
    static RESPONSE: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    static SERVER: OnceLock<Arc<Account>> = OnceLock::new();
    *RESPONSE.lock().expect("no test panics with the lock") = response;
    let account = SERVER.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let response = RESPONSE
                    .lock()
                    .expect("no test panics with the lock")
                    .clone();
                respond(stream, &response);
            }
        });
        account(port)
    });
    Arc::clone(account)
}

/// Reads a request and writes the response.
fn respond(mut stream: TcpStream, response: &[u8]) {
    let mut request = Vec::new();
    let mut part = [0; 2048];
    // The body of a removal ends with the only "}}" of the request.
    while !request.ends_with(b"}}") {
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return,
            Ok(length) => request.extend_from_slice(&part[..length]),
        }
    }
    let _ = stream.write_all(response);
    let _ = stream.shutdown(Shutdown::Both);
}

/// The signature of the access token.
const SIGNATURE: &str = "c2lnbmF0dXJlLXRoYXQtbXVzdC1ub3QtYmUtc2hvd24";

/// Settings with which an unanswered removal ends within milliseconds.
fn options() -> RunOptions {
    RunOptions {
        limits: Limits::default(),
        retry: RunRetry {
            requests: RetrySettings {
                first_wait_ms: 1,
                longest_wait_ms: 1,
                item_time_ms: 5,
            },
            longest_rest_ms: 1,
        },
        request_time_ms: 200,
        run_time_ms: 400,
        ..RunOptions::default()
    }
}

/// Returns an account of the Graph at this port. Reading the certificates of the system takes longer
/// than a removal, so each target has one account.
fn account(port: u16) -> Arc<Account> {
    // The claims of a token that can remove, valid until 2100.
    let claims = "eyJhdWQiOiJodHRwczovL2dyYXBoLm1pY3Jvc29mdC5jb20iLCJ0aWQiOiI1ZjNlMmIxMC03YzRkLTRlOGEtOWI2MS0wZDJjM2E0ZjVlNjEiLCJzY3AiOiJDaGF0LlJlYWRXcml0ZS5BbGwiLCJleHAiOjQxMDI0NDQ4MDB9";
    let token = format!("eyJhbGciOiJub25lIn0.{claims}.{SIGNATURE}");
    let graph = format!("http://127.0.0.1:{port}");
    let cloud = Cloud::new(None, Some(&graph), None).expect("an address");
    let token = AccessToken::new(token.as_bytes()).expect("a token");
    Account::with_token(cloud, token).expect("a client").into()
}

/// Runs one removal. Returns `None` if the run can't start.
fn remove(account: Arc<Account>, options: RunOptions) -> Option<Outcome> {
    let run = Run::start(vec![Lane::new(account).into()], options).ok()?;
    run.submit(TENANT, USER, CHAT).expect("valid ids");
    run.finish();
    let mut outcome = None;
    loop {
        let event = run.events().take(
            None,
            |_| true,
            |event: &Event| Ok::<_, Infallible>(event.clone()),
        );
        match event {
            Ok(Taken::Event(Event::Outcome(one))) => {
                assert!(outcome.is_none(), "a second outcome");
                outcome = Some(*one);
            }
            Ok(Taken::Event(_)) => {}
            _ => break,
        }
    }
    Some(outcome.expect("each removal has an outcome"))
}

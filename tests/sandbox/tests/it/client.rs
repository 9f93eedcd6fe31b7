//! An HTTP client that sends any bytes and shows every byte of the response, and shared fixtures.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use sandbox::{Sandbox, SandboxOptions, TENANT_ID, TokenClaims};
use serde_json::{Value, json};

pub const USER_ID: &str = "59e09287-ac1b-4ff7-80a3-08d0d1eed939";
pub const CHAT: &str = "19:0123456789abcdef0123456789abcdef@thread.v2";

/// A well-formed response of the sandbox.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(one, _)| one.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// The code of a Graph error.
    pub fn code(&self) -> String {
        self.json()["error"]["code"]
            .as_str()
            .expect("a code")
            .into()
    }

    /// The message of a Graph error.
    pub fn message(&self) -> String {
        self.json()["error"]["message"]
            .as_str()
            .expect("a message")
            .into()
    }
}

/// One connection.
pub struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    pub fn connect(url: &str) -> Self {
        let address = url.strip_prefix("http://").expect("an http URL");
        let stream = TcpStream::connect(address).expect("the sandbox listens");
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).expect("a timeout");
        Self {
            stream: BufReader::new(stream),
        }
    }

    pub fn write(&mut self, bytes: &[u8]) {
        self.stream
            .get_mut()
            .write_all(bytes)
            .expect("the sandbox reads");
    }

    /// Closes the sending side of the connection.
    pub fn finish(&mut self) {
        // The sandbox may have closed the connection already.
        let _ = self.stream.get_mut().shutdown(Shutdown::Write);
    }

    /// Returns everything up to the end of the connection, and the error that ended it, if any.
    pub fn read_to_end(&mut self) -> (Vec<u8>, io::Result<()>) {
        let mut bytes = Vec::new();
        let end = self.stream.read_to_end(&mut bytes).map(drop);
        (bytes, end)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().into())
    }

    /// Reads one response that has a content length or no body.
    pub fn read(&mut self) -> io::Result<Response> {
        let status_line = self.line()?;
        let status = status_line
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3)?.parse().ok())
            .ok_or(io::ErrorKind::InvalidData)?;
        let mut response = Response {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        };
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            response.headers.push((name.into(), value.into()));
        }
        let length = response.header("content-length").map_or(Ok(0), str::parse);
        response.body = vec![0; length.expect("a content length")];
        self.stream.read_exact(&mut response.body)?;
        Ok(response)
    }

    /// Sends a request and reads the response.
    pub fn exchange(&mut self, request: &[u8]) -> io::Result<Response> {
        self.write(request);
        self.read()
    }
}

/// Builds a request. An empty `token` or `body` leaves it out.
pub fn request(method: &str, target: &str, token: &str, body: &str) -> Vec<u8> {
    let mut request = format!("{method} {target} HTTP/1.1\r\nHost: graph\r\n");
    if !token.is_empty() {
        request += &format!("Authorization: Bearer {token}\r\n");
    }
    if !body.is_empty() {
        request += &format!(
            "Content-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        );
    }
    format!("{request}\r\n{body}").into_bytes()
}

pub fn removal_path(chat: &str) -> String {
    format!("/v1.0/chats/{chat}/removeAllAccessForUser")
}

pub fn removal_body() -> String {
    json!({"user": {
        "@odata.type": "microsoft.graph.teamworkUserIdentity",
        "id": USER_ID,
        "tenantId": TENANT_ID,
    }})
    .to_string()
}

/// Builds a valid removal request.
pub fn removal(token: &str, chat: &str) -> Vec<u8> {
    request("POST", &removal_path(chat), token, &removal_body())
}

/// Starts a sandbox with the default options.
pub fn start() -> Sandbox {
    Sandbox::start(SandboxOptions::default())
}

/// Issues the default token: an administrator's, with the scope for removals.
pub fn admin_token(sandbox: &Sandbox) -> String {
    sandbox.token(TokenClaims::default())
}

/// Sends one request on a new connection.
pub fn send(sandbox: &Sandbox, request: &[u8]) -> Response {
    let mut client = Client::connect(&sandbox.url());
    client.exchange(request).expect("a response")
}

/// Sends a removal with the default token on a new connection.
pub fn remove(sandbox: &Sandbox, chat: &str) -> Response {
    send(sandbox, &removal(&admin_token(sandbox), chat))
}

/// Sends a request to one of the sandbox's controls.
pub fn control(sandbox: &Sandbox, method: &str, name: &str, body: &str) -> Response {
    let target = format!("/sandbox/{name}");
    send(sandbox, &request(method, &target, "", body))
}

/// Asserts that the response is an error of Graph with this status and code and a message that
/// contains `message`.
#[track_caller]
pub fn assert_refused(response: &Response, status: u16, code: &str, message: &str) {
    assert_eq!((response.status, response.code().as_str()), (status, code));
    let text = response.message();
    assert!(text.contains(message), "{text}");
}

//! The local port for the browser's redirect. It accepts one redirect and closes.
//!
//! The port also receives idle connections (browsers open some in advance), requests for other
//! paths and forged redirects. Only a redirect with the state of this sign-in is accepted.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use reqwest::Url;
use zeroize::Zeroizing;

use super::page::Page;
use crate::cancel::Cancel;
use crate::identity::{EntraError, SignInError};
use crate::secret::Secret;

/// Maximum size of a request in bytes. Entra's redirects are under 4 KiB.
const MAX_REQUEST_BYTES: usize = 32 * 1024;

/// Maximum number of open connections. Beyond it, the oldest is closed.
const MAX_CONNECTIONS: usize = 32;

/// Interval at which the port is polled.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Time limit for sending a page.
const SEND_LIMIT: Duration = Duration::from_secs(2);

/// An open port on the loopback addresses.
#[derive(Debug)]
pub(super) struct Loopback {
    listeners: Vec<TcpListener>,
    port: u16,
}

/// The result that a redirect carries.
#[derive(Debug)]
pub(super) enum Redirect {
    Code(Secret),
    Refused(EntraError),
}

/// A connection on which the browser waits for a page.
#[derive(Debug)]
pub(super) struct BrowserConnection(TcpStream);

impl Loopback {
    /// Opens a free port on 127.0.0.1, and on ::1 if IPv6 is available, because `localhost` may
    /// resolve to either.
    ///
    /// # Errors
    /// [`SignInError::NoListener`].
    pub(super) fn open() -> Result<Self, SignInError> {
        let no_listener = |error: std::io::Error| SignInError::NoListener(error.to_string());
        // Another process may use the same port on ::1. Another port is then tried.
        for _ in 0..10 {
            let four = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(no_listener)?;
            let port = four.local_addr().map_err(no_listener)?.port();
            let mut listeners = vec![four];
            match TcpListener::bind((Ipv6Addr::LOCALHOST, port)) {
                Ok(six) => listeners.push(six),
                Err(error) if error.kind() == ErrorKind::AddrInUse => continue,
                // This computer has no IPv6.
                Err(_) => {}
            }
            for listener in &listeners {
                listener.set_nonblocking(true).map_err(no_listener)?;
            }
            return Ok(Self { listeners, port });
        }
        Err(SignInError::NoListener(
            "no port is free on both 127.0.0.1 and ::1".into(),
        ))
    }

    /// Returns the redirect URI. Entra accepts any port if `http://localhost` is registered.
    pub(super) fn redirect_uri(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Waits for the redirect with this `state`, then closes the port.
    ///
    /// # Errors
    /// [`SignInError::TimedOut`], [`SignInError::Cancelled`].
    pub(super) fn wait(
        self,
        state: &Secret,
        limit: Duration,
        cancel: &Cancel,
    ) -> Result<(Redirect, BrowserConnection), SignInError> {
        let deadline = Instant::now() + limit;
        let mut connections: Vec<Connection> = Vec::new();
        loop {
            for listener in &self.listeners {
                while let Ok((stream, from)) = listener.accept() {
                    if connections.len() == MAX_CONNECTIONS {
                        connections.remove(0);
                    }
                    connections.extend(Connection::new(stream, from));
                }
            }
            let mut open = Vec::new();
            for mut connection in connections {
                match connection.read() {
                    Progress::Incomplete => open.push(connection),
                    Progress::Closed => {}
                    Progress::Complete => match self.parse_redirect(&connection.head, state) {
                        Ok(redirect) => {
                            return Ok((redirect, BrowserConnection(connection.stream)));
                        }
                        Err(page) => BrowserConnection(connection.stream).show(page),
                    },
                }
            }
            connections = open;
            if Instant::now() >= deadline {
                return Err(SignInError::TimedOut);
            }
            cancel.wait(POLL_INTERVAL)?;
        }
    }

    /// Parses a request. Returns the redirect, or the page to show if it is not one.
    fn parse_redirect(&self, head: &[u8], state: &Secret) -> Result<Redirect, Page> {
        let head = std::str::from_utf8(head).map_err(|_| Page::UnexpectedResponse)?;
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (method, target) = (words.next(), words.next().unwrap_or_default());
        if method != Some("GET") {
            return Err(Page::MethodNotAllowed);
        }
        // A request for another host name is not Entra's redirect (DNS rebinding).
        let host = lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("host").then(|| value.trim())
        });
        if host != Some(format!("localhost:{}", self.port).as_str()) {
            return Err(Page::UnexpectedResponse);
        }
        let target = target.strip_prefix('/').ok_or(Page::NotFound)?;
        let address = Zeroizing::new(format!("http://localhost/{target}"));
        let url = Url::parse(&address).map_err(|_| Page::UnexpectedResponse)?;
        if url.path() != "/" {
            return Err(Page::NotFound);
        }
        let one = |name: &str| {
            let mut values = url.query_pairs().filter(|(key, _)| key == name);
            let value = values.next()?.1.into_owned();
            values.next().is_none().then_some(value)
        };
        if !one("state").is_some_and(|received| state.is(&received)) {
            return Err(Page::UnexpectedResponse);
        }
        let values = (one("code"), one("error"));
        let description = one("error_description").unwrap_or_default();
        // The address contains the code.
        drop(Zeroizing::new(String::from(url)));
        match values {
            (Some(code), None) if !code.is_empty() => Ok(Redirect::Code(Secret::new(code))),
            (None, Some(error)) => Ok(Redirect::Refused(EntraError::in_redirect(
                &error,
                &description,
            ))),
            _ => Err(Page::UnexpectedResponse),
        }
    }
}

impl BrowserConnection {
    /// Sends the page and closes the connection. Errors are ignored: the browser may be closed.
    pub(super) fn show(mut self, page: Page) {
        let _ = self.0.set_nonblocking(false);
        let _ = self.0.set_write_timeout(Some(SEND_LIMIT));
        let _ = self.0.write_all(page.response().as_bytes());
        let _ = self.0.flush();
    }
}

/// A connection whose request is incomplete. The request may contain the code, so it is wiped.
struct Connection {
    stream: TcpStream,
    head: Zeroizing<Vec<u8>>,
}

enum Progress {
    Incomplete,
    Complete,
    Closed,
}

impl Connection {
    fn new(stream: TcpStream, from: SocketAddr) -> Option<Self> {
        stream.set_nonblocking(true).ok()?;
        from.ip().is_loopback().then_some(Self {
            stream,
            head: Zeroizing::default(),
        })
    }

    fn read(&mut self) -> Progress {
        let mut chunk = Zeroizing::new([0; 4096]);
        loop {
            match self.stream.read(&mut *chunk) {
                Ok(0) => return Progress::Closed,
                Ok(read) => self.head.extend_from_slice(&chunk[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Progress::Incomplete,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Progress::Closed,
            }
            if self.head.windows(4).any(|end| end == b"\r\n\r\n") {
                return Progress::Complete;
            }
            if self.head.len() > MAX_REQUEST_BYTES {
                return Progress::Closed;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn send(port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }

    fn get(port: u16, target: &str) -> String {
        send(
            port,
            &format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
        )
    }

    /// Runs `visit` against an open port and returns the redirect that the port accepted.
    fn redirect(visit: impl FnOnce(u16)) -> (Result<Redirect, SignInError>, u16) {
        let loopback = Loopback::open().unwrap();
        let port = loopback.port;
        let cancel = Cancel::default();
        let state = Secret::new("right".into());
        let result = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let (redirect, connection) = loopback.wait(&state, PATIENCE, &cancel)?;
                connection.show(Page::SignedIn);
                Ok(redirect)
            });
            visit(port);
            cancel.cancel();
            waiting.join().unwrap()
        });
        (result, port)
    }

    #[test]
    fn a_redirect_with_the_state_is_accepted_and_closes_the_port() {
        let (result, port) = redirect(|port| {
            // An idle connection, which browsers open in advance, must not block the redirect.
            let _silent = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
            let page = get(port, "/?code=a%2Bb&state=right");
            assert!(page.contains("You can close this page"), "{page}");
        });
        let Ok(Redirect::Code(code)) = result else {
            panic!("{result:?}");
        };
        assert!(code.is("a+b"));
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    }

    #[test]
    fn a_refusal_with_the_state_is_returned() {
        let (result, _) = redirect(|port| {
            get(
                port,
                "/?error=access_denied&error_description=AADSTS65004%3A+No&state=right",
            );
        });
        let Ok(Redirect::Refused(error)) = result else {
            panic!("{result:?}");
        };
        assert_eq!(error.refusal, crate::identity::Refusal::ConsentDeclined);
        assert_eq!(error.description, None, "the browser's text is not shown");
    }

    #[test]
    fn other_requests_are_refused_and_the_wait_continues() {
        let (result, _) = redirect(|port| {
            for (target, status) in [
                ("/?code=x&state=wrong", "400"),
                ("/?code=x", "400"),
                ("/?code=x&state=right&state=right", "400"),
                ("/?code=x&code=y&state=right", "400"),
                ("/?code=&state=right", "400"),
                ("/?code=x&error=y&state=right", "400"),
                ("/?state=right", "400"),
                ("/", "400"),
                ("/favicon.ico", "404"),
                ("/other?code=x&state=right", "404"),
                ("//localhost/?code=x&state=right", "404"),
                ("http://evil.example/?code=x&state=right", "404"),
            ] {
                let response = get(port, target);
                let wanted = format!("HTTP/1.1 {status}");
                assert!(response.starts_with(&wanted), "{target}: {response}");
                assert!(
                    !response.contains("state=") && !response.contains("evil"),
                    "{response}"
                );
            }
            let good = "/?code=x&state=right";
            for (request, status) in [
                (
                    format!("POST {good} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
                    "405",
                ),
                (
                    format!("GET {good} HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
                    "400",
                ),
                (format!("GET {good} HTTP/1.1\r\n\r\n"), "400"),
                ("\r\n\r\n".to_string(), "405"),
            ] {
                let response = send(port, &request);
                assert!(
                    response.starts_with(&format!("HTTP/1.1 {status}")),
                    "{request}: {response}"
                );
            }
        });
        assert_eq!(result.unwrap_err(), SignInError::Cancelled);
    }

    #[test]
    fn the_wait_ends_at_its_time_limit() {
        let loopback = Loopback::open().unwrap();
        let state = Secret::new("s".into());
        let waited = loopback.wait(&state, Duration::from_millis(30), &Cancel::default());
        assert_eq!(waited.unwrap_err(), SignInError::TimedOut);
    }

    #[test]
    fn each_sign_in_opens_its_own_port() {
        let (one, other) = (Loopback::open().unwrap(), Loopback::open().unwrap());
        assert_ne!(one.redirect_uri(), other.redirect_uri());
    }
}

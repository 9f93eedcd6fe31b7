//! Where the browser comes back to: a port of this computer that takes one answer and is gone.
//!
//! It answers browsers and whatever else finds the port: connections that say nothing (browsers open
//! some in advance), other paths, forged answers. Only the one that carries this sign-in's state counts.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use reqwest::Url;
use zeroize::Zeroizing;

use super::page::Page;
use crate::cancel::Cancel;
use crate::identity::{EntraError, SignInError};
use crate::secret::Secret;

/// The longest request that is read; Entra's redirects are under 4 KiB.
const LARGEST_REQUEST: usize = 32 * 1024;

/// Connections that are held at once; the oldest gives way.
const CONNECTIONS: usize = 32;

/// How often the port is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// How long a page may take to be sent.
const SEND_LIMIT: Duration = Duration::from_secs(2);

/// An open port.
#[derive(Debug)]
pub(super) struct Loopback {
    listeners: Vec<TcpListener>,
    port: u16,
}

/// What the browser brought.
#[derive(Debug)]
pub(super) enum Landing {
    Code(Secret),
    Refused(EntraError),
}

/// The browser that waits for its page.
#[derive(Debug)]
pub(super) struct Visitor(TcpStream);

impl Loopback {
    /// Opens a free port on 127.0.0.1, and on ::1 where there is one, for `localhost` may mean either.
    ///
    /// # Errors
    /// [`SignInError::NoListener`].
    pub(super) fn open() -> Result<Self, SignInError> {
        let told = |error: std::io::Error| SignInError::NoListener(error.to_string());
        // Somebody else may have the same port on ::1. Then another one is free on both.
        for _ in 0..10 {
            let four = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(told)?;
            let port = four.local_addr().map_err(told)?.port();
            let mut listeners = vec![four];
            match TcpListener::bind((Ipv6Addr::LOCALHOST, port)) {
                Ok(six) => listeners.push(six),
                Err(error) if error.kind() == ErrorKind::AddrInUse => continue,
                // This computer has no IPv6.
                Err(_) => {}
            }
            for listener in &listeners {
                listener.set_nonblocking(true).map_err(told)?;
            }
            return Ok(Self { listeners, port });
        }
        Err(SignInError::NoListener(
            "each port that is free on 127.0.0.1 is taken on ::1".into(),
        ))
    }

    /// Where Entra sends the browser. Entra takes any port where `http://localhost` is registered.
    pub(super) fn redirect_uri(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Waits for the answer with this `state`, and closes the port with it.
    ///
    /// # Errors
    /// [`SignInError::TimedOut`], [`SignInError::Cancelled`].
    pub(super) fn wait(
        self,
        state: &Secret,
        limit: Duration,
        cancel: &Cancel,
    ) -> Result<(Landing, Visitor), SignInError> {
        let deadline = Instant::now() + limit;
        let mut connections: Vec<Connection> = Vec::new();
        loop {
            for listener in &self.listeners {
                while let Ok((stream, from)) = listener.accept() {
                    if connections.len() == CONNECTIONS {
                        connections.remove(0);
                    }
                    connections.extend(Connection::new(stream, from));
                }
            }
            let mut open = Vec::new();
            for mut connection in connections {
                match connection.read() {
                    Progress::More => open.push(connection),
                    Progress::Gone => {}
                    Progress::Head => match self.judge(&connection.head, state) {
                        Ok(landing) => return Ok((landing, Visitor(connection.stream))),
                        Err(page) => Visitor(connection.stream).show(page),
                    },
                }
            }
            connections = open;
            if Instant::now() >= deadline {
                return Err(SignInError::TimedOut);
            }
            cancel.wait(LOOK)?;
        }
    }

    /// What a request brings, or the page that refuses it.
    fn judge(&self, head: &[u8], state: &Secret) -> Result<Landing, Page> {
        let head = std::str::from_utf8(head).map_err(|_| Page::NotForUs)?;
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (method, target) = (words.next(), words.next().unwrap_or_default());
        if method != Some("GET") {
            return Err(Page::OnlyGet);
        }
        // Another site's name that leads here is not a browser that Entra sent.
        let host = lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("host").then(|| value.trim())
        });
        if host != Some(format!("localhost:{}", self.port).as_str()) {
            return Err(Page::NotForUs);
        }
        let target = target.strip_prefix('/').ok_or(Page::NothingHere)?;
        let url = Url::parse(&format!("http://localhost/{target}")).map_err(|_| Page::NotForUs)?;
        if url.path() != "/" {
            return Err(Page::NothingHere);
        }
        let one = |name: &str| {
            let mut values = url.query_pairs().filter(|(key, _)| key == name);
            let value = values.next()?.1.into_owned();
            values.next().is_none().then_some(value)
        };
        if !one("state").is_some_and(|given| state.is(&given)) {
            return Err(Page::NotForUs);
        }
        match (one("code"), one("error")) {
            (Some(code), None) if !code.is_empty() => Ok(Landing::Code(Secret::new(code))),
            (None, Some(error)) => Ok(Landing::Refused(EntraError::new(
                &error,
                &one("error_description").unwrap_or_default(),
                false,
            ))),
            _ => Err(Page::NotForUs),
        }
    }
}

impl Visitor {
    /// Shows the page and closes the connection. A browser that is gone has nothing to be told.
    pub(super) fn show(mut self, page: Page) {
        let _ = self.0.set_nonblocking(false);
        let _ = self.0.set_write_timeout(Some(SEND_LIMIT));
        let _ = self.0.write_all(page.answer().as_bytes());
        let _ = self.0.flush();
    }
}

/// A connection whose request is still coming. Its first line may hold the code.
struct Connection {
    stream: TcpStream,
    head: Zeroizing<Vec<u8>>,
}

enum Progress {
    More,
    Head,
    Gone,
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
                Ok(0) => return Progress::Gone,
                Ok(read) => self.head.extend_from_slice(&chunk[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Progress::More,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Progress::Gone,
            }
            if self.head.windows(4).any(|end| end == b"\r\n\r\n") {
                return Progress::Head;
            }
            if self.head.len() > LARGEST_REQUEST {
                return Progress::Gone;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn ask(port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(port: u16, target: &str) -> String {
        ask(
            port,
            &format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
        )
    }

    /// Runs `visit` against an open port, and returns what the port made of it.
    fn landing(visit: impl FnOnce(u16)) -> (Result<Landing, SignInError>, u16) {
        let loopback = Loopback::open().unwrap();
        let port = loopback.port;
        let cancel = Cancel::default();
        let state = Secret::new("right".into());
        let landed = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let (landing, visitor) = loopback.wait(&state, PATIENCE, &cancel)?;
                visitor.show(Page::SignedIn);
                Ok(landing)
            });
            visit(port);
            cancel.cancel();
            waiting.join().unwrap()
        });
        (landed, port)
    }

    #[test]
    fn the_answer_with_the_state_is_taken_and_the_port_is_gone() {
        let (landed, port) = landing(|port| {
            // A connection in advance that says nothing must not be in the way.
            let _silent = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
            let page = get(port, "/?code=a%2Bb&state=right");
            assert!(page.contains("You can close this page"), "{page}");
        });
        let Ok(Landing::Code(code)) = landed else {
            panic!("{landed:?}");
        };
        assert!(code.is("a+b"));
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    }

    #[test]
    fn a_refusal_that_comes_with_the_state_is_told() {
        let (landed, _) = landing(|port| {
            get(
                port,
                "/?error=access_denied&error_description=AADSTS65004%3A+No&state=right",
            );
        });
        let Ok(Landing::Refused(error)) = landed else {
            panic!("{landed:?}");
        };
        assert_eq!(error.refusal, crate::identity::Refusal::ConsentDeclined);
    }

    #[test]
    fn nothing_else_counts_and_nothing_else_ends_the_wait() {
        let (landed, _) = landing(|port| {
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
                let answer = get(port, target);
                let wanted = format!("HTTP/1.1 {status}");
                assert!(answer.starts_with(&wanted), "{target}: {answer}");
                assert!(
                    !answer.contains("state=") && !answer.contains("evil"),
                    "{answer}"
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
                let answer = ask(port, &request);
                assert!(
                    answer.starts_with(&format!("HTTP/1.1 {status}")),
                    "{request}: {answer}"
                );
            }
        });
        assert_eq!(landed.unwrap_err(), SignInError::Cancelled);
    }

    #[test]
    fn it_gives_up_in_time() {
        let loopback = Loopback::open().unwrap();
        let state = Secret::new("s".into());
        let waited = loopback.wait(&state, Duration::from_millis(30), &Cancel::default());
        assert_eq!(waited.unwrap_err(), SignInError::TimedOut);
    }

    #[test]
    fn two_sign_ins_have_two_ports() {
        let (one, other) = (Loopback::open().unwrap(), Loopback::open().unwrap());
        assert_ne!(one.redirect_uri(), other.redirect_uri());
    }
}

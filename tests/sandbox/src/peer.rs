//! Peers that a client can't get past to reach a service: a server with a certificate that nobody
//! trusts, and a proxy that requires authentication.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::ServerConfig;
use rustls::ServerConnection;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::lock::lock;

/// A peer on the loopback address. It serves until the process ends.
pub struct Peer {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    /// Starts a TLS server with a self-signed certificate for 127.0.0.1. A client that accepts the
    /// certificate gets no response.
    ///
    /// # Panics
    /// If it can't start.
    pub fn untrusted_server() -> Self {
        let config = Arc::new(tls_config());
        Self::start(move |mut stream| {
            let mut connection =
                ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
            // Fails with the alert of a client that rejects the certificate.
            connection.complete_io(&mut stream)?;
            Ok("TLS".into())
        })
    }

    /// Starts a proxy that refuses every request with status 407.
    ///
    /// # Panics
    /// If it can't start.
    pub fn proxy_with_authentication() -> Self {
        Self::start(|mut stream| {
            let mut lines = BufReader::new(stream.try_clone()?).lines();
            let request = lines.next().transpose()?.unwrap_or_default();
            while lines
                .next()
                .transpose()?
                .is_some_and(|line| !line.is_empty())
            {}
            stream.write_all(
                b"HTTP/1.1 407 Proxy Authentication Required\r\n\
                Proxy-Authenticate: Negotiate\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            )?;
            Ok(request)
        })
    }

    fn start(serve: impl Fn(TcpStream) -> io::Result<String> + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("a bound address");
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let served = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let request = serve(stream).unwrap_or_else(|error| error.to_string());
                lock(&served).push(request);
            }
        });
        Self { address, requests }
    }

    /// Returns the host and port, such as `127.0.0.1:41234`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns what arrived, one text for each connection: the first line of a request to the
    /// proxy, or how the handshake with the server ended.
    pub fn requests(&self) -> Vec<String> {
        lock(&self.requests).clone()
    }
}

/// The certificate is for 127.0.0.1, self-signed, and valid from 2020 to 2119. Its key is public,
/// so nobody may trust it.
fn tls_config() -> ServerConfig {
    let certificate = include_bytes!("peer/untrusted.der").as_slice();
    let key = PrivatePkcs8KeyDer::from(include_bytes!("peer/untrusted-key.der").as_slice());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the protocol versions of ring")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into()], PrivateKeyDer::Pkcs8(key))
        .expect("the key of the certificate")
}

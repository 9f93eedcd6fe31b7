//! The server: a loop that accepts connections, and a task for each connection.

use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::exchange::Connection;
use crate::service::Service;
use crate::wire::Tapped;

/// Accepts connections until the runtime is dropped.
pub(crate) async fn accept(listener: TcpListener, service: Arc<Service>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(serve(stream, Connection::new(Arc::clone(&service))));
            }
            // No file descriptors are left, or the client has disconnected. Both are temporary.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Serves one connection and ends it as a fault requires.
async fn serve(mut stream: TcpStream, connection: Connection) {
    // A small response must not wait for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Tapped {
        stream: &mut stream,
        tap: connection.tap(),
    });
    let served = http1::Builder::new()
        .serve_connection(io, service_fn(|request| connection.exchange(request)));
    // An error means that the client disconnected or sent no HTTP, or that a fault ends the
    // connection.
    let _ = served.await;
    if let Some(ending) = connection.into_ending() {
        ending.run(stream).await;
    }
}

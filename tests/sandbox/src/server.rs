//! The server: a loop that accepts, and a task for each connection.

use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::exchange::Connection;
use crate::service::Service;
use crate::wire::Tapped;

/// Accepts connections until the runtime goes.
pub(crate) async fn accept(listener: TcpListener, service: Arc<Service>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(serve(stream, Connection::new(Arc::clone(&service))));
            }
            // Out of file descriptors, or the client has gone already: either passes.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Serves one connection, and ends it as a fault wants it to end.
async fn serve(mut stream: TcpStream, connection: Connection) {
    // Small answers should not wait for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Tapped {
        stream: &mut stream,
        tap: connection.tap(),
    });
    let served = http1::Builder::new()
        .serve_connection(io, service_fn(|request| connection.exchange(request)));
    // An error here is the client's: it went away, or it does not speak HTTP, or its connection
    // is to end.
    let _ = served.await;
    if let Some(ending) = connection.into_ending() {
        ending.run(stream).await;
    }
}

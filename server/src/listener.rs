//! The listener: takes connections within bounds, speaks HTTP/1.1 on each, and ends all of them in time.
//!
//! HTTP/2 is a proxy's to speak, in front, where TLS ends as well.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::services::Services;

/// Bytes of a request's head, and of what is read of a body at a time.
const HEAD_BYTES: usize = 64 << 10;
/// A peer from which nothing has come for so long is asked whether it is there, and given up after four questions.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(60);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(15);
const KEEPALIVE_QUESTIONS: u32 = 4;
/// A peer that has not taken what was sent for so long is given up: it is gone, or does not read.
const UNREAD: Duration = Duration::from_secs(60);
/// How long to wait when the operating system has no more files for connections.
const EXHAUSTED: Duration = Duration::from_millis(200);

/// Answers until the server stops; then what is under way has the time to end that the settings give it.
pub(crate) async fn serve(sockets: TcpListener, router: Router, services: Arc<Services>) {
    let settings = &services.settings;
    let mut stopping = services.stopping.clone();
    let slots = Arc::new(Semaphore::new(settings.max_connections.min(Semaphore::MAX_PERMITS)));
    let mut connections = JoinSet::new();
    loop {
        let (socket, peer) = tokio::select! {
            accepted = accept(&sockets) => accepted,
            Some(_) = connections.join_next() => continue,
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        // Whoever comes now is better told at once than left to wait for somebody to leave.
        let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else {
            services.metrics.connections_refused.inc();
            continue;
        };
        prepare(&socket);
        connections.spawn(converse(socket, peer, router.clone(), Arc::clone(&services), slot));
    }
    // Nobody is left to wait in a queue that is not served.
    drop(sockets);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(settings.drain, all).await.is_err() {
        tracing::warn!(connections = connections.len(), "connections did not end in time and are cut");
        connections.shutdown().await;
    }
}

async fn accept(sockets: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match sockets.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connections can be taken at the moment");
                tokio::time::sleep(EXHAUSTED).await;
            }
        }
    }
}

/// Whether it is the fault of whoever connected.
fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

/// What is sent leaves at once, and peers that vanish without a word are found. A socket that takes none of it works
/// too.
fn prepare(socket: &TcpStream) {
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE_AFTER).with_interval(KEEPALIVE_EVERY);
    let keepalive = keepalive.with_retries(KEEPALIVE_QUESTIONS);
    let reference = SockRef::from(socket);
    let prepared = reference.set_tcp_nodelay(true).and_then(|()| reference.set_tcp_keepalive(&keepalive));
    #[cfg(target_os = "linux")]
    let prepared = prepared.and_then(|()| reference.set_tcp_user_timeout(Some(UNREAD)));
    if let Err(error) = prepared {
        tracing::debug!(%error, "a socket does not take its options");
    }
}

async fn converse(
    socket: TcpStream,
    peer: SocketAddr,
    router: Router,
    services: Arc<Services>,
    slot: OwnedSemaphorePermit,
) {
    let _open = services.metrics.connection();
    let answer = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.clone().oneshot(request.map(Body::new));
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(services.settings.header_timeout)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(socket), answer)
        .with_upgrades();
    let mut connection = pin!(connection);
    let mut stopping = services.stopping.clone();
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        _ = stopping.wait_for(|stopping| *stopping) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, %peer, "a connection ended early");
    }
    drop(slot);
}

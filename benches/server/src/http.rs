//! One HTTP/1.1 connection without a pool around it.

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, HOST};
use hyper::http::request::Builder;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A request's body: all of it at once.
pub(crate) type Body = Full<Bytes>;

/// Connects, and leaves a task behind that moves the bytes.
pub(crate) async fn connect(server: &str) -> Result<SendRequest<Body>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("cannot connect to {server}: {error}");
    let stream = TcpStream::connect(server).await.map_err(|error| failed(&error))?;
    stream.set_nodelay(true).map_err(|error| failed(&error))?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| failed(&error))?;
    // What breaks the connection is told by the request or the body that it breaks.
    tokio::spawn(connection);
    Ok(sender)
}

/// The start of a request with a bearer token.
pub(crate) fn request(method: Method, server: &str, path: &str, bearer: &str) -> Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, server)
        .header(AUTHORIZATION, format!("Bearer {bearer}"))
}

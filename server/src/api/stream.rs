//! Streams. Each pulls the newest version when it is ready to send one, so that whoever is slow costs no memory, and
//! finds a delta or the whole rather than a queue.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::ws::{Message as Frame, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::watch;

use super::caller::Sdk;
use super::problem::Problem;
use crate::delivery::{Audience, Head, Message};
use crate::directory::SdkKey;
use crate::server::Services;
use crate::store::now;

/// How long a socket may take to accept a message before it is given up.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

/// Streams that are open.
static OPEN: AtomicUsize = AtomicUsize::new(0);

/// What comes next on a stream.
enum Next {
    /// Another version.
    Message(Message),
    /// Nothing new, and the stream is alive.
    Heartbeat(u64),
}

/// One stream: where it is, and what it waits for.
struct Feed {
    services: Arc<Services>,
    key: Arc<SdkKey>,
    heads: watch::Receiver<Arc<Head>>,
    stopping: watch::Receiver<bool>,
    held: Option<u64>,
    _open: Open,
}

/// Counts a stream as open as long as it lives.
struct Open;

impl Open {
    fn one_more(most: usize) -> Option<Open> {
        let counted =
            OPEN.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |open| (open < most).then_some(open + 1));
        counted.is_ok().then_some(Open)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Feed {
    fn new(sdk: &Sdk, held: Option<u64>) -> Result<Feed, Problem> {
        let services = Arc::clone(sdk.services());
        let open = Open::one_more(services.settings.max_streams)
            .ok_or_else(|| Problem::unavailable("TOO_MANY_STREAMS", "too many streams are open"))?;
        let heads = services.hub.subscribe(&sdk.key.project, &sdk.key.environment);
        let heads = heads.ok_or_else(|| Problem::not_found("environment", &sdk.key.environment))?;
        let stopping = services.stopping.clone();
        Ok(Feed { services, key: Arc::clone(&sdk.key), heads, stopping, held, _open: open })
    }

    /// What leads from what is held to a version. A delta is made in no time; to make and sign the whole may take a
    /// while, in which others must go on.
    async fn message(&self, head: &Arc<Head>) -> Option<Option<Message>> {
        if self.held == Some(head.version()) {
            return Some(None);
        }
        let (head, held, audience) = (Arc::clone(head), self.held, self.key.audience.clone());
        if held.is_some() && audience == Audience::Server {
            return Some(head.since(held, &audience));
        }
        tokio::task::spawn_blocking(move || head.since(held, &audience)).await.ok()
    }

    /// What comes next; nothing once the key is revoked or the server stops.
    async fn next(&mut self) -> Option<Next> {
        loop {
            if *self.stopping.borrow() || !self.services.directory.works(&self.key, now()) {
                return None;
            }
            let head = Arc::clone(&self.heads.borrow_and_update());
            if let Some(message) = self.message(&head).await? {
                self.held = Some(message.version);
                return Some(Next::Message(message));
            }
            tokio::select! {
                changed = self.heads.changed() => changed.ok()?,
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
                () = tokio::time::sleep(self.services.settings.heartbeat) => {
                    return Some(Next::Heartbeat(head.version()));
                }
            }
        }
    }
}

/// Server-sent events (WHATWG HTML, section 9.2).
pub(super) fn events(sdk: &Sdk, held: Option<u64>) -> Result<Response, Problem> {
    let feed = Feed::new(sdk, held)?;
    let chunks = stream::unfold(feed, |mut feed| async move {
        let chunk = match feed.next().await? {
            Next::Message(message) => event(&message),
            Next::Heartbeat(version) => {
                Bytes::from(format!("event: heartbeat\ndata: {{\"version\":{version}}}\n\n"))
            }
        };
        Some((Ok::<_, Infallible>(chunk), feed))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store, no-transform"),
        // Proxies that buffer would keep what is to arrive at once.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}

fn event(message: &Message) -> Bytes {
    let data = message.encoded.plain();
    let head = format!("event: {}\nid: {}\ndata: ", message.kind, message.version);
    let mut bytes = Vec::with_capacity(head.len() + data.len() + 2);
    bytes.extend_from_slice(head.as_bytes());
    // Compact JSON has no line breaks.
    bytes.extend_from_slice(data);
    bytes.extend_from_slice(b"\n\n");
    Bytes::from(bytes)
}

/// The same over a WebSocket (RFC 6455): each message a text frame.
pub(super) fn socket(sdk: Sdk, held: Option<u64>, upgrade: WebSocketUpgrade) -> Result<Response, Problem> {
    let feed = Feed::new(&sdk, held)?;
    Ok(upgrade.max_message_size(4 << 10).on_upgrade(|socket| run(socket, feed)))
}

async fn run(mut socket: WebSocket, mut feed: Feed) {
    loop {
        let next = tokio::select! {
            next = feed.next() => next,
            // Pings are answered while reading; nothing else is expected.
            received = socket.recv() => match received {
                Some(Ok(Frame::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
        };
        let text = match next {
            Some(Next::Message(message)) => Utf8Bytes::try_from(message.encoded.plain().clone()),
            Some(Next::Heartbeat(version)) => {
                Ok(Utf8Bytes::from(format!("{{\"type\":\"heartbeat\",\"version\":{version}}}")))
            }
            None => break,
        };
        let Ok(text) = text else { return };
        match tokio::time::timeout(SEND_TIMEOUT, socket.send(Frame::Text(text))).await {
            Ok(Ok(())) => {}
            _ => return,
        }
    }
    // Whoever is gone already need not be told.
    drop(tokio::time::timeout(SEND_TIMEOUT, socket.send(Frame::Close(None))).await);
}

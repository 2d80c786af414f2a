//! Streams. Each pulls the newest version when it is ready to send one, so that whoever is slow costs no memory, and
//! finds a delta or the whole rather than a queue.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::ws::{Message as Frame, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use tokio::sync::watch;

use super::caller::Sdk;
use super::problem::Problem;
use crate::delivery::{Head, Message};
use crate::directory::SdkKey;
use crate::observe::Open;
use crate::relay;
use crate::services::Services;
use crate::store::now;

/// How long a socket may take to accept a message before it is given up, and how many bytes a second more it takes of a
/// large one: less is no line that a stream could be followed on.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);
const SLOWEST: usize = 16 << 10;

/// Messages of more bytes are not copied for each stream; smaller ones leave in one piece.
const SHARED_FROM: usize = 4 << 10;

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
    /// The version that there was when it was opened. What it missed before tells nothing of how fast changes are.
    found: u64,
    _open: Open,
}

impl Feed {
    fn new(sdk: &Sdk, held: Option<u64>) -> Result<Feed, Problem> {
        let services = Arc::clone(sdk.services());
        let open = services.metrics.stream(services.settings.max_streams);
        let open =
            open.ok_or_else(|| Problem::unavailable("TOO_MANY_STREAMS", "too many streams are open"))?;
        let heads = services.hub.subscribe(&sdk.key.project, &sdk.key.environment);
        let heads = heads.ok_or_else(|| Problem::not_found("environment", &sdk.key.environment))?;
        let (stopping, found) = (services.stopping.clone(), heads.borrow().version());
        Ok(Feed { services, key: Arc::clone(&sdk.key), heads, stopping, held, found, _open: open })
    }

    /// Of somebody who goes on from a version: which is here by then.
    async fn resumed(sdk: &Sdk, held: Option<u64>) -> Result<Feed, Problem> {
        if let Some(held) = held {
            sdk.catch_up(held).await?;
        }
        Feed::new(sdk, held)
    }

    /// What comes next; nothing once the key is revoked or the server stops.
    async fn next(&mut self) -> Option<Next> {
        let held = self.held;
        let head = match self.step().await? {
            Step::Version(head) => head,
            Step::Heartbeat(version) => return Some(Next::Heartbeat(version)),
        };
        relay::prepare(&self.services, &head, held, &self.key.audience).await;
        Some(match head.since(held, &self.key.audience) {
            Some(message) => {
                // Only now: a socket that has something to read meanwhile asks again, and must not miss it.
                self.held = Some(message.version);
                self.services.metrics.message(message.kind);
                Next::Message(message)
            }
            None => Next::Heartbeat(head.version()),
        })
    }

    /// Waits for another version than the one that is held, which is held then.
    async fn step(&mut self) -> Option<Step> {
        loop {
            if *self.stopping.borrow() || !self.services.directory.works(&self.key, now()) {
                return None;
            }
            let head = Arc::clone(&self.heads.borrow_and_update());
            if self.held != Some(head.version()) {
                if head.version() > self.found {
                    self.services.metrics.delivered(head.environment.row.changed_at);
                }
                return Some(Step::Version(head));
            }
            tokio::select! {
                changed = self.heads.changed() => changed.ok()?,
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
                () = tokio::time::sleep(self.services.settings.heartbeat) => {
                    self.services.metrics.message("heartbeat");
                    return Some(Step::Heartbeat(head.version()));
                }
            }
        }
    }
}

/// Where a stream goes.
enum Step {
    /// To another version.
    Version(Arc<Head>),
    /// Nowhere, and the stream is alive.
    Heartbeat(u64),
}

/// Server-sent events (WHATWG HTML, section 9.2).
pub(super) async fn events(sdk: &Sdk, held: Option<u64>) -> Result<Response, Problem> {
    let feed = Feed::resumed(sdk, held).await?;
    let chunks = stream::unfold(feed, |mut feed| async move {
        let chunks = match feed.next().await? {
            Next::Message(message) => event(&message),
            Next::Heartbeat(version) => {
                vec![Bytes::from(format!("event: heartbeat\ndata: {{\"version\":{version}}}\n\n"))]
            }
        };
        Some((stream::iter(chunks.into_iter().map(Ok::<_, Infallible>)), feed))
    });
    Ok(event_stream(Body::from_stream(chunks.flatten())))
}

/// OFREP's events: that there is another version, and not what it is. Whoever has heard of a later one is told of this
/// one in the end: browsers do not come back to a stream that was refused, and evaluation has no versions to go back in.
pub(super) async fn refetches(sdk: &Sdk, held: Option<u64>) -> Result<Response, Problem> {
    if let Some(held) = held {
        drop(sdk.catch_up(held).await);
    }
    let feed = Feed::new(sdk, held)?;
    let chunks = stream::unfold(feed, |mut feed| async move {
        let chunk = match feed.step().await? {
            Step::Version(head) => {
                feed.held = Some(head.version());
                feed.services.metrics.message("refetch");
                let (version, changed) = (head.version(), head.environment.row.changed_at / 1_000);
                Bytes::from(format!(
                    "id: {version}\nevent: message\n\
                     data: {{\"type\":\"refetchEvaluation\",\"etag\":\"{version}\",\"lastModified\":{changed}}}\n\n"
                ))
            }
            // A comment: clients hear of nothing.
            Step::Heartbeat(_) => Bytes::from_static(b": alive\n\n"),
        };
        Some((Ok::<_, Infallible>(chunk), feed))
    });
    Ok(event_stream(Body::from_stream(chunks)))
}

fn event_stream(body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store, no-transform"),
        // Proxies that buffer would keep what is to arrive at once.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, body).into_response()
}

/// One event. All streams share the bytes of a large message, for all who reconnect together get it at once.
fn event(message: &Message) -> Vec<Bytes> {
    const END: &[u8] = b"\n\n";
    let data = message.encoded.plain();
    let head = format!("event: {}\nid: {}\ndata: ", message.kind, message.version);
    if data.len() > SHARED_FROM {
        return vec![Bytes::from(head), data.clone(), Bytes::from_static(END)];
    }
    // Compact JSON has no line breaks.
    vec![Bytes::from([head.as_bytes(), data, END].concat())]
}

/// The same over a WebSocket (RFC 6455): each message a text frame.
pub(super) async fn socket(
    sdk: Sdk,
    held: Option<u64>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let feed = Feed::resumed(&sdk, held).await?;
    Ok(upgrade.max_message_size(4 << 10).on_upgrade(|socket| run(socket, feed)))
}

async fn run(mut socket: WebSocket, mut feed: Feed) {
    loop {
        let next = {
            // It goes on while something is read: whoever pings often must hear heartbeats too.
            let mut coming = pin!(feed.next());
            loop {
                tokio::select! {
                    next = &mut coming => break next,
                    // Pings are answered while reading; nothing else is expected.
                    received = socket.recv() => match received {
                        Some(Ok(Frame::Close(_)) | Err(_)) | None => return,
                        Some(Ok(_)) => {}
                    },
                }
            }
        };
        let text = match next {
            Some(Next::Message(message)) => Utf8Bytes::try_from(message.encoded.plain().clone()),
            Some(Next::Heartbeat(version)) => {
                Ok(Utf8Bytes::from(format!("{{\"type\":\"heartbeat\",\"version\":{version}}}")))
            }
            None => break,
        };
        let Ok(text) = text else { return };
        match tokio::time::timeout(patience(text.len()), socket.send(Frame::Text(text))).await {
            Ok(Ok(())) => {}
            _ => return,
        }
    }
    // Whoever is gone already need not be told.
    drop(tokio::time::timeout(patience(0), socket.send(Frame::Close(None))).await);
}

/// How long a message of so many bytes may take.
fn patience(bytes: usize) -> Duration {
    SEND_TIMEOUT + Duration::from_secs((bytes / SLOWEST) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_message_may_take_its_time_on_a_slow_line() {
        assert_eq!(patience(1_000), Duration::from_secs(30));
        // 16 MiB at half a megabit a second.
        assert!(patience(16 << 20) > Duration::from_secs(16 * 8 * 2));
    }
}

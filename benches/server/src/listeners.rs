//! Many clients of the stream, and when each of them had a version.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::header::ACCEPT;
use hyper::{Method, StatusCode};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::Target;
use crate::events::Events;
use crate::http::{Body, connect, request};

/// Clients that connect at the same time: fewer than a listener's usual backlog.
const AT_ONCE: usize = 100;
/// How long a change may take until the last client has it, and a client until it is accepted.
const PATIENCE: Duration = Duration::from_secs(30);

/// Clients that listen, each on a connection of its own.
pub(crate) struct Listeners {
    news: UnboundedReceiver<News>,
    count: usize,
}

/// What one client has to tell.
enum News {
    Event { client: usize, version: u64, at: Instant },
    Ended { why: String },
}

/// A client whose request was accepted.
struct Client {
    body: Incoming,
    /// Held, because without it the connection would end.
    _sender: SendRequest<Body>,
}

impl Listeners {
    /// Connects clients that have a version already, and so ask only for what comes after it.
    pub(crate) fn connect(
        runtime: &Runtime,
        target: &Target,
        count: usize,
        version: u64,
    ) -> Result<Self, String> {
        let (sender, news) = unbounded_channel();
        let asked = Arc::new((target.server.clone(), target.key.clone()));
        runtime.block_on(async {
            for first in (0..count).step_by(AT_ONCE) {
                let mut connecting = JoinSet::new();
                for client in first..count.min(first + AT_ONCE) {
                    let (asked, sender) = (Arc::clone(&asked), sender.clone());
                    connecting.spawn(async move {
                        let (server, key) = &*asked;
                        let connected = timeout(PATIENCE, listen(server, key, version)).await;
                        let connected = connected.map_err(|_| "stream: not accepted in time")??;
                        tokio::spawn(read(connected, client, sender));
                        Ok::<(), String>(())
                    });
                }
                while let Some(connected) = connecting.join_next().await {
                    connected.map_err(|error| format!("stream: {error}"))??;
                }
            }
            Ok(Listeners { news, count })
        })
    }

    /// When each client first had this version or a later one.
    pub(crate) async fn have(&mut self, version: u64) -> Result<Vec<Instant>, String> {
        let mut arrivals = vec![None; self.count];
        let mut missing = self.count;
        let all = async {
            while missing > 0 {
                match self.news.recv().await {
                    Some(News::Event { client, version: arrived, at }) if arrived >= version => {
                        if let Some(arrival @ None) = arrivals.get_mut(client) {
                            *arrival = Some(at);
                            missing -= 1;
                        }
                    }
                    Some(News::Event { .. }) => {}
                    Some(News::Ended { why }) => return Err(why),
                    None => return Err("stream: all ended".to_owned()),
                }
            }
            Ok(())
        };
        match timeout(PATIENCE, all).await {
            Ok(done) => done?,
            Err(_) => {
                let seconds = PATIENCE.as_secs();
                let count = self.count;
                return Err(format!(
                    "{missing} of {count} clients had no version {version} after {seconds} s"
                ));
            }
        }
        Ok(arrivals.into_iter().flatten().collect())
    }
}

async fn listen(server: &str, key: &str, version: u64) -> Result<Client, String> {
    let mut sender = connect(server).await?;
    let request = request(Method::GET, server, "/sdk/v1/stream", key)
        .header(ACCEPT, "text/event-stream")
        .header("Last-Event-ID", version)
        .body(Body::default())
        .map_err(|error| format!("stream: {error}"))?;
    let answer = sender.send_request(request).await.map_err(|error| format!("stream: {error}"))?;
    if answer.status() != StatusCode::OK {
        return Err(format!("stream: {}", answer.status()));
    }
    Ok(Client { body: answer.into_body(), _sender: sender })
}

/// Reads until the stream or the run ends. No one hears the news any more when the run does.
async fn read(mut client: Client, number: usize, news: UnboundedSender<News>) {
    let mut events = Events::default();
    let why = loop {
        match client.body.frame().await {
            Some(Ok(frame)) => {
                let Some(piece) = frame.data_ref() else { continue };
                let Some(version) = events.read(piece) else { continue };
                let event = News::Event { client: number, version, at: Instant::now() };
                if news.send(event).is_err() {
                    return;
                }
            }
            Some(Err(error)) => break format!("stream {number}: {error}"),
            None => break format!("stream {number}: ended by the server"),
        }
    };
    // Fails only when the run is over.
    let _ = news.send(News::Ended { why });
}

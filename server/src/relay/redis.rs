//! What Redis is asked for. Nothing here waits for long: whoever asks can do without.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, ErrorKind, RedisError};

/// How long a connection may take to be made, and how long a failed one is waited for again at most.
const CONNECT: Duration = Duration::from_secs(1);
const RECONNECT: Duration = Duration::from_secs(2);
/// How long publishing may take.
const PUBLISH: Duration = Duration::from_secs(2);
/// How long a payload is waited for; to make one takes about as long.
const PAYLOAD: Duration = Duration::from_millis(250);
/// How long a payload is kept. Versions that are superseded are asked for no more.
const KEEP: Duration = Duration::from_secs(3600);
/// Larger payloads are not kept: other commands would wait for them.
const KEEP_BYTES: usize = 32 << 20;

/// A Redis, through one connection that heals itself.
#[derive(Clone)]
pub(super) struct Redis {
    client: Client,
    commands: ConnectionManager,
    /// `vexil:<deployment>:changes`
    channel: String,
    /// `vexil:<deployment>:<release>:`; another release may make other payloads.
    prefix: String,
}

impl Redis {
    /// Connects when it is first asked for something.
    pub(super) fn new(url: &str, deployment: &str) -> Result<Redis, RedisError> {
        let client = Client::open(url)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(PUBLISH))
            .set_max_delay(RECONNECT);
        Ok(Redis {
            commands: ConnectionManager::new_lazy_with_config(client.clone(), config)?,
            client,
            channel: format!("vexil:{deployment}:changes"),
            prefix: format!("vexil:{deployment}:{}:", env!("CARGO_PKG_VERSION")),
        })
    }

    /// Tells everybody who listens.
    pub(super) async fn publish(&self, topics: impl Iterator<Item = &str>) -> Result<(), RedisError> {
        let mut all = redis::pipe();
        for topic in topics {
            all.publish(&self.channel, topic).ignore();
        }
        let mut commands = self.commands.clone();
        within(PUBLISH, all.query_async(&mut commands)).await
    }

    /// Topics as others tell them, until the connection ends.
    pub(super) async fn subscribe(&self) -> Result<impl Stream<Item = String> + use<>, RedisError> {
        let mut connection = within(CONNECT, self.client.get_async_pubsub()).await?;
        within(CONNECT, connection.subscribe(&self.channel)).await?;
        let topic = |message: redis::Msg| async move { message.get_payload::<String>().ok() };
        Ok(Box::pin(connection.into_on_message().filter_map(topic)))
    }

    /// A payload that somebody kept.
    pub(super) async fn kept(&self, key: &str) -> Result<Option<Bytes>, RedisError> {
        let mut commands = self.commands.clone();
        let kept: Option<Vec<u8>> =
            within(PAYLOAD, redis::cmd("GET").arg(self.key(key)).query_async(&mut commands)).await?;
        Ok(kept.map(Bytes::from))
    }

    /// Keeps a payload for others; without it they make it themselves.
    pub(super) async fn keep(&self, key: &str, payload: &[u8]) {
        if payload.len() > KEEP_BYTES {
            return;
        }
        let mut commands = self.commands.clone();
        let mut set = redis::cmd("SET");
        set.arg(self.key(key)).arg(payload).arg("EX").arg(KEEP.as_secs());
        if let Err(error) = within(PUBLISH, set.query_async::<()>(&mut commands)).await {
            tracing::debug!(%error, "redis did not keep a payload");
        }
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

async fn within<T>(
    time: Duration,
    asked: impl Future<Output = Result<T, RedisError>>,
) -> Result<T, RedisError> {
    let late = |_| Err(RedisError::from((ErrorKind::Io, "no answer in time")));
    tokio::time::timeout(time, asked).await.unwrap_or_else(late)
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_url_with_two_s_is_encrypted_from_the_first_byte() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let redis = Redis::new(&format!("rediss://{address}"), "test").unwrap();
        let asking = tokio::spawn(async move { redis.subscribe().await.map(drop) });
        let (mut socket, _) = listener.accept().await.unwrap();
        // A record of TLS that is a handshake.
        assert_eq!(socket.read_u8().await.unwrap(), 22);
        drop(socket);
        assert!(asking.await.unwrap().is_err());
    }
}

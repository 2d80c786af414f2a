//! Telling others what was committed, and sharing what was made of it.
//!
//! A change's topics lie in the outbox, written with the change itself. A task takes them from there once they were
//! told: to Redis, where there is one, which tells every replica. PostgreSQL tells them too, as part of the commit, and
//! each replica looks from time to time, so Redis may come and go: it makes nothing possible that is not without it.
//!
//! Redis also keeps payloads as they were signed, so that of many replicas one makes them.

mod backoff;
mod redis;

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use thiserror::Error;

use crate::delivery::{Audience, Head};
use crate::follow;
use crate::observe::Metrics;
use crate::services::Services;
use crate::store::StoreError;
use backoff::Backoff;
use redis::Redis;

/// Topics that are told, and removed, at a time.
const BATCH: u32 = 256;
/// With nobody to tell, topics are only removed, which may wait: it is a write that changes could have to wait for.
const GATHER: Duration = Duration::from_secs(1);
/// How often the outbox is looked into without a change of this process: another replica may have ended before it told
/// of its last.
const LOOK: Duration = Duration::from_secs(10);

/// The way to other replicas beside the database.
pub(crate) struct Relay {
    redis: Option<Redis>,
}

/// Why the outbox was not emptied.
#[derive(Debug, Error)]
enum Untold {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("redis: {0}")]
    Redis(#[from] ::redis::RedisError),
}

impl Relay {
    /// Through the Redis at a URL, if one is given; it need not be there yet. Replicas with the same `deployment` hear
    /// each other.
    pub(crate) fn new(url: Option<&str>, deployment: &str) -> Result<Relay, ::redis::RedisError> {
        Ok(Relay { redis: url.map(|url| Redis::new(url, deployment)).transpose()? })
    }

    /// Makes the whole of a version for an audience, unless it is made: takes it from Redis, or else makes it here and
    /// gives it to Redis.
    pub(crate) async fn put(&self, metrics: &Metrics, head: &Arc<Head>, audience: &Audience) {
        if head.has_put(audience) {
            return;
        }
        // Whoever else asks for it meanwhile waits for the same.
        let _turn = head.making().await;
        if head.has_put(audience) {
            return;
        }
        if let Some(redis) = &self.redis
            && take(redis, metrics, head, audience).await
        {
            return;
        }
        let (making, of) = (Arc::clone(head), audience.clone());
        // To make and sign a large one takes a while, once. A panic there comes again to whoever asks next.
        let Ok(message) = tokio::task::spawn_blocking(move || making.put(&of)).await else { return };
        if let Some(redis) = self.redis.clone() {
            let key = head.cache_key(audience);
            tokio::spawn(async move { redis.keep(&key, message.encoded.plain()).await });
        }
    }
}

/// Makes what leads from a position to a version, unless it is made; whoever else asks for it meanwhile waits for the
/// same, and others go on.
pub(crate) async fn prepare(services: &Services, head: &Arc<Head>, held: Option<u64>, audience: &Audience) {
    if head.has_since(held, audience) {
        return;
    }
    if head.near(held, audience).is_none() {
        return services.relay.put(&services.metrics, head, audience).await;
    }
    let _turn = head.making().await;
    if !head.has_since(held, audience) {
        let (making, of) = (Arc::clone(head), audience.clone());
        // A panic there comes again to whoever asks next.
        drop(tokio::task::spawn_blocking(move || making.since(held, &of)).await);
    }
}

/// Whether Redis had it, and it is what this process would have signed.
async fn take(redis: &Redis, metrics: &Metrics, head: &Arc<Head>, audience: &Audience) -> bool {
    let outcome = match redis.kept(&head.cache_key(audience)).await {
        Ok(None) => "miss",
        Ok(Some(text)) => {
            let (taking, of) = (Arc::clone(head), audience.clone());
            let taken = tokio::task::spawn_blocking(move || taking.adopt_put(&of, text)).await;
            if taken.unwrap_or(false) { "hit" } else { "forged" }
        }
        Err(error) => {
            tracing::debug!(%error, "redis was not asked for a payload");
            "error"
        }
    };
    metrics.payload_cache(outcome);
    outcome == "hit"
}

/// Tells of what was committed, from what a process that ended early has left on.
pub(crate) async fn dispatch(services: Arc<Services>) {
    let mut commits = services.gate.commits();
    let mut backoff = Backoff::default();
    loop {
        commits.mark_unchanged();
        match tell(&services).await {
            Ok(true) => {}
            Ok(false) => {
                backoff.reset();
                tokio::select! {
                    changed = commits.changed() => if changed.is_err() { return },
                    () = tokio::time::sleep(LOOK) => {}
                }
                if services.relay.redis.is_none() {
                    tokio::time::sleep(GATHER).await;
                }
            }
            Err(error) => {
                if backoff.is_fresh() {
                    tracing::warn!(%error, "others were not told of changes; this is tried again");
                }
                tokio::time::sleep(backoff.next()).await;
            }
        }
    }
}

/// Tells of the oldest ones; whether there may be more.
async fn tell(services: &Services) -> Result<bool, Untold> {
    let waiting = services.store.outbox(BATCH).await?;
    if waiting.is_empty() {
        return Ok(false);
    }
    if let Some(redis) = &services.relay.redis {
        let published = redis.publish(waiting.iter().map(|(_, topic)| topic.as_str())).await;
        let outcome = if published.is_ok() { "published" } else { "error" };
        services.metrics.relayed(outcome, waiting.len().try_into().unwrap_or(u64::MAX));
        published?;
    }
    let ids: Vec<_> = waiting.iter().map(|(id, _)| id.as_str()).collect();
    services.store.told(&ids).await?;
    Ok(u32::try_from(waiting.len()).is_ok_and(|told| told == BATCH))
}

/// Hears what other replicas have told Redis.
pub(crate) async fn listen(services: Arc<Services>) {
    let Some(redis) = &services.relay.redis else { return };
    let mut backoff = Backoff::default();
    loop {
        match redis.subscribe().await {
            Ok(mut topics) => {
                backoff.reset();
                // What was said while nobody listened.
                follow::catch_up(&services).await;
                while let Some(topic) = topics.next().await {
                    follow::hear(&services, &topic).await;
                }
                tracing::warn!("redis stopped telling of changes; the database goes on to");
            }
            Err(error) if backoff.is_fresh() => {
                tracing::warn!(%error, "redis cannot tell of changes; the database can");
            }
            Err(_) => {}
        }
        tokio::time::sleep(backoff.next()).await;
    }
}

//! Following the store: what other replicas commit is heard of, and found by looking where a notification was lost.

use std::sync::Arc;
use std::time::Duration;

use crate::relay;
use crate::services::Services;
use crate::store::{Store, StoreError, within};
use crate::telemetry;

/// How long to wait before listening again after the database went away.
const LISTEN_AGAIN: Duration = Duration::from_millis(500);
/// How long to wait before reading keys and people again.
const READ_AGAIN: Duration = Duration::from_millis(500);
/// How long the database may take for an answer, before it is asked again another time.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// How often what has passed is forgotten.
const TIDY: Duration = Duration::from_secs(600);
/// How long an idempotency key is remembered.
const REMEMBER_REQUESTS: Duration = Duration::from_secs(24 * 3600);

/// Starts what follows the store until the server stops.
pub(crate) async fn start(services: &Arc<Services>) -> Result<(), StoreError> {
    tokio::spawn(until_stop(Arc::clone(services), access));
    tokio::spawn(until_stop(Arc::clone(services), tidy));
    tokio::spawn(until_stop(Arc::clone(services), relay::dispatch));
    tokio::spawn(until_stop(Arc::clone(services), flush));
    tokio::spawn(until_stop(Arc::clone(services), look));
    if services.store.is_shared() {
        tokio::spawn(until_stop(Arc::clone(services), listen));
        tokio::spawn(until_stop(Arc::clone(services), relay::listen));
    }
    Ok(())
}

async fn until_stop<F>(services: Arc<Services>, task: impl FnOnce(Arc<Services>) -> F)
where
    F: Future<Output = ()>,
{
    let mut stopping = services.stopping.clone();
    tokio::select! {
        () = task(services) => {}
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
}

/// Takes over keys and people that this process has changed. A key that was revoked must not work until the next change
/// because the database could not be read just then.
async fn access(services: Arc<Services>) {
    let mut changes = services.gate.access_changes();
    while changes.changed().await.is_ok() {
        while !refresh_access(&services).await {
            tokio::time::sleep(READ_AGAIN).await;
        }
    }
}

/// Takes over keys and people, and what signs; whether they could be read.
pub(crate) async fn refresh_access(services: &Services) -> bool {
    if let Err(error) = within(ANSWER_WITHIN, services.directory.refresh(&services.store)).await {
        tracing::warn!(%error, "keys and people could not be read; those that are known stay");
        return false;
    }
    if let Some(signer) = services.directory.signer()
        && (signer.id() != services.hub.signer().id() || signer.public() != services.hub.signer().public())
    {
        let projects = services.catalog.projects();
        services.hub.sign_with(signer, projects.values().cloned());
    }
    true
}

/// Hears other replicas.
async fn listen(services: Arc<Services>) {
    loop {
        match services.store.listen().await {
            Ok(Some(mut listener)) => {
                // What was said while nobody listened.
                catch_up(&services).await;
                loop {
                    match listener.next().await {
                        Ok(topic) => hear(&services, &topic).await,
                        Err(error) => {
                            tracing::warn!(%error, "the database stopped telling of changes");
                            break;
                        }
                    }
                }
            }
            Ok(None) => return,
            Err(error) => tracing::warn!(%error, "the database cannot tell of changes"),
        }
        tokio::time::sleep(LISTEN_AGAIN).await;
    }
}

/// A topic is `access`, `project/<key>` or `project/<key>/<environment>/<version>`.
pub(crate) async fn hear(services: &Services, topic: &str) {
    let mut parts = topic.split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("access"), ..) => {
            refresh_access(services).await;
        }
        (Some("project"), Some(project), environment, version) => {
            let is_held = || {
                let head = services.hub.head(project, environment?)?;
                Some(head.version() >= version?.parse().ok()?)
            };
            if is_held() != Some(true) {
                refresh(services, project).await;
            }
        }
        _ => tracing::warn!(topic, "a notification of an unknown kind"),
    }
}

async fn refresh(services: &Services, project: &str) {
    if let Err(error) = services.gate.refresh(project).await {
        tracing::warn!(%error, project, "changes could not be read; what is held stays");
    }
}

/// Looks from time to time, for a notification may be lost; and so may the answer to a commit, whatever the database is.
async fn look(services: Arc<Services>) {
    let mut often = tokio::time::interval(services.settings.version_check);
    loop {
        often.tick().await;
        catch_up(&services).await;
    }
}

pub(crate) async fn catch_up(services: &Services) {
    match within(ANSWER_WITHIN, services.store.positions()).await {
        Ok(positions) => {
            for position in positions {
                if position.is_beyond(services.catalog.projects().get(position.project.as_str())) {
                    refresh(services, &position.project).await;
                }
            }
            refresh_access(services).await;
        }
        Err(error) => tracing::warn!(%error, "the database was not asked for changes"),
    }
}

/// Writes down what processes tell. What a stop interrupts is written again, and counts once.
async fn flush(services: Arc<Services>) {
    services.telemetry.flush_regularly(&services.store).await;
}

/// Forgets what has passed.
async fn tidy(services: Arc<Services>) {
    let mut often = tokio::time::interval(TIDY);
    loop {
        often.tick().await;
        if let Err(error) = forget(&services.store).await {
            tracing::warn!(%error, "what has passed was not forgotten");
        }
    }
}

async fn forget(store: &Store) -> Result<(), StoreError> {
    let now = crate::store::now();
    let remembered = i64::try_from(REMEMBER_REQUESTS.as_millis()).unwrap_or(i64::MAX);
    store.forget_requests(now.saturating_sub(remembered)).await?;
    store.forget_sessions(now).await?;
    telemetry::retention::tidy(store, now).await
}

//! Following the store: what other replicas commit is heard of, and found by looking where a notification was lost.

use std::sync::Arc;
use std::time::Duration;

use crate::relay;
use crate::services::Services;
use crate::store::{Store, StoreError};
use crate::telemetry;

/// How long to wait before listening again after the database went away.
const LISTEN_AGAIN: Duration = Duration::from_millis(500);
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
    if services.store.is_shared() {
        tokio::spawn(until_stop(Arc::clone(services), listen));
        tokio::spawn(until_stop(Arc::clone(services), look));
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

/// Takes over keys and people that this process has changed.
async fn access(services: Arc<Services>) {
    let mut changes = services.gate.access_changes();
    while changes.changed().await.is_ok() {
        refresh_access(&services).await;
    }
}

/// Takes over keys and people, and what signs.
pub(crate) async fn refresh_access(services: &Services) {
    if let Err(error) = services.directory.refresh(&services.store).await {
        tracing::warn!(%error, "keys and people could not be read; those that are known stay");
        return;
    }
    if let Some(signer) = services.directory.signer()
        && (signer.id() != services.hub.signer().id() || signer.public() != services.hub.signer().public())
    {
        let projects = services.catalog.projects();
        services.hub.sign_with(signer, projects.values().cloned());
    }
}

/// Hears other replicas.
async fn listen(services: Arc<Services>) {
    loop {
        match services.store.listen().await {
            Ok(Some(mut listener)) => {
                // What was said while nobody listened.
                catch_up(&services).await;
                loop {
                    match listener.recv().await {
                        Ok(notification) => hear(&services, notification.payload()).await,
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
        (Some("access"), ..) => refresh_access(services).await,
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

/// Looks from time to time, for a notification may be lost.
async fn look(services: Arc<Services>) {
    let mut often = tokio::time::interval(services.settings.version_check);
    loop {
        often.tick().await;
        catch_up(&services).await;
    }
}

pub(crate) async fn catch_up(services: &Services) {
    match services.store.positions().await {
        Ok(positions) => {
            for project in behind(services, &positions) {
                refresh(services, &project).await;
            }
            refresh_access(services).await;
        }
        Err(error) => tracing::warn!(%error, "the database was not asked for changes"),
    }
}

/// Projects of which the store has more than is held.
fn behind(services: &Services, positions: &[crate::store::Position]) -> Vec<String> {
    let projects = services.catalog.projects();
    let is_behind = |position: &&crate::store::Position| {
        let held = projects.get(position.project.as_str());
        held.is_none_or(|held| {
            held.revision != position.revision
                || position.environments.iter().any(|(key, version)| {
                    held.environment(key).is_none_or(|environment| environment.row.version != *version)
                })
        })
    };
    positions.iter().filter(is_behind).map(|position| position.project.clone()).collect()
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

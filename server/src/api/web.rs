//! Addresses that are no part of the interface: health, readiness, metrics.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::caller::{Caller, Guarded, may};
use super::problem::Problem;
use crate::access::Permission;
use crate::gate::Refusal;
use crate::observe;
use crate::services::Services;
use crate::store::within;

/// How long readiness waits for the database. Probes wait for a second as a rule, and whoever does not answer in time is
/// out of service, with all the reads that go on without the database.
const READY_WITHIN: Duration = Duration::from_millis(500);

/// Whether the process is alive, and whether it can do its work.
pub(super) fn health(services: &Arc<Services>) -> Router<Guarded> {
    let ready = Arc::clone(services);
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(move || readiness(ready)))
        .route("/metrics", get(guarded_metrics))
}

/// Metrics tell of all projects and environments and of load, so at the address of everybody else they are for those
/// who may read telemetry in every environment. A caller from this machine is not trusted for it: behind a proxy, everybody is one.
async fn guarded_metrics(caller: Caller<may::TelemetryRead>) -> Result<Response, Problem> {
    caller.authority.may(Permission::TelemetryRead, None, None).map_err(Refusal::from)?;
    Ok(metrics(caller.services()).await)
}

async fn metrics(services: &Services) -> Response {
    let text = observe::scrape(services).await;
    ([(header::CONTENT_TYPE, observe::CONTENT_TYPE)], text).into_response()
}

/// What the address of metrics answers, to everybody who can reach it.
pub(crate) fn metrics_router(services: &Arc<Services>) -> Router {
    let services = Arc::clone(services);
    let answer = move || {
        let services = Arc::clone(&services);
        async move { metrics(&services).await }
    };
    Router::new().route("/metrics", get(answer))
}

async fn readiness(services: Arc<Services>) -> Response {
    if services.leaving.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    match within(READY_WITHIN, services.store.ping()).await {
        Ok(()) => "ready\n".into_response(),
        // Reads go on from memory, so the instance stays in service; a probe that wants writes looks at the text.
        Err(_) => "ready, but the database is away: reads only\n".into_response(),
    }
}

//! What is known of processes: who runs which version, what was evaluated to what, who was exposed to which variant.

mod evaluations;
mod exposures;
mod instances;

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{Caller, Guarded, may};
use super::problem::Problem;
use crate::telemetry::{Health, retention};

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new()
        .routes(routes!(health))
        .merge(instances::routes())
        .merge(evaluations::routes())
        .merge(exposures::routes())
}

/// How telemetry is taken in.
#[derive(Debug, Serialize, ToSchema)]
struct HealthOut {
    /// Of the replica that answers, since it started.
    replica: Health,
    /// Percent of units whose exposures are noted.
    sampling: f64,
    /// How long everything is kept.
    kept: Kept,
}

/// Retention, in seconds.
#[derive(Debug, Serialize, ToSchema)]
struct Kept {
    /// Evaluations by the minute.
    minutes: i64,
    /// Evaluations by the hour.
    hours: i64,
    /// Exposures, after the last time.
    exposures: i64,
    /// Instances, after they were last heard of.
    instances: i64,
}

/// How telemetry is taken in: what was dropped, what waits, how long it is kept
#[utoipa::path(get, path = "/api/v1/telemetry", tag = "telemetry",
    responses((status = 200, body = HealthOut), (status = "4XX", body = Problem)))]
async fn health(caller: Caller<may::TelemetryRead>) -> Json<HealthOut> {
    let telemetry = &caller.services().telemetry;
    Json(HealthOut {
        replica: telemetry.health(),
        sampling: telemetry.sampling().as_percent(),
        kept: Kept {
            minutes: retention::MINUTES / 1_000,
            hours: retention::HOURS / 1_000,
            exposures: retention::EXPOSURES / 1_000,
            instances: retention::INSTANCES / 1_000,
        },
    })
}

/// Refuses what PostgreSQL cannot even look for, where a parameter encodes it.
fn sought<const N: usize>(texts: [&str; N]) -> Result<(), Problem> {
    match texts.into_iter().any(|text| text.contains('\0')) {
        true => Err(Problem::bad_request("INVALID_QUERY", "a parameter holds the character U+0000")),
        false => Ok(()),
    }
}

impl Caller<may::TelemetryRead> {
    /// Makes sure that there is such an entry, now or before it was archived. What was told of it names its variations,
    /// so once it is sensitive this is for those alone who may read secrets.
    async fn known_entry(&self, project: &str, environment: &str, key: &str) -> Result<(), Problem> {
        let found = self.environment(project, environment)?;
        self.permit_told(project, &found, key).await
    }
}

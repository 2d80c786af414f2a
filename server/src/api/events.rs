//! What processes tell.

use axum::Json;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Body;
use super::caller::{Guarded, Sdk};
use super::problem::Problem;
use crate::store::now;
use crate::telemetry::{REPORT_BYTES, REPORT_ITEMS, Receipt, Report};

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new().routes(routes!(report)).layer(DefaultBodyLimit::max(REPORT_BYTES))
}

/// Tell how often entries were evaluated, who was exposed, and which version is applied
///
/// At most 10,000 items and 1 MiB. A batch counts once, however often it is sent within an hour. What names nothing
/// that the key can see, or is out of bounds, is kept out and counted in `rejected`: `UNKNOWN_KEY`,
/// `UNKNOWN_VARIATION`, `UNKNOWN_REASON`, `INVALID_COUNT`, `INVALID_TIME`, `UNKNOWN_EXPERIMENT`, `UNKNOWN_VARIANT`,
/// `INVALID_ATTRIBUTE`, `INVALID_UNIT`, `INVALID_INSTANCE`, `INVALID_VERSION`. Moments more than a day ago, or to
/// come, are moved to where that begins, and counted in `clamped`. What a key tells beyond its share counts in
/// `dropped`. The answer does not wait for the database.
#[utoipa::path(post, path = "/sdk/v1/events", tag = "sdk", request_body = Report,
    responses((status = 202, body = Receipt), (status = 413, body = Problem), (status = "4XX", body = Problem)))]
async fn report(
    sdk: Sdk,
    Body { value: report, .. }: Body<Report>,
) -> Result<(StatusCode, Json<Receipt>), Problem> {
    if report.evaluations.len() + report.exposures.len() > REPORT_ITEMS {
        let detail = format!("a report has at most {REPORT_ITEMS} evaluations and exposures");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_MANY_ITEMS", detail));
    }
    let services = sdk.services();
    let project = services.catalog.project(&sdk.key.project);
    let environment = project.and_then(|project| project.environment(&sdk.key.environment).cloned());
    let environment = environment.ok_or_else(|| Problem::not_found("environment", &sdk.key.environment))?;
    let receipt = services.telemetry.accept(report, &sdk.key, &environment, now());
    Ok((StatusCode::ACCEPTED, Json(receipt)))
}

//! Who was exposed to which variant of an experiment.

use std::collections::BTreeMap;

use axum::Json;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::sought;
use crate::api::asked::{Path, Query};
use crate::api::caller::{Caller, Guarded, may};
use crate::api::out::{Page, Paging, moment};
use crate::api::problem::Problem;
use crate::store::{ExposureFilter, ExposureRow};

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new().routes(routes!(exposures))
}

/// Which exposures.
#[derive(Debug, Default, Deserialize, IntoParams)]
struct ExposureQuery {
    /// The `next` of the page before.
    after: Option<String>,
    /// Items of the page, 1 to 500; 50 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// To this variant only.
    variant: Option<String>,
    /// Of this unit only.
    unit: Option<String>,
}

/// Who was exposed to which variant of an experiment.
#[derive(Debug, Serialize, ToSchema)]
struct ExposuresOut {
    /// Percent of units that are noted now.
    sampling: f64,
    /// How many were, variant by variant.
    variants: Vec<VariantOut>,
    /// Units that met more than one variant, whatever was asked for: an experiment with many of them tells little.
    units_in_several_variants: u64,
    /// Units by name, once for each variant that they met.
    #[serde(flatten)]
    page: Page<ExposureOut>,
}

#[derive(Debug, Serialize, ToSchema)]
struct VariantOut {
    variant: String,
    /// Units that were noted.
    units: u64,
    /// Units that there were, by the rate at which they were noted.
    estimated_units: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct ExposureOut {
    unit: String,
    /// What the unit is: `user.id`.
    attribute: String,
    variant: String,
    /// When it first met it (RFC 3339).
    first_at: String,
    /// When it last did (RFC 3339).
    last_at: String,
}

impl From<ExposureRow> for ExposureOut {
    fn from(row: ExposureRow) -> ExposureOut {
        let ExposureRow { unit, attribute, variant, first_at, last_at } = row;
        ExposureOut { unit, attribute, variant, first_at: moment(first_at), last_at: moment(last_at) }
    }
}

/// Which units were exposed to which variant of an experiment
#[utoipa::path(get, path = "/api/v1/projects/{project}/environments/{environment}/entries/{key}/exposures",
    tag = "telemetry", params(("project", Path,), ("environment", Path,), ("key", Path,), ExposureQuery),
    responses((status = 200, body = ExposuresOut), (status = "4XX", body = Problem)))]
async fn exposures(
    caller: Caller<may::TelemetryRead>,
    Path((project, environment, key)): Path<(String, String, String)>,
    Query(query): Query<ExposureQuery>,
) -> Result<Json<ExposuresOut>, Problem> {
    caller.known_entry(&project, &environment, &key).await?;
    let limit = Paging { after: None, limit: query.limit }.limit()?;
    let (unit, attribute, variant) = query.after.as_deref().map(read_place).transpose()?.unwrap_or_default();
    sought([&unit, &attribute, &variant])?;
    let filter =
        ExposureFilter { project, environment, experiment: key, variant: query.variant, unit: query.unit };
    let (store, telemetry) = (&caller.services().store, &caller.services().telemetry);
    let mut variants: BTreeMap<String, (u64, f64)> = BTreeMap::new();
    for count in store.exposed_units(&filter).await? {
        let (units, estimated) = variants.entry(count.variant).or_default();
        *units += count.units;
        *estimated += count.units as f64 * 100_000.0 / f64::from(count.sample.max(1));
    }
    let variants = variants.into_iter().map(|(variant, (units, estimated))| VariantOut {
        variant,
        units,
        estimated_units: estimated.round() as u64,
    });
    let rows = store.exposures(&filter, (&unit, &attribute, &variant), limit + 1).await?;
    Ok(Json(ExposuresOut {
        sampling: telemetry.sampling().as_percent(),
        variants: variants.collect(),
        units_in_several_variants: store.units_in_several_variants(&filter).await?,
        page: Page::of(rows.into_iter().map(ExposureOut::from).collect(), limit, place_of),
    }))
}

/// Where a page of exposures ends, as one word.
fn place_of(exposure: &ExposureOut) -> String {
    let place = serde_json::json!([exposure.unit, exposure.attribute, exposure.variant]);
    Base64UrlUnpadded::encode_string(place.to_string().as_bytes())
}

fn read_place(text: &str) -> Result<(String, String, String), Problem> {
    let bytes = Base64UrlUnpadded::decode_vec(text).ok();
    let place = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    place.ok_or_else(|| Problem::bad_request("INVALID_QUERY", "`after` is the `next` of another page"))
}

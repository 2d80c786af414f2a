//! Who runs which version.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::asked::{Path, Query};
use crate::api::caller::{Caller, Guarded, may};
use crate::api::out::{Page, Paging, moment};
use crate::api::problem::Problem;
use crate::store::{InstanceFilter, InstanceRow, Propagation, now};

/// How long ago an instance may have been heard of to count, unless the caller says otherwise: a quarter of an hour,
/// in seconds.
const SEEN_WITHIN: u32 = 15 * 60;
/// The longest such time: as long as instances are kept.
const LONGEST_SEEN_WITHIN: u32 = 7 * 24 * 3600;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new().routes(routes!(instances))
}

/// Which instances.
#[derive(Debug, Default, Deserialize, IntoParams)]
struct InstanceQuery {
    /// The `next` of the page before.
    after: Option<String>,
    /// Items of the page, 1 to 500; 50 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// Of this service.
    service: Option<String>,
    /// Only with this version; the summary tells of all.
    version: Option<u64>,
    /// Only with older versions than the newest; the summary tells of all.
    #[serde(default)]
    behind: bool,
    /// Heard of in so many seconds; 900 when absent, at most 604800.
    #[param(minimum = 1, maximum = 604_800)]
    seen_within: Option<u32>,
}

/// Instances of an environment.
#[derive(Debug, Serialize, ToSchema)]
struct InstancesOut {
    /// The environment's newest version.
    newest: u64,
    /// All instances, not only those of the page.
    summary: SummaryOut,
    /// By name.
    #[serde(flatten)]
    page: Page<InstanceOut>,
}

#[derive(Debug, Serialize, ToSchema)]
struct SummaryOut {
    /// How many there are, of the 100 newest versions.
    instances: u64,
    /// How many of them run the newest version.
    at_newest: u64,
    /// How many run which, the newest version first.
    versions: Vec<VersionOut>,
    /// How long the newest version took to those that run it; absent where it is known of none. It is known of
    /// instances that were there before the version was, and told when they applied it.
    #[serde(skip_serializing_if = "Option::is_none")]
    propagation: Option<PropagationOut>,
}

#[derive(Debug, Serialize, ToSchema)]
struct VersionOut {
    version: u64,
    instances: u64,
}

/// Milliseconds, by the clocks of the instances.
#[derive(Debug, Serialize, ToSchema)]
struct PropagationOut {
    /// Instances of which it is known.
    instances: u64,
    min_ms: i64,
    median_ms: i64,
    p99_ms: i64,
}

impl From<Propagation> for PropagationOut {
    fn from(known: Propagation) -> PropagationOut {
        let Propagation { instances, min, median, p99 } = known;
        PropagationOut { instances, min_ms: min, median_ms: median, p99_ms: p99 }
    }
}

/// A process.
#[derive(Debug, Serialize, ToSchema)]
struct InstanceOut {
    /// Its name for itself.
    id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    service: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    sdk: String,
    /// The version that it runs.
    version: u64,
    /// How many versions newer the newest is.
    behind: u64,
    /// For how long there has been a newer version.
    behind_seconds: i64,
    /// When it applied its version, by its own clock (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    applied_at: Option<String>,
    /// How long its version took to it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    propagation_ms: Option<i64>,
    /// When it was first heard of (RFC 3339).
    first_seen_at: String,
    /// When it was last heard of (RFC 3339).
    seen_at: String,
    /// Items of telemetry that it had to drop.
    dropped: u64,
}

impl InstanceOut {
    fn of(row: InstanceRow, newest: u64, now: i64) -> InstanceOut {
        InstanceOut {
            propagation_ms: row.propagation(),
            id: row.instance,
            service: row.service,
            sdk: row.sdk,
            version: row.version,
            // A replica that has not heard of the newest version yet is told of it by instances.
            behind: newest.saturating_sub(row.version),
            behind_seconds: row.next_at.map_or(0, |next_at| now.saturating_sub(next_at).max(0) / 1_000),
            applied_at: row.applied_at.map(moment),
            first_seen_at: moment(row.first_seen_at),
            seen_at: moment(row.seen_at),
            dropped: row.dropped,
        }
    }
}

/// Who runs which version, and how long the newest one took
#[utoipa::path(get, path = "/api/v1/projects/{project}/environments/{environment}/instances", tag = "telemetry",
    params(("project", Path,), ("environment", Path,), InstanceQuery),
    responses((status = 200, body = InstancesOut), (status = "4XX", body = Problem)))]
async fn instances(
    caller: Caller<may::TelemetryRead>,
    Path((project, environment)): Path<(String, String)>,
    Query(query): Query<InstanceQuery>,
) -> Result<Json<InstancesOut>, Problem> {
    let newest = caller.environment(&project, &environment)?.row.version;
    let limit = Paging { after: None, limit: query.limit }.limit()?;
    let seen_within = query.seen_within.unwrap_or(SEEN_WITHIN);
    if !(1..=LONGEST_SEEN_WITHIN).contains(&seen_within) {
        let detail = format!("`seen_within` is 1 to {LONGEST_SEEN_WITHIN} seconds");
        return Err(Problem::bad_request("INVALID_QUERY", detail));
    }
    let (now, store) = (now(), &caller.services().store);
    let all = InstanceFilter {
        project,
        environment,
        service: query.service,
        version: None,
        below: None,
        seen_since: now.saturating_sub(i64::from(seen_within) * 1_000),
    };
    let versions = store.instances_by_version(&all).await?;
    let at_newest = versions.iter().filter(|count| count.version >= newest).map(|count| count.instances);
    let propagation = store.propagation(&InstanceFilter { version: Some(newest), ..all.clone() }).await?;
    let summary = SummaryOut {
        instances: versions.iter().map(|count| count.instances).sum(),
        at_newest: at_newest.sum(),
        propagation: propagation.map(PropagationOut::from),
        versions: versions
            .into_iter()
            .map(|count| VersionOut { version: count.version, instances: count.instances })
            .collect(),
    };
    let filter = InstanceFilter { version: query.version, below: query.behind.then_some(newest), ..all };
    let rows = store.instances(&filter, query.after.as_deref().unwrap_or(""), limit + 1).await?;
    let items = rows.into_iter().map(|row| InstanceOut::of(row, newest, now)).collect();
    let page = Page::of(items, limit, |instance: &InstanceOut| instance.id.clone());
    Ok(Json(InstancesOut { newest, summary, page }))
}

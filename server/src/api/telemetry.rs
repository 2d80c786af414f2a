//! What is known of processes: who runs which version, what was evaluated to what, who was exposed to which variant.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vexil_core::Timestamp;

use super::caller::{Caller, Guarded, may};
use super::out::{Page, Paging, moment};
use super::problem::Problem;
use crate::store::{
    EvaluationFilter, EvaluationSum, ExposureFilter, ExposureRow, HOUR, InstanceFilter, InstanceRow, MINUTE,
    Propagation, now,
};
use crate::telemetry::{Health, retention};

/// How long ago an instance may have been heard of to count, unless the caller says otherwise: a quarter of an hour,
/// in seconds.
const SEEN_WITHIN: u32 = 15 * 60;
/// The longest such time: as long as instances are kept.
const LONGEST_SEEN_WITHIN: u32 = 7 * 24 * 3600;
/// Spans of time that one page of evaluations covers at most, and unless the caller says otherwise.
const SPANS: u32 = 500;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new()
        .routes(routes!(health))
        .routes(routes!(instances))
        .routes(routes!(evaluations))
        .routes(routes!(exposures))
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

/// Which evaluations.
#[derive(Debug, Default, Deserialize, IntoParams)]
struct EvaluationQuery {
    /// From then on (RFC 3339); when absent, 60 minutes, 48 hours or 30 days ago.
    from: Option<String>,
    /// Until then, exclusively (RFC 3339); now when absent.
    to: Option<String>,
    /// The span of time that is summed up; hour when absent. Minutes are kept for two days. Days are those of UTC.
    #[serde(default)]
    #[param(inline)]
    bucket: Bucket,
    /// To this variation only.
    variation: Option<String>,
    /// For this reason only.
    reason: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Spans that the page covers, 1 to 500; 500 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Bucket {
    Minute,
    #[default]
    Hour,
    Day,
}

impl Bucket {
    /// Milliseconds, and how many are shown unless the caller says from when on.
    fn span(self) -> (i64, i64) {
        match self {
            Bucket::Minute => (MINUTE, 60),
            Bucket::Hour => (HOUR, 48),
            Bucket::Day => (24 * HOUR, 30),
        }
    }
}

/// Evaluations of an entry over time.
#[derive(Debug, Serialize, ToSchema)]
struct EvaluationsOut {
    /// From the beginning to the end of what was asked for.
    totals: Vec<CountOut>,
    /// Spans of time, oldest first; those without evaluations are left out.
    #[serde(flatten)]
    page: Page<SpanOut>,
}

/// One span of time.
#[derive(Debug, Serialize, ToSchema)]
struct SpanOut {
    /// When it began (RFC 3339).
    at: String,
    counts: Vec<CountOut>,
}

#[derive(Debug, Serialize, ToSchema)]
struct CountOut {
    /// Null where the value was no variation's.
    variation: Option<String>,
    /// The reason's stable name.
    reason: String,
    count: u64,
}

impl From<EvaluationSum> for CountOut {
    fn from(sum: EvaluationSum) -> CountOut {
        let variation = Some(sum.variation).filter(|variation| !variation.is_empty());
        CountOut { variation, reason: sum.reason, count: sum.count }
    }
}

/// How often an entry was evaluated to which variation, over time
#[utoipa::path(get, path = "/api/v1/projects/{project}/environments/{environment}/entries/{key}/evaluations",
    tag = "telemetry", params(("project", Path,), ("environment", Path,), ("key", Path,), EvaluationQuery),
    responses((status = 200, body = EvaluationsOut), (status = "4XX", body = Problem)))]
async fn evaluations(
    caller: Caller<may::TelemetryRead>,
    Path((project, environment, key)): Path<(String, String, String)>,
    Query(query): Query<EvaluationQuery>,
) -> Result<Json<EvaluationsOut>, Problem> {
    caller.known_entry(&project, &environment, &key)?;
    let (span, shown) = query.bucket.span();
    let now = now();
    let to = time("to", query.to.as_deref())?.unwrap_or(now);
    let from = time("from", query.from.as_deref())?.unwrap_or_else(|| to.saturating_sub(span * shown));
    if from >= to {
        return Err(Problem::bad_request("INVALID_QUERY", "`from` is before `to`"));
    }
    if query.bucket == Bucket::Minute && from < now.saturating_sub(retention::MINUTES) {
        let detail = "minutes are kept for two days; ask for hours of what is older";
        return Err(Problem::bad_request("INVALID_QUERY", detail));
    }
    // Beyond there is nothing, and pages should not lead there.
    let (from, to) = (from.max(now.saturating_sub(retention::HOURS)), to.min(now.saturating_add(1)));
    let from = from.saturating_sub(from.rem_euclid(span));
    let limit = match query.limit.unwrap_or(SPANS) {
        limit @ 1..=SPANS => i64::from(limit),
        _ => return Err(Problem::bad_request("INVALID_QUERY", format!("`limit` is 1 to {SPANS}"))),
    };
    let first = match time("after", query.after.as_deref())? {
        None => from,
        Some(after) if after >= from && after < to && after.rem_euclid(span) == 0 => after,
        Some(_) => {
            return Err(Problem::bad_request("INVALID_QUERY", "`after` is the `next` of another page"));
        }
    };
    let end = first.saturating_add(span * limit).min(to);
    let store = &caller.services().store;
    let filter = EvaluationFilter {
        project,
        environment,
        key,
        variation: query.variation,
        reason: query.reason,
        from,
        to,
    };
    let totals = store.evaluations(&filter, None).await?.into_iter().map(CountOut::from).collect();
    let of_page = EvaluationFilter { from: first, to: end, ..filter };
    let mut spans: BTreeMap<i64, Vec<CountOut>> = BTreeMap::new();
    for sum in store.evaluations(&of_page, Some(span)).await? {
        spans.entry(sum.at).or_default().push(sum.into());
    }
    let items = spans.into_iter().map(|(at, counts)| SpanOut { at: moment(at), counts }).collect();
    let page = Page { items, next: (end < to).then(|| moment(end)) };
    Ok(Json(EvaluationsOut { totals, page }))
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
    caller.known_entry(&project, &environment, &key)?;
    let limit = Paging { after: None, limit: query.limit }.limit()?;
    let (unit, attribute, variant) = query.after.as_deref().map(read_place).transpose()?.unwrap_or_default();
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

fn time(name: &str, text: Option<&str>) -> Result<Option<i64>, Problem> {
    let millis = |text| i64::try_from(Timestamp::parse(text)?.as_nanos() / 1_000_000).ok();
    let read = |text| {
        millis(text).ok_or_else(|| {
            Problem::bad_request("INVALID_QUERY", format!("`{name}` is an RFC 3339 date-time with an offset"))
        })
    };
    text.map(read).transpose()
}

impl Caller<may::TelemetryRead> {
    /// Makes sure that there is such an entry, now or before it was archived.
    fn known_entry(&self, project: &str, environment: &str, key: &str) -> Result<(), Problem> {
        let environment = self.environment(project, environment)?;
        let is_known = environment.definitions.contains_key(key) || environment.archived.contains_key(key);
        is_known.then_some(()).ok_or_else(|| Problem::not_found("entry", key))
    }
}

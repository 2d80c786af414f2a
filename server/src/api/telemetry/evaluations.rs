//! What was evaluated to what, over time.

use std::collections::BTreeMap;

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vexil_core::Timestamp;

use crate::api::asked::{Path, Query};
use crate::api::caller::{Caller, Guarded, may};
use crate::api::out::{Page, moment};
use crate::api::problem::Problem;
use crate::store::{EvaluationFilter, EvaluationSum, HOUR, MINUTE, now};
use crate::telemetry::retention;

/// Spans of time that one page covers at most, and unless the caller says otherwise.
const SPANS: u32 = 500;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new().routes(routes!(evaluations))
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
    caller.known_entry(&project, &environment, &key).await?;
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

fn time(name: &str, text: Option<&str>) -> Result<Option<i64>, Problem> {
    let millis = |text| i64::try_from(Timestamp::parse(text)?.as_nanos() / 1_000_000).ok();
    let read = |text| {
        millis(text).ok_or_else(|| {
            Problem::bad_request("INVALID_QUERY", format!("`{name}` is an RFC 3339 date-time with an offset"))
        })
    };
    text.map(read).transpose()
}

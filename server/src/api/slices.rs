//! Evaluated slices: what a tenant's worker needs, with no key of its own. A service vends them beside the credentials
//! that it gives its workers.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vexil_core::{Context, Timestamp};

use super::asked::Path;
use super::body::Body;
use super::caller::{AuditedSdk, Caller, Guarded, may};
use super::evaluation::{Groups, View, with_all};
use super::out::moment;
use super::problem::Problem;
use super::shapes::Signed;
use crate::access::{EnvironmentClass, Permission};
use crate::audit::{Action, Record};
use crate::delivery::{Audience, Head};
use crate::gate::{Circumstances, Refusal};
use crate::services::Services;
use crate::store::now;

/// How long a slice holds unless the caller says otherwise, in seconds: a quarter of an hour.
const TTL: u32 = 900;
/// How long one holds at most: a day.
const LONGEST_TTL: u32 = 86_400;
/// Bytes of a tenant's id.
const TENANT_BYTES: usize = 200;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new().routes(routes!(vend_by_permission))
}

/// What SDK keys open.
pub(super) fn for_processes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new().routes(routes!(vend))
}

/// For whom, and for how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SliceIn {
    /// The tenant.
    #[schema(min_length = 1, max_length = 200)]
    tenant: String,
    /// How long it holds; 900 when absent.
    #[schema(minimum = 1, maximum = 86_400)]
    ttl_seconds: Option<u32>,
    /// Further attributes; `tenant.id` is the tenant whatever they say.
    #[schema(value_type = Option<Object>)]
    context: Option<Box<RawValue>>,
}

/// What is signed.
#[derive(Serialize)]
struct Payload<'p> {
    tenant: &'p str,
    environment: &'p str,
    version: u64,
    expires_at: String,
    #[serde(flatten)]
    groups: Groups,
    flags: Map<String, Value>,
}

/// An evaluated slice for one tenant, to hand on
///
/// `{"type": "slice", "signature": "<header>..<signature>", "payload": {"tenant", "environment", "version", "expires_at",
/// "system", "customer", "flags": {key: {"value", "variant", "reason"}}}}`, signed as snapshots are; `exp` in the protected
/// header is until when it holds, in seconds since the epoch. `system` and `customer` have the values of the entries with
/// these tags. Only server keys vend, and one that is bound to a tenant only for that tenant.
#[utoipa::path(post, path = "/sdk/v1/slices", tag = "sdk", request_body = SliceIn,
    responses((status = 200, body = Signed), (status = "4XX", body = Problem)))]
async fn vend(
    AuditedSdk { sdk, circumstances }: AuditedSdk,
    Body { value, .. }: Body<SliceIn>,
) -> Result<Response, Problem> {
    if sdk.key.audience != Audience::Server {
        return Err(forbidden("only server keys vend slices"));
    }
    if sdk.key.tenant.as_deref().is_some_and(|own| own != value.tenant) {
        return Err(forbidden("the key is bound to another tenant"));
    }
    let by = format!("key:{}", sdk.key.id);
    vend_to(sdk.services(), sdk.head()?, value, by, circumstances).await
}

/// The same for whoever has the permission
#[utoipa::path(post, path = "/api/v1/projects/{project}/environments/{environment}/slices", tag = "projects",
    params(("project" = String, Path, example = "default"), ("environment" = String, Path, example = "production")),
    request_body = SliceIn, responses((status = 200, body = Signed), (status = "4XX", body = Problem)))]
async fn vend_by_permission(
    caller: Caller<may::SliceVend>,
    Path((project, environment)): Path<(String, String)>,
    Body { value, .. }: Body<SliceIn>,
) -> Result<Response, Problem> {
    let row = &caller.environment(&project, &environment)?.row;
    let place = (&*row.key, EnvironmentClass::of(row.production));
    let allowed = caller.authority.may(Permission::SliceVend, Some(place), None).map_err(Refusal::from)?;
    if !allowed.reaches_tenant(&value.tenant) {
        return Err(forbidden("slices of this tenant are for others to vend"));
    }
    let head = caller.services().hub.head(&project, &environment);
    let head = head.ok_or_else(|| Problem::not_found("environment", &environment))?;
    let by = caller.authority.actor.to_string();
    vend_to(caller.services(), head, value, by, caller.circumstances.clone()).await
}

async fn vend_to(
    services: &Services,
    head: Arc<Head>,
    asked: SliceIn,
    by: String,
    circumstances: Circumstances,
) -> Result<Response, Problem> {
    let SliceIn { tenant, ttl_seconds, context } = asked;
    if tenant.is_empty() || tenant.len() > TENANT_BYTES {
        return Err(Problem::bad_request("INVALID_BODY", format!("`tenant` has 1 to {TENANT_BYTES} bytes")));
    }
    let ttl = ttl_seconds.unwrap_or(TTL);
    if !(1..=LONGEST_TTL).contains(&ttl) {
        return Err(Problem::bad_request("INVALID_BODY", format!("`ttl_seconds` is 1 to {LONGEST_TTL}")));
    }
    let mut context = match context {
        Some(context) => Context::parse_json(context.get().as_bytes())
            .map_err(|problem| Problem::bad_request("INVALID_CONTEXT", problem.to_string()))?,
        None => Context::new(),
    };
    let at = now();
    let (issued_at, expires_at) = (at / 1_000, at / 1_000 + i64::from(ttl));
    let view = View::at(&services.turns, head, Audience::Server, Some(tenant.as_str().into())).await?;
    let (head, for_tenant) = (Arc::clone(&view.head), tenant.clone());
    let made = with_all(&services.turns, view, move |view| {
        let payload = serde_json::to_string(&payload(view, &for_tenant, &mut context, expires_at))?;
        Ok(view.head.vend(&for_tenant, issued_at, expires_at, &payload))
    });
    let slice = made.await?.map_err(|error: serde_json::Error| Problem::internal(error.to_string()))?;
    let record = Record {
        project: Some(head.project.key.to_string()),
        environment: Some(head.environment.row.key.to_string()),
        summary: Some(format!("version {} for {ttl} s", head.version())),
        target: Some(tenant.clone()),
        tenant: Some(tenant),
        request_id: circumstances.request_id,
        address: circumstances.address,
        ..Record::new(Timestamp::from_millis(at), by, Action::SliceVend)
    };
    // Whoever gets one is in the audit log before they have it.
    services.store.note(vec![record]).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], slice.plain().clone()).into_response())
}

fn payload<'p>(view: &'p View, tenant: &'p str, context: &mut Context, expires_at: i64) -> Payload<'p> {
    let (mut groups, mut flags) = (Groups::default(), Map::new());
    for found in view.evaluate_all(context) {
        let evaluation = &found.evaluation;
        groups.take(&found);
        let told = json!({
            "value": evaluation.value(), "variant": evaluation.variation(), "reason": evaluation.reason().as_str(),
        });
        flags.insert(found.key.to_owned(), told);
    }
    Payload {
        tenant,
        environment: &view.head.environment.row.key,
        version: view.head.version(),
        expires_at: moment(expires_at * 1_000),
        groups,
        flags,
    }
}

fn forbidden(detail: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "FORBIDDEN", detail)
}

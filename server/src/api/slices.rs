//! Evaluated slices: what a tenant's worker needs, with no key of its own. A service vends them beside the credentials
//! that it gives its workers.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vexil_core::{Context, Timestamp};

use super::body::Body;
use super::caller::{AuditedSdk, Guarded};
use super::evaluation::{Groups, View};
use super::out::moment;
use super::problem::Problem;
use crate::audit::{Action, Record};
use crate::delivery::Audience;
use crate::store::now;

/// How long a slice holds unless the caller says otherwise, in seconds: a quarter of an hour.
const TTL: u32 = 900;
/// How long one holds at most: a day.
const LONGEST_TTL: u32 = 86_400;
/// Bytes of a tenant's id.
const TENANT_BYTES: usize = 200;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
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
    responses((status = 200), (status = "4XX", body = Problem)))]
async fn vend(asked: AuditedSdk, Body { value, .. }: Body<SliceIn>) -> Result<Response, Problem> {
    let SliceIn { tenant, ttl_seconds, context } = value;
    let ttl = ttl_seconds.unwrap_or(TTL);
    check(&asked, &tenant, ttl)?;
    let mut context = match context {
        Some(context) => Context::parse_json(context.get().as_bytes())
            .map_err(|problem| Problem::bad_request("INVALID_CONTEXT", problem.to_string()))?,
        None => Context::new(),
    };
    context.set("tenant.id", tenant.as_str());

    let at = now();
    let (issued_at, expires_at) = (at / 1_000, at / 1_000 + i64::from(ttl));
    let view = View::of(&asked.sdk)?;
    let (mut groups, mut flags) = (Groups::default(), Map::new());
    for found in view.evaluate_all(&mut context) {
        let evaluation = &found.evaluation;
        groups.take(&found);
        let told = json!({
            "value": evaluation.value(), "variant": evaluation.variation(), "reason": evaluation.reason().as_str(),
        });
        flags.insert(found.key.to_owned(), told);
    }
    let payload = Payload {
        tenant: &tenant,
        environment: &view.head.environment.row.key,
        version: view.head.version(),
        expires_at: moment(expires_at * 1_000),
        groups,
        flags,
    };
    let payload = serde_json::to_string(&payload).map_err(|error| Problem::internal(error.to_string()))?;
    let slice = view.head.vend(&tenant, issued_at, expires_at, &payload);
    // Whoever gets one is in the audit log before they have it.
    asked.sdk.services().store.note(vec![record(&asked, tenant, view.head.version(), ttl, at)]).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], slice.plain().clone()).into_response())
}

fn check(asked: &AuditedSdk, tenant: &str, ttl: u32) -> Result<(), Problem> {
    let forbidden = |detail| Err(Problem::new(StatusCode::FORBIDDEN, "FORBIDDEN", detail));
    let key = &asked.sdk.key;
    if key.audience != Audience::Server {
        return forbidden("only server keys vend slices");
    }
    if tenant.is_empty() || tenant.len() > TENANT_BYTES {
        return Err(Problem::bad_request("INVALID_BODY", format!("`tenant` has 1 to {TENANT_BYTES} bytes")));
    }
    if key.tenant.as_deref().is_some_and(|own| own != tenant) {
        return forbidden("the key is bound to another tenant");
    }
    match ttl {
        1..=LONGEST_TTL => Ok(()),
        _ => Err(Problem::bad_request("INVALID_BODY", format!("`ttl_seconds` is 1 to {LONGEST_TTL}"))),
    }
}

fn record(asked: &AuditedSdk, tenant: String, version: u64, ttl: u32, at: i64) -> Record {
    let AuditedSdk { sdk, circumstances } = asked;
    Record {
        project: Some(sdk.key.project.to_string()),
        environment: Some(sdk.key.environment.to_string()),
        summary: Some(format!("version {version} for {ttl} s")),
        target: Some(tenant.clone()),
        tenant: Some(tenant),
        request_id: circumstances.request_id.clone(),
        address: circumstances.address.clone(),
        ..Record::new(Timestamp::from_millis(at), format!("key:{}", sdk.key.id), Action::SliceVend)
    }
}

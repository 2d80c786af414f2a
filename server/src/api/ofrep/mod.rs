//! OpenFeature's remote evaluation: OFREP 0.3.0, <https://github.com/open-feature/protocol>. Its errors have its own
//! forms.

mod answer;

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Path, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vexil_core::{Arena, Code, Context, Node, limits};

use super::caller::{Guarded, Listening, Sdk};
use super::evaluation::{View, tag_of, unless_known, with_all};
use super::problem::Problem;
use super::shapes::{Evaluated, EvaluatedAll};
use super::stream;
use crate::store::now;
pub(super) use answer::general;
use answer::{Failure, General};

/// How long a re-fetch waits for the version that its event told of: it may have come to another replica.
const PATIENCE: Duration = Duration::from_secs(1);
/// After so many seconds without anybody looking, clients close their stream.
const INACTIVITY_SECONDS: u32 = 120;

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new()
        .routes(routes!(single))
        .routes(routes!(bulk))
        .routes(routes!(events))
        .layer(DefaultBodyLimit::max(limits::CONTEXT_BYTES))
}

/// Who asks.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes a body that is read more strictly than serde reads")]
struct EvaluationRequest {
    /// Attributes; `targetingKey` is the user's id. Nobody in particular when absent.
    #[schema(value_type = Option<Object>)]
    context: Option<serde_json::Value>,
}

/// Evaluate one flag, configuration or experiment
///
/// `metadata` has the `version`, Vexil's own `reason`, and where there are such the `scope`, `rule` and `experiment` that
/// decided; the experiment only where the key sees it. Without a `value` the default in the caller's code stands: an
/// experiment gives no variant. `variant` is empty where the value is none of the variations.
#[utoipa::path(post, path = "/ofrep/v1/evaluate/flags/{key}", tag = "ofrep", params(("key" = String, Path)),
    request_body = EvaluationRequest,
    responses((status = 200, body = Evaluated), (status = 400, body = Failure), (status = 404, body = Failure),
        (status = 401, body = General), (status = 403, body = General), (status = 429, body = General)))]
async fn single(
    sdk: Result<Sdk, Problem>,
    key: Result<Path<String>, PathRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let view = match sdk {
        Ok(sdk) => View::of(&sdk).await,
        Err(problem) => Err(problem),
    };
    let view = match view {
        Ok(view) => view,
        Err(problem) => return answer::general(problem),
    };
    let Ok(Path(key)) = key else { return Failure::not_found("").into_response() };
    let mut context = match context(&body) {
        Ok(context) => context,
        Err(failure) => return Failure { key: Some(&key), ..failure }.into_response(),
    };
    let Some(evaluation) = view.evaluate(&key, &mut context) else {
        return Failure::not_found(&key).into_response();
    };
    if let Some(failure) = answer::failure(&key, &evaluation) {
        return failure.into_response();
    }
    let mut out = Vec::with_capacity(256);
    answer::success(&mut out, &key, &evaluation, |experiment| view.knows(experiment));
    ([(header::CONTENT_TYPE, "application/json")], out).into_response()
}

/// What an event told of.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct Told {
    /// The `etag` of the event that led to this request.
    flag_config_etag: Option<String>,
}

/// Evaluate everything that the key sees
///
/// With `If-None-Match` an unchanged answer is 304. `eventStreams` leads to the stream that tells of changes.
#[utoipa::path(post, path = "/ofrep/v1/evaluate/flags", tag = "ofrep", params(Told),
    request_body = EvaluationRequest,
    responses((status = 200, body = EvaluatedAll), (status = 304), (status = 400, body = Failure),
        (status = 401, body = General), (status = 403, body = General), (status = 429, body = General)))]
async fn bulk(
    sdk: Result<Sdk, Problem>,
    told: Result<Query<Told>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let sdk = match sdk {
        Ok(sdk) => sdk,
        Err(problem) => return answer::general(problem),
    };
    let mut context = match context(&body) {
        Ok(context) => context,
        Err(failure) => return failure.into_response(),
    };
    let told = told.map(|Query(told)| told).unwrap_or_default();
    await_version(&sdk, told.flag_config_etag.and_then(|tag| tag.parse().ok())).await;
    let asked = body.unwrap_or_default();
    let ticket = sdk.services().tickets.issue(&sdk.key.id, now());
    let made = match View::of(&sdk).await {
        Ok(view) => {
            let make = move |view: &View| {
                let out = answer_all(view, &mut context, &ticket);
                (tag_of(&[view.audience_name().as_bytes(), &asked, &out]), out)
            };
            with_all(&sdk.services().turns, view, make).await
        }
        Err(problem) => Err(problem),
    };
    made.map_or_else(answer::general, |(tag, out)| unless_known(&headers, &tag, out))
}

fn answer_all(view: &View, context: &mut Context, ticket: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(4096);
    out.extend_from_slice(b"{\"flags\":[");
    for (position, found) in view.evaluate_all(context).enumerate() {
        if position > 0 {
            out.push(b',');
        }
        match answer::failure(found.key, &found.evaluation) {
            Some(failure) => answer::json(&mut out, &failure),
            None => answer::success(&mut out, found.key, &found.evaluation, |key| view.knows(key)),
        }
    }
    out.extend_from_slice(b"],\"metadata\":");
    let environment = &*view.head.environment.row.key;
    answer::json(&mut out, &json!({ "environment": environment, "version": view.head.version() }));
    out.extend_from_slice(b",\"eventStreams\":");
    // Without an origin clients take the one by which they know this server.
    let endpoint = json!({ "requestUri": format!("/ofrep/v1/stream?ticket={ticket}") });
    let stream = json!({ "type": "sse", "endpoint": endpoint, "inactivityDelaySec": INACTIVITY_SECONDS });
    answer::json(&mut out, &[stream]);
    out.push(b'}');
    out
}

/// Waits for a version, for a moment.
async fn await_version(sdk: &Sdk, version: Option<u64>) {
    let Some(version) = version else { return };
    if let Some(mut heads) = sdk.services().hub.subscribe(&sdk.key.project, &sdk.key.environment) {
        // Whether it came or not, the newest one there is answers.
        drop(tokio::time::timeout(PATIENCE, heads.wait_for(|head| head.version() >= version)).await);
    }
}

/// Hear that what was evaluated may have changed, as server-sent events
///
/// `{"type": "refetchEvaluation", "etag", "lastModified"}` at the beginning, and with every new version. Of a position
/// in `Last-Event-ID` only what came after it is told. Bulk evaluation leads here with a `ticket` that opens the stream
/// for an hour or two; who can set headers may show the SDK key instead.
#[utoipa::path(get, path = "/ofrep/v1/stream", tag = "ofrep",
    params(("ticket" = Option<String>, Query, description = "In place of a key")),
    responses((status = 200, body = String, content_type = "text/event-stream"), (status = 401, body = General)))]
async fn events(listening: Result<Listening, Problem>, headers: HeaderMap) -> Response {
    let held = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let opened = match listening {
        Ok(Listening(sdk)) => stream::refetches(&sdk, held).await,
        Err(problem) => Err(problem),
    };
    opened.unwrap_or_else(answer::general)
}

/// The context in a body, which is read as strictly as definitions are. Without one nobody in particular asks.
fn context(body: &Result<Bytes, BytesRejection>) -> Result<Context, Failure<'static>> {
    let refuse = |error_code, error_details| Err(Failure { key: None, error_code, error_details });
    let body = match body {
        Ok(body) if body.iter().all(u8::is_ascii_whitespace) => return Ok(Context::new()),
        Ok(body) => body,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let details = format!("a request with a context has at most {} bytes", limits::CONTEXT_BYTES);
            return refuse("INVALID_CONTEXT", details);
        }
        Err(rejection) => return refuse("GENERAL", rejection.body_text()),
    };
    let arena = Arena::new();
    let members = match Node::parse_json(body, &arena) {
        Ok(Node::Object(members)) => members,
        Ok(other) => {
            return refuse("PARSE_ERROR", format!("the body is an object, not {}", other.kind()));
        }
        Err(problem) if matches!(problem.code, Code::Syntax | Code::InvalidUtf8) => {
            return refuse("PARSE_ERROR", problem.to_string());
        }
        Err(problem) => return refuse("INVALID_CONTEXT", problem.to_string()),
    };
    match members.iter().find(|(name, _)| *name == "context") {
        None | Some((_, Node::Null)) => Ok(Context::new()),
        Some((_, node)) => {
            Context::from_node(node).or_else(|problem| refuse("INVALID_CONTEXT", problem.to_string()))
        }
    }
}

//! What processes are given: the snapshot, the stream, and the keys to verify them with.

use std::sync::Arc;

use axum::Json;
use axum::extract::Query;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{Guarded, Sdk};
use super::problem::Problem;
use super::stream;
use crate::delivery::{Coding, Head};

pub(super) fn routes() -> OpenApiRouter<Guarded> {
    OpenApiRouter::new()
        .routes(routes!(snapshot))
        .routes(routes!(events))
        .routes(routes!(socket))
        .routes(routes!(trusted))
}

/// The newest version, signed
///
/// `{"type": "put", "signature": "<header>..<signature>", "payload": {...}}`: the payload is a bundle of definitions,
/// the signature a detached JWS over its bytes. With `If-None-Match` an unchanged one is answered with 304.
#[utoipa::path(get, path = "/sdk/v1/snapshot", tag = "sdk",
    responses((status = 200), (status = 304), (status = 401, body = Problem)))]
async fn snapshot(sdk: Sdk, headers: HeaderMap) -> Result<Response, Problem> {
    let head = sdk.head()?;
    let tag = head.tag(&sdk.key.audience);
    if matches(&headers, &tag) {
        return Ok(with_tag(StatusCode::NOT_MODIFIED.into_response(), &tag));
    }
    let coding = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let coding = coding.map_or(Coding::Identity, Coding::accepted);
    let audience = sdk.key.audience.clone();
    sdk.services().relay.put(&sdk.services().metrics, &head, &audience).await;
    // To compress a large one takes a while, once.
    let bytes = tokio::task::spawn_blocking(move || head.put(&audience).encoded.in_coding(coding))
        .await
        .map_err(|error| Problem::internal(error.to_string()))?;
    let mut response = ([(header::CONTENT_TYPE, "application/json")], bytes).into_response();
    let headers = response.headers_mut();
    if let Some(name) = coding.name() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, authorization"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(with_tag(response, &tag))
}

/// Where a stream goes on.
#[derive(Debug, Default, Deserialize, IntoParams)]
struct Since {
    /// The version that is held; the whole comes first when absent.
    since: Option<u64>,
}

/// Every version from now on, as server-sent events
///
/// `event: put` and `event: delta` with `id: <version>`; `event: heartbeat` from time to time. `Last-Event-ID` (or
/// `since`) resumes; a position that is too old gets a `put`.
#[utoipa::path(get, path = "/sdk/v1/stream", tag = "sdk", params(Since),
    responses((status = 200, content_type = "text/event-stream"), (status = 401, body = Problem)))]
async fn events(sdk: Sdk, headers: HeaderMap, Query(since): Query<Since>) -> Result<Response, Problem> {
    let resumed = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.trim().parse().ok());
    stream::events(&sdk, resumed.or(since.since))
}

/// The same messages over a WebSocket
#[utoipa::path(get, path = "/sdk/v1/ws", tag = "sdk", params(Since),
    responses((status = 101), (status = 401, body = Problem)))]
async fn socket(
    sdk: Sdk,
    Query(since): Query<Since>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade
        .map_err(|rejection| Problem::new(rejection.status(), "NOT_A_WEBSOCKET", rejection.body_text()))?;
    stream::socket(sdk, since.since, upgrade)
}

/// The public keys to trust, as a JWK set (RFC 7517, RFC 8037)
#[utoipa::path(get, path = "/sdk/v1/keys", tag = "sdk", responses((status = 200), (status = 401, body = Problem)))]
async fn trusted(sdk: Sdk) -> Json<serde_json::Value> {
    let keys: Vec<_> = sdk
        .services()
        .hub
        .signer()
        .public()
        .iter()
        .map(|key| {
            serde_json::json!({
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.id, "x": key.public,
                "state": key.state,
            })
        })
        .collect();
    Json(serde_json::json!({ "keys": keys }))
}

impl Sdk {
    /// The newest version of the key's environment.
    pub(super) fn head(&self) -> Result<Arc<Head>, Problem> {
        let head = self.services().hub.head(&self.key.project, &self.key.environment);
        head.ok_or_else(|| Problem::not_found("environment", &self.key.environment))
    }
}

/// Whether one of the tags in `If-None-Match` is this one, compared weakly (RFC 9110 section 8.8.3.2).
pub(super) fn matches(headers: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let wanted = opaque(tag);
    headers.get_all(header::IF_NONE_MATCH).iter().any(|value| {
        let given = value.to_str().unwrap_or_default();
        given.trim() == "*" || given.split(',').any(|given| opaque(given) == wanted)
    })
}

pub(super) fn with_tag(mut response: Response, tag: &str) -> Response {
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

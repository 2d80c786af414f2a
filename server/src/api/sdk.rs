//! What processes are given: the snapshot, the stream, and the keys to verify them with.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::Query;
use super::caller::{Guarded, Sdk};
use super::problem::Problem;
use super::shapes::{KeySet, Signed};
use super::stream;
use crate::delivery::{Audience, Coding, Head};

/// How long whoever holds a later version than there is here waits for it: a little longer than it takes until a lost
/// notification is found.
const CATCH_UP: Duration = Duration::from_secs(6);
/// What of a request a snapshot depends on, beside its path.
const VARY: &str = "accept-encoding, authorization, x-api-key";

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
/// the signature a detached JWS over its bytes. With `If-None-Match` an unchanged one is answered with 304. Whoever
/// shows a later version than there is here is given none that is older: 503 `BEHIND`, if it does not come in time.
#[utoipa::path(get, path = "/sdk/v1/snapshot", tag = "sdk",
    responses((status = 200, body = Signed), (status = 304), (status = 401, body = Problem), (status = 503, body = Problem)))]
async fn snapshot(sdk: Sdk, headers: HeaderMap) -> Result<Response, Problem> {
    let mut head = sdk.head()?;
    if let Some(held) = held_beyond(&headers, &head, &sdk.key.audience) {
        sdk.catch_up(held).await?;
        head = sdk.head()?;
    }
    let tag = head.tag(&sdk.key.audience);
    if matches(&headers, &tag) {
        return Ok(cached(StatusCode::NOT_MODIFIED.into_response(), &tag, VARY));
    }
    let coding = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let coding = coding.map_or(Coding::Identity, Coding::accepted);
    let audience = sdk.key.audience.clone();
    sdk.services().relay.put(&sdk.services().metrics, &head, &audience).await;
    let message = head.put(&audience).encoded;
    if !message.has(coding) {
        // To compress a large one takes a while, once; whoever else asks for it meanwhile waits for the same.
        let _turn = head.making().await;
        let compressing = Arc::clone(&message);
        tokio::task::spawn_blocking(move || compressing.in_coding(coding)).await?;
    }
    let bytes = message.in_coding(coding);
    let mut response = ([(header::CONTENT_TYPE, "application/json")], bytes).into_response();
    if let Some(name) = coding.name() {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    Ok(cached(response, &tag, VARY))
}

/// The version that the caller holds of what this is a version of, where it is a later one.
fn held_beyond(headers: &HeaderMap, head: &Head, audience: &Audience) -> Option<u64> {
    let tags = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let held = tags.flat_map(|tags| tags.split(',')).filter_map(|tag| head.version_in(tag.trim(), audience));
    held.max().filter(|held| *held > head.version())
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
/// `since`) resumes; a position that is too old gets a `put`, and one that is not known here yet 503 `BEHIND`, if it does
/// not come in time.
#[utoipa::path(get, path = "/sdk/v1/stream", tag = "sdk", params(Since),
    responses((status = 200, body = String, content_type = "text/event-stream"), (status = 401, body = Problem),
        (status = 503, body = Problem)))]
async fn events(sdk: Sdk, headers: HeaderMap, Query(since): Query<Since>) -> Result<Response, Problem> {
    let resumed = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.trim().parse().ok());
    stream::events(&sdk, resumed.or(since.since)).await
}

/// The same messages over a WebSocket
#[utoipa::path(get, path = "/sdk/v1/ws", tag = "sdk", params(Since),
    responses((status = 101), (status = 401, body = Problem), (status = 503, body = Problem)))]
async fn socket(
    sdk: Sdk,
    Query(since): Query<Since>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade
        .map_err(|rejection| Problem::new(rejection.status(), "NOT_A_WEBSOCKET", rejection.body_text()))?;
    stream::socket(sdk, since.since, upgrade).await
}

/// The public keys to trust, as a JWK set (RFC 7517, RFC 8037)
#[utoipa::path(get, path = "/sdk/v1/keys", tag = "sdk", responses((status = 200, body = KeySet), (status = 401, body = Problem)))]
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

    /// Waits until this replica has the version that the caller holds from another one, for they are given no earlier
    /// one.
    pub(super) async fn catch_up(&self, held: u64) -> Result<(), Problem> {
        let heads = self.services().hub.subscribe(&self.key.project, &self.key.environment);
        let mut heads = heads.ok_or_else(|| Problem::not_found("environment", &self.key.environment))?;
        let caught_up = heads.wait_for(|head| head.version() >= held);
        match tokio::time::timeout(CATCH_UP, caught_up).await {
            Ok(Ok(_)) => Ok(()),
            _ => {
                let detail = format!("version {held} is not known here yet; try again");
                Err(Problem::unavailable("BEHIND", detail))
            }
        }
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

/// An answer, or that it is as it was, that the caller alone may keep, and asks about before it is used again. Both have
/// the same headers (RFC 9110 section 15.4.5).
pub(super) fn cached(mut response: Response, tag: &str, vary: &'static str) -> Response {
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::VARY, HeaderValue::from_static(vary));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

//! What every request passes: an id, limits, headers that protect browsers, a log.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use opentelemetry::global;
use opentelemetry::propagation::Extractor;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{self, AllowHeaders, CorsLayer};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::caller::{Caller, Guarded, RequestId, may};
use super::limits;
use super::problem::Problem;
use crate::observe;
use crate::services::Services;

/// How long browsers need not ask again whether they may ask, in seconds; none believes more than a day.
const CORS_AGE: u64 = 24 * 3600;
/// Headers of every answer.
const FOR_ALL: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];
/// Headers of what a browser may show as a page.
const FOR_PAGES: [(HeaderName, &str); 5] = [
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Bytes of a request id that a caller may give.
const REQUEST_ID_BYTES: usize = 128;
/// What pages may load: their own scripts from files of their own, and styles and small pictures that are written into
/// them.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Whether the process is alive, and whether it can do its work.
pub(super) fn health(services: &Arc<Services>) -> Router<Guarded> {
    let ready = Arc::clone(services);
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(move || readiness(ready)))
        .route("/metrics", get(guarded_metrics))
}

/// Metrics tell of projects, environments and load, so at the address of everybody else they are for those who may
/// read telemetry. A caller from this machine is not trusted for it: behind a proxy, everybody is one.
async fn guarded_metrics(caller: Caller<may::TelemetryRead>) -> Response {
    metrics(caller.services()).await
}

async fn metrics(services: &Services) -> Response {
    let text = observe::scrape(services).await;
    ([(header::CONTENT_TYPE, observe::CONTENT_TYPE)], text).into_response()
}

/// What the address of metrics answers, to everybody who can reach it.
pub(crate) fn metrics_router(services: &Arc<Services>) -> Router {
    let services = Arc::clone(services);
    let answer = move || {
        let services = Arc::clone(&services);
        async move { metrics(&services).await }
    };
    Router::new().route("/metrics", get(answer))
}

async fn readiness(services: Arc<Services>) -> Response {
    if services.leaving.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    match services.store.ping().await {
        Ok(()) => "ready\n".into_response(),
        // Reads go on from memory, so the instance stays in service; a probe that wants writes looks at the text.
        Err(_) => "ready, but the database is away: reads only\n".into_response(),
    }
}

/// Pages of anybody's may ask here, for a key is all that counts: no cookie opens anything, and none is sent.
pub(super) fn open_to_pages() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(cors::Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([header::ETAG, header::RETRY_AFTER, REQUEST_ID])
        .max_age(Duration::from_secs(CORS_AGE))
}

pub(super) fn layers(router: Router, services: &Arc<Services>) -> Router {
    router
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND, "NO_SUCH_ROUTE", "nothing is here") })
        .layer(
            ServiceBuilder::new()
                .layer(middleware::from_fn_with_state(Arc::clone(services), with_id))
                .layer(CatchPanicLayer::custom(panicked))
                .layer(DefaultBodyLimit::max(services.settings.max_body))
                .layer(middleware::from_fn_with_state(Arc::clone(services), limits::limit)),
        )
}

/// Gives the request an id, or takes over the caller's, and a span that has it; tells logs and metrics of the answer.
async fn with_id(State(services): State<Arc<Services>>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let given = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_sound = |id: &&str| {
        !id.is_empty() && id.len() <= REQUEST_ID_BYTES && id.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let id = given.filter(is_sound).map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned);
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map(MatchedPath::as_str);
    let span = span(&request, route, &id);
    let answered = tokio::time::timeout(services.settings.request_timeout, next.run(request));
    let mut response = answered.instrument(span.clone()).await.unwrap_or_else(|_| {
        Problem::unavailable("TIMEOUT", "this took too long; a change may have been made").into_response()
    });
    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    let took = began.elapsed();
    services.metrics.request(&method, route, status, took);
    span.in_scope(|| tracing::debug!(status = status.as_u16(), took_us = took.as_micros(), "answered"));
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    protect(response.headers_mut(), route.is_some_and(is_for_processes));
    response
}

/// What SDK keys open is for programs, and asked for too often to carry what only browsers that show a page look at.
fn is_for_processes(route: &str) -> bool {
    route.starts_with("/sdk/") || route.starts_with("/ofrep/")
}

/// Headers that protect whoever reads the answer, unless the handler has its own.
fn protect(headers: &mut HeaderMap, for_process: bool) {
    let pages: &[_] = if for_process { &[] } else { &FOR_PAGES };
    for (name, value) in FOR_ALL.iter().chain(pages) {
        headers.entry(name).or_insert_with(|| HeaderValue::from_static(value));
    }
}

/// The span of a request. It has the route and never the path or the query, for those may have names of people in
/// them; who asks is added when that is known. It belongs to the caller's trace, if the caller names one.
fn span(request: &Request, route: Option<&str>, id: &str) -> Span {
    let (method, route) = (request.method(), route.unwrap_or("none"));
    let span = tracing::info_span!(
        "request",
        otel.name = format_args!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = %method,
        http.route = route,
        http.response.status_code = Empty,
        request_id = id,
        actor = Empty,
    );
    if request.headers().contains_key("traceparent") {
        let caller = global::get_text_map_propagator(|traces| traces.extract(&Headers(request.headers())));
        // Without a tracer there is nothing to belong to.
        drop(span.set_parent(caller));
    }
    span
}

/// Headers as OpenTelemetry reads them.
struct Headers<'h>(&'h HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

/// A handler that panics has harmed its own request only.
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    tracing::error!(panic = text, "a handler panicked");
    Problem::internal("something went wrong here; the log says what").into_response()
}

//! What every request passes: an id, limits, headers that protect browsers, a log.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::caller::{Guarded, RequestId};
use super::limits;
use super::problem::Problem;
use crate::server::Services;

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
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(move || readiness(ready)))
}

async fn readiness(services: Arc<Services>) -> Response {
    if *services.stopping.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    match services.store.ping().await {
        Ok(()) => "ready\n".into_response(),
        // Reads go on from memory, so the instance stays in service; a probe that wants writes looks at the text.
        Err(_) => "ready, but the database is away: reads only\n".into_response(),
    }
}

pub(super) fn layers(router: Router, services: &Arc<Services>) -> Router {
    let always = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    router
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND, "NO_SUCH_ROUTE", "nothing is here") })
        .layer(
            ServiceBuilder::new()
                .layer(middleware::from_fn(with_id))
                .layer(CatchPanicLayer::custom(panicked))
                .layer(DefaultBodyLimit::max(services.settings.max_body))
                .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
                .layer(always(header::X_FRAME_OPTIONS, "DENY"))
                .layer(always(header::REFERRER_POLICY, "no-referrer"))
                .layer(always(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
                .layer(always(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
                .layer(always(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
                .layer(always(
                    HeaderName::from_static("permissions-policy"),
                    "camera=(), geolocation=(), microphone=()",
                ))
                .layer(always(header::CACHE_CONTROL, "no-store"))
                .layer(middleware::from_fn_with_state(Arc::clone(services), limits::limit)),
        )
}

/// Gives the request an id, or takes over the caller's, and tells it in the answer and in the log.
async fn with_id(mut request: Request, next: Next) -> Response {
    let given = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_sound = |id: &&str| {
        !id.is_empty() && id.len() <= REQUEST_ID_BYTES && id.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let id = given.filter(is_sound).map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned);
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    tracing::debug!(%method, path, status = response.status().as_u16(), request_id = id, "answered");
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// A handler that panics has harmed its own request only.
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    tracing::error!(panic = text, "a handler panicked");
    Problem::internal("something went wrong here; the log says what").into_response()
}

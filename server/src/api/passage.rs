//! What every request passes: an id, a span, bounds, headers that protect browsers, a log, metrics.
//!
//! One service does all of it, for evaluations pass here tens of thousands of times a second, and layers of middleware
//! would copy the whole of what is behind them, each for every request.

use std::any::Any;
use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::FutureExt as _;
use opentelemetry::global;
use opentelemetry::propagation::Extractor;
use tower::{Layer, Service};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::caller::RequestId;
use super::pages::FromPage;
use super::problem::{Problem, Shape};
use crate::services::Services;

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
/// What pages may load: their own scripts from files of their own, and styles and small pictures that are written into
/// them.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// Names a request, in logs and in the audit log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Bytes of a request id that a caller may give.
const REQUEST_ID_BYTES: usize = 128;

/// Puts the passage in front of a router.
#[derive(Clone)]
pub(super) struct Passage(pub(super) Arc<Services>);

impl<S> Layer<S> for Passage {
    type Service = Passing<S>;

    fn layer(&self, inner: S) -> Passing<S> {
        Passing { inner, services: Arc::clone(&self.0) }
    }
}

/// A service behind the passage.
#[derive(Clone)]
pub(super) struct Passing<S> {
    inner: S,
    services: Arc<Services>,
}

impl<S> Service<Request> for Passing<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let passed = Passed::new(&mut request);
        let services = Arc::clone(&self.services);
        if let Some(answer) = passed.page.and_then(|page| page.preflight(&request)) {
            return Box::pin(async move { Ok(passed.leave(&services, answer)) });
        }
        let admitted = match services.limits.admit(&mut request, services.settings.behind_proxy) {
            Ok(admitted) => admitted,
            Err(refusal) => return Box::pin(async move { Ok(passed.leave(&services, *refusal)) }),
        };
        let answer = AssertUnwindSafe(self.inner.call(request)).catch_unwind();
        Box::pin(async move {
            let answered = tokio::time::timeout(services.settings.request_timeout, answer);
            let response = match answered.instrument(passed.span.clone()).await {
                Ok(Ok(Ok(response))) if response.status() == StatusCode::METHOD_NOT_ALLOWED => {
                    without_method(admitted.in_shape, response)
                }
                Ok(Ok(Ok(response))) => response,
                Ok(Ok(Err(never))) => match never {},
                Ok(Err(panic)) => admitted.in_shape.answer(passed.panicked(panic.as_ref())),
                Err(_) => {
                    let detail = "this took too long; a change may have been made";
                    admitted.in_shape.answer(Problem::unavailable("TIMEOUT", detail))
                }
            };
            let response = services.limits.settle(&admitted, response);
            Ok(passed.leave(&services, response))
        })
    }
}

/// The router has nothing to say of a method that a path does not have, but which ones it has: `Allow`.
fn without_method(in_shape: Shape, refused: Response) -> Response {
    let detail = "this method is not for here; `Allow` has those that are";
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", detail);
    let mut response = in_shape.answer(problem);
    let (mut told, _) = refused.into_parts();
    told.headers.remove(header::CONTENT_LENGTH);
    response.headers_mut().extend(told.headers);
    response
}

/// What is known of a request before anybody looks into it.
struct Passed {
    began: Instant,
    id: Arc<str>,
    method: axum::http::Method,
    route: Option<MatchedPath>,
    page: Option<FromPage>,
    span: Span,
}

impl Passed {
    /// Gives the request an id, or takes over the caller's, and a span that has it.
    fn new(request: &mut Request) -> Passed {
        let began = Instant::now();
        let given = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
        let is_sound = |id: &&str| {
            !id.is_empty() && id.len() <= REQUEST_ID_BYTES && id.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let id: Arc<str> = match given.filter(is_sound) {
            Some(id) => id.into(),
            None => {
                let mut text = uuid::Uuid::encode_buffer();
                (*uuid::Uuid::now_v7().hyphenated().encode_lower(&mut text)).into()
            }
        };
        request.extensions_mut().insert(RequestId(Arc::clone(&id)));
        let route = request.extensions().get::<MatchedPath>().cloned();
        let span = span(request, route.as_ref().map(MatchedPath::as_str), &id);
        Passed { began, id, method: request.method().clone(), route, page: FromPage::of(request), span }
    }

    /// A handler that panics has harmed its own request only.
    fn panicked(&self, panic: &(dyn Any + Send)) -> Problem {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or_default();
        tracing::error!(panic = text, request_id = &*self.id, "a handler panicked");
        Problem::internal("something went wrong here; the log says what")
    }

    /// Tells logs and metrics of the answer, and gives it the headers that all have.
    fn leave(self, services: &Services, mut response: Response) -> Response {
        let status = response.status();
        if !self.span.is_disabled() {
            self.span.record("http.response.status_code", status.as_u16());
            if status.is_server_error() {
                self.span.record("otel.status_code", "ERROR");
            }
        }
        let took = self.began.elapsed();
        self.span
            .in_scope(|| tracing::debug!(status = status.as_u16(), took_us = took.as_micros(), "answered"));
        let is_for_process = self.route.as_ref().is_some_and(|route| is_for_processes(route.as_str()));
        services.metrics.request(&self.method, self.route, status, took);
        if let Ok(id) = HeaderValue::from_str(&self.id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        protect(response.headers_mut(), is_for_process);
        if let Some(page) = self.page {
            page.open(response.headers_mut());
        }
        response
    }
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

macro_rules! request_span {
    ($level:ident, $request:expr, $route:expr, $id:expr) => {
        tracing::span!(
            tracing::Level::$level,
            "request",
            otel.name = format_args!("{} {}", $request.method(), $route),
            otel.kind = "server",
            otel.status_code = Empty,
            http.request.method = $request.method().as_str(),
            http.route = $route,
            http.response.status_code = Empty,
            request_id = $id,
            actor = Empty,
        )
    };
}

/// The span of a request. It has the route and never the path or the query, for those may have names of people in
/// them; who asks is added when that is known. It belongs to the caller's trace, if the caller names one.
///
/// Of what processes ask there is one in traces and at the level `debug` only: logs have nothing to say of it as a
/// rule, and to write a span's fields costs as much as an evaluation.
fn span(request: &Request, route: Option<&str>, id: &str) -> Span {
    let span = match route {
        Some(route) if is_for_processes(route) => request_span!(DEBUG, request, route, id),
        route => request_span!(INFO, request, route.unwrap_or("none"), id),
    };
    if !span.is_disabled() && request.headers().contains_key("traceparent") {
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

//! What pages of other origins may ask (CORS, WHATWG Fetch section 3.3): whatever a key opens, for the key is all that
//! counts there; no cookie opens anything, and none is sent.
//!
//! Headers are for browsers, which name the page's origin in `Origin`: nobody else's request is the slower for it.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// How long browsers need not ask again whether they may ask, in seconds; none believes more than a day.
const AGE: &str = "86400";
const METHODS: &str = "GET,POST";
const EXPOSED: &str = "etag,retry-after,x-request-id";

/// A request from a page to what is open to pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FromPage;

impl FromPage {
    /// Nothing where no page asks, or where pages have no business.
    pub(super) fn of(request: &Request) -> Option<FromPage> {
        let is_from_page = request.headers().contains_key(header::ORIGIN);
        let route = || request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        (is_from_page && route().is_some_and(is_open)).then_some(FromPage)
    }

    /// The answer to a browser that asks whether a page may ask, if it does: it is always the same, so it is not
    /// counted.
    pub(super) fn preflight(self, request: &Request) -> Option<Response> {
        let headers = request.headers();
        let is_preflight = request.method() == Method::OPTIONS
            && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        is_preflight.then(|| {
            let mut response = StatusCode::OK.into_response();
            let answered = response.headers_mut();
            answered.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
            answered.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(AGE));
            if let Some(asked) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
                answered.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
            }
            response
        })
    }

    /// Lets the page read an answer, also a refusal: or nobody would see why.
    pub(super) fn open(self, headers: &mut HeaderMap) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
}

/// What SDK keys open.
fn is_open(route: &str) -> bool {
    route.starts_with("/sdk/")
        || route.starts_with("/ofrep/")
        || matches!(route, "/api/v1/app/config" | "/api/v1/feature-flags")
}

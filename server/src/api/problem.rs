//! What went wrong, as `application/problem+json` (RFC 9457) with a stable code.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::task::JoinError;
use utoipa::ToSchema;

use super::ofrep;
use crate::access::credential::BadCredential;
use crate::audit::SealError;
use crate::gate::Refusal;
use crate::store::StoreError;

/// How long to wait before trying again what the database did not take, in seconds.
const RETRY_AFTER: u64 = 2;

/// What went wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Always `about:blank`: the code tells what it is.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// The status in words.
    pub(crate) title: &'static str,
    /// The HTTP status.
    pub(crate) status: u16,
    /// The stable code (`docs/errors.md`).
    pub(crate) code: &'static str,
    /// One sentence for a person.
    pub(crate) detail: String,
    /// What else there is to know: `problems` of definitions, `current` and `changed` of a stale edit.
    #[serde(flatten, skip_serializing_if = "Value::is_null")]
    #[schema(value_type = Object)]
    pub(crate) more: Box<Value>,
    #[serde(skip)]
    retry_after: Option<u64>,
    #[serde(skip)]
    etag: Option<u64>,
}

impl Problem {
    /// A problem with a code of its own.
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Problem {
        Problem {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            more: Box::default(),
            retry_after: None,
            etag: None,
        }
    }

    /// A request that cannot be understood.
    pub(crate) fn bad_request(code: &'static str, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// Nobody whom the server knows.
    pub(crate) fn unauthenticated(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", detail)
    }

    /// Something that is not there.
    pub(crate) fn not_found(what: &str, name: &str) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", format!("no {what} `{name}`"))
    }

    /// Something that the caller can do nothing about.
    pub(crate) fn internal(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", detail)
    }

    /// Too much, too fast.
    pub(crate) fn too_many(code: &'static str, detail: impl Into<String>, retry_after: u64) -> Problem {
        Problem {
            retry_after: Some(retry_after),
            ..Problem::new(StatusCode::TOO_MANY_REQUESTS, code, detail)
        }
    }

    /// Something that the caller may not do.
    pub(crate) fn forbidden(code: &'static str, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// Not now.
    pub(crate) fn unavailable(code: &'static str, detail: impl Into<String>) -> Problem {
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail);
        Problem { retry_after: Some(RETRY_AFTER), ..problem }
    }

    fn with(self, more: Value) -> Problem {
        Problem { more: Box::new(more), ..self }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match error {
            StoreError::Unavailable(_) => {
                tracing::warn!(%error, "the database did not take it");
                Problem::unavailable("STORE_UNAVAILABLE", "the database is not available; try again")
            }
            StoreError::Moved => {
                let problem =
                    Problem::new(StatusCode::CONFLICT, "CONTENTION", "too many others change the same");
                Problem { retry_after: Some(RETRY_AFTER), ..problem }
            }
            StoreError::Unsealed(SealError::TooLarge(_)) => {
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "AUDIT_RECORD_TOO_LARGE", error.to_string())
            }
            StoreError::Unsealed(ref unsealed) => {
                tracing::error!(%error, "the audit log is at its end");
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, unsealed.code(), error.to_string())
            }
            StoreError::Corrupt { .. }
            | StoreError::Database(_)
            | StoreError::Claimed { .. }
            | StoreError::Folder { .. }
            | StoreError::Migration(_) => {
                // What the database says may hold what nobody should read.
                tracing::error!(%error, "the database refused");
                Problem::internal("the database refused; the log says why")
            }
        }
    }
}

impl From<JoinError> for Problem {
    fn from(error: JoinError) -> Problem {
        // What a panic says may hold what nobody should read.
        tracing::error!(%error, "work was not done");
        Problem::internal("something went wrong here; the log says what")
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let (code, detail) = (refusal.code(), refusal.to_string());
        let problem = |status| Problem::new(status, code, detail);
        match refusal {
            Refusal::Denied(_) | Refusal::Outside(_) => problem(StatusCode::FORBIDDEN),
            Refusal::NotFound { .. } => problem(StatusCode::NOT_FOUND),
            Refusal::Exists { .. } | Refusal::Conflict { .. } => problem(StatusCode::CONFLICT),
            Refusal::Invalid { .. } | Refusal::IdempotencyMismatch => {
                problem(StatusCode::UNPROCESSABLE_ENTITY)
            }
            Refusal::Definitions { problems } => {
                problem(StatusCode::UNPROCESSABLE_ENTITY).with(json!({ "problems": problems }))
            }
            Refusal::Stale { current, changed, .. } => {
                Problem { etag: Some(current), ..problem(StatusCode::PRECONDITION_FAILED) }
                    .with(json!({ "current": current, "changed": changed }))
            }
            Refusal::Policy { policy, .. } => {
                problem(StatusCode::FORBIDDEN).with(json!({ "policy": policy }))
            }
            Refusal::Store(error) => error.into(),
        }
    }
}

impl From<BadCredential> for Problem {
    fn from(bad: BadCredential) -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, bad.code(), bad.to_string())
    }
}

/// The shape in which the caller of a path expects to hear of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// As everywhere.
    Problem,
    /// OFREP has its own.
    Ofrep,
}

impl Shape {
    /// As the path says, be it one that there is or not.
    pub(crate) fn of(path: &str) -> Shape {
        if path.starts_with("/ofrep/") { Shape::Ofrep } else { Shape::Problem }
    }

    /// The problem in this shape.
    pub(crate) fn answer(self, problem: Problem) -> Response {
        match self {
            Shape::Problem => problem.into_response(),
            Shape::Ofrep => ofrep::general(problem),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (retry_after, etag) = (self.retry_after, self.etag);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(Ok(tag)) = etag.map(|revision| HeaderValue::try_from(format!("\"{revision}\""))) {
            headers.insert(header::ETAG, tag);
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

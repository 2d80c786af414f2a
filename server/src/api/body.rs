//! Bodies, read as strictly as definitions are: a request that could mean two things is refused.

use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, Request};
use serde::de::DeserializeOwned;
use vexil_core::{Arena, Node};

use super::caller::Guarded;
use super::problem::Problem;
use crate::audit::hex;

/// More than this takes more than about a millisecond to read.
const LARGE: usize = 64 << 10;

/// A JSON body, and what it was.
pub(crate) struct Body<T> {
    /// The body.
    pub(crate) value: T,
    /// A digest of its bytes, to tell requests with one idempotency key apart.
    pub(crate) digest: String,
}

impl<S, T> FromRequest<S> for Body<T>
where
    S: Send + Sync,
    Guarded: FromRef<S>,
    T: DeserializeOwned + Send + 'static,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            Problem::new(rejection.status(), "BODY_UNREADABLE", rejection.body_text())
        })?;
        let length = bytes.len();
        let read = move || Ok(Body { value: read(&bytes)?, digest: digest(&bytes) });
        if length <= LARGE {
            return read();
        }
        Guarded::from_ref(state).turns().take(read).await?
    }
}

/// Reads JSON without duplicate members, integers beyond 64 bits, and nesting beyond the core's limits.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let refuse =
        |problem: vexil_core::Problem| Problem::bad_request(problem.code.as_str(), problem.to_string());
    Node::parse_json(bytes, &Arena::new()).map_err(refuse)?;
    serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Problem::bad_request("INVALID_BODY", format!("{place}: {error}"))
    })
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex::encode(&sha2::Sha256::digest(bytes).into())
}

//! Bodies, read as strictly as definitions are: a request that could mean two things is refused.

use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, Request};
use axum::http::Uri;
use serde::de::DeserializeOwned;
use vexil_core::{Arena, Node};

use super::caller::Guarded;
use super::problem::Problem;
use crate::audit::hex;

/// Where texts come from people, and end in columns of the database. What processes tell is kept out item by item.
const ADMINISTRATION: &str = "/api/";
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
        let administers = request.uri().path().starts_with(ADMINISTRATION);
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            Problem::new(rejection.status(), "BODY_UNREADABLE", rejection.body_text())
        })?;
        let length = bytes.len();
        let read = move || {
            if administers && has_nul(&bytes) {
                return Err(nul());
            }
            Ok(Body { value: read(&bytes)?, digest: digest(&bytes) })
        };
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

/// Refuses a path or query that has U+0000 in it, as [`Body`] does.
pub(super) fn without_nul(uri: &Uri) -> Result<(), Problem> {
    let has_nul = |text: &str| text.contains("%00");
    if has_nul(uri.path()) || uri.query().is_some_and(has_nul) { Err(nul()) } else { Ok(()) }
}

fn nul() -> Problem {
    Problem::bad_request("NUL_CHARACTER", "a text with U+0000 in it is not taken, for not every database can")
}

/// Whether a JSON text has an escape of U+0000, which it cannot hold otherwise.
fn has_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let escape = rest.get(at + 1..).unwrap_or_default();
        if escape.starts_with(b"u0000") {
            return true;
        }
        // What is escaped may itself be a backslash.
        rest = escape.get(1..).unwrap_or_default();
    }
    false
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex::encode(&sha2::Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escaped_backslash_is_no_escape() {
        for (json, expected) in [
            (r#"{"a": "\u0000"}"#, true),
            (r#"{"a\u0000": 1}"#, true),
            (r#"{"a": "\\\u0000"}"#, true),
            (r#"{"a": "\\u0000"}"#, false),
            (r#"{"a": "\u00001"}"#, true),
            (r#"{"a": "\u0001 0000"}"#, false),
            ("\"\\", false),
        ] {
            assert_eq!(has_nul(json.as_bytes()), expected, "{json}");
        }
    }
}

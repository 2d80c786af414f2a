//! What requests that write say in their headers.

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;

use crate::api::problem::Problem;
use crate::gate::Expected;

/// What a request that writes says beside its body.
pub(crate) struct Write {
    /// `If-Match`: what the author saw.
    pub(crate) expected: Expected,
    /// `Idempotency-Key`: the request is carried out once only.
    pub(super) key: Option<String>,
    /// The method and path.
    pub(super) request: String,
}

/// Bytes of an idempotency key.
pub(in crate::api) const IDEMPOTENCY_KEY_BYTES: usize = 255;

impl<S: Send + Sync> FromRequestParts<S> for Write {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Write, Problem> {
        let text = |name: &str| match parts.headers.get(name).map(|value| value.to_str()) {
            None => Ok(None),
            Some(Ok(text)) => Ok(Some(text.trim())),
            Some(Err(_)) => Err(Problem::bad_request("INVALID_HEADER", format!("`{name}` is not text"))),
        };
        let expected = match text("if-match")? {
            None | Some("*") => Expected::Any,
            Some(tag) => Expected::Number(number_of(tag)?),
        };
        let key = text("idempotency-key")?.map(str::to_owned);
        if key.as_ref().is_some_and(|key| key.is_empty() || key.len() > IDEMPOTENCY_KEY_BYTES) {
            let detail = format!("`Idempotency-Key` has 1 to {IDEMPOTENCY_KEY_BYTES} bytes");
            return Err(Problem::bad_request("INVALID_HEADER", detail));
        }
        let method: &Method = &parts.method;
        Ok(Write { expected, key, request: format!("{method} {} {expected:?}", parts.uri) })
    }
}

/// The number in a tag such as `"12"`.
fn number_of(tag: &str) -> Result<u64, Problem> {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let number = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(|tag| tag.parse().ok());
    number.ok_or_else(|| {
        Problem::bad_request(
            "INVALID_HEADER",
            "`If-Match` is one tag as it was given in `ETag`, such as \"12\"",
        )
    })
}

//! What the protocol has for answers. Written by hand: a single evaluation is asked for in every request of others.

use std::io::Write as _;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use vexil_core::{ErrorCode, Evaluation, Value};

use crate::api::problem::Problem;

/// What could not be evaluated.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failure<'f> {
    /// The flag; absent where it is about the request as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<&'f str>,
    /// As OpenFeature names it.
    pub(super) error_code: &'static str,
    /// One sentence for a person.
    pub(super) error_details: String,
}

impl Failure<'_> {
    pub(super) fn not_found(key: &str) -> Failure<'_> {
        let error_details = format!("no flag, configuration or experiment `{key}`");
        Failure { key: Some(key), error_code: ErrorCode::FlagNotFound.as_str(), error_details }
    }
}

impl IntoResponse for Failure<'_> {
    fn into_response(self) -> Response {
        let is_missing = self.error_code == ErrorCode::FlagNotFound.as_str();
        let status = if is_missing { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
        (status, Json(self)).into_response()
    }
}

/// What went wrong apart from evaluation: a key that does not work, too many requests.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct General {
    /// One sentence for a person.
    error_details: String,
}

/// A problem in the protocol's form, with the headers that it has. The protocol has codes for evaluations only.
pub(in crate::api) fn general(problem: Problem) -> Response {
    let body = Json(General { error_details: problem.detail.clone() }).into_response();
    let (mut parts, _) = problem.into_response().into_parts();
    parts.headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, body.into_body())
}

/// Why an entry has no evaluation, if it has none.
pub(super) fn failure<'f>(key: &'f str, evaluation: &Evaluation<'_>) -> Option<Failure<'f>> {
    let error = evaluation.error()?;
    let error_details = match evaluation.problem() {
        Some(problem) => problem.to_string(),
        None => "it could not be evaluated".to_owned(),
    };
    Some(Failure { key: Some(key), error_code: error.as_str(), error_details })
}

/// `{"key", "value", "reason", "variant", "metadata"}`
///
/// Without a value the protocol leaves it to the caller's code, and so do clients: that is what an experiment without a
/// variant comes to, a variant without `config`, and a json value that is null. `variant` is empty where the value is
/// none of the variations, for there are clients that do not go on without one.
///
/// The experiment that decided is told to those alone who know it.
pub(super) fn success(
    out: &mut Vec<u8>,
    key: &str,
    evaluation: &Evaluation<'_>,
    knows: impl FnOnce(&str) -> bool,
) {
    out.extend_from_slice(b"{\"key\":");
    json(out, key);
    if let Some(value) = evaluation.value().filter(|value| !matches!(value, Value::Null)) {
        out.extend_from_slice(b",\"value\":");
        json(out, value);
    }
    out.extend_from_slice(b",\"reason\":\"");
    out.extend_from_slice(evaluation.reason().open_feature().as_bytes());
    out.extend_from_slice(b"\",\"variant\":");
    json(out, evaluation.variation().unwrap_or_default());
    out.extend_from_slice(b",\"metadata\":{\"version\":");
    // Writing into memory does not fail.
    drop(write!(out, "{}", evaluation.version()));
    out.extend_from_slice(b",\"reason\":\"");
    out.extend_from_slice(evaluation.reason().as_str().as_bytes());
    out.push(b'"');
    if let Some(scope) = evaluation.scope() {
        out.extend_from_slice(b",\"scope\":\"");
        out.extend_from_slice(scope.as_str().as_bytes());
        out.push(b'"');
    }
    if let Some(rule) = evaluation.rule() {
        out.extend_from_slice(b",\"rule\":");
        json(out, &rule.to_string());
    }
    if let Some(assignment) = evaluation.assignment().filter(|assignment| knows(assignment.experiment())) {
        out.extend_from_slice(b",\"experiment\":");
        json(out, assignment.experiment());
    }
    out.extend_from_slice(b"}}");
}

/// Values are finite and their names are text, so they can always be written.
pub(super) fn json(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    drop(serde_json::to_writer(out, value));
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vexil_core::{Context, Environment, Request, Snapshot, Timestamp};

    use super::*;

    /// What is made of the evaluation of a key among these definitions.
    fn of<T>(key: &str, definitions: serde_json::Value, make: impl FnOnce(&Evaluation<'_>) -> T) -> T {
        let text = definitions.to_string();
        let snapshot = Snapshot::load_json(text.as_bytes(), Environment::Document).unwrap();
        let context = Context::new().with("user.id", "u");
        make(&snapshot.evaluate(key, &Request::new(&context, Timestamp::from_millis(0))))
    }

    #[test]
    fn what_is_broken_is_an_error_of_its_own() {
        let definitions = json!([{"key": "bad", "rollout": {"on": 1}}, {"key": "good"}]);
        let told = of("bad", definitions.clone(), |evaluation| {
            let failure = failure("bad", evaluation).unwrap();
            (failure.error_code, failure.error_details)
        });
        assert_eq!(told.0, "PARSE_ERROR");
        assert!(told.1.contains("rollout"), "{}", told.1);
        assert!(of("good", definitions, |evaluation| failure("good", evaluation).is_none()));
    }

    #[test]
    fn names_and_values_are_escaped() {
        let name = "a\"\\\u{1f600}";
        let definitions = json!([{"key": "k", "variations": [{"id": name, "value": name}], "default": name,
            "rules": [{"id": name, "action": {"serve": name}}]}]);
        let text = of("k", definitions, |evaluation| {
            let mut out = Vec::new();
            success(&mut out, "k", evaluation, |_| true);
            String::from_utf8(out).unwrap()
        });
        let expected = json!({"key": "k", "value": name, "reason": "TARGETING_MATCH", "variant": name,
            "metadata": {"version": 0, "reason": "TARGETING", "rule": name}});
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), expected);
    }
}

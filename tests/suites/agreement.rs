//! One answer, as the engine and as the reference interpreter give it, in one form to compare. The fuzz targets
//! include this file too.

use serde_json::{Value, json};
use vexil_core::{
    Arena, Asked, Context, Environment, Evaluation, Node, Overrides, Request, Snapshot, StickyAssignments,
    Timestamp,
};
use vexil_reference as reference;

/// Every key that a document names.
pub(crate) fn keys(document: &Value) -> Vec<String> {
    let entries = document.get("entries").unwrap_or(document);
    let entries = entries.as_array().cloned().unwrap_or_else(|| vec![entries.clone()]);
    let key = |entry: &Value| {
        entry.get("key").or_else(|| entry.get("id")).and_then(Value::as_str).map(str::to_owned)
    };
    entries.iter().filter_map(key).collect()
}

/// Where the request says that it is asked.
pub(crate) fn environment(request: &reference::Request) -> Environment {
    match (&request.fixed_environment, &request.environment) {
        (Some(name), _) => Environment::Fixed(name.as_str().into()),
        (None, Some(name)) => Environment::Default(name.as_str().into()),
        (None, None) => Environment::Document,
    }
}

pub(crate) fn by_the_reference(document: &Value, request: &reference::Request) -> Value {
    let outcome = reference::evaluate(document, request);
    json!({
        "value": normal(&outcome.value),
        "variation": outcome.variation,
        "reason": outcome.reason,
        "scope": outcome.scope,
        "rule": outcome.rule,
        "bucket": outcome.bucket,
        "error": outcome.error,
        "overdue": outcome.overdue,
        "store": outcome.store,
    })
}

pub(crate) fn by_the_engine(snapshot: &Snapshot, request: &reference::Request) -> Value {
    let Ok(context) = Context::parse_json(request.context.to_string().as_bytes()) else {
        return json!({
            "value": null, "variation": null, "reason": "ERROR", "scope": null, "rule": null, "bucket": null,
            "error": "INVALID_CONTEXT", "overdue": false, "store": null,
        });
    };
    let (overrides, request_overrides) =
        (overrides(&request.overrides), overrides(&request.request_overrides));
    let asked = Request {
        overrides: Some(&overrides),
        request_overrides: Some(&request_overrides),
        sticky: Some(&Stored(request)),
        ..Request::new(&context, Timestamp::from_nanos(request.now_nanos))
    };
    let wanted_type = request.asked.map(|asked| match asked {
        reference::Asked::Boolean => Asked::Boolean,
        reference::Asked::Integer => Asked::Integer,
        reference::Asked::Float => Asked::Float,
        reference::Asked::String => Asked::String,
        reference::Asked::Json => Asked::Json,
    });
    let evaluation = match wanted_type {
        Some(wanted) => snapshot.evaluate_as(&request.key, wanted, &asked),
        None => snapshot.evaluate(&request.key, &asked),
    };
    // Asked for its type when all is decided, it is the same.
    let afterwards = snapshot.evaluate(&request.key, &asked);
    let afterwards = wanted_type.map_or(afterwards, |wanted| afterwards.asked_as(wanted));
    assert!(afterwards.says_the_same(&evaluation), "{afterwards:?} is not {evaluation:?}");
    describe(&evaluation, &context)
}

/// What an evaluation came to, as JSON.
pub(crate) fn describe(evaluation: &Evaluation<'_>, context: &Context) -> Value {
    let store = evaluation
        .assignment()
        .filter(|assignment| assignment.is_to_be_stored())
        .map(|assignment| json!([assignment.experiment(), evaluation.unit(context), assignment.variant()]));
    json!({
        "value": normal(&serde_json::to_value(evaluation.value()).unwrap()),
        "variation": evaluation.variation(),
        "reason": evaluation.reason().as_str(),
        "scope": evaluation.scope().map(|scope| scope.as_str()),
        "rule": evaluation.rule().map(|rule| rule.to_string()),
        "bucket": evaluation.bucket(),
        "error": evaluation.error().map(|error| error.as_str()),
        "overdue": evaluation.is_overdue(),
        "store": store,
    })
}

const WITHIN_I64: std::ops::Range<f64> = -9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0;

/// Numbers by value: an integral float within i64 as the integer that it equals.
fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && WITHIN_I64.contains(&float) => {
                json!(float as i64)
            }
            _ => value.clone(),
        },
        Value::Array(items) => items.iter().map(normal).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), normal(value))).collect(),
        other => other.clone(),
    }
}

pub(crate) fn overrides(values: &serde_json::Map<String, Value>) -> Overrides {
    let mut overrides = Overrides::new();
    for (key, value) in values {
        overrides.set(key, Node::parse_json(value.to_string().as_bytes(), &Arena::new()).unwrap().to_value());
    }
    overrides
}

struct Stored<'r>(&'r reference::Request);

impl StickyAssignments for Stored<'_> {
    fn stored(&self, experiment: &str, unit: &str) -> Option<&str> {
        self.0.sticky.get(experiment)?.get(unit).map(String::as_str)
    }
}

//! JSON that crosses, read as strictly as definitions are.

use vexil_client::{Context, Overrides, Value};
use vexil_core::{Arena, Node};

use crate::Code;
use crate::fault::Fault;

/// A value.
pub(crate) fn value(json: &str) -> Result<Value, Fault> {
    let arena = Arena::new();
    let node = Node::parse_json(json.as_bytes(), &arena);
    node.map(|node| node.to_value()).map_err(|problem| Fault::new(Code::InvalidValue, problem.to_string()))
}

/// A context.
pub(crate) fn context(json: &str) -> Result<Context, Fault> {
    Context::parse_json(json.as_bytes())
        .map_err(|problem| Fault::new(Code::InvalidContext, problem.to_string()))
}

/// What a request says itself about keys: an object of values.
pub(crate) fn overrides(json: &str) -> Result<Overrides, Fault> {
    let arena = Arena::new();
    let refuse = |message| Fault::new(Code::InvalidValue, message);
    let mut overrides = Overrides::new();
    match Node::parse_json(json.as_bytes(), &arena).map_err(|problem| refuse(problem.to_string()))? {
        Node::Object(members) => {
            members.iter().for_each(|(key, value)| overrides.set(key, value.to_value()));
            Ok(overrides)
        }
        other => Err(refuse(format!("overrides are an object, not {}", other.kind()))),
    }
}

/// Anything, written.
pub(crate) fn written(value: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::new(Code::Internal, error.to_string()))
}

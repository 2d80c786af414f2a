//! One operator on one attribute: the comparators of times, versions, addresses, texts, numbers and lists.
//!
//! The first byte chooses the operator (its highest bit ignores case), then come the operand and the attribute, parted
//! by a line feed; each is JSON, or else a string as it stands.

use serde_json::{Value, json};
use vexil_core::{Arena, Node};
use vexil_reference::{OPERATORS, Request};

pub fn check(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let mut parts = rest.splitn(2, |byte| *byte == b'\n');
    let (Some(operand), Some(attribute)) = (parts.next().and_then(value), parts.next().and_then(value))
    else {
        return;
    };
    let operator = OPERATORS[usize::from(first & 0x7f) % OPERATORS.len()];
    let mut clause = json!({ operator: operand });
    if first & 0x80 != 0 {
        clause["ignoreCase"] = json!(true);
    }
    // The three truths as three values.
    let condition = json!({ "a": clause });
    let document = json!({
        "key": "truth", "type": "config", "default": "unknown",
        "rules": [
            {"condition": condition, "action": {"value": "true"}},
            {"condition": {"not": condition}, "action": {"value": "false"}}
        ]
    });
    let text = document.to_string();
    let arena = Arena::new();
    let Ok(node) = Node::parse_json(text.as_bytes(), &arena) else { return };
    if !crate::is_for_the_reference(&node) {
        return;
    }
    let request = Request { context: json!({ "a": attribute }), ..Request::default() };
    crate::must_agree(&text, &document, &request);
}

fn value(text: &[u8]) -> Option<Value> {
    let json = Node::parse_json(text, &Arena::new()).ok().and_then(|_| serde_json::from_slice(text).ok());
    json.or_else(|| std::str::from_utf8(text).ok().map(Value::from))
}

//! JSON merge patches.

use serde_json::{Map, Value, json};

use crate::catalog::Document;

/// How deep a patch is followed; definitions are not deeper.
const DEPTH: usize = 100;

/// Applies a JSON merge patch (RFC 7396): null removes, objects are merged, anything else replaces.
pub(super) fn merge(target: &mut Document, patch: &Document) {
    merge_objects(target, patch, 0);
}

fn merge_objects(target: &mut Map<String, Value>, patch: &Map<String, Value>, depth: usize) {
    for (name, change) in patch {
        match change {
            Value::Null => drop(target.shift_remove(name)),
            Value::Object(change) if depth < DEPTH => {
                let member = target.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
                if !member.is_object() {
                    *member = Value::Object(Map::new());
                }
                if let Value::Object(member) = member {
                    merge_objects(member, change, depth + 1);
                }
            }
            other => drop(target.insert(name.clone(), other.clone())),
        }
    }
}

/// The patch that sets everyone's value, or that of one tenant. A tenant's value without one is taken away.
pub(super) fn of_value(value: Option<&Value>, tenant: Option<&str>) -> Document {
    let patch = match tenant {
        Some(tenant) => {
            // An action of another kind that is there must not be merged with: it has other members.
            let action = value.map_or(Value::Null, |value| json!({ "value": value }));
            json!({ "scopes": { "tenant": { tenant: action } } })
        }
        None => json!({ "default": value }),
    };
    match patch {
        Value::Object(patch) => patch,
        _ => Document::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Document {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn merges_as_rfc_7396_says() {
        let mut target = object(json!({"a": "b", "c": {"d": "e", "f": "g"}, "list": [1, 2], "x": 1}));
        merge(
            &mut target,
            &object(json!({"a": "z", "c": {"f": null}, "list": [3], "x": {"y": null, "z": 1}})),
        );
        assert_eq!(Value::Object(target), json!({"a": "z", "c": {"d": "e"}, "list": [3], "x": {"z": 1}}));
    }
}

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

/// The patch that switches an entry on or off in an environment. Where it goes on and is killed there, that goes; what
/// kills it elsewhere stays.
pub(super) fn of_switch(enabled: bool, kill: Option<&Value>, environment: &str) -> Document {
    let mut patch = Document::from_iter([("enabled".to_owned(), Value::Bool(enabled))]);
    let killed = kill.filter(|_| enabled).and_then(|kill| kill.get("environments")).and_then(Value::as_array);
    let others = killed.map(|killed| killed.iter().filter(|name| **name != *environment).collect::<Vec<_>>());
    if let (Some(killed), Some(others)) = (killed, others)
        && others.len() < killed.len()
    {
        let is_all = kill.and_then(Value::as_object).is_some_and(|kill| kill.len() == 1);
        let left = match (others.is_empty(), is_all) {
            (true, true) => Value::Null,
            (true, false) => json!({ "environments": null }),
            (false, _) => json!({ "environments": others }),
        };
        patch.insert("kill".to_owned(), left);
    }
    patch
}

/// A value in the type that another one declares by being there: an integer becomes a float, as there are languages that
/// write no others; nothing else becomes anything.
pub(super) fn of_type_of(declared: &Value, value: &Value) -> Option<Value> {
    match (type_of(declared), type_of(value)) {
        ("float", "integer") => value.as_f64().map(Value::from),
        (declared, given) => (declared == given).then(|| value.clone()),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Null | Value::Array(_) | Value::Object(_) => "json",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Document {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn a_value_keeps_the_type_of_the_one_before() {
        assert_eq!(of_type_of(&json!(1.5), &json!(2)).unwrap().to_string(), "2.0");
        assert_eq!(of_type_of(&json!({}), &json!([1])), Some(json!([1])));
        for (declared, value) in
            [(json!(1), json!(1.5)), (json!("a"), json!(1)), (json!(true), json!("true"))]
        {
            assert_eq!(of_type_of(&declared, &value), None, "{declared} {value}");
        }
    }

    #[test]
    fn switching_on_ends_the_kill_there_and_no_other() {
        let patched = |enabled: bool, kill: Value| {
            let mut target = object(json!({ "kill": kill }));
            merge(&mut target, &of_switch(enabled, Some(&kill), "production"));
            target.get("kill").cloned()
        };
        let both = json!({"environments": ["staging", "production"], "tenants": ["acme"]});
        let left = json!({"environments": ["staging"], "tenants": ["acme"]});
        assert_eq!(patched(true, both.clone()), Some(left.clone()));
        assert_eq!(patched(true, left.clone()), Some(left));
        assert_eq!(patched(false, both.clone()), Some(both));
        assert_eq!(patched(true, json!({"environments": ["production"]})), None);
        let tenants = json!({"environments": ["production"], "tenants": ["acme"]});
        assert_eq!(patched(true, tenants), Some(json!({"tenants": ["acme"]})));
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

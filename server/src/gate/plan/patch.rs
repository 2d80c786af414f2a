//! JSON merge patches.

use serde_json::{Map, Value, json};
use vexil_core::{Arena, Node, settle};

use crate::catalog::Document;

/// How deep a patch is followed; definitions are not deeper.
const DEPTH: usize = 100;
/// An action is exactly one of these.
const ACTIONS: [&str; 5] = ["serve", "rollout", "ranges", "value", "experiment"];
/// What goes with the split of an action only.
const OF_SPLITS: [&str; 3] = ["by", "salt", "algorithm"];

/// Applies a JSON merge patch (RFC 7396): null removes, objects are merged, anything else replaces.
pub(super) fn merge(target: &mut Document, patch: &Document) {
    merge_objects(target, patch, 0);
}

/// Applies a merge patch to a definition. What can be written in several forms is patched in the form that the patch
/// has: percentages that are stored as ranges are patched as the percentages that they are, and an action of one kind
/// takes the place of an action of another.
pub(super) fn merge_definition(target: &mut Document, patch: &Document) {
    for (field, change) in patch {
        match (field.as_str(), target.get_mut(field), change) {
            ("rollout", Some(Value::Object(stored)), Value::Object(change)) => merge_rollout(stored, change),
            ("allocation" | "slots", Some(Value::Object(stored)), Value::Object(change)) => {
                merge_shares(stored, change, field == "allocation");
            }
            ("scopes", Some(Value::Object(scopes)), Value::Object(change)) => merge_scopes(scopes, change),
            _ => merge_member(target, field, change, 0),
        }
    }
}

/// A top-level rollout: percentages, or an action.
fn merge_rollout(stored: &mut Map<String, Value>, patch: &Map<String, Value>) {
    let is_action = |rollout: &Map<String, Value>| {
        ["rollout", "ranges"].iter().any(|form| rollout.get(*form).is_some_and(Value::is_object))
    };
    match (is_action(stored), is_action(patch)) {
        (false, false) => merge_objects(stored, patch, 0),
        (false, true) => {
            let percentages = Value::Object(std::mem::take(stored));
            stored.insert("rollout".to_owned(), percentages);
            merge_action(stored, patch);
        }
        (true, true) => merge_action(stored, patch),
        (true, false) if patch.values().any(Value::is_number) => {
            let patch = Map::from_iter([("rollout".to_owned(), Value::Object(patch.clone()))]);
            merge_action(stored, &patch);
            if stored.len() == 1
                && let Some(Value::Object(percentages)) = stored.remove("rollout")
            {
                *stored = percentages;
            }
        }
        // Other members of the action.
        (true, false) => merge_objects(stored, patch, 0),
    }
}

fn merge_scopes(scopes: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (scope, change) in patch {
        let (Some(Value::Object(actions)), Value::Object(change)) = (scopes.get_mut(scope), change) else {
            merge_member(scopes, scope, change, 1);
            continue;
        };
        for (id, change) in change {
            match (actions.get_mut(id), change) {
                (Some(Value::Object(action)), Value::Object(change)) => merge_action(action, change),
                _ => merge_member(actions, id, change, 2),
            }
        }
    }
}

fn merge_action(stored: &mut Map<String, Value>, patch: &Map<String, Value>) {
    let is_given = |kind: &str| patch.get(kind).is_some_and(|given| !given.is_null());
    if ACTIONS.into_iter().any(is_given) {
        if is_given("rollout")
            && !is_given("ranges")
            && let Some(percentages) = stored.get("ranges").and_then(Value::as_object).and_then(percentages)
        {
            stored.insert("rollout".to_owned(), Value::Object(percentages));
        }
        let is_split = is_given("rollout") || is_given("ranges");
        stored.retain(|member, _| match member.as_str() {
            kind if ACTIONS.contains(&kind) => is_given(kind),
            member => is_split || !OF_SPLITS.contains(&member),
        });
    }
    merge_objects(stored, patch, 0);
}

/// Percentages or ranges, each under an id. Ranges that have to cover everything take the place of percentages.
fn merge_shares(stored: &mut Map<String, Value>, patch: &Map<String, Value>, covers_all: bool) {
    if patch.values().any(Value::is_number) {
        if let Some(percentages) = percentages(stored) {
            *stored = percentages;
        }
    } else if covers_all && patch.values().any(Value::is_array) && stored.values().any(Value::is_number) {
        stored.clear();
    }
    merge_objects(stored, patch, 0);
}

/// The percentages of ranges; none of what are no ranges.
fn percentages(ranges: &Map<String, Value>) -> Option<Map<String, Value>> {
    let text = serde_json::to_string(ranges).ok()?;
    let arena = Arena::new();
    let percentages = settle::percentages(&Node::parse_json(text.as_bytes(), &arena).ok()?)?;
    serde_json::from_str(&percentages.to_string()).ok()
}

fn merge_objects(target: &mut Map<String, Value>, patch: &Map<String, Value>, depth: usize) {
    for (name, change) in patch {
        merge_member(target, name, change, depth);
    }
}

fn merge_member(target: &mut Map<String, Value>, name: &str, change: &Value, depth: usize) {
    match change {
        Value::Null => drop(target.shift_remove(name)),
        Value::Object(change) if depth < DEPTH => {
            let member = target.entry(name).or_insert_with(|| Value::Object(Map::new()));
            if !member.is_object() {
                *member = Value::Object(Map::new());
            }
            if let Value::Object(member) = member {
                merge_objects(member, change, depth + 1);
            }
        }
        other => drop(target.insert(name.to_owned(), other.clone())),
    }
}

/// Sets everyone's value, or that of one tenant, whole: neither what was in the old one nor how long that was to hold
/// is part of the new one. A tenant's value without one is taken away.
pub(super) fn set_value(document: &mut Document, value: Option<Value>, tenant: Option<&str>) {
    let Some(tenant) = tenant else {
        document.insert("default".to_owned(), value.unwrap_or_default());
        return;
    };
    let no_members = || Value::Object(Map::new());
    match value {
        Some(value) => {
            let scopes = document.entry("scopes").or_insert_with(no_members);
            if let Some(Value::Object(tenants)) =
                scopes.as_object_mut().map(|scopes| scopes.entry("tenant").or_insert_with(no_members))
            {
                tenants.insert(tenant.to_owned(), json!({ "value": value }));
            }
        }
        None => {
            let scopes = document.get_mut("scopes").and_then(Value::as_object_mut);
            let tenants = scopes.and_then(|scopes| scopes.get_mut("tenant")?.as_object_mut());
            tenants.and_then(|tenants| tenants.shift_remove(tenant));
        }
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

    #[track_caller]
    fn assert_patched(stored: Value, patch: Value, expected: Value) {
        let mut target = object(stored);
        merge_definition(&mut target, &object(patch));
        assert_eq!(Value::Object(target), expected);
    }

    #[test]
    fn shares_are_patched_in_the_form_of_the_patch() {
        let ranges = json!({"a": [[0, 30_000]], "b": [[30_000, 60_500]], "c": [[60_500, 100_000]]});
        let patched = json!({"a": 35, "b": 30.5, "c": 34.5});
        for patch in [json!({"a": 35, "c": 34.5}), patched.clone()] {
            for stored in [json!({"ranges": ranges}), json!({"a": 30, "b": 30.5, "c": 39.5})] {
                assert_patched(
                    json!({"rollout": stored}),
                    json!({"rollout": patch}),
                    json!({"rollout": patched}),
                );
            }
            // What else an action says stays.
            let stored = json!({"rollout": {"ranges": ranges, "by": "tenant.id"}});
            let expected = json!({"rollout": {"by": "tenant.id", "rollout": patched}});
            assert_patched(stored.clone(), json!({"rollout": patch}), expected.clone());
            assert_patched(stored, json!({"rollout": {"rollout": patch}}), expected);
            for field in ["allocation", "slots"] {
                assert_patched(json!({field: ranges}), json!({field: patch}), json!({field: patched}));
            }
            let scope = |action: Value| json!({"scopes": {"user": {"u": action}}});
            let stored = scope(json!({"ranges": ranges, "until": 5}));
            assert_patched(
                stored,
                scope(json!({"rollout": patch})),
                scope(json!({"until": 5, "rollout": patched})),
            );
        }
        let percentages = json!({"a": 30, "b": 70});
        let laid = json!({"a": [[0, 100_000]]});
        assert_patched(
            json!({"rollout": percentages}),
            json!({"rollout": {"ranges": laid}}),
            json!({"rollout": {"ranges": laid}}),
        );
        assert_patched(
            json!({"allocation": percentages}),
            json!({"allocation": laid}),
            json!({"allocation": laid}),
        );
        // A slot that a patch does not name is nobody's to take away.
        assert_patched(
            json!({"slots": percentages}),
            json!({"slots": laid}),
            json!({"slots": {"a": [[0, 100_000]], "b": 70}}),
        );
        let stored = json!({"rollout": {"rollout": percentages, "salt": "s"}});
        let patch = json!({"rollout": {"salt": null, "by": "tenant.id"}});
        assert_patched(stored, patch, json!({"rollout": {"rollout": percentages, "by": "tenant.id"}}));
    }

    #[test]
    fn an_action_of_one_kind_takes_the_place_of_another() {
        let of = |action: Value| json!({"scopes": {"tenant": {"acme": action}}});
        let split = json!({"rollout": {"a": 100}, "by": "user.id", "salt": "s", "until": 5});
        assert_patched(of(split.clone()), of(json!({"serve": "a"})), of(json!({"until": 5, "serve": "a"})));
        assert_patched(
            of(split),
            of(json!({"until": null})),
            of(json!({"rollout": {"a": 100}, "by": "user.id", "salt": "s"})),
        );
        assert_patched(of(json!({"serve": "a"})), of(json!({"value": 1})), of(json!({"value": 1})));
    }

    #[test]
    fn a_value_is_set_whole() {
        let mut target =
            object(json!({"default": {"b": 2}, "scopes": {"tenant": {"acme": {"serve": "a", "until": 5}}}}));
        set_value(&mut target, Some(json!({"a": null})), None);
        set_value(&mut target, Some(json!({"n": 1})), Some("acme"));
        set_value(&mut target, Some(json!(2)), Some("other"));
        let scopes = json!({"tenant": {"acme": {"value": {"n": 1}}, "other": {"value": 2}}});
        assert_eq!(Value::Object(target.clone()), json!({"default": {"a": null}, "scopes": scopes}));
        set_value(&mut target, None, Some("acme"));
        set_value(&mut target, None, Some("nobody"));
        assert_eq!(target.get("scopes"), Some(&json!({"tenant": {"other": {"value": 2}}})));
    }
}

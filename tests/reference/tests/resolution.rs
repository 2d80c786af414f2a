//! The subtle sentences of sections 4 and 7, one test each.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use vexil_reference::{Asked, Outcome, Request, evaluate};

/// A request at 1970-01-01T00:00:00Z by the user `u1`.
fn request(key: &str) -> Request {
    Request { key: key.to_owned(), context: json!({"user": {"id": "u1"}}), ..Request::default() }
}

fn outcome(document: Value, key: &str) -> Outcome {
    evaluate(&document, &request(key))
}

fn members(map: Value) -> Map<String, Value> {
    map.as_object().unwrap().clone()
}

#[test]
fn a_prerequisite_that_is_killed_is_not_met_but_one_that_is_disabled_is_judged_by_its_value() {
    let with = |prerequisite: Value| {
        let flag = json!({"key": "f", "default": true, "prerequisites": [{"flag": "p", "value": false}]});
        outcome(json!([flag, prerequisite]), "f").reason
    };
    assert_eq!(with(json!({"key": "p", "default": true, "enabled": false})), "PREREQUISITE_FAILED");
    assert_eq!(with(json!({"key": "p", "default": true, "environments": ["production"]})), "DEFAULT");
    assert_eq!(with(json!({"key": "p", "default": false, "expiry": 0})), "PREREQUISITE_FAILED");
    assert_eq!(with(json!({"key": "p", "default": false, "expiry": 0, "on_expiry": "keep"})), "DEFAULT");
    assert_eq!(with(json!({"key": "other"})), "PREREQUISITE_FAILED");
}

#[test]
fn an_override_of_another_type_does_not_apply() {
    let document = json!({"key": "f", "default": 1.5});
    let with = |value: Value| {
        let request = Request { overrides: members(json!({"f": value})), ..request("f") };
        evaluate(&document, &request).value
    };
    assert_eq!(with(json!(2)), json!(2));
    assert_eq!(with(json!("2")), json!(1.5));
    assert_eq!(with(json!(9_007_199_254_740_993_i64)), json!(1.5));
}

#[test]
fn a_kill_stands_between_the_two_overrides() {
    let document = json!({"key": "f", "default": true, "enabled": false});
    let by_request = Request { request_overrides: members(json!({"f": true})), ..request("f") };
    assert_eq!(evaluate(&document, &by_request).reason, "DISABLED");
    let by_process = Request { overrides: members(json!({"f": true})), ..request("f") };
    assert_eq!(evaluate(&document, &by_process).reason, "OVERRIDE");
}

#[test]
fn an_integer_is_a_float_only_when_exact() {
    let asked = |document: Value, asked| evaluate(&document, &Request { asked: Some(asked), ..request("f") });
    assert_eq!(asked(json!({"key": "f", "default": 3}), Asked::Float).value, json!(3.0));
    let inexact = asked(json!({"key": "f", "default": 9_007_199_254_740_993_i64}), Asked::Float);
    assert_eq!(inexact.error.as_deref(), Some("TYPE_MISMATCH"));
    let narrowed = asked(json!({"key": "f", "default": 3.0}), Asked::Integer);
    assert_eq!(narrowed.error.as_deref(), Some("TYPE_MISMATCH"));
}

#[test]
fn a_fixed_environment_cannot_be_stepped_out_of() {
    let document = json!({"environment": "staging", "entries": [
        {"key": "f", "default": true, "kill": {"environments": ["production"]}},
    ]});
    let with = |context: Value, option: Option<&str>, fixed: Option<&str>| {
        let request = Request {
            context,
            environment: option.map(str::to_owned),
            fixed_environment: fixed.map(str::to_owned),
            ..request("f")
        };
        evaluate(&document, &request).reason
    };
    assert_eq!(with(json!({}), None, None), "DEFAULT");
    assert_eq!(with(json!({}), Some("production"), None), "DISABLED");
    assert_eq!(with(json!({"environment": "x"}), Some("production"), None), "DEFAULT");
    assert_eq!(with(json!({"environment": "x"}), None, Some("production")), "DISABLED");
}

#[test]
fn the_first_action_that_applies_decides_and_rules_are_counted_after_sorting() {
    let document = json!({"key": "f", "default": true, "rules": [
        {"priority": 9, "action": {"value": false}},
        {"priority": 1, "action": {"rollout": {"on": 100}, "by": "tenant.id"}},
        {"action": {"rollout": {"on": 100}}},
    ]});
    let outcome = outcome(document, "f");
    assert_eq!((outcome.reason.as_str(), outcome.rule.as_deref()), ("ROLLOUT", Some("1")));
    assert_eq!(outcome.variation.as_deref(), Some("on"));
    assert!(outcome.bucket.is_some());
}

#[test]
fn a_stored_variant_is_kept_over_layer_and_traffic_while_it_exists() {
    let document = json!([{
        "key": "e", "variants": [{"id": "a", "config": 1}, {"id": "b", "config": 2}], "allocation": {"a": 100},
        "status": "running", "sticky": true, "layer": "missing", "traffic": 0,
    }, {"key": "f", "variations": [{"id": "b", "value": true}], "default": false,
        "scopes": {"user": {"u1": {"experiment": "e"}}}}]);
    let with = |key: &str, stored: &str| {
        let by_unit = BTreeMap::from([("u1".to_owned(), stored.to_owned())]);
        let sticky = BTreeMap::from([("e".to_owned(), by_unit)]);
        evaluate(&document, &Request { sticky, ..request(key) })
    };
    let kept = with("e", "b");
    assert_eq!((kept.value, kept.bucket, kept.store), (json!(2), None, None));
    assert_eq!(kept.reason, "EXPERIMENT");
    assert_eq!(with("e", "gone").reason, "EXCLUDED_BY_LAYER");
    let through_the_flag = with("f", "b");
    assert_eq!((through_the_flag.reason.as_str(), through_the_flag.value), ("EXPERIMENT", json!(true)));
    assert_eq!(with("f", "a").reason, "DEFAULT");
}

#[test]
fn a_new_sticky_assignment_is_to_be_stored_also_through_a_flag() {
    let document = json!([{
        "key": "e", "variants": [{"id": "on"}], "allocation": {"on": 100}, "status": "running", "sticky": true,
    }, {"key": "f", "default": false, "rules": [{"action": {"experiment": "e"}}]}]);
    let stored = Some(("e".to_owned(), "u1".to_owned(), "on".to_owned()));
    let direct = outcome(document.clone(), "e");
    assert_eq!((direct.value, direct.store), (Value::Null, stored.clone()));
    assert_eq!(outcome(document, "f").store, stored);
}

#[test]
fn what_cannot_be_asked_for_is_an_error() {
    let document = json!([
        {"key": "s", "condition": {}},
        {"key": "secret", "type": "config", "default": 1, "sensitive": true},
        {"key": "twice"}, {"key": "twice", "condition": {}},
    ]);
    let error = |key| outcome(document.clone(), key).error.unwrap();
    assert_eq!(error("nothing"), "FLAG_NOT_FOUND");
    assert_eq!(error("s"), "FLAG_NOT_FOUND");
    assert_eq!(error("secret"), "FLAG_NOT_FOUND");
    assert_eq!(error("twice"), "PARSE_ERROR");
}

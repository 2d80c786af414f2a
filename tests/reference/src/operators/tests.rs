//! The subtle cases of section 5, one test for each sentence that is easy to get wrong.

use serde_json::{Value, json};

use super::{OPERATORS, judge};

/// The judgement of `{operator: operand}` on an attribute that is there.
fn on(attribute: Value, operator: &str, operand: Value) -> Option<bool> {
    judge(operator, &operand, false, Some(&attribute))
}

fn ignoring_case(attribute: Value, operator: &str, operand: Value) -> Option<bool> {
    judge(operator, &operand, true, Some(&attribute))
}

#[test]
fn a_missing_attribute_is_unknown_except_to_exists() {
    for operator in OPERATORS.iter().filter(|name| **name != "exists") {
        assert_eq!(judge(operator, &json!([]), false, None), None);
    }
    assert_eq!(judge("exists", &json!(false), false, None), Some(true));
    assert_eq!(on(json!({}), "exists", json!(true)), Some(true));
    assert_eq!(on(json!(""), "exists", json!(false)), Some(false));
}

#[test]
fn there_is_no_coercion() {
    assert_eq!(on(json!(1), "eq", json!("1")), None);
    assert_eq!(on(json!(1), "ne", json!("1")), None);
    assert_eq!(on(json!(true), "eq", json!(1)), None);
    assert_eq!(on(json!(1), "eq", json!(1.0)), Some(true));
    assert_eq!(on(json!("10"), "lt", json!(9)), None);
    assert_eq!(on(json!("10"), "lt", json!("9")), Some(true));
}

#[test]
fn an_operator_that_nobody_knows_is_unknown() {
    assert_eq!(on(json!("a"), "equals", json!("a")), None);
}

#[test]
fn any_of_needs_a_candidate_of_the_attributes_type() {
    assert_eq!(on(json!(1), "in", json!(["1", true])), None);
    assert_eq!(on(json!(1), "in", json!(["1", 2])), Some(false));
    assert_eq!(on(json!(1), "notIn", json!([])), None);
    assert_eq!(on(json!("ab"), "contains", json!([1])), None);
    assert_eq!(on(json!("ab"), "contains", json!([1, "b"])), Some(true));
    assert_eq!(on(json!("ab"), "startsWith", json!([])), None);
    assert_eq!(on(json!("10.0.0.1"), "cidr", json!([])), None);
}

#[test]
fn on_a_list_contains_is_membership_and_never_unknown() {
    assert_eq!(on(json!(["a"]), "contains", json!(1)), Some(false));
    assert_eq!(on(json!([1.0]), "contains", json!(["a", 1])), Some(true));
    assert_eq!(on(json!([null, []]), "notContains", json!("a")), Some(true));
    assert_eq!(on(json!(["a"]), "contains", json!([])), Some(false));
}

#[test]
fn on_a_list_other_operators_are_unknown() {
    for (operator, operand) in [
        ("eq", json!("a")),
        ("notIn", json!(["a"])),
        ("startsWith", json!("a")),
        ("matches", json!("a")),
        ("lt", json!("a")),
        ("after", json!(0)),
        ("semverNe", json!("1.0.0")),
        ("cidr", json!("10.0.0.0/8")),
        ("modulo", json!([2, 0])),
    ] {
        assert_eq!(on(json!(["a"]), operator, operand), None, "{operator}");
    }
}

#[test]
fn list_operators_over_an_empty_operand() {
    assert_eq!(on(json!(["a"]), "containsAny", json!([])), Some(false));
    assert_eq!(on(json!(["a"]), "containsAll", json!([])), Some(true));
    assert_eq!(on(json!(["a"]), "containsNone", json!([])), Some(true));
    assert_eq!(on(json!("a"), "containsNone", json!([])), None);
}

#[test]
fn case_is_ignored_by_simple_folding() {
    assert_eq!(ignoring_case(json!("ΣΑΣ"), "eq", json!("σας")), Some(true));
    assert_eq!(ignoring_case(json!("straße"), "eq", json!("STRASSE")), Some(false));
    assert_eq!(ignoring_case(json!(["Ab"]), "containsAll", json!(["aB"])), Some(true));
    assert_eq!(ignoring_case(json!("xAby"), "contains", json!(["aB"])), Some(true));
    assert_eq!(ignoring_case(json!("\u{212a}"), "matches", json!("^k$")), Some(true));
    assert_eq!(ignoring_case(json!("A"), "lt", json!("a")), Some(true));
}

#[test]
fn sizes_are_counted_in_code_points_and_compared() {
    assert_eq!(on(json!("e\u{301}😀"), "size", json!(3)), Some(true));
    assert_eq!(on(json!([null]), "size", json!({"gt": 0.5, "lt": 2})), Some(true));
    assert_eq!(on(json!([1, 2]), "size", json!({"in": [1, 3]})), Some(false));
    assert_eq!(on(json!({"a": 1}), "size", json!(1)), None);
}

#[test]
fn remainders_are_euclidean() {
    assert_eq!(on(json!(-7), "modulo", json!([3, 2])), Some(true));
    assert_eq!(on(json!(i64::MIN), "modulo", json!([i64::MAX, i64::MAX - 1])), Some(true));
    assert_eq!(on(json!(7.0), "modulo", json!([3, 1])), Some(true));
    assert_eq!(on(json!(7.5), "modulo", json!([3, 1])), None);
    assert_eq!(on(json!(9_223_372_036_854_775_808.0), "modulo", json!([2, 0])), None);
}

#[test]
fn what_does_not_parse_is_unknown() {
    assert_eq!(on(json!("2.3"), "semverGte", json!("1.0.0")), None);
    assert_eq!(on(json!("2026-01-01"), "after", json!(0)), None);
    assert_eq!(on(json!("10.0.0"), "cidr", json!("10.0.0.0/8")), None);
    assert_eq!(on(json!(1.0), "after", json!("1970-01-01T00:00:00Z")), Some(true));
}

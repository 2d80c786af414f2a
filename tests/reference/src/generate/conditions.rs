//! Conditions: clauses on the pool's attributes, nested a little.

use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::operands::operand;
use super::pools::{self, Attribute, Domain};
use crate::OPERATORS;

/// The operators that `ignoreCase` can stand beside.
const FOLDING: [&str; 12] = [
    "eq",
    "ne",
    "in",
    "notIn",
    "contains",
    "notContains",
    "startsWith",
    "endsWith",
    "matches",
    "containsAny",
    "containsAll",
    "containsNone",
];

/// A condition that may refer to these segments, at most so many levels deep.
pub(super) fn condition(dice: &mut Dice, segments: &[String], depth: usize) -> Value {
    let mut members = Map::new();
    // An empty condition is true; most have one member.
    for _ in 0..*dice.pick(&[0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3]) {
        let kind = dice.between(0, 99);
        let (word, operand) = match kind {
            0..=7 if depth > 0 => ("all".to_owned(), list(dice, segments, depth - 1)),
            8..=15 if depth > 0 => ("any".to_owned(), list(dice, segments, depth - 1)),
            16..=25 if depth > 0 => ("not".to_owned(), condition(dice, segments, depth - 1)),
            26..=35 if !segments.is_empty() => ("segment".to_owned(), json!(dice.pick(segments))),
            36 => ("segment".to_owned(), json!("no-such-segment")),
            _ => clause(dice),
        };
        members.insert(word, operand);
    }
    Value::Object(members)
}

/// A condition on one attribute.
pub(super) fn attribute_clause(dice: &mut Dice) -> Value {
    let (path, operators) = clause(dice);
    json!({path: operators})
}

fn list(dice: &mut Dice, segments: &[String], depth: usize) -> Value {
    let conditions: Vec<Value> = (0..dice.between(0, 3)).map(|_| condition(dice, segments, depth)).collect();
    json!(conditions)
}

/// The path of an attribute in one of its spellings.
pub(super) fn path(dice: &mut Dice, attribute: &Attribute) -> String {
    if !attribute.aliases.is_empty() && dice.chance(25) {
        return (*dice.pick(attribute.aliases)).to_owned();
    }
    if dice.chance(5) {
        return format!("customAttributes.{}", attribute.path);
    }
    attribute.path.to_owned()
}

/// A path, and operators on it.
fn clause(dice: &mut Dice) -> (String, Value) {
    let attribute = pools::any_attribute(dice);
    (path(dice, attribute), operators(dice, attribute.domain))
}

fn operators(dice: &mut Dice, domain: Domain) -> Value {
    if dice.chance(1) {
        let operator = *dice.pick(&["equals", "sounds-like"]);
        return json!({operator: "pro"});
    }
    let mut clause = Map::new();
    for _ in 0..*dice.pick(&[1, 1, 1, 1, 2]) {
        let operator = *if dice.chance(70) { dice.pick(usual(domain)) } else { dice.pick(&OPERATORS) };
        clause.insert(operator.to_owned(), operand(dice, operator, domain));
    }
    let all_fold =
        clause.iter().all(|(operator, operand)| FOLDING.contains(&operator.as_str()) && is_text(operand));
    if all_fold && dice.chance(40) {
        clause.insert("ignoreCase".to_owned(), json!(dice.chance(90)));
    }
    Value::Object(clause)
}

/// A string, or a list of nothing but strings.
fn is_text(operand: &Value) -> bool {
    match operand {
        Value::Array(members) => !members.is_empty() && members.iter().all(Value::is_string),
        single => single.is_string(),
    }
}

/// The operators that an author would use on such an attribute.
fn usual(domain: Domain) -> &'static [&'static str] {
    match domain {
        Domain::User | Domain::Session | Domain::Tenant => &["eq", "in", "notIn", "sealedIn"],
        Domain::Service | Domain::Environment | Domain::Role => &["eq", "ne", "in", "notIn"],
        Domain::Text => &[
            "eq",
            "ne",
            "in",
            "notIn",
            "contains",
            "notContains",
            "startsWith",
            "endsWith",
            "matches",
            "lt",
            "gte",
            "size",
            "sealedIn",
        ],
        Domain::Number => &["eq", "ne", "in", "notIn", "lt", "lte", "gt", "gte", "modulo"],
        Domain::Boolean => &["eq", "ne", "in"],
        Domain::List => &["contains", "notContains", "containsAny", "containsAll", "containsNone", "size"],
        Domain::Version => {
            &["semverEq", "semverNe", "semverLt", "semverLte", "semverGt", "semverGte", "semverRange"]
        }
        Domain::Address => &["cidr"],
        Domain::Time => &["before", "after"],
        Domain::Object => &["exists", "eq"],
    }
}

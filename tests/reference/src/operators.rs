//! The operators of section 5, each as its row in the table says. `None` is unknown.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::condition::{all, negated};
use crate::network::Address;
use crate::number;
use crate::text;
use crate::time;
use crate::version::Version;

/// Every operator, in the order of the table.
pub const OPERATORS: [&str; 30] = [
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
    "lte",
    "gt",
    "gte",
    "before",
    "after",
    "semverEq",
    "semverNe",
    "semverLt",
    "semverLte",
    "semverGt",
    "semverGte",
    "semverRange",
    "cidr",
    "exists",
    "containsAny",
    "containsAll",
    "containsNone",
    "size",
    "modulo",
    "sealedIn",
];

/// Judges one operator on one attribute. A missing attribute, one of another type than the operand
/// and an operator that nobody knows are unknown.
pub(crate) fn judge(
    operator: &str,
    operand: &Value,
    ignore_case: bool,
    attribute: Option<&Value>,
) -> Option<bool> {
    if operator == "exists" {
        return Some(Value::Bool(attribute.is_some()) == *operand);
    }
    let attribute = attribute?;
    match operator {
        "eq" => equal(attribute, operand, ignore_case),
        "ne" => negated(equal(attribute, operand, ignore_case)),
        "in" => is_one_of(attribute, operand, ignore_case),
        "notIn" => negated(is_one_of(attribute, operand, ignore_case)),
        "contains" => contains(attribute, operand, ignore_case),
        "notContains" => negated(contains(attribute, operand, ignore_case)),
        "startsWith" => any_text(attribute, operand, ignore_case, |text, part| text.starts_with(part)),
        "endsWith" => any_text(attribute, operand, ignore_case, |text, part| text.ends_with(part)),
        "matches" => {
            let pattern = operand.as_str().expect("a pattern");
            Some(text::matches(attribute.as_str()?, pattern, ignore_case))
        }
        "lt" => order(attribute, operand).map(Ordering::is_lt),
        "lte" => order(attribute, operand).map(Ordering::is_le),
        "gt" => order(attribute, operand).map(Ordering::is_gt),
        "gte" => order(attribute, operand).map(Ordering::is_ge),
        "before" => times(attribute, operand).map(Ordering::is_lt),
        "after" => times(attribute, operand).map(Ordering::is_gt),
        "semverEq" => versions(attribute, operand).map(Ordering::is_eq),
        "semverNe" => versions(attribute, operand).map(Ordering::is_ne),
        "semverLt" => versions(attribute, operand).map(Ordering::is_lt),
        "semverLte" => versions(attribute, operand).map(Ordering::is_le),
        "semverGt" => versions(attribute, operand).map(Ordering::is_gt),
        "semverGte" => versions(attribute, operand).map(Ordering::is_ge),
        "semverRange" => {
            let version = Version::of(attribute.as_str()?)?;
            Some(version.is_within(operand.as_str().expect("comparators")))
        }
        "cidr" => {
            let address = Address::of(attribute.as_str()?)?;
            any_of(listed(operand).iter().map(|network| {
                let network = network.as_str().expect("an address or network");
                Some(address.is_within(network))
            }))
        }
        "containsAny" => Some(has_any(attribute.as_array()?, members(operand), ignore_case)),
        "containsAll" => {
            let list = attribute.as_array()?;
            let each_is_there = members(operand).iter().all(|member| has(list, member, ignore_case));
            Some(each_is_there)
        }
        "containsNone" => Some(!has_any(attribute.as_array()?, members(operand), ignore_case)),
        "size" => size(attribute, operand),
        "modulo" => modulo(attribute, operand),
        "sealedIn" => {
            let salt = operand["salt"].as_str().expect("a salt");
            let digest = text::sealed(salt, attribute.as_str()?);
            Some(members(&operand["digests"]).contains(&json!(digest)))
        }
        _ => None,
    }
}

/// Two scalars of one type: strings, numbers or booleans. There is no coercion.
fn equal(attribute: &Value, operand: &Value, ignore_case: bool) -> Option<bool> {
    match (attribute, operand) {
        (Value::String(left), Value::String(right)) => {
            Some(text::folded(left, ignore_case) == text::folded(right, ignore_case))
        }
        (Value::Number(left), Value::Number(right)) => Some(number::compare(left, right).is_eq()),
        (Value::Bool(left), Value::Bool(right)) => Some(left == right),
        _ => None,
    }
}

/// `in`: compares with the members of the attribute's type; without one it is unknown.
fn is_one_of(attribute: &Value, operand: &Value, ignore_case: bool) -> Option<bool> {
    any_of(members(operand).iter().map(|member| equal(attribute, member, ignore_case)))
}

/// Any of a list of operands. Those of another type (unknown) are no candidates; without any
/// candidate the whole is unknown. This is not the `any` of conditions.
fn any_of(judgements: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let candidates: Vec<bool> = judgements.flatten().collect();
    (!candidates.is_empty()).then(|| candidates.contains(&true))
}

/// On a string: has the substring. On a list: has the member, whatever the types are.
fn contains(attribute: &Value, operand: &Value, ignore_case: bool) -> Option<bool> {
    match attribute {
        Value::Array(list) => Some(has_any(list, listed(operand), ignore_case)),
        _ => any_text(attribute, operand, ignore_case, |text, part| text.contains(part)),
    }
}

fn has_any(list: &[Value], wanted: &[Value], ignore_case: bool) -> bool {
    wanted.iter().any(|member| has(list, member, ignore_case))
}

fn has(list: &[Value], wanted: &Value, ignore_case: bool) -> bool {
    list.iter().any(|member| equal(member, wanted, ignore_case) == Some(true))
}

/// A string attribute against a string, or any of a list.
fn any_text(
    attribute: &Value,
    operand: &Value,
    ignore_case: bool,
    is_so: impl Fn(&str, &str) -> bool,
) -> Option<bool> {
    let whole = text::folded(attribute.as_str()?, ignore_case);
    any_of(listed(operand).iter().map(|part| {
        let part = text::folded(part.as_str()?, ignore_case);
        Some(is_so(&whole, &part))
    }))
}

/// Numbers by value, strings by code points (which is the order of their UTF-8 bytes).
fn order(attribute: &Value, operand: &Value) -> Option<Ordering> {
    match (attribute, operand) {
        (Value::Number(left), Value::Number(right)) => Some(number::compare(left, right)),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn times(attribute: &Value, operand: &Value) -> Option<Ordering> {
    let bound = time::of_value(operand).expect("a time");
    Some(time::of_value(attribute)?.cmp(&bound))
}

fn versions(attribute: &Value, operand: &Value) -> Option<Ordering> {
    let bound = Version::of(operand.as_str().expect("a version")).expect("a version");
    Some(Version::of(attribute.as_str()?)?.precedence(&bound))
}

/// The size of a list, or of a string in code points, equals a number or passes every comparison.
fn size(attribute: &Value, operand: &Value) -> Option<bool> {
    let size = match attribute {
        Value::Array(list) => json!(list.len()),
        Value::String(text) => json!(text.chars().count()),
        _ => return None,
    };
    match operand {
        Value::Object(comparisons) => {
            all(comparisons.iter().map(|(operator, operand)| judge(operator, operand, false, Some(&size))))
        }
        number => judge("eq", number, false, Some(&size)),
    }
}

/// The Euclidean remainder of an integer, or of an integral float within i64.
fn modulo(attribute: &Value, operand: &Value) -> Option<bool> {
    let Value::Number(attribute) = attribute else {
        return None;
    };
    let integer = i64::try_from(number::integral(attribute)?).ok()?;
    let part = |index: usize| i128::from(operand[index].as_i64().expect("an integer"));
    Some(i128::from(integer).rem_euclid(part(0)) == part(1))
}

fn members(operand: &Value) -> &[Value] {
    operand.as_array().expect("a list")
}

/// An operand that is one value or a list of them, as a list.
fn listed(operand: &Value) -> &[Value] {
    match operand {
        Value::Array(list) => list,
        single => std::slice::from_ref(single),
    }
}

#[cfg(test)]
mod tests;

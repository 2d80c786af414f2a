//! Contexts: the pool's attributes in all their spellings, some of them twice.

use serde_json::{Map, Value, json};

use super::conditions;
use super::dice::Dice;
use super::pools::{self, ATTRIBUTES, Attribute};

pub(super) fn context(dice: &mut Dice) -> Value {
    if dice.chance(1) {
        let none = [json!([]), json!("u1"), json!(null), json!({"user": {"id": u64::MAX}})];
        return dice.pick(&none).clone();
    }
    let mut tree = Map::new();
    for attribute in &ATTRIBUTES {
        let times = *dice.pick(&[0, 1, 1, 1, 1, 1, 1, 1, 2]);
        for _ in 0..times {
            let value = value(dice, attribute);
            put(&mut tree, &spelling(dice, attribute), value);
        }
    }
    Value::Object(tree)
}

/// Mostly what the attribute should be, sometimes null or anything.
fn value(dice: &mut Dice, attribute: &Attribute) -> Value {
    match dice.between(0, 29) {
        0 => Value::Null,
        1 | 2 => {
            let other = pools::any_attribute(dice).domain;
            pools::value(dice, other)
        }
        _ => pools::value(dice, attribute.domain),
    }
}

/// The names of the members that lead to an attribute: nested, flat, or partly so.
fn spelling(dice: &mut Dice, attribute: &Attribute) -> Vec<String> {
    let nested_percent = *dice.pick(&[100, 100, 50, 0]);
    let mut names: Vec<String> = Vec::new();
    for step in conditions::path(dice, attribute).split('.') {
        match names.last_mut() {
            Some(name) if !dice.chance(nested_percent) => *name = format!("{name}.{step}"),
            _ => names.push(step.to_owned()),
        }
    }
    names
}

/// Puts a value into the tree, unless something is there already or in the way.
fn put(tree: &mut Map<String, Value>, names: &[String], value: Value) {
    match names {
        [] => {}
        [last] => {
            tree.entry(last).or_insert(value);
        }
        [first, rest @ ..] => {
            if let Value::Object(inner) = tree.entry(first).or_insert_with(|| json!({})) {
                put(inner, rest, value);
            }
        }
    }
}

//! Value types, and values of them.

use serde_json::{Map, Value, json};

use super::dice::Dice;
use crate::document::SPELLINGS;

/// The value type that a flag is meant to have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Boolean,
    Integer,
    Float,
    String,
    Json,
    EnumOfStrings,
    EnumOfIntegers,
}

pub(super) const SHAPES: [Shape; 9] = [
    Shape::Boolean,
    Shape::Boolean,
    Shape::Boolean,
    Shape::Integer,
    Shape::Float,
    Shape::String,
    Shape::Json,
    Shape::EnumOfStrings,
    Shape::EnumOfIntegers,
];

impl Shape {
    /// A value of this type.
    pub(super) fn value(self, dice: &mut Dice) -> Value {
        dice.pick(self.values().as_array().expect("a list")).clone()
    }

    /// `value_type` as an author writes it.
    pub(super) fn written(self) -> Value {
        match self {
            Shape::Boolean => json!("boolean"),
            Shape::Integer => json!("integer"),
            Shape::Float => json!("float"),
            Shape::String => json!("string"),
            Shape::Json => json!("json"),
            Shape::EnumOfStrings | Shape::EnumOfIntegers => json!({"enum": self.values()}),
        }
    }

    fn values(self) -> Value {
        match self {
            Shape::Boolean => json!([true, false]),
            Shape::Integer => json!([0, 1, -5, i64::MAX, i64::MIN, 9_007_199_254_740_993_i64]),
            Shape::Float => json!([0.5, 1, 1.0, -0.0, 1e300, 9_007_199_254_740_992_i64]),
            Shape::String => json!(["", "red", "Red", "ünï"]),
            Shape::Json => json!([
                {"a": 1, "b": [true, null]},
                {"b": [true, null], "a": 1.0},
                [],
                {},
                [1, "x"],
                "text",
                5,
                false,
            ]),
            Shape::EnumOfStrings => json!(["red", "green", "blue"]),
            Shape::EnumOfIntegers => json!([1, 2, 9_007_199_254_740_993_i64]),
        }
    }
}

/// Sets a field of an entry or variant, now and then in its alternative spelling.
pub(super) fn set(dice: &mut Dice, fields: &mut Map<String, Value>, name: &str, value: Value) {
    let other = SPELLINGS.iter().find(|(field, _)| *field == name);
    let written = match other {
        Some((_, other)) if dice.chance(20) => other,
        _ => name,
    };
    fields.insert(written.to_owned(), value);
}

//! Values: what flags serve, what attributes hold, and the exact comparisons between them.

pub(crate) mod fold;
pub(crate) mod network;
pub mod number;
pub mod timestamp;
pub(crate) mod version;

use std::collections::HashMap;
use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

use smol_str::SmolStr;

use number::Number;

/// A JSON value. Equality is by value: `1` equals `1.0`, and the order of an object's members does not matter.
#[derive(Debug, Clone)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number written without fraction and exponent, within i64.
    Int(i64),
    /// Any other number; always finite.
    Float(f64),
    /// A string; short ones lie in the value itself.
    Str(SmolStr),
    /// A list.
    List(Box<[Value]>),
    /// An object, in the order in which it was written; names are unique.
    Object(Box<[(Box<str>, Value)]>),
}

impl Value {
    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The integer, if it is one. A float is none, even an integral one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The float; an integer too, where a float holds it exactly.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Value::Float(value) => Some(*value),
            Value::Int(value) => number::exact_float(*value),
            _ => None,
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn as_number(&self) -> Option<Number> {
        match self {
            Value::Int(value) => Some(Number::Int(*value)),
            Value::Float(value) => Some(Number::Float(*value)),
            _ => None,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::List(a), Value::List(b)) => a == b,
            (Value::Object(a), Value::Object(b)) => a.len() == b.len() && same_members(a, b),
            _ => match (self.as_number(), other.as_number()) {
                (Some(a), Some(b)) => a == b,
                _ => false,
            },
        }
    }
}

/// Whether every member of `a` is in `b` too. Few are compared one by one, many are looked up in a table.
fn same_members(a: &[(Box<str>, Value)], b: &[(Box<str>, Value)]) -> bool {
    const FEW: usize = 16;
    if b.len() <= FEW {
        return a.iter().all(|member| b.iter().any(|other| other == member));
    }
    let table: HashMap<&str, &Value> = b.iter().map(|(name, value)| (&**name, value)).collect();
    a.iter().all(|(name, value)| table.get(&**name) == Some(&value))
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::Str(value) => serializer.serialize_str(value),
            Value::List(items) => serializer.collect_seq(items.iter()),
            Value::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

/// Writes the value as compact JSON.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

macro_rules! from {
    ($($type:ty => |$value:ident| $build:expr),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Value {
                $build
            }
        }
    )*};
}

from! {
    bool => |value| Value::Bool(value),
    i64 => |value| Value::Int(value),
    u32 => |value| Value::Int(i64::from(value)),
    &str => |value| Value::Str(value.into()),
    String => |value| Value::Str(value.into()),
    Box<str> => |value| Value::Str(value.into()),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Node;

    #[test]
    fn objects_are_equal_in_any_order_few_members_or_many() {
        for count in [0, 1, 16, 17, 100_000] {
            let object = |order: &mut dyn Iterator<Item = i64>| {
                Value::Object(order.map(|i| (Box::from(format!("m{i}")), Value::Int(i))).collect())
            };
            let (up, down) = (object(&mut (0..count)), object(&mut (0..count).rev()));
            assert_eq!(up, down, "{count}");
            if count > 0 {
                assert_ne!(up, object(&mut (1..=count)), "{count}");
            }
        }
        let read = |text: &str| Node::parse_json(text.as_bytes(), &crate::Arena::new()).unwrap().to_value();
        assert_ne!(read(r#"{"a": 1, "b": 2}"#), read(r#"{"a": 2, "b": 1}"#));
    }
}

//! Conditions: what must be true of a context.

use std::sync::Arc;

use crate::context::Path;
use crate::value::Value;
use crate::value::network::Network;
use crate::value::number::Number;
use crate::value::timestamp::Timestamp;
use crate::value::version::{Range, Relation, Version, Written};

use super::operand::{Pattern, Scalar, Scalars, Sealed, StrSet, from_number};

/// A condition; `S` is how it refers to a segment: by key in the model, by number in a snapshot.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition<S> {
    /// True if all are; also of none.
    All(Box<[Condition<S>]>),
    /// True if one is.
    Any(Box<[Condition<S>]>),
    /// True if the other is false.
    Not(Box<Condition<S>>),
    /// What the segment says.
    Segment(S),
    /// One test of one attribute.
    Clause(Clause),
    /// An operator from a later version: unknown.
    Unknown { path: Box<str>, operator: Box<str> },
}

impl<S> Condition<S> {
    /// Always true.
    pub(crate) fn always() -> Condition<S> {
        Condition::All(Box::default())
    }

    /// The same condition with its segments referred to in another way.
    pub(crate) fn map<T>(self, refer: &mut impl FnMut(S) -> T) -> Condition<T> {
        match self {
            Condition::All(parts) => Condition::All(map_all(parts, refer)),
            Condition::Any(parts) => Condition::Any(map_all(parts, refer)),
            Condition::Not(part) => Condition::Not(Box::new(part.map(refer))),
            Condition::Segment(segment) => Condition::Segment(refer(segment)),
            Condition::Clause(clause) => Condition::Clause(clause),
            Condition::Unknown { path, operator } => Condition::Unknown { path, operator },
        }
    }
}

fn map_all<S, T>(parts: Box<[Condition<S>]>, refer: &mut impl FnMut(S) -> T) -> Box<[Condition<T>]> {
    parts.into_iter().map(|part| part.map(refer)).collect()
}

/// One test of one attribute.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clause {
    pub(crate) path: Path,
    pub(crate) test: Test,
}

/// An operator with its operand, ready to be applied.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    Equal { operand: Scalar, negated: bool, ignore_case: bool },
    OneOf { operands: Scalars, negated: bool, ignore_case: bool },
    Contains { operands: Scalars, negated: bool, ignore_case: bool },
    StartsWith { operands: StrSet, ignore_case: bool },
    EndsWith { operands: StrSet, ignore_case: bool },
    Matches(Arc<Pattern>),
    Number { relation: Relation, operand: Number },
    Text { relation: Relation, operand: Box<str> },
    Time { relation: Relation, operand: Box<Moment> },
    Version { relation: Relation, operand: Version<Box<Written>> },
    VersionRange { range: Box<Range>, written: Box<str> },
    Network { networks: Box<[Network]>, written: Box<Value> },
    Exists(bool),
    Members { quantifier: Quantifier, operands: Scalars, ignore_case: bool },
    Size(Box<[SizeTest]>),
    Modulo { divisor: i64, remainder: i64 },
    Sealed(Box<Sealed>),
}

/// A time, and how it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    pub(crate) written: Value,
}

/// How many of the operands a list must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantifier {
    Any,
    All,
    None,
}

/// A test of a size. All of a list must hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SizeTest {
    Relation(Relation, Number),
    OneOf { operands: Box<[Number]>, negated: bool },
}

/// Every operator's name, in the order of the documentation.
pub const OPERATORS: [&str; 31] = [
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
    "ignoreCase",
];

/// The relation that an operator's name ends with: `lte`, `semverLte`.
pub(crate) fn relation(suffix: &str) -> Option<Relation> {
    Some(match suffix {
        "eq" | "Eq" => Relation::Eq,
        "ne" | "Ne" => Relation::Ne,
        "lt" | "Lt" => Relation::Lt,
        "lte" | "Lte" => Relation::Lte,
        "gt" | "Gt" => Relation::Gt,
        "gte" | "Gte" => Relation::Gte,
        _ => return None,
    })
}

impl Test {
    /// The operator's name.
    pub(crate) fn operator(&self) -> &'static str {
        match self {
            Test::Equal { negated, .. } => {
                if *negated {
                    "ne"
                } else {
                    "eq"
                }
            }
            Test::OneOf { negated, .. } => {
                if *negated {
                    "notIn"
                } else {
                    "in"
                }
            }
            Test::Contains { negated, .. } => {
                if *negated {
                    "notContains"
                } else {
                    "contains"
                }
            }
            Test::StartsWith { .. } => "startsWith",
            Test::EndsWith { .. } => "endsWith",
            Test::Matches(_) => "matches",
            Test::Number { relation, .. } | Test::Text { relation, .. } => relation_name(*relation),
            Test::Time { relation: Relation::Lt, .. } => "before",
            Test::Time { .. } => "after",
            Test::Version { relation, .. } => match relation {
                Relation::Eq => "semverEq",
                Relation::Ne => "semverNe",
                Relation::Lt => "semverLt",
                Relation::Lte => "semverLte",
                Relation::Gt => "semverGt",
                Relation::Gte => "semverGte",
            },
            Test::VersionRange { .. } => "semverRange",
            Test::Network { .. } => "cidr",
            Test::Exists(_) => "exists",
            Test::Members { quantifier, .. } => match quantifier {
                Quantifier::Any => "containsAny",
                Quantifier::All => "containsAll",
                Quantifier::None => "containsNone",
            },
            Test::Size(_) => "size",
            Test::Modulo { .. } => "modulo",
            Test::Sealed(_) => "sealedIn",
        }
    }

    /// The operand for people to read. Digests stay sealed.
    pub(crate) fn operand(&self) -> Value {
        match self {
            Test::Equal { operand, .. } => scalar_value(operand),
            Test::OneOf { operands, .. } | Test::Members { operands, .. } => operands.to_value(),
            Test::Contains { operands, .. } => one_or_list(operands.to_value()),
            Test::StartsWith { operands, .. } | Test::EndsWith { operands, .. } => {
                one_or_list(Value::List(operands.iter().map(Value::from).collect()))
            }
            Test::Matches(pattern) => Value::from(pattern.as_str()),
            Test::Number { operand, .. } => from_number(*operand),
            Test::Text { operand, .. } => Value::from(&**operand),
            Test::Time { operand, .. } => operand.written.clone(),
            Test::Network { written, .. } => (**written).clone(),
            Test::Version { operand, .. } => Value::from(operand.written()),
            Test::VersionRange { written, .. } => Value::from(&**written),
            Test::Exists(wanted) => Value::Bool(*wanted),
            Test::Size(tests) => Value::Object(tests.iter().map(size_member).collect()),
            Test::Modulo { divisor, remainder } => {
                Value::List(Box::new([Value::Int(*divisor), Value::Int(*remainder)]))
            }
            Test::Sealed(sealed) => Value::from(format!("{} digests", sealed.digests.len())),
        }
    }

    /// Whether case is ignored.
    pub(crate) fn ignores_case(&self) -> bool {
        match self {
            Test::Equal { ignore_case, .. }
            | Test::OneOf { ignore_case, .. }
            | Test::Contains { ignore_case, .. }
            | Test::StartsWith { ignore_case, .. }
            | Test::EndsWith { ignore_case, .. }
            | Test::Members { ignore_case, .. } => *ignore_case,
            Test::Matches(pattern) => pattern.ignores_case(),
            _ => false,
        }
    }
}

fn relation_name(relation: Relation) -> &'static str {
    match relation {
        Relation::Eq => "eq",
        Relation::Ne => "ne",
        Relation::Lt => "lt",
        Relation::Lte => "lte",
        Relation::Gt => "gt",
        Relation::Gte => "gte",
    }
}

fn scalar_value(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Str(text) => Value::Str(text.clone()),
        Scalar::Number(number) => from_number(*number),
        Scalar::Bool(value) => Value::Bool(*value),
    }
}

fn size_member(test: &SizeTest) -> (Box<str>, Value) {
    match test {
        SizeTest::Relation(relation, number) => (relation_name(*relation).into(), from_number(*number)),
        SizeTest::OneOf { operands, negated } => {
            let name = if *negated { "notIn" } else { "in" };
            (name.into(), Value::List(operands.iter().map(|number| from_number(*number)).collect()))
        }
    }
}

fn one_or_list(list: Value) -> Value {
    match list {
        Value::List(items) if items.len() == 1 => items.into_iter().next().unwrap_or(Value::Null),
        list => list,
    }
}

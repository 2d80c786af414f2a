//! The form for keys of a company's own servers: everything but what only people read.

use serde_json::Value;

use super::fields::{self, ACTION, EntryType, FLAG, Field, Members, Need, Shape};

pub(super) fn form(entry: &Members) -> Members {
    object(entry, EntryType::of(entry).map_or(FLAG, EntryType::fields))
}

/// A member that is no field stays: it is not ours to judge.
fn object(members: &Members, known: &'static [Field]) -> Members {
    let kept = members.iter().filter(|(name, _)| *name != "$schema" && *name != "$comment");
    kept.filter_map(|(name, member)| match fields::find(known, name) {
        Some(Field { need: Need::People, .. }) => None,
        Some(field) => Some((name.clone(), value(member, &field.shape))),
        None => Some((name.clone(), member.clone())),
    })
    .collect()
}

/// What is not of its shape stays as it is: whoever loads it says so.
fn value(value: &Value, shape: &Shape) -> Value {
    let one = |value: &Value, fields| match value {
        Value::Object(members) => Value::Object(object(members, fields)),
        other => other.clone(),
    };
    let each = |members: &Members, fields| {
        Value::Object(members.iter().map(|(id, value)| (id.clone(), one(value, fields))).collect())
    };
    match (shape, value) {
        (Shape::Object(fields), value) => one(value, fields),
        (Shape::Listed(fields), Value::Array(items)) => items.iter().map(|item| one(item, fields)).collect(),
        (Shape::Mapped(fields), Value::Object(members)) => each(members, fields),
        (Shape::ScopedPeople | Shape::ScopedTenants, Value::Object(members)) => each(members, ACTION),
        (Shape::Rollout, Value::Object(members)) if fields::is_action(members) => one(value, ACTION),
        (Shape::Condition, condition) => without_comments(condition),
        (_, value) => value.clone(),
    }
}

fn without_comments(condition: &Value) -> Value {
    let Value::Object(members) = condition else { return condition.clone() };
    let kept = members.iter().filter(|(name, _)| *name != "$comment");
    let part = |(name, value): (&String, &Value)| {
        let part = match (name.as_str(), value) {
            ("all" | "any", Value::Array(items)) => items.iter().map(without_comments).collect(),
            ("not", condition) => without_comments(condition),
            (_, other) => other.clone(),
        };
        (name.clone(), part)
    };
    Value::Object(kept.map(part).collect())
}

//! Bytes -> small changes of a JSON tree. What comes out is JSON again, and often still a valid definition.

use serde_json::{Value, json};

/// Bytes that are used up; beyond their end there are zeros.
pub(crate) struct Bytes<'d>(pub(crate) &'d [u8]);

impl Bytes<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first)
    }

    pub(crate) fn number(&mut self) -> usize {
        self.byte() << 8 | self.byte()
    }
}

/// Changes one node of the tree, as the bytes say.
pub(crate) fn change(tree: &mut Value, bytes: &mut Bytes<'_>) {
    let size = count(tree);
    let (kind, at, other) = (bytes.byte(), bytes.number() % size, bytes.number());
    let source = nth(tree, &mut (other % size)).cloned();
    let literals = literals();
    let Some(target) = nth_mut(tree, &mut { at }) else { return };
    match kind % 6 {
        // What stands elsewhere in the tree.
        0 => *target = source.unwrap_or_default(),
        1 => *target = literals[other % literals.len()].clone(),
        // One member or item less.
        2 => match target {
            Value::Array(items) if !items.is_empty() => drop(items.remove(other % items.len())),
            Value::Object(members) if !members.is_empty() => {
                let name = members.keys().nth(other % members.len()).cloned().unwrap_or_default();
                members.remove(&name);
            }
            _ => {}
        },
        // One more.
        3 => match target {
            Value::Array(items) => items.extend(source),
            Value::Object(members) => {
                members.insert(NAMES[bytes.byte() % NAMES.len()].to_owned(), source.unwrap_or_default());
            }
            other => *other = json!([other.take()]),
        },
        // The same value under another name.
        4 => {
            if let Value::Object(members) = target
                && let Some(name) = members.keys().nth(other % members.len().max(1)).cloned()
                && let Some(value) = members.remove(&name)
            {
                members.insert(NAMES[bytes.byte() % NAMES.len()].to_owned(), value);
            }
        }
        // A near value.
        _ => match target {
            Value::Array(items) if !items.is_empty() => {
                let middle = other % items.len();
                items.rotate_left(middle);
            }
            Value::Number(number) => {
                if let Some(integer) = number.as_i64() {
                    *target = json!(integer.wrapping_add(other as i64 - 32_768));
                }
            }
            Value::String(text) => text.extend(char::from_u32(other as u32)),
            Value::Bool(value) => *value = !*value,
            _ => {}
        },
    }
}

fn count(tree: &Value) -> usize {
    1 + match tree {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// The node at a place of the tree, counted from the root downwards.
fn nth<'v>(tree: &'v Value, at: &mut usize) -> Option<&'v Value> {
    if *at == 0 {
        return Some(tree);
    }
    *at -= 1;
    match tree {
        Value::Array(items) => items.iter().find_map(|item| nth(item, at)),
        Value::Object(members) => members.values().find_map(|member| nth(member, at)),
        _ => None,
    }
}

fn nth_mut<'v>(tree: &'v mut Value, at: &mut usize) -> Option<&'v mut Value> {
    if *at == 0 {
        return Some(tree);
    }
    *at -= 1;
    match tree {
        Value::Array(items) => items.iter_mut().find_map(|item| nth_mut(item, at)),
        Value::Object(members) => members.values_mut().find_map(|member| nth_mut(member, at)),
        _ => None,
    }
}

fn literals() -> [Value; 24] {
    [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-1),
        json!(100),
        json!(0.1),
        json!(-0.0),
        json!(33.333),
        json!(100_000),
        json!(9_007_199_254_740_993_i64),
        json!(i64::MIN),
        json!(1e300),
        json!(""),
        json!("on"),
        json!("u1"),
        json!("production"),
        json!("2026-01-01T00:00:00Z"),
        json!("1.2.3-rc.1"),
        json!("::ffff:10.0.0.0/104"),
        json!([]),
        json!({}),
        json!([[0, 50_000], [60_000, 100_000]]),
    ]
}

const NAMES: [&str; 40] = [
    "all",
    "any",
    "not",
    "segment",
    "eq",
    "ne",
    "in",
    "notIn",
    "contains",
    "exists",
    "size",
    "ignoreCase",
    "serve",
    "value",
    "rollout",
    "ranges",
    "experiment",
    "by",
    "salt",
    "until",
    "condition",
    "action",
    "priority",
    "default",
    "off",
    "variations",
    "rules",
    "scopes",
    "enabled",
    "kill",
    "expiry",
    "on_expiry",
    "environments",
    "min_role",
    "prerequisites",
    "user.id",
    "userId",
    "targetingKey",
    "env",
    "tags",
];

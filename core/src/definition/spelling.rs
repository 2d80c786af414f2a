//! Other spellings of fields, for those who compare definitions as they are written.

use crate::value::Value;

/// Spellings that other systems' definitions come with (DESIGN 3). The readers know them too; a test holds the two
/// lists together.
const SPELLINGS: [(&str, &str); 7] = [
    ("id", "key"),
    ("defaultValue", "default"),
    ("expiresAt", "expiry"),
    ("minRole", "min_role"),
    ("isControl", "is_control"),
    ("startDate", "start_date"),
    ("endDate", "end_date"),
];

/// An entry in the spelling of the documentation.
pub(super) fn normalise(entry: Value) -> Value {
    let Value::Object(members) = entry else { return entry };
    let members = members.into_vec().into_iter().filter(|(name, _)| !name.starts_with('$'));
    Value::Object(members.map(member).collect())
}

fn member((name, value): (Box<str>, Value)) -> (Box<str>, Value) {
    match &*name {
        "rolloutPercentage" => match percentages(&value) {
            Some(rollout) => ("rollout".into(), rollout),
            None => (name, value),
        },
        "variants" => (name, each(value)),
        other => (canonical(other).into(), value),
    }
}

fn canonical(name: &str) -> &str {
    SPELLINGS.iter().find(|(spelling, _)| *spelling == name).map_or(name, |(_, canonical)| canonical)
}

/// The variants; their `id` is one.
fn each(variants: Value) -> Value {
    let Value::List(items) = variants else { return variants };
    let items = items.into_vec().into_iter().map(|item| match item {
        Value::Object(members) => {
            let members = members.into_vec().into_iter();
            Value::Object(
                members
                    .map(|(name, value)| {
                        (if &*name == "isControl" { "is_control".into() } else { name }, value)
                    })
                    .collect(),
            )
        }
        other => other,
    });
    Value::List(items.collect())
}

fn percentages(on: &Value) -> Option<Value> {
    let off = match on {
        Value::Int(percent @ 0..=100) => Value::Int(100 - percent),
        Value::Float(percent) if (0.0..=100.0).contains(percent) => {
            Value::Float(((100.0 - percent) * 1_000.0).round() / 1_000.0)
        }
        _ => return None,
    };
    Some(Value::Object(Box::new([("on".into(), on.clone()), ("off".into(), off)])))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::experiment::{ExperimentFields, VariantFields};
    use super::super::flag::FlagFields;
    use super::*;

    #[test]
    fn these_are_the_spellings_that_are_read() {
        let tables = [
            (FlagFields::SPELLINGS, FlagFields::NAMES),
            (ExperimentFields::SPELLINGS, ExperimentFields::NAMES),
            (VariantFields::SPELLINGS, VariantFields::NAMES),
        ];
        let read: BTreeSet<&str> = tables
            .iter()
            .flat_map(|(spellings, names)| spellings.iter().filter(|spelling| !names.contains(spelling)))
            .copied()
            .collect();
        assert_eq!(read, SPELLINGS.iter().map(|(spelling, _)| *spelling).collect());
    }
}

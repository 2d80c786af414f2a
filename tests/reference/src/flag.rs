//! A flag or config with everything filled in that section 3 lets an author leave out.

use serde_json::{Value, json};

use crate::Asked;
use crate::document::Entry;
use crate::number::{percentage, same_value, thousandths, widened};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ValueType {
    Boolean,
    Integer,
    Float,
    String,
    Json,
    Enum(Vec<Value>),
}

impl ValueType {
    /// The type that a value has by itself.
    fn of_value(value: &Value) -> ValueType {
        match value {
            Value::Bool(_) => ValueType::Boolean,
            Value::Number(number) if number.is_i64() => ValueType::Integer,
            Value::Number(_) => ValueType::Float,
            Value::String(_) => ValueType::String,
            Value::Null | Value::Array(_) | Value::Object(_) => ValueType::Json,
        }
    }

    /// Whether a value is of this type; an integer is a float when the type is float, if it is
    /// exactly one (section 4, line 1).
    pub(crate) fn admits(&self, value: &Value) -> bool {
        let own = ValueType::of_value(value);
        match self {
            ValueType::Json => true,
            ValueType::Float => match value.as_i64() {
                Some(integer) => widened(integer).is_some(),
                None => own == ValueType::Float,
            },
            ValueType::Enum(members) => {
                members.iter().any(|member| own == ValueType::of_value(member) && same_value(value, member))
            }
            same => own == *same,
        }
    }

    /// What is asked for to get this type as it is: an enum is read as its members' type.
    pub(crate) fn asked_as(&self) -> Asked {
        match self {
            ValueType::Boolean => Asked::Boolean,
            ValueType::Integer => Asked::Integer,
            ValueType::Float => Asked::Float,
            ValueType::String => Asked::String,
            ValueType::Json => Asked::Json,
            ValueType::Enum(members) => ValueType::of_value(&members[0]).asked_as(),
        }
    }
}

pub(crate) struct Flag<'a> {
    pub entry: Entry<'a>,
    pub value_type: ValueType,
    /// Ids and values, in declared order.
    pub variations: Vec<(String, Value)>,
    pub default: Value,
    pub off: Value,
}

impl<'a> Flag<'a> {
    pub(crate) fn of(entry: Entry<'a>) -> Flag<'a> {
        let declared: Vec<(String, Value)> = entry
            .list("variations")
            .iter()
            .map(|variation| {
                let id = variation["id"].as_str().expect("an id");
                (id.to_owned(), variation["value"].clone())
            })
            .collect();
        let value_type = value_type(entry, &declared);
        let is_boolean = value_type == ValueType::Boolean;
        let variations = if declared.is_empty() && is_boolean {
            vec![("off".to_owned(), json!(false)), ("on".to_owned(), json!(true))]
        } else {
            declared
        };
        let default = match (entry.field("default"), entry.text("kind")) {
            (Some(value), _) => value.clone(),
            (None, Some("experiment")) => variations[0].1.clone(),
            (None, kind) if is_boolean => json!(kind == Some("ops")),
            (None, _) => panic!("{} has no default", entry.key()),
        };
        let off = match entry.field("off") {
            Some(value) => value.clone(),
            None if is_boolean => json!(false),
            None => default.clone(),
        };
        Flag { entry, value_type, variations, default, off }
    }

    /// The value of a variation.
    pub(crate) fn value_of(&self, id: &str) -> Option<&Value> {
        let (_, value) = self.variations.iter().find(|(own, _)| own == id)?;
        Some(value)
    }

    /// The first variation with an equal value.
    pub(crate) fn variation_of(&self, value: &Value) -> Option<String> {
        let (id, _) = self.variations.iter().find(|(_, own)| same_value(own, value))?;
        Some(id.clone())
    }

    /// The ids in declared order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.variations.iter().map(|(id, _)| id.as_str())
    }

    /// The rules by ascending priority; a rule without one has its one-based position, and ties
    /// keep the list's order.
    pub(crate) fn sorted_rules(&self) -> Vec<&'a Value> {
        let mut rules: Vec<(i64, &Value)> = (1..)
            .zip(self.entry.list("rules"))
            .map(|(position, rule)| {
                let priority = rule.get("priority").and_then(Value::as_i64);
                (priority.unwrap_or(position), rule)
            })
            .collect();
        rules.sort_by_key(|(priority, _)| *priority);
        rules.into_iter().map(|(_, rule)| rule).collect()
    }

    /// The top-level rollout, in each of its forms, as an action.
    pub(crate) fn rollout(&self) -> Option<Value> {
        if let Some(on) = self.entry.field("rolloutPercentage") {
            let off = percentage(100_000 - thousandths(on));
            return Some(json!({"rollout": {"on": on, "off": off}}));
        }
        let rollout = self.entry.field("rollout")?;
        let is_action = rollout["rollout"].is_object() || rollout["ranges"].is_object();
        Some(if is_action { rollout.clone() } else { json!({"rollout": rollout}) })
    }
}

/// The declared type, else that of the default, else that of the first variation, else boolean.
fn value_type(entry: Entry, declared: &[(String, Value)]) -> ValueType {
    let Some(named) = entry.field("value_type") else {
        let first_variation = declared.first().map(|(_, value)| value);
        return entry.field("default").or(first_variation).map_or(ValueType::Boolean, ValueType::of_value);
    };
    match named.as_str() {
        Some("boolean") => ValueType::Boolean,
        Some("integer") => ValueType::Integer,
        Some("float") => ValueType::Float,
        Some("string") => ValueType::String,
        Some("json") => ValueType::Json,
        _ => ValueType::Enum(named["enum"].as_array().expect("members").clone()),
    }
}

//! Whether an answer is as it must be, and what was kept of answers before.

use std::collections::BTreeMap;

use serde_json::Value;

/// What was kept, by name.
#[derive(Debug, Default)]
pub(crate) struct Kept(BTreeMap<String, Value>);

impl Kept {
    pub(crate) fn keep(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// The same with what was kept in the place of each `{{name}}`: as it is where that is all of a text, else as text.
    pub(crate) fn fill(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => match text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
                Some(name) if !name.contains("{{") => self.get(name)?.clone(),
                _ => Value::String(self.fill_text(text)?),
            },
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect::<Result<_, _>>()?,
            Value::Object(members) => {
                let filled = members.iter().map(|(name, value)| Ok((name.clone(), self.fill(value)?)));
                Value::Object(filled.collect::<Result<_, String>>()?)
            }
            other => other.clone(),
        })
    }

    pub(crate) fn fill_text(&self, text: &str) -> Result<String, String> {
        let Some((before, rest)) = text.split_once("{{") else { return Ok(text.to_owned()) };
        let (name, after) =
            rest.split_once("}}").ok_or_else(|| format!("`{text}` names what it does not end to name"))?;
        let value = match self.get(name)? {
            Value::String(value) => value.clone(),
            other => other.to_string(),
        };
        Ok(format!("{before}{value}{}", self.fill_text(after)?))
    }

    fn get(&self, name: &str) -> Result<&Value, String> {
        self.0.get(name).ok_or_else(|| format!("nothing was kept as `{name}`"))
    }
}

/// Whether an answer has the members that are wanted, and each is just so.
pub(crate) fn has(answer: &Value, wanted: &Value) -> bool {
    match (answer, wanted) {
        (Value::Object(answer), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| answer.get(name).is_some_and(|answer| is(answer, wanted)))
        }
        _ => is(answer, wanted),
    }
}

/// Whether two values are one, numbers by value.
pub(crate) fn is(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(members), Value::Object(all)) => members.len() == all.len() && has(value, wanted),
        (Value::Array(value), Value::Array(wanted)) => {
            value.len() == wanted.len() && value.iter().zip(wanted).all(|(value, wanted)| is(value, wanted))
        }
        (Value::Number(value), Value::Number(wanted)) => {
            value == wanted || (value.as_f64() == wanted.as_f64() && !(value.is_i64() && wanted.is_i64()))
        }
        _ => value == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_has_what_is_named_and_may_have_more() {
        assert!(has(&json!({"a": 1, "b": [{"c": null, "d": 2}]}), &json!({"b": [{"d": 2.0, "c": null}]})));
        assert!(has(&json!({"a": 1.0}), &json!({"a": 1})));
        for (answer, wanted) in [
            (json!({"a": 1}), json!({"a": 2})),
            (json!({}), json!({"a": null})),
            (json!({"a": {"b": 1, "c": 2}}), json!({"a": {"b": 1}})),
            (json!([1, 2]), json!([1])),
            (json!("1"), json!(1)),
            (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64)),
        ] {
            assert!(!has(&answer, &wanted), "{answer} {wanted}");
        }
    }

    #[test]
    fn what_was_kept_stands_where_it_is_named() {
        let mut kept = Kept::default();
        kept.keep("version", json!(7));
        kept.keep("id", json!("x"));
        let filled = kept.fill(&json!({"a": ["{{version}}", "/{{id}}/{{version}}"], "b": 1})).unwrap();
        assert_eq!(filled, json!({"a": [7, "/x/7"], "b": 1}));
        assert!(kept.fill(&json!("{{nothing}}")).unwrap_err().contains("nothing"));
    }
}

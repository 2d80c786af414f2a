//! An entry as it is written, in two parts: what it is in all environments, and what it does in one.

use serde_json::{Map, Value, json};
use vexil_core::{Context, Environment as Names, Request, Snapshot, Timestamp};

/// A definition as JSON, in the documented spelling and the order of the documentation.
pub type Document = Map<String, Value>;

/// The fields that an entry has in all environments alike.
pub const IDENTITY_FIELDS: [&str; 7] = ["key", "type", "name", "kind", "owner", "description", "tags"];

/// Other spellings, and the documented ones that [`normalise`] turns them into (DESIGN 3).
const SPELLINGS: [(&str, &str); 7] = [
    ("id", "key"),
    ("defaultValue", "default"),
    ("expiresAt", "expiry"),
    ("minRole", "min_role"),
    ("startDate", "start_date"),
    ("endDate", "end_date"),
    (PERCENTAGE, "rollout"),
];
/// Those within a variant of an experiment.
const SPELLINGS_OF_VARIANTS: [(&str, &str); 1] = [("isControl", "is_control")];
/// The spelling whose value is another one too: the share of `on`.
const PERCENTAGE: &str = "rolloutPercentage";

/// What an entry is in all environments.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity(Document);

impl Identity {
    /// From what was stored, or the identity's part of a whole document.
    pub fn of(document: &Document) -> Identity {
        let mut identity = Document::new();
        for field in IDENTITY_FIELDS {
            if let Some(value) = document.get(field) {
                identity.insert(field.to_owned(), value.clone());
            }
        }
        Identity(identity)
    }

    /// The fields.
    pub fn fields(&self) -> &Document {
        &self.0
    }

    /// A field that is text.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.0.get(field)?.as_str()
    }

    /// The type that the core knows the entry by.
    pub fn type_name(&self) -> &str {
        self.text("type").unwrap_or("feature_flag")
    }

    /// The tags.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.0.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// The whole document: the identity, and then what the definition says.
    pub fn with(&self, definition: &Document) -> Document {
        let mut whole = self.0.clone();
        for (field, value) in definition {
            if !IDENTITY_FIELDS.contains(&field.as_str()) {
                whole.insert(field.clone(), value.clone());
            }
        }
        whole
    }
}

/// Brings a document into the documented spelling, with its key and type first. What is there in two spellings stays so,
/// for the core to refuse.
pub(crate) fn normalise(document: Document, key: &str, type_name: &str) -> Document {
    let mut normal = Document::new();
    normal.insert("key".to_owned(), key.into());
    normal.insert("type".to_owned(), type_name.into());
    let mut rest = respelt(document);
    for field in IDENTITY_FIELDS.iter().skip(2) {
        if let Some(value) = rest.shift_remove(*field) {
            normal.insert((*field).to_owned(), value);
        }
    }
    rest.shift_remove("key");
    rest.shift_remove("type");
    normal.extend(rest);
    normal
}

/// A document, or a patch of one, in the documented spelling. What is there in two spellings stays so.
pub(crate) fn respelt(document: Document) -> Document {
    let mut respelt = renamed(document, &SPELLINGS);
    respelt.shift_remove("$schema");
    if let Some(Value::Array(variants)) = respelt.get_mut("variants") {
        for variant in variants.iter_mut().filter_map(Value::as_object_mut) {
            *variant = renamed(std::mem::take(variant), &SPELLINGS_OF_VARIANTS);
        }
    }
    respelt
}

/// A field that is there in two spellings: both of them.
pub(crate) fn spelt_twice(document: &Document) -> Option<(&'static str, &'static str)> {
    SPELLINGS.into_iter().find(|(other, name)| document.contains_key(*other) && document.contains_key(*name))
}

fn renamed(document: Document, spellings: &[(&'static str, &'static str)]) -> Document {
    let twice: Vec<&str> = spellings
        .iter()
        .filter(|(other, name)| document.contains_key(*other) && document.contains_key(*name))
        .map(|(other, _)| *other)
        .collect();
    let rename = |(field, value): (String, Value)| {
        let known = spellings.iter().find(|(other, _)| *other == field && !twice.contains(other));
        match known {
            Some((PERCENTAGE, name)) => match on_and_off(&value) {
                Some(rollout) => ((*name).to_owned(), rollout),
                None => (field, value),
            },
            Some((_, name)) => ((*name).to_owned(), value),
            None => (field, value),
        }
    };
    document.into_iter().map(rename).collect()
}

/// The rollout that a share of `on` means. What is no percentage stays, for the core to refuse it where it was written.
fn on_and_off(percentage: &Value) -> Option<Value> {
    /// As many decimal places as a percentage has.
    const PARTS: f64 = 1_000.0;
    if percentage.is_null() {
        // Of a patch.
        return Some(Value::Null);
    }
    let on = percentage.as_f64().filter(|on| (0.0..=100.0).contains(on))?;
    let parts = (on * PARTS).round();
    if parts / PARTS != on {
        return None;
    }
    let off = 100.0 * PARTS - parts;
    let off = if off % PARTS == 0.0 { json!((off / PARTS) as u8) } else { json!(off / PARTS) };
    Some(json!({ "on": percentage, "off": off }))
}

/// What everyone gets where nothing else decides: as it is written, else as the core derives it.
pub(crate) fn default_of(document: &Document) -> Option<Value> {
    if let Some(written) = document.get("default") {
        return Some(written.clone());
    }
    // What is left evaluates to its default.
    let deriving = ["key", "type", "kind", "value_type", "variations"];
    let left =
        deriving.into_iter().filter_map(|field| Some((field.to_owned(), document.get(field)?.clone())));
    let text = serde_json::to_string(&left.collect::<Document>()).ok()?;
    let snapshot = Snapshot::load_json(text.as_bytes(), Names::Document).ok()?;
    let context = Context::new();
    let request = Request::new(&context, Timestamp::from_millis(0));
    let evaluation = snapshot.evaluate(document.get("key")?.as_str()?, &request);
    Some(json!(evaluation.value()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_normal_and_the_identity_comes_first() {
        let written: Document = serde_json::from_str(
            r#"{"$schema": "x", "expiresAt": 1, "owner": "me", "id": "a", "defaultValue": 2}"#,
        )
        .unwrap();
        let normal = normalise(written, "a", "config");
        let text = serde_json::to_string(&normal).unwrap();
        assert_eq!(text, r#"{"key":"a","type":"config","owner":"me","expiry":1,"default":2}"#);
        assert_eq!(Identity::of(&normal).with(&normal), normal);
    }

    fn document(value: Value) -> Document {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn every_other_spelling_is_normal_and_two_at_once_stay() {
        let written = document(
            json!({"key": "a", "rolloutPercentage": 12.5, "minRole": "r", "startDate": 1, "endDate": 2,
            "variants": [{"id": "x", "isControl": true}, {"id": "y", "isControl": true, "is_control": false}, 7]}),
        );
        let normal = json!({"key": "a", "type": "experiment", "rollout": {"on": 12.5, "off": 87.5}, "min_role": "r",
            "start_date": 1, "end_date": 2,
            "variants": [{"id": "x", "is_control": true}, {"id": "y", "isControl": true, "is_control": false}, 7]});
        assert_eq!(Value::Object(normalise(written, "a", "experiment")), normal);
        for percentage in [json!(101), json!(-1), json!(0.0001), json!("7"), json!([])] {
            let kept = document(json!({ "rolloutPercentage": percentage }));
            assert_eq!(respelt(kept.clone()), kept);
        }
        let whole = respelt(document(json!({"rolloutPercentage": 30})));
        assert_eq!(Value::Object(whole), json!({"rollout": {"on": 30, "off": 70}}));
        let twice = document(json!({"default": 1, "defaultValue": 2}));
        assert_eq!(spelt_twice(&twice), Some(("defaultValue", "default")));
        assert_eq!(respelt(twice.clone()), twice);
    }

    #[test]
    fn a_default_is_the_one_that_the_core_derives() {
        let variations = json!([{"id": "a", "value": "x"}, {"id": "b", "value": "y"}]);
        for (written, default) in [
            (json!({"key": "a", "type": "config", "default": {"a": null}}), Some(json!({"a": null}))),
            (
                json!({"key": "a", "type": "config", "kind": "experiment", "variations": variations}),
                Some(json!("x")),
            ),
            (json!({"key": "a", "kind": "ops", "enabled": false, "expiry": 1}), Some(json!(true))),
            (json!({"key": "a", "sensitive": true}), Some(json!(false))),
            (json!({"key": "a", "value_type": "integer"}), None),
        ] {
            assert_eq!(default_of(&document(written.clone())), default, "{written}");
        }
    }
}

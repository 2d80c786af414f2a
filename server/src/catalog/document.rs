//! An entry as it is written, in two parts: what it is in all environments, and what it does in one.

use serde_json::{Map, Value};

/// A definition as JSON, in the documented spelling and the order of the documentation.
pub type Document = Map<String, Value>;

/// The fields that an entry has in all environments alike.
pub const IDENTITY_FIELDS: [&str; 7] = ["key", "type", "name", "kind", "owner", "description", "tags"];

/// Spellings that [`normalise`] turns into the documented ones (DESIGN 3).
const SPELLINGS: [(&str, &str); 5] = [
    ("id", "key"),
    ("defaultValue", "default"),
    ("expiresAt", "expiry"),
    ("minRole", "min_role"),
    ("$schema", ""),
];

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

/// Brings a document that the core has found valid into the documented spelling, with its key and type first.
pub(crate) fn normalise(document: Document, key: &str, type_name: &str) -> Document {
    let mut normal = Document::new();
    normal.insert("key".to_owned(), key.into());
    normal.insert("type".to_owned(), type_name.into());
    let mut rest = Document::new();
    for (field, value) in document {
        match SPELLINGS.iter().find(|(spelling, _)| *spelling == field) {
            Some((_, "")) => {}
            Some((_, name)) => drop(rest.insert((*name).to_owned(), value)),
            None => drop(rest.insert(field, value)),
        }
    }
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
}

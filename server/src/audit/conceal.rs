//! Sensitive values as digests: the audit shows that they changed, and not what they are.
//!
//! A digest is an HMAC-SHA-256 (RFC 2104) under a key of the control plane. A plain hash would not do: whoever reads
//! the audit could try all short secrets. It also covers the entry's key and the field's name, so that one secret in
//! two places does not show as one.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::hex;

/// What a sensitive entry shows as it is written, besides its key: what it is, whom it belongs to, and whether it is
/// on. Every other field is concealed whole, because the names inside are a part of the secret; so are those that a
/// later version may bring.
const OPEN: [&str; 17] = [
    "id",
    "key",
    "type",
    "name",
    "description",
    "owner",
    "kind",
    "expiry",
    "expiresAt",
    "on_expiry",
    "environments",
    "enabled",
    "kill",
    "dynamic",
    "critical",
    "sensitive",
    "tags",
];

/// The secret that digests are made with. Digests under one key compare; under another they do not.
pub struct DigestKey(Zeroizing<[u8; 32]>);

impl DigestKey {
    /// From 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> DigestKey {
        DigestKey(Zeroizing::new(bytes))
    }
}

impl std::fmt::Debug for DigestKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DigestKey(..)")
    }
}

/// What an entry was and what it is, as the audit may tell: unchanged, unless the entry is sensitive on either side.
/// `entry` is its key.
pub fn conceal(
    entry: &str,
    old: Option<&Value>,
    new: Option<&Value>,
    key: &DigestKey,
) -> (Option<Value>, Option<Value>) {
    let secret = [old, new].into_iter().flatten().any(is_sensitive);
    let side = |side: Option<&Value>| match side {
        Some(definition) if secret => Some(concealed(entry, definition, key)),
        other => other.cloned(),
    };
    (side(old), side(new))
}

/// Whether a definition is marked. What is there and not `false` counts: a misspelt mark must not open a secret.
pub fn is_sensitive(definition: &Value) -> bool {
    definition.get("sensitive").is_some_and(|mark| *mark != Value::Bool(false))
}

/// A definition as the audit may tell it of a sensitive entry, be it marked or not. `entry` is its key.
pub fn concealed(entry: &str, definition: &Value, key: &DigestKey) -> Value {
    // What is no definition tells nobody what in it is a secret.
    let Value::Object(fields) = definition else { return digest(entry, "", definition, key) };
    let conceal = |(name, value): (&String, &Value)| {
        let open = OPEN.contains(&name.as_str());
        (name.clone(), if open { value.clone() } else { digest(entry, name, value, key) })
    };
    Value::Object(fields.iter().map(conceal).collect())
}

/// `{"hmac_sha256": "<64 digits>"}`, the same for the same value whatever the order of its members.
fn digest(entry: &str, field: &str, value: &Value, key: &DigestKey) -> Value {
    // A key of any length will do, so there is always a code.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.0.as_ref()) else { return Value::Null };
    for name in [entry, field] {
        mac.update(name.as_bytes());
        mac.update(&[0]);
    }
    let text = Zeroizing::new(sorted(value).to_string());
    mac.update(text.as_bytes());
    json!({"hmac_sha256": hex::encode(&mac.finalize().into_bytes().into())})
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> =
                members.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            members.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(Map::from_iter(members))
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> DigestKey {
        DigestKey::new([7; 32])
    }

    fn one(definition: &Value) -> Value {
        conceal("db.password", None, Some(definition), &key()).1.unwrap()
    }

    #[test]
    fn a_sensitive_entry_shows_no_value() {
        let secret = json!({
            "key": "db.password", "type": "config", "owner": "ops", "description": "d", "tags": ["t"],
            "sensitive": true, "enabled": false, "default": "hunter2", "off": "hunter2", "value_type": {"enum": ["hunter2"]},
            "variations": [{"id": "hunter2", "value": "hunter2"}],
            "rules": [{"id": "hunter2", "condition": {"user.id": {"eq": "hunter2"}}, "action": {"value": "hunter2"}}],
            "scopes": {"tenant": {"hunter2": {"value": "hunter2"}}}, "rollout": {"hunter2": 100},
            "metadata": {"hunter2": 1}, "$comment": "hunter2", "defaultValue": "hunter2", "of_tomorrow": "hunter2",
            "prerequisites": [{"flag": "a", "value": "hunter2"}], "salt": "hunter2", "value_schema": {"const": "hunter2"},
        });
        let shown = one(&secret);
        assert!(!shown.to_string().contains("hunter2"), "{shown}");
        for open in ["key", "type", "owner", "description", "tags", "sensitive", "enabled"] {
            assert_eq!(shown[open], secret[open]);
        }
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&shown), names(&secret));
    }

    #[test]
    fn digests_tell_what_changed_and_nothing_else() {
        let of = |entry: &str, field: &str, value: Value, key: &DigestKey| digest(entry, field, &value, key);
        let base = of("a", "default", json!({"x": 1, "y": [2]}), &key());
        assert_eq!(of("a", "default", json!({"y": [2], "x": 1}), &key()), base);
        for other in [
            of("b", "default", json!({"x": 1, "y": [2]}), &key()),
            of("a", "off", json!({"x": 1, "y": [2]}), &key()),
            of("a", "default", json!({"x": 1, "y": [3]}), &key()),
            of("a", "default", json!({"x": 1, "y": [2]}), &DigestKey::new([8; 32])),
        ] {
            assert_ne!(other, base);
        }
        // printf 'a\0default\0"hunter2"' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0707…07
        let known = of("a", "default", json!("hunter2"), &key());
        assert_eq!(
            known,
            json!({"hmac_sha256": "bc98010cc72245b232313025b16e16726a4d8c5b2c0d2a55ed29091993a07e17"})
        );
    }

    #[test]
    fn a_mark_on_either_side_conceals_both() {
        let open = json!({"key": "a", "default": "hunter2"});
        let secret = json!({"key": "a", "default": "hunter3", "sensitive": true});
        for (old, new) in [(&open, &secret), (&secret, &open)] {
            let (old, new) = conceal("a", Some(old), Some(new), &key());
            assert!(!format!("{old:?} {new:?}").contains("hunter"));
        }
        assert_eq!(conceal("a", Some(&open), None, &key()), (Some(open), None));
        assert!(is_sensitive(&json!({"sensitive": "false"})) && !is_sensitive(&json!({"sensitive": false})));
    }
}

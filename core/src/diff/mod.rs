//! What differs between two sets of definitions: entry by entry, field by field, and how many units a changed split
//! gives another variation.

mod splits;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::definition::{self, Mode};
use crate::document::Node;
use crate::model::Entry;
use crate::value::Value;

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is another.
    Changed,
}

/// The difference of one entry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The entry's key.
    pub key: String,
    /// Its type, the new one where it has two.
    #[serde(rename = "type")]
    pub type_name: &'static str,
    /// What became of it.
    pub change: ChangeKind,
    /// What differs in it; nothing for what was added or removed as a whole.
    pub fields: Vec<FieldChange>,
    /// Whom its splits move.
    pub moves: Vec<Move>,
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// A JSON Pointer into the entry; items of lists are named by their `id`, else by their position.
    pub path: String,
    /// What it was; none where it was absent.
    pub old: Option<Value>,
    /// What it is; none where it is absent.
    pub new: Option<Value>,
}

/// How many units another variation is served by a changed split.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Move {
    /// Where the split is: `/rollout`, `/rules/beta/action`, `/allocation`.
    pub path: String,
    /// Percent of units whose variation changes.
    pub percent: f64,
    /// Whether units are hashed anew (another salt or attribute): the percentage is then what is expected by chance.
    pub reshuffled: bool,
}

/// Stands for both sides of a difference in a sensitive entry.
const SECRET: &str = "(secret)";

/// Compares two sets of documents. Entries come in the order of their keys; spelling, order of members and defaults
/// that are merely written out make no difference.
pub fn diff(old: &[Node<'_>], new: &[Node<'_>]) -> Vec<Change> {
    let (before, after) = (Side::read(old), Side::read(new));
    let mut keys: Vec<&str> = before.entries.keys().chain(after.entries.keys()).map(String::as_str).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().filter_map(|key| compare(key, before.entries.get(key), after.entries.get(key))).collect()
}

/// Entries by key, as they are understood and as they are written.
struct Side {
    entries: BTreeMap<String, (Entry, Value)>,
}

impl Side {
    fn read(documents: &[Node<'_>]) -> Side {
        let written = definition::written_entries(documents);
        let model = definition::read(documents, Mode::Loading).model;
        let entries = model.entries.into_iter().filter_map(|entry| {
            let node = written.get(&*entry.key)?;
            Some((entry.key.to_string(), (entry, definition::normalised(node))))
        });
        Side { entries: entries.collect() }
    }
}

fn compare(key: &str, old: Option<&(Entry, Value)>, new: Option<&(Entry, Value)>) -> Option<Change> {
    let (change, entry) = match (old, new) {
        (None, Some((entry, _))) => (ChangeKind::Added, entry),
        (Some((entry, _)), None) => (ChangeKind::Removed, entry),
        (Some((before, _)), Some((after, _))) if before != after => (ChangeKind::Changed, after),
        _ => return None,
    };
    let (mut fields, mut moves) = (Vec::new(), Vec::new());
    if let (Some((before, was)), Some((after, is))) = (old, new) {
        compare_values(Some(was), Some(is), "", &mut fields);
        moves = splits::compare(before, after);
        if is_secret(was) || is_secret(is) {
            conceal(&mut fields);
        }
    }
    Some(Change { key: key.to_owned(), type_name: entry.type_name(), change, fields, moves })
}

/// As it is written: an entry that could not be read may be a secret all the same.
fn is_secret(written: &Value) -> bool {
    let Value::Object(members) = written else { return false };
    members.iter().any(|(name, value)| &**name == "sensitive" && *value != Value::Bool(false))
}

/// Leaves which fields differ, and nothing of what is in them: the names inside a value are part of the secret.
fn conceal(fields: &mut Vec<FieldChange>) {
    for field in fields.iter_mut() {
        let top = field.path.split('/').nth(1).unwrap_or_default();
        let secret = || Some(Value::from(SECRET));
        *field = FieldChange { path: format!("/{top}"), old: secret(), new: secret() };
    }
    fields.dedup();
}

fn compare_values(old: Option<&Value>, new: Option<&Value>, path: &str, found: &mut Vec<FieldChange>) {
    match (old, new) {
        (Some(old), Some(new)) if old == new => {}
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let before: BTreeMap<&str, &Value> =
                before.iter().map(|(name, value)| (&**name, value)).collect();
            let after: BTreeMap<&str, &Value> = after.iter().map(|(name, value)| (&**name, value)).collect();
            compare_members(&before, &after, path, found);
        }
        (Some(Value::List(before)), Some(Value::List(after))) => match (named(before), named(after)) {
            (Some(old_items), Some(new_items)) => {
                compare_members(&old_items, &new_items, path, found);
                // The order of variations lays percentages, the order of rules decides ties.
                let order =
                    |items: &[Value]| items.iter().filter_map(id).map(Value::from).collect::<Vec<_>>();
                let (was, is) = (order(before), order(after));
                if old_items.keys().eq(new_items.keys()) && was != is {
                    found.push(FieldChange {
                        path: path.to_owned(),
                        old: Some(Value::List(was.into())),
                        new: Some(Value::List(is.into())),
                    });
                }
            }
            _ => (0..before.len().max(after.len())).for_each(|i| {
                compare_values(before.get(i), after.get(i), &format!("{path}/{i}"), found);
            }),
        },
        (old, new) => found.push(FieldChange { path: path.to_owned(), old: old.cloned(), new: new.cloned() }),
    }
}

fn compare_members(
    old: &BTreeMap<&str, &Value>,
    new: &BTreeMap<&str, &Value>,
    path: &str,
    found: &mut Vec<FieldChange>,
) {
    let mut names: Vec<&str> = old.keys().chain(new.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let path = format!("{path}/{}", crate::problem::escaped(name));
        compare_values(old.get(name).copied(), new.get(name).copied(), &path, found);
    }
}

/// Items by their id, if all have one and no two the same.
fn named(items: &[Value]) -> Option<BTreeMap<&str, &Value>> {
    let named: BTreeMap<&str, &Value> =
        items.iter().map(|item| Some((id(item)?, item))).collect::<Option<_>>()?;
    (named.len() == items.len() && !items.is_empty()).then_some(named)
}

fn id(item: &Value) -> Option<&str> {
    let Value::Object(members) = item else { return None };
    members.iter().find(|(name, _)| &**name == "id").and_then(|(_, id)| id.as_str())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(super) fn changes(old: &str, new: &str) -> Vec<Change> {
        let read = |text: &'static str| Node::parse_json(text.as_bytes()).unwrap();
        diff(&[read(old.to_owned().leak())], &[read(new.to_owned().leak())])
    }

    #[test]
    fn spelling_and_order_make_no_difference() {
        let old = r#"{"id": "a", "defaultValue": true, "rolloutPercentage": 25}"#;
        let new = r#"{"rollout": {"off": 75, "on": 25}, "default": true, "key": "a", "enabled": true}"#;
        assert_eq!(changes(old, new), []);
    }

    #[test]
    fn a_changed_percentage_tells_whom_it_moves() {
        let old = r#"{"key": "a", "rollout": {"on": 25, "off": 75}}"#;
        let new = r#"{"key": "a", "rollout": {"on": 40, "off": 60}}"#;
        let found = changes(old, new);
        assert_eq!(found[0].moves, [Move { path: "/rollout".into(), percent: 15.0, reshuffled: false }]);
        assert_eq!(found[0].fields.len(), 2);
    }

    #[test]
    fn secrets_stay_secret() {
        let old = r#"{"key": "a", "type": "config", "default": "hunter2", "sensitive": true}"#;
        let new = r#"{"key": "a", "type": "config", "default": "hunter3", "sensitive": true}"#;
        assert!(!format!("{:?}", changes(old, new)).contains("hunter"));
    }

    #[test]
    fn rules_are_told_apart_by_their_ids() {
        let rule = |id: &str, serve: &str| format!(r#"{{"id": "{id}", "action": {{"serve": "{serve}"}}}}"#);
        let flag = |rules: &[String]| format!(r#"{{"key": "a", "rules": [{}]}}"#, rules.join(","));
        let old = flag(&[rule("x", "on"), rule("y", "on")]);
        let new = flag(&[rule("y", "off"), rule("x", "on")]);
        let found = changes(&old, &new);
        let paths: Vec<&str> = found[0].fields.iter().map(|field| field.path.as_str()).collect();
        assert_eq!(paths, ["/rules/y/action/serve", "/rules"]);
    }
}

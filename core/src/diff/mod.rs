//! What differs between two sets of definitions: entry by entry, field by field, and how many units a changed split
//! gives another variation.

mod fields;
mod splits;

use std::collections::{BTreeMap, BTreeSet};

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
    /// What it was, by default too; none where it was absent.
    pub old: Option<Value>,
    /// What it is, likewise.
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

/// Compares two sets of documents. Entries come in the order of their keys; spelling, order of members and defaults
/// that are merely written out make no difference.
pub fn diff(old: &[Node<'_>], new: &[Node<'_>]) -> Vec<Change> {
    let (before, after) = (entries(old), entries(new));
    let keys: BTreeSet<&str> = before.keys().chain(after.keys()).map(String::as_str).collect();
    keys.into_iter().filter_map(|key| compare(key, before.get(key), after.get(key))).collect()
}

/// An entry as it is understood, and as it is written.
type Written<'d, 't> = (Entry, &'d Node<'t>);

fn entries<'d, 't>(documents: &'d [Node<'t>]) -> BTreeMap<String, Written<'d, 't>> {
    let written = definition::written_entries(documents);
    let model = definition::read(documents, Mode::Loading).model;
    let entries = model.entries.into_iter().filter_map(|entry| {
        let (_, node) = written.get(&*entry.key)?;
        Some((entry.key.to_string(), (entry, *node)))
    });
    entries.collect()
}

fn compare(key: &str, old: Option<&Written<'_, '_>>, new: Option<&Written<'_, '_>>) -> Option<Change> {
    let (mut found, mut moves) = (Vec::new(), Vec::new());
    let (change, entry) = match (old, new) {
        (None, Some((entry, _))) => (ChangeKind::Added, entry),
        (Some((entry, _)), None) => (ChangeKind::Removed, entry),
        (Some((before, was)), Some((after, is))) => {
            let normal = |entry, written| definition::normalised(entry, written);
            found = fields::compare(&normal(before, was), &normal(after, is));
            moves = splits::compare(before, after);
            (ChangeKind::Changed, after)
        }
        (None, None) => return None,
    };
    let differs = change != ChangeKind::Changed || !found.is_empty();
    differs.then(|| Change {
        key: key.to_owned(),
        type_name: entry.type_name(),
        change,
        fields: found,
        moves,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Arena;

    pub(super) fn changes(old: &str, new: &str) -> Vec<Change> {
        let arena = Arena::new();
        let [old, new] = [old, new].map(|text| Node::parse_json(text.as_bytes(), &arena).unwrap());
        diff(&[old], &[new])
    }

    #[test]
    fn a_changed_percentage_tells_whom_it_moves() {
        let old = r#"{"key": "a", "rollout": {"on": 25, "off": 75}}"#;
        let new = r#"{"key": "a", "rollout": {"on": 40, "off": 60}}"#;
        let found = changes(old, new);
        assert_eq!(found[0].moves, [Move { path: "/rollout".into(), percent: 15.0, reshuffled: false }]);
        assert_eq!(found[0].fields.len(), 2);
    }
}

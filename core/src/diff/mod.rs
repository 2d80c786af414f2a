//! What differs between two sets of definitions: entry by entry, field by field, and how many units a changed split
//! gives another variation.

mod fields;
mod splits;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;

use crate::definition::{self, Found, Mode};
use crate::document::Node;
use crate::model::{Body, Entry};
use crate::problem::{OnLoad, Problem};
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

/// What differs, and what cannot be compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diff {
    /// By key.
    pub changes: Vec<Change>,
    /// What could not be read on a side. Entries of these keys are among no changes.
    pub unreadable: Vec<Unreadable>,
}

/// An entry that could not be read, so that nobody knows whether it differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable {
    /// Its key; none where it has no name to be compared under.
    pub key: Option<String>,
    /// Where it could not be read.
    pub side: Side,
    /// The number of the document on that side.
    pub document: usize,
    /// Why.
    pub problem: Problem,
}

/// One of the two sets of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// As it was.
    Old,
    /// As it is to be.
    New,
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

impl Change {
    /// Leaves which fields differ, and nothing of what is in them: as of a sensitive entry, for whoever knows that an
    /// entry is a secret though neither side says so.
    pub fn conceal(&mut self) {
        fields::conceal(&mut self.fields);
        splits::conceal(&mut self.moves);
    }
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// A JSON Pointer into the entry; items of lists are named by their `id` where all have one, else by
    /// their position.
    pub path: String,
    /// What it was, by default too; none where it was absent.
    pub old: Option<Value>,
    /// What it is, likewise.
    pub new: Option<Value>,
}

/// How many units another variation is served by a changed split.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Move {
    /// Where the split is: `/rollout`, `/rules/beta/action`, `/allocation`, `/slots`. Of a sensitive entry only
    /// `/rollout`, `/rules` or `/scopes`: of the splits below it the one that moves most units tells the percentage.
    pub path: String,
    /// Percent of units whose variation changes; of a layer's, which enter or leave an experiment's slot.
    pub percent: f64,
    /// Whether it is a reshuffle: units are hashed anew (another salt or attribute), and the percentage is what is
    /// expected by chance; or the variations that percentages lay have another order.
    pub reshuffled: bool,
}

/// Compares two sets of documents. Entries come in the order of their keys; spelling, order of members and defaults
/// that are merely written out make no difference.
pub fn diff(old: &[Node<'_>], new: &[Node<'_>]) -> Diff {
    let mut unreadable = Vec::new();
    let before = entries(old, Side::Old, &mut unreadable);
    let after = entries(new, Side::New, &mut unreadable);
    unreadable.sort_by(|a, b| a.key.cmp(&b.key));
    let doubtful: HashSet<&str> = unreadable.iter().filter_map(|one| one.key.as_deref()).collect();
    let keys: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let changes = keys
        .into_iter()
        .filter(|key| !doubtful.contains(key))
        .filter_map(|key| compare(key, before.get(key), after.get(key)))
        .collect();
    Diff { changes, unreadable }
}

/// An entry as it is understood, and as it is written.
type Written<'d, 't> = (Entry, &'d Node<'t>);

fn entries<'d, 't>(
    documents: &'d [Node<'t>],
    side: Side,
    unreadable: &mut Vec<Unreadable>,
) -> BTreeMap<&'d str, Written<'d, 't>> {
    let written = definition::written_entries(documents);
    let reading = definition::read(documents, Mode::Loading);
    for Found { document, entry, problem } in reading.problems {
        if entry.is_none() && problem.code.on_load() != OnLoad::Ignored {
            unreadable.push(Unreadable { key: None, side, document, problem });
        }
    }
    let mut entries = BTreeMap::new();
    for entry in reading.model.entries {
        // Of entries with one key the last says what is wrong with all of them.
        if let Some((key, (document, node))) = written.get_key_value(&*entry.key) {
            entries.insert(*key, (*document, (entry, *node)));
        }
    }
    for (key, (document, (entry, _))) in &entries {
        if let Body::Invalid { problem, .. } = &entry.body {
            let (key, problem) = (Some((*key).to_owned()), Problem::clone(problem));
            unreadable.push(Unreadable { key, side, document: *document, problem });
        }
    }
    entries.into_iter().map(|(key, (_, entry))| (key, entry)).collect()
}

fn compare(key: &str, old: Option<&Written<'_, '_>>, new: Option<&Written<'_, '_>>) -> Option<Change> {
    let (mut found, mut moves) = (Vec::new(), Vec::new());
    let (change, entry) = match (old, new) {
        (None, Some((entry, _))) => (ChangeKind::Added, entry),
        (Some((entry, _)), None) => (ChangeKind::Removed, entry),
        (Some((before, was)), Some((after, is))) => {
            let (was, is) = (definition::normalised(before, was), definition::normalised(after, is));
            found = fields::compare(&was, &is);
            moves = splits::compare(before, after);
            if fields::is_secret(&was) || fields::is_secret(&is) {
                fields::conceal(&mut found);
                splits::conceal(&mut moves);
            }
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
    use crate::problem::Code;

    pub(super) fn changes(old: &str, new: &str) -> Vec<Change> {
        let arena = Arena::new();
        let [old, new] = [old, new].map(|text| Node::parse_json(text.as_bytes(), &arena).unwrap());
        let diff = diff(&[old], &[new]);
        assert_eq!(diff.unreadable, []);
        diff.changes
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
    fn what_cannot_be_read_is_not_compared() {
        let arena = Arena::new();
        let read = |text: &'static str| [Node::parse_json(text.as_bytes(), &arena).unwrap()];
        let old = read(r#"[{"key": "a", "rollout": {"on": 1}}, {"key": "b"}, {"key": "c"}, {"key": "c"}]"#);
        let new = read(
            r#"[{"key": "a", "rollout": {"on": 2}}, {"key": "d", "default": {}, "value_type": "x"}, {}]"#,
        );
        let found = diff(&old, &new);
        let told = |one: &Unreadable| (one.key.clone(), one.side, one.problem.code, one.problem.path.clone());
        let key = |key: &str| Some(key.to_owned());
        let unreadable: Vec<_> = found.unreadable.iter().map(told).collect();
        let expected = [
            (None, Side::New, Code::MissingField, "/2".to_owned()),
            (key("a"), Side::Old, Code::PercentageTotal, "/0/rollout".to_owned()),
            (key("a"), Side::New, Code::PercentageTotal, "/0/rollout".to_owned()),
            (key("c"), Side::Old, Code::DuplicateKey, "/3/key".to_owned()),
            (key("d"), Side::New, Code::InvalidValue, "/1/value_type".to_owned()),
        ];
        assert_eq!(unreadable, expected);
        let changes: Vec<_> = found.changes.iter().map(|change| (&*change.key, change.change)).collect();
        assert_eq!(changes, [("b", ChangeKind::Removed)]);
    }
}

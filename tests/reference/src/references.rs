//! Who refers to whom, and which entries are in a cycle (section 4, line 7; `CYCLE` in errors.md).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{ASKABLE, Document, Entry, EntryType};

/// The scopes that have ids. What else stands beside them is an unknown field, and is ignored.
const SCOPES: [&str; 5] = ["session", "user", "tenant", "service", "environment"];

/// Whether a chain of references leads from an entry back to itself.
pub(crate) fn is_in_cycle(document: &Document, start: Entry) -> bool {
    let mut seen = BTreeSet::new();
    let mut waiting = references(document, start);
    while let Some(entry) = waiting.pop() {
        if entry.key() == start.key() {
            return true;
        }
        if seen.insert(entry.key()) {
            waiting.extend(references(document, entry));
        }
    }
    false
}

/// The entries that an entry refers to. What is missing, of another type or there twice leads
/// nowhere.
fn references<'a>(document: &Document<'a>, entry: Entry<'a>) -> Vec<Entry<'a>> {
    let mut found: Vec<(&str, &[EntryType])> = Vec::new();
    let mut conditions: Vec<&Value> = Vec::new();
    let mut actions: Vec<&Value> = Vec::new();

    match entry.entry_type() {
        EntryType::Layer => {}
        EntryType::Segment => conditions.extend(entry.field("condition")),
        EntryType::Experiment => {
            conditions.extend(entry.field("audience"));
            found.extend(entry.text("layer").map(|key| (key, &[EntryType::Layer][..])));
        }
        EntryType::FeatureFlag | EntryType::Config => {
            for prerequisite in entry.list("prerequisites") {
                let key = prerequisite["flag"].as_str().expect("a key");
                found.push((key, &ASKABLE));
            }
            for rule in entry.list("rules") {
                conditions.extend(rule.get("condition"));
                actions.push(&rule["action"]);
            }
            let scopes = entry.field("scopes").and_then(Value::as_object);
            let known = scopes.into_iter().flatten().filter(|(name, _)| SCOPES.contains(&name.as_str()));
            for (_, by_id) in known {
                actions.extend(by_id.as_object().expect("actions by id").values());
            }
        }
    }

    for action in actions {
        let experiment = action.get("experiment").and_then(Value::as_str);
        found.extend(experiment.map(|key| (key, &[EntryType::Experiment][..])));
    }
    for condition in conditions {
        for key in segments(condition) {
            found.push((key, &[EntryType::Segment]));
        }
    }
    found.into_iter().filter_map(|(key, types)| document.find_even_cyclic(key, types)).collect()
}

/// The keys of all segments that a condition names, at any depth.
fn segments(condition: &Value) -> Vec<&str> {
    let members = condition.as_object().expect("a condition is an object");
    members
        .iter()
        .flat_map(|(word, operand)| match (word.as_str(), operand) {
            ("segment", Value::String(key)) => vec![key.as_str()],
            ("all" | "any", Value::Array(list)) => list.iter().flat_map(segments).collect(),
            ("not", inner) => segments(inner),
            _ => Vec::new(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_members_of_a_cycle_are_cyclic() {
        let document = json!([
            {"key": "a", "prerequisites": [{"flag": "b", "value": true}]},
            {"key": "b", "prerequisites": [{"flag": "a", "value": true}]},
            {"key": "looks-at-a", "prerequisites": [{"flag": "a", "value": true}]},
            {"key": "self", "type": "segment", "condition": {"any": [{"not": {"segment": "self"}}]}},
            {"key": "a-flag", "rules": [{"condition": {"segment": "a-flag"}, "action": {"value": true}}]},
            {"key": "twice", "prerequisites": [{"flag": "c", "value": true}]},
            {"key": "twice"},
            {"key": "c", "prerequisites": [{"flag": "twice", "value": true}]},
        ]);
        let document = Document::of(&document);
        let mut entries = document.entries.clone();
        entries.retain(|entry| is_in_cycle(&document, *entry));
        let keys: Vec<&str> = entries.iter().map(|entry| entry.key()).collect();
        assert_eq!(keys, ["a", "b", "self"]);
    }
}

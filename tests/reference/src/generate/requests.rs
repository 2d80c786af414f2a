//! Requests for a document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::contexts::context;
use super::dice::Dice;
use super::pools;
use super::times;
use super::values::SHAPES;
use crate::document::{ASKABLE, Document, Entry, EntryType};
use crate::flag::Flag;
use crate::{Asked, Request};

pub(super) fn request(dice: &mut Dice, document: &Value) -> Request {
    let entries = Document::of(document).entries;
    let key = key(dice, &entries);
    Request {
        context: context(dice),
        now_nanos: times::moment(dice),
        environment: environment(dice, 20),
        fixed_environment: environment(dice, 20),
        asked: asked(dice, &entries, &key),
        overrides: overrides(dice, &entries, 6),
        request_overrides: overrides(dice, &entries, 6),
        sticky: sticky(dice, &entries),
        key,
    }
}

/// Mostly what can be evaluated, sometimes what cannot.
fn key(dice: &mut Dice, entries: &[Entry]) -> String {
    if dice.chance(2) {
        return "no-such-flag".to_owned();
    }
    let askable: Vec<&Entry> = entries.iter().filter(|entry| ASKABLE.contains(&entry.entry_type())).collect();
    if askable.is_empty() || dice.chance(2) {
        return dice.pick(entries).key().to_owned();
    }
    dice.pick(&askable).key().to_owned()
}

fn environment(dice: &mut Dice, percent: u32) -> Option<String> {
    dice.chance(percent).then(|| (*dice.pick(&pools::ENVIRONMENTS)).to_owned())
}

/// No type, the entry's own, or any.
fn asked(dice: &mut Dice, entries: &[Entry], key: &str) -> Option<Asked> {
    if dice.chance(70) {
        return None;
    }
    let all = [Asked::Boolean, Asked::Integer, Asked::Float, Asked::String, Asked::Json];
    let named = entries.iter().find(|entry| entry.key() == key);
    match named {
        Some(entry) if has_values(entry) && dice.chance(60) => Some(Flag::of(*entry).value_type.asked_as()),
        Some(entry) if entry.entry_type() == EntryType::Experiment && dice.chance(90) => Some(Asked::Json),
        _ => Some(*dice.pick(&all)),
    }
}

/// Overrides of some entries: by values and variants that they have, or by anything.
fn overrides(dice: &mut Dice, entries: &[Entry], percent: u32) -> Map<String, Value> {
    let mut overrides = Map::new();
    for entry in entries {
        if !dice.chance(percent) {
            continue;
        }
        let value = if dice.chance(30) {
            let shape = *dice.pick(&SHAPES);
            shape.value(dice)
        } else if has_values(entry) {
            let flag = Flag::of(*entry);
            let mut values = vec![flag.default, flag.off];
            values.extend(flag.variations.into_iter().map(|(_, value)| value));
            dice.pick(&values).clone()
        } else {
            variant(dice, entry).map_or(json!(null), |id| json!(id))
        };
        overrides.insert(entry.key().to_owned(), value);
    }
    overrides
}

/// Stored assignments for most units of the pool, some to a variant that is gone.
fn sticky(dice: &mut Dice, entries: &[Entry]) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut stored = BTreeMap::new();
    let units = [&pools::USERS[..], &pools::SESSIONS, &pools::TENANTS].concat();
    for entry in entries {
        let mut by_unit = BTreeMap::new();
        if dice.chance(40) {
            for unit in dice.some(&units, 3, units.len()) {
                let kept = variant(dice, entry).filter(|_| dice.chance(90));
                by_unit.insert(unit.to_owned(), kept.unwrap_or_else(|| "gone".to_owned()));
            }
        }
        if !by_unit.is_empty() && entry.entry_type() == EntryType::Experiment {
            stored.insert(entry.key().to_owned(), by_unit);
        }
    }
    stored
}

fn has_values(entry: &Entry) -> bool {
    matches!(entry.entry_type(), EntryType::FeatureFlag | EntryType::Config)
}

fn variant(dice: &mut Dice, entry: &Entry) -> Option<String> {
    let variants = entry.list("variants");
    if variants.is_empty() {
        return None;
    }
    dice.pick(variants)["id"].as_str().map(str::to_owned)
}

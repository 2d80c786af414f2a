//! Whole documents: entries that refer to one another, and what loads leniently.

use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::experiments;
use super::flags::{self, Surroundings};
use super::pools;

pub(super) fn document(dice: &mut Dice) -> Value {
    let is_bundle = dice.chance(90);
    let has_roles = is_bundle && dice.chance(80);
    let mut entries = entries(dice, has_roles);
    if dice.chance(3) {
        close_a_cycle(dice, &mut entries);
    }
    if dice.chance(2) {
        say_twice(dice, &mut entries);
    }
    dice.shuffle(&mut entries);
    if !is_bundle {
        let is_single = dice.chance(20);
        return if is_single { entries.remove(0) } else { json!(entries) };
    }

    let mut bundle = Map::new();
    bundle.insert("entries".to_owned(), json!(entries));
    if dice.chance(50) {
        bundle.insert("schema".to_owned(), json!(1));
    }
    if dice.chance(50) {
        bundle.insert("version".to_owned(), json!(dice.between(0, 9)));
    }
    if dice.chance(70) {
        bundle.insert("environment".to_owned(), json!(dice.pick(&pools::ENVIRONMENTS)));
    }
    if has_roles {
        bundle.insert("roles".to_owned(), json!(pools::ROLES));
    }
    Value::Object(bundle)
}

/// Three to ten entries, each of which refers to earlier ones only.
fn entries(dice: &mut Dice, has_roles: bool) -> Vec<Value> {
    let mut entries = Vec::new();
    let keys = |name: &str, count: usize| -> Vec<String> {
        (0..count).map(|index| format!("{name}-{index}")).collect()
    };

    let segments = keys("segment", dice.between(0, 2));
    for (index, key) in segments.iter().enumerate() {
        entries.push(experiments::segment(dice, key, &segments[..index]));
    }
    let experiments = keys("experiment", dice.between(0, 3));
    let mut askable = Vec::new();
    for key in &experiments {
        askable.push(experiments::experiment(dice, key, &segments));
    }
    if !experiments.is_empty() && dice.chance(70) {
        entries.push(experiments::layer(dice, "layer-0", &experiments));
    }
    for key in keys("probe", dice.between(1, 2)) {
        entries.push(flags::probe(dice, &key, &segments));
    }
    for key in keys("Flag", dice.between(2, 3)) {
        let around = Surroundings {
            segments: &segments,
            experiments: &experiments,
            earlier: askable.clone(),
            has_roles,
        };
        askable.push(flags::flag(dice, &key, &around));
    }
    entries.extend(askable);
    entries
}

/// Two entries with one key: both are errors.
fn say_twice(dice: &mut Dice, entries: &mut Vec<Value>) {
    let again = dice.pick(entries).clone();
    entries.push(again);
}

/// Lets a segment refer to itself or a later one, or two flags be prerequisites of each other.
fn close_a_cycle(dice: &mut Dice, entries: &mut [Value]) {
    let mut segments = entries.to_vec();
    segments.retain(|entry| entry.get("condition").is_some());
    if !segments.is_empty() && dice.chance(40) {
        let referred = dice.pick(&segments);
        let key = referred.get("key").or(referred.get("id"));
        // Segments come first.
        let first = &mut entries[0]["condition"];
        *first = json!({"any": [*first, {"not": {"segment": key}}]});
        return;
    }
    // Flags come last.
    let [.., left, right] = entries else {
        panic!("there are at least two flags");
    };
    let on_right = flags::prerequisite(dice, right);
    let on_left = flags::prerequisite(dice, left);
    left["prerequisites"] = json!([on_right]);
    right["prerequisites"] = json!([on_left]);
}

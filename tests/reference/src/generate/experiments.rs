//! Experiments and layers (section 7).

use serde_json::{Map, Value, json};

use super::actions;
use super::conditions::condition;
use super::dice::Dice;
use super::flags;
use super::pools;
use super::times;
use super::values::{Shape, set};
use crate::number::percentage;

/// An experiment whose audience may refer to these segments.
pub(super) fn experiment(dice: &mut Dice, key: &str, segments: &[String]) -> Value {
    let mut fields = Map::new();
    set(dice, &mut fields, "key", json!(key));
    if dice.chance(70) {
        fields.insert("type".to_owned(), json!("experiment"));
    }
    let ids = flags::ids(dice, 2, 3);
    let variants: Vec<Value> = ids.iter().map(|id| variant(dice, id)).collect();
    fields.insert("variants".to_owned(), json!(variants));
    let allocation =
        if dice.chance(60) { actions::percentages(dice, &ids) } else { actions::ranges(dice, &ids) };
    fields.insert("allocation".to_owned(), allocation);
    if dice.chance(97) {
        let statuses = ["draft", "paused", "completed"];
        let status = if dice.chance(93) { "running" } else { dice.pick(&statuses) };
        fields.insert("status".to_owned(), json!(status));
    }
    when(dice, &mut fields);
    who(dice, &mut fields, segments);
    flags::switches(dice, &mut fields);
    Value::Object(fields)
}

fn variant(dice: &mut Dice, id: &str) -> Value {
    let mut fields = Map::new();
    fields.insert("id".to_owned(), json!(id));
    if dice.chance(30) {
        let is_control = dice.chance(50);
        set(dice, &mut fields, "is_control", json!(is_control));
    }
    if dice.chance(60) {
        fields.insert("config".to_owned(), Shape::Json.value(dice));
    }
    Value::Object(fields)
}

/// Dates: mostly such that it runs, sometimes very close to now.
fn when(dice: &mut Dice, fields: &mut Map<String, Value>) {
    for (name, is_past) in [("start_date", true), ("end_date", false), ("expiry", false)] {
        if dice.chance(15) {
            let moment = if dice.chance(60) { times::far(is_past) } else { times::moment(dice) };
            let written = times::written(dice, moment);
            set(dice, fields, name, written);
        }
    }
}

fn who(dice: &mut Dice, fields: &mut Map<String, Value>, segments: &[String]) {
    if dice.chance(20) {
        fields.insert("audience".to_owned(), condition(dice, segments, 1));
    }
    if dice.chance(30) {
        let traffic = *dice.pick(&[0, 1, 33_333, 50_000, 99_999, 100_000]);
        fields.insert("traffic".to_owned(), percentage(traffic));
    }
    if dice.chance(30) {
        fields.insert("by".to_owned(), json!(actions::by(dice)));
    }
    if dice.chance(40) {
        let layer = *dice.pick(&["layer-0", "layer-0", "layer-0", "layer-1", "no-such-layer"]);
        fields.insert("layer".to_owned(), json!(layer));
    }
    if dice.chance(25) {
        let key = *dice.pick(&["holdout", "holdout", "holdout-2"]);
        let percent = percentage(*dice.pick(&[0, 10_500, 50_000]));
        fields.insert("holdout".to_owned(), json!({"key": key, "percent": percent}));
    }
    if dice.chance(50) {
        fields.insert("sticky".to_owned(), json!(dice.chance(80)));
    }
}

/// A layer with slots for some of these experiments.
pub(super) fn layer(dice: &mut Dice, key: &str, experiments: &[String]) -> Value {
    let mut holders = dice.some(experiments, 0, 3);
    // The share of this one is a slot for nobody that exists, or a gap.
    holders.push("experiment-elsewhere".to_owned());
    let mut division = actions::division(dice, &holders);
    dice.shuffle(&mut division);
    if dice.chance(50) {
        division.retain(|(holder, _, _)| experiments.contains(holder));
    }
    let slots = if dice.chance(50) {
        actions::ranges_of(division)
    } else {
        let shares = division.into_iter();
        Value::Object(shares.map(|(holder, from, to)| (holder, percentage(to - from))).collect())
    };
    let mut fields = Map::new();
    set(dice, &mut fields, "key", json!(key));
    if dice.chance(70) {
        fields.insert("type".to_owned(), json!("layer"));
    }
    fields.insert("slots".to_owned(), slots);
    Value::Object(fields)
}

/// A segment that may refer to earlier ones.
pub(super) fn segment(dice: &mut Dice, key: &str, segments: &[String]) -> Value {
    let mut fields = Map::new();
    set(dice, &mut fields, "key", json!(key));
    if dice.chance(70) {
        fields.insert("type".to_owned(), json!("segment"));
    }
    fields.insert("condition".to_owned(), condition(dice, segments, 2));
    if dice.chance(10) {
        fields.insert("tags".to_owned(), json!([dice.pick(&pools::SERVICES)]));
    }
    Value::Object(fields)
}

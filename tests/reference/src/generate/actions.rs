//! Actions, and the ways to divide 100 percent or 100,000 buckets.

use serde_json::{Map, Value, json};

use super::conditions;
use super::dice::Dice;
use super::pools;
use super::values::Shape;
use crate::bucket::BUCKETS;
use crate::number::percentage;

/// What the actions of one flag can name.
pub(super) struct Choices<'a> {
    pub ids: Vec<String>,
    pub shape: Shape,
    pub experiments: &'a [String],
}

/// One of the five actions.
pub(super) fn action(dice: &mut Dice, choices: &Choices) -> Value {
    let kind = dice.between(0, 9);
    match kind {
        0..=2 if !choices.ids.is_empty() => json!({"serve": dice.pick(&choices.ids)}),
        3..=5 if !choices.ids.is_empty() => bucketing(dice, &choices.ids),
        6..=8 if !choices.experiments.is_empty() => {
            json!({"experiment": dice.pick(choices.experiments)})
        }
        9 if dice.chance(20) => json!({"experiment": "no-such-experiment"}),
        _ => json!({"value": choices.shape.value(dice)}),
    }
}

/// A rollout or ranges action.
pub(super) fn bucketing(dice: &mut Dice, ids: &[String]) -> Value {
    let mut action = Map::new();
    if dice.chance(60) {
        action.insert("rollout".to_owned(), percentages(dice, ids));
    } else {
        action.insert("ranges".to_owned(), ranges(dice, ids));
    }
    if dice.chance(30) {
        action.insert("by".to_owned(), json!(by(dice)));
    }
    if dice.chance(30) {
        action.insert("salt".to_owned(), json!(dice.pick(&["pepper", "", "ünï"])));
    }
    Value::Object(action)
}

/// An attribute that names units: mostly one that has ids.
pub(super) fn by(dice: &mut Dice) -> String {
    let attribute = if dice.chance(90) {
        let with_ids = ["user.id", "user.id", "session.id", "tenant.id"];
        let path = *dice.pick(&with_ids);
        pools::ATTRIBUTES.iter().find(|attribute| attribute.path == path).expect("in the pool")
    } else {
        pools::any_attribute(dice)
    };
    conditions::path(dice, attribute)
}

/// `{id: percent}`, 100 in total, with up to three decimal places. What weighs nothing may be
/// left out.
pub(super) fn percentages(dice: &mut Dice, ids: &[String]) -> Value {
    let mut percentages = Map::new();
    for (id, from, to) in division(dice, ids) {
        if from < to || dice.chance(50) {
            percentages.insert(id, percentage(to - from));
        }
    }
    Value::Object(percentages)
}

/// `{id: [[from, to), ...]}` over all buckets, some ids with two ranges.
pub(super) fn ranges(dice: &mut Dice, ids: &[String]) -> Value {
    let mut shares = ids.to_vec();
    shares.extend(dice.some(ids, 0, 1));
    dice.shuffle(&mut shares);
    ranges_of(division(dice, &shares))
}

pub(super) fn ranges_of(division: Vec<(String, u32, u32)>) -> Value {
    let mut ranges: Map<String, Value> = Map::new();
    for (id, from, to) in division {
        if from < to {
            let list = ranges.entry(id).or_insert_with(|| json!([]));
            list.as_array_mut().expect("a list").push(json!([from, to]));
        }
    }
    Value::Object(ranges)
}

/// Divides all buckets among ids, contiguously; some get none.
pub(super) fn division(dice: &mut Dice, ids: &[String]) -> Vec<(String, u32, u32)> {
    let mut ends: Vec<u32> = (1..ids.len()).map(|_| cut(dice)).collect();
    ends.push(BUCKETS);
    ends.sort_unstable();
    let mut from = 0;
    let mut division = Vec::new();
    for (id, to) in ids.iter().zip(ends) {
        division.push((id.clone(), from, to));
        from = to;
    }
    division
}

fn cut(dice: &mut Dice) -> u32 {
    let step = *dice.pick(&[1, 10, 1000, 25_000, BUCKETS]);
    dice.between(0, (BUCKETS / step) as usize) as u32 * step
}

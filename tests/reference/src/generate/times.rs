//! Moments close to one another, and the many ways to write one.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::dice::Dice;

const SECOND: i128 = 1_000_000_000;
const MINUTE: i128 = 60 * SECOND;
const MILLISECOND: i128 = SECOND / 1000;

/// 2026-01-01T00:00:00Z: every moment is close to it.
const MIDDLE: i128 = 1_767_225_600 * SECOND;

/// A moment, in nanoseconds since 1970. There are few, so that two are often equal.
pub(super) fn moment(dice: &mut Dice) -> i128 {
    let far = 24 * 60 * MINUTE;
    let distances = [0, 1, MILLISECOND, SECOND, MINUTE, far];
    let distance = *dice.pick(&distances);
    if dice.chance(50) { MIDDLE + distance } else { MIDDLE - distance }
}

/// A moment that every request has passed, or that none has reached.
pub(super) fn far(is_past: bool) -> i128 {
    let year = 365 * 24 * 60 * MINUTE;
    if is_past { MIDDLE - year } else { MIDDLE + year }
}

/// A moment as RFC 3339 in one of its forms, or as epoch milliseconds where it has no more digits.
pub(super) fn written(dice: &mut Dice, moment: i128) -> Value {
    if moment % MILLISECOND == 0 && dice.chance(30) {
        return json!((moment / MILLISECOND) as i64);
    }
    let minutes_east: i128 = *dice.pick(&[0, 0, 0, 120, -330, 1439, -1439]);
    let local = moment + minutes_east * MINUTE;
    let (seconds, nanos) = (local.div_euclid(SECOND), local.rem_euclid(SECOND));
    let civil = DateTime::constant(1970, 1, 1, 0, 0, 0, 0) + SignedDuration::from_secs(seconds as i64);
    let t = dice.pick(&["T", "T", "t"]);
    let fraction = fraction(dice, nanos);
    let offset = offset(dice, minutes_east);
    json!(format!("{}{t}{}{fraction}{offset}", civil.date(), civil.time()))
}

/// Nothing where it may be left out; else up to nine digits, or more, which are cut by a reader.
fn fraction(dice: &mut Dice, nanos: i128) -> String {
    if nanos == 0 && dice.chance(60) {
        return String::new();
    }
    let digits = format!("{nanos:09}");
    match dice.between(0, 2) {
        0 => format!(".{digits}"),
        1 => format!(".{digits}999"),
        _ => format!(".{}0", digits.trim_end_matches('0')),
    }
}

fn offset(dice: &mut Dice, minutes_east: i128) -> String {
    if minutes_east == 0 {
        return (*dice.pick(&["Z", "Z", "z", "+00:00", "-00:00"])).to_owned();
    }
    let sign = if minutes_east < 0 { '-' } else { '+' };
    let minutes = minutes_east.abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time;

    #[test]
    fn every_form_is_read_back_as_the_moment() {
        for seed in 0..2000 {
            let mut dice = Dice::new(seed);
            let moment = moment(&mut dice);
            let text = written(&mut dice, moment);
            assert_eq!(time::of_value(&text), Some(moment), "{text}");
        }
    }
}

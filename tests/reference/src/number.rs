//! Numbers: integers and floats are one type and compare by value, exactly (section 5).

use std::cmp::Ordering;

use regex::{Captures, Regex};
use serde_json::{Number, Value};

/// 2^63, the first number above every i64, and a float without rounding.
const BEYOND_I64: f64 = 9_223_372_036_854_775_808.0;

/// Reads JSON. `serde_json` makes a float of `-0`, which is the integer 0 (section 12).
pub fn read(text: &str) -> serde_json::Result<Value> {
    let tokens = Regex::new(r#""(?:[^"\\]|\\.)*"|[-+.eE0-9]+"#).expect("a pattern that compiles");
    let zero_is_zero =
        |token: &Captures<'_>| if &token[0] == "-0" { "0".to_owned() } else { token[0].to_owned() };
    serde_json::from_str(&tokens.replace_all(text, zero_is_zero))
}

/// Compares two numbers by value. Nothing is rounded: an i64 is never cast to a float.
pub(crate) fn compare(left: &Number, right: &Number) -> Ordering {
    match (left.as_i64(), right.as_i64()) {
        (Some(left), Some(right)) => left.cmp(&right),
        (Some(left), None) => integer_to_float(left, float(right)),
        (None, Some(right)) => integer_to_float(right, float(left)).reverse(),
        // JSON has no NaN; and -0.0 equals 0.0 here, as it should.
        (None, None) => float(left).partial_cmp(&float(right)).expect("no NaN in JSON"),
    }
}

fn float(number: &Number) -> f64 {
    number.as_f64().expect("a number that is no i64 is a float here")
}

fn integer_to_float(integer: i64, float: f64) -> Ordering {
    if float >= BEYOND_I64 {
        Ordering::Less
    } else if float < -BEYOND_I64 {
        Ordering::Greater
    } else {
        // The whole part is within i64 now. Where the whole parts are equal, the fraction decides.
        integer
            .cmp(&(float.trunc() as i64))
            .then_with(|| 0.0_f64.partial_cmp(&float.fract()).expect("no NaN"))
    }
}

/// The value of an integer, or of a float without a fraction. A float beyond i128 becomes the last
/// number of i128: it is used for times only, and no other time is as late.
pub(crate) fn integral(number: &Number) -> Option<i128> {
    if let Some(integer) = number.as_i64() {
        return Some(i128::from(integer));
    }
    let float = float(number);
    (float.fract() == 0.0).then_some(float as i128)
}

/// The float of the same value, where there is one ("widens to a float when exact").
pub(crate) fn widened(integer: i64) -> Option<f64> {
    let float = integer as f64;
    // The cast back goes to i128, because i64::MAX rounds up to 2^63, which i64 does not have.
    (float as i128 == i128::from(integer)).then_some(float)
}

/// A percentage in thousandths, read from the decimal text of the number (section 3).
pub(crate) fn thousandths(percentage: &Value) -> u32 {
    let text = percentage.to_string();
    // A valid one is negative only as -0.0.
    let text = text.trim_start_matches('-');
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    assert!(fraction.len() <= 3, "{text} has more than three decimal places");
    format!("{whole}{fraction:0<3}").parse().expect("a percentage")
}

/// The percentage of so many thousandths.
pub(crate) fn percentage(thousandths: u32) -> Value {
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    serde_json::from_str(text).expect("a decimal number is JSON")
}

/// Whether two JSON values are the same, numbers by value at every depth.
pub(crate) fn same_value(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => compare(left, right).is_eq(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same_value(l, r))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, l)| right.get(name).is_some_and(|r| same_value(l, r)))
        }
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ordering(left: Value, right: Value) -> Ordering {
        match (left, right) {
            (Value::Number(left), Value::Number(right)) => compare(&left, &right),
            _ => panic!("not numbers"),
        }
    }

    #[test]
    fn integers_and_floats_compare_exactly() {
        let two_to_53 = 9_007_199_254_740_992_i64;
        assert!(ordering(json!(two_to_53 + 1), json!(two_to_53 as f64)).is_gt());
        assert!(ordering(json!(i64::MAX), json!(BEYOND_I64)).is_lt());
        assert!(ordering(json!(i64::MIN), json!(-BEYOND_I64)).is_eq());
        assert!(ordering(json!(-1), json!(-1.5)).is_gt());
        assert!(ordering(json!(1), json!(1.5)).is_lt());
        assert!(ordering(json!(0), json!(-0.0)).is_eq());
        assert!(ordering(json!(-0.5), json!(0)).is_lt());
        assert!(ordering(json!(1e300), json!(i64::MAX)).is_gt());
    }

    #[test]
    fn negative_zero_is_an_integer_where_it_is_written_as_one() {
        assert_eq!(
            read(r#"{"-0": [-0, -0.0, -0e0, "-0", "\"-0", -0]}"#).unwrap(),
            json!({"-0": [0, -0.0, -0.0, "-0", "\"-0", 0]})
        );
    }

    #[test]
    fn percentages_are_exact() {
        assert_eq!(thousandths(&json!(100)), 100_000);
        assert_eq!(thousandths(&json!(33.3)), 33_300);
        assert_eq!(thousandths(&json!(0.001)), 1);
        assert_eq!(thousandths(&json!(1.0)), 1000);
        for parts in 0..=100_000 {
            assert_eq!(thousandths(&percentage(parts)), parts);
        }
    }

    #[test]
    fn an_integer_widens_only_when_exact() {
        assert_eq!(widened(1 << 53), Some(9_007_199_254_740_992.0));
        assert_eq!(widened((1 << 53) + 1), None);
        assert_eq!(widened(i64::MAX), None);
        assert_eq!(widened(i64::MIN), Some(-BEYOND_I64));
    }
}

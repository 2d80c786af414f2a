//! Times (section 3): RFC 3339 date-times with an offset, or integer epoch milliseconds; exact to
//! the nanosecond (section 12). All are nanoseconds since 1970-01-01T00:00:00Z here.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use regex::Regex;
use serde_json::Value;

use crate::number;

const NANOS_PER_MILLISECOND: i128 = 1_000_000;
const NANOS_PER_MINUTE: i128 = 60_000_000_000;

/// The grammar of RFC 3339, section 5.6. A second of 60 is not a time here (section 12).
static DATE_TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        ^ ([0-9]{4}-[0-9]{2}-[0-9]{2})
        [Tt] ((?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])
        (?: \.([0-9]+) )?
        (?: [Zz] | ([+-]) ([01][0-9]|2[0-3]) : ([0-5][0-9]) ) $",
    )
    .expect("a valid pattern")
});

/// The time that a definition or an attribute names: a string, or an integral number.
pub(crate) fn of_value(value: &Value) -> Option<i128> {
    match value {
        Value::String(text) => of_text(text),
        Value::Number(number) => number::integral(number).map(|ms| ms.saturating_mul(NANOS_PER_MILLISECOND)),
        _ => None,
    }
}

fn of_text(text: &str) -> Option<i128> {
    let parts = DATE_TIME.captures(text)?;
    // The library says whether the month has this day.
    let date: Date = parts[1].parse().ok()?;
    let local = DateTime::from_parts(date, parts[2].parse().ok()?);
    let seconds_are_exact = local.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));

    // Nine digits are nanoseconds; further digits are cut.
    let fraction = parts.get(3).map_or("", |digits| digits.as_str());
    let nanos: i128 = format!("{fraction:0<9}")[..9].parse().ok()?;

    let offset = match parts.get(4) {
        None => 0,
        Some(sign) => {
            let hours: i128 = parts[5].parse().ok()?;
            let minutes: i128 = parts[6].parse().ok()?;
            let east = (hours * 60 + minutes) * NANOS_PER_MINUTE;
            if sign.as_str() == "+" { east } else { -east }
        }
    };
    Some(seconds_are_exact.as_nanos() + nanos - offset)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_exactly() {
        let second = 1_000_000_000;
        let start = 1_767_225_600 * second;
        for (text, nanos) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-01-01T00:00:00Z", start),
            ("2026-01-01t00:00:00.5z", start + second / 2),
            ("2026-01-01T00:00:00.0000000019Z", start + 1),
            ("2026-01-01T01:30:00+01:30", start),
            ("2025-12-31T23:00:00-01:00", start),
            ("1969-12-31T23:59:59.999999999Z", -1),
            ("0000-01-01T00:00:00+23:59", -62_167_305_540 * second),
            ("9999-12-31T23:59:59-23:59", 253_402_387_139 * second),
        ] {
            assert_eq!(of_value(&json!(text)), Some(nanos), "{text}");
        }
        assert_eq!(of_value(&json!(-1)), of_value(&json!("1969-12-31T23:59:59.999Z")));
        assert_eq!(of_value(&json!(1000.0)), Some(second));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "2026-01-01T00:00:00",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:60Z",
            "2026-01-01T24:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00Z",
            "2026-01-01T00:00:00+0100",
            "2026-01-01T00:00:00+24:00",
            "+2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00Z\n",
            "2026-01-01",
            "",
        ] {
            assert_eq!(of_value(&json!(text)), None, "{text}");
        }
        assert_eq!(of_value(&json!(0.5)), None);
        assert_eq!(of_value(&json!(true)), None);
    }
}

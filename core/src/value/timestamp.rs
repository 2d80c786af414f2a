//! Moments in time, read strictly and exactly: every language must agree on what is a time, to the nanosecond.

use std::fmt;

use super::number::Number;

const NANOS_PER_SECOND: i128 = 1_000_000_000;
const NANOS_PER_MILLI: i128 = 1_000_000;

/// Nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i128);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Timestamp {
        Timestamp(millis as i128 * NANOS_PER_MILLI)
    }

    /// From milliseconds since the epoch, if they are integral; what is beyond all time is its end.
    pub(crate) fn from_number(millis: Number) -> Option<Timestamp> {
        match millis {
            Number::Int(millis) => Some(Timestamp::from_millis(millis)),
            Number::Float(millis) if millis.fract() == 0.0 => {
                Some(Timestamp((millis as i128).saturating_mul(NANOS_PER_MILLI)))
            }
            Number::Float(_) => None,
        }
    }

    /// From nanoseconds since the epoch.
    pub const fn from_nanos(nanos: i128) -> Timestamp {
        Timestamp(nanos)
    }

    /// Nanoseconds since the epoch.
    pub const fn as_nanos(self) -> i128 {
        self.0
    }

    /// Milliseconds since the epoch, rounded down; what is beyond i64 is its end.
    pub const fn as_millis(self) -> i64 {
        let millis = self.0.div_euclid(NANOS_PER_MILLI);
        if millis > i64::MAX as i128 {
            i64::MAX
        } else if millis < i64::MIN as i128 {
            i64::MIN
        } else {
            millis as i64
        }
    }

    /// Reads the `date-time` of RFC 3339, section 5.6, with its mandatory offset. A leap second (`:60`) is refused:
    /// no host's clock produces one. Digits beyond nanoseconds are cut. Allocates nothing.
    pub fn parse(text: &str) -> Option<Timestamp> {
        let mut scan = Scan(text.as_bytes());
        let year = scan.digits(4)?;
        scan.byte(b"-")?;
        let month = scan.digits(2)?;
        scan.byte(b"-")?;
        let day = scan.digits(2)?;
        scan.byte(b"Tt")?;
        let hour = scan.digits(2)?;
        scan.byte(b":")?;
        let minute = scan.digits(2)?;
        scan.byte(b":")?;
        let second = scan.digits(2)?;
        let nanos = if scan.byte(b".").is_some() { scan.fraction()? } else { 0 };
        let offset_minutes = scan.offset()?;
        let valid = scan.0.is_empty()
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        if !valid {
            return None;
        }
        let seconds = days_from_civil(year, month, day) * 86_400
            + hour * 3_600
            + (minute - offset_minutes) * 60
            + second;
        Some(Timestamp(i128::from(seconds) * NANOS_PER_SECOND + i128::from(nanos)))
    }
}

/// Writes RFC 3339 in UTC, with as many digits of a second as are needed. A year beyond its four digits has a sign, as
/// ISO 8601 writes it: `-0001`, `+10000`. It is for people; no [`Timestamp::parse`] reads it.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.div_euclid(NANOS_PER_SECOND);
        let nanos = self.0.rem_euclid(NANOS_PER_SECOND);
        let (days, second_of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        let (hour, minute, second) = (second_of_day / 3_600, second_of_day / 60 % 60, second_of_day % 60);
        match year {
            0..=9_999 => write!(f, "{year:04}")?,
            _ => write!(f, "{year:+05}")?,
        }
        write!(f, "-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if nanos != 0 {
            write!(f, ".{}", format!("{nanos:09}").trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

/// What is left of the text.
struct Scan<'a>(&'a [u8]);

impl Scan<'_> {
    fn byte(&mut self, any_of: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        if !any_of.contains(&first) {
            return None;
        }
        self.0 = rest;
        Some(first)
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        let (head, rest) = self.0.split_at_checked(count)?;
        let mut value = 0;
        for byte in head {
            if !byte.is_ascii_digit() {
                return None;
            }
            value = value * 10 + i64::from(byte - b'0');
        }
        self.0 = rest;
        Some(value)
    }

    fn fraction(&mut self) -> Option<i64> {
        let mut nanos = self.digits(1)? * 100_000_000;
        let mut unit = 10_000_000;
        while let Some(digit) = self.digits(1) {
            nanos += digit * unit;
            unit /= 10;
        }
        Some(nanos)
    }

    fn offset(&mut self) -> Option<i64> {
        let sign = match self.byte(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = self.digits(2)?;
        self.byte(b":")?;
        let minutes = self.digits(2)?;
        (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of the proleptic Gregorian calendar.
/// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`], from the same source; for every moment, also those that no text can name.
fn civil_from_days(days: i128) -> (i128, i128, i128) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i128::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(text: &str) -> Option<i128> {
        Timestamp::parse(text).map(Timestamp::as_nanos)
    }

    #[test]
    fn reads_what_rfc_3339_allows() {
        assert_eq!(nanos("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(nanos("1970-01-01t01:00:00.000000001999+01:00"), Some(1));
        assert_eq!(nanos("2024-02-29T23:59:59-00:00"), Some(1_709_251_199 * NANOS_PER_SECOND));
        assert_eq!(nanos("0000-01-01T00:00:00z"), Some(-62_167_219_200 * NANOS_PER_SECOND));
    }

    #[test]
    fn refuses_what_it_does_not() {
        for text in [
            "",
            "2024-01-01",
            "2024-01-01T00:00:00",
            "2024-01-01 00:00:00Z",
            "2023-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2016-12-31T23:59:60Z",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00+0100",
            "2024-01-01T00:00:00+24:00",
            "2024-01-01T00:00:00Z ",
            "+2024-01-01T00:00:00Z",
        ] {
            assert_eq!(nanos(text), None, "{text}");
        }
    }

    #[test]
    fn prints_what_it_reads() {
        for text in ["1969-12-31T23:59:59.5Z", "2000-02-29T12:00:00Z", "9999-12-31T23:59:59.999999999Z"] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn prints_every_moment_and_marks_what_rfc_3339_cannot_say() {
        let first = Timestamp::parse("0000-01-01T00:00:00Z").unwrap();
        let last = Timestamp::parse("9999-12-31T23:59:59.999999999Z").unwrap();
        assert_eq!(first.to_string(), "0000-01-01T00:00:00Z");
        for (moment, text) in [
            (Timestamp(first.0 - 1), "-0001-12-31T23:59:59.999999999Z"),
            (Timestamp(last.0 + 1), "+10000-01-01T00:00:00Z"),
            // The ends of ECMAScript's dates (ECMA-262, 21.4.1.1), which writes six digits of the year.
            (Timestamp::from_millis(-8_640_000_000_000_000), "-271821-04-20T00:00:00Z"),
            (Timestamp::from_millis(8_640_000_000_000_000), "+275760-09-13T00:00:00Z"),
            (Timestamp::from_millis(i64::MIN), "-292275055-05-16T16:47:04.192Z"),
            (Timestamp::from_millis(i64::MAX), "+292278994-08-17T07:12:55.807Z"),
        ] {
            assert_eq!(moment.to_string(), text);
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
        let (before, after) = (Timestamp(i128::MIN).to_string(), Timestamp(i128::MAX).to_string());
        assert!(before.starts_with('-') && after.starts_with('+'), "{before} {after}");
    }
}

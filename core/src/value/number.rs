//! Numbers are one type: integers and floats compare by value, exactly, without a cast that rounds.

use std::cmp::Ordering;

/// The first float above every i64: 2^63.
const ABOVE_I64: f64 = 9_223_372_036_854_775_808.0;
/// Floats hold every integer up to this magnitude exactly: 2^53.
const EXACT_IN_FLOAT: f64 = 9_007_199_254_740_992.0;

/// An integer or a finite float.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    /// Within i64.
    Int(i64),
    /// Finite.
    Float(f64),
}

impl Number {
    /// Compares by value. Total, as floats here are finite.
    pub fn compare(self, other: Number) -> Ordering {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => a.cmp(&b),
            (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            (Number::Int(a), Number::Float(b)) => compare_int_float(a, b),
            (Number::Float(a), Number::Int(b)) => compare_int_float(b, a).reverse(),
        }
    }

    /// The integer that this number is, if it is integral and within i64.
    pub fn integral(self) -> Option<i64> {
        match self {
            Number::Int(value) => Some(value),
            Number::Float(value) if value.fract() == 0.0 && (-ABOVE_I64..ABOVE_I64).contains(&value) => {
                Some(value as i64)
            }
            Number::Float(_) => None,
        }
    }

    /// The integer that names a unit: any integer, or an integral float of which no neighbour is lost (2^53).
    pub fn identity(self) -> Option<i64> {
        match self {
            Number::Int(value) => Some(value),
            Number::Float(value) if value.abs() <= EXACT_IN_FLOAT => self.integral(),
            Number::Float(_) => None,
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.compare(*other) == Ordering::Equal
    }
}

/// The float that holds this integer exactly, if there is one.
pub(crate) fn exact_float(value: i64) -> Option<f64> {
    let float = value as f64;
    (compare_int_float(value, float) == Ordering::Equal).then_some(float)
}

fn compare_int_float(int: i64, float: f64) -> Ordering {
    if float >= ABOVE_I64 {
        return Ordering::Less;
    }
    if float < -ABOVE_I64 {
        return Ordering::Greater;
    }
    // Truncation is exact here; what it cut off decides between an integer and its neighbours.
    let cut = float.fract();
    int.cmp(&(float.trunc() as i64)).then_with(|| 0.0_f64.partial_cmp(&cut).unwrap_or(Ordering::Equal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_floats_compare_exactly_at_the_edges() {
        let cases = [
            (i64::MAX, 9_223_372_036_854_775_808.0, Ordering::Less),
            (i64::MIN, -9_223_372_036_854_775_808.0, Ordering::Equal),
            (9_007_199_254_740_993, 9_007_199_254_740_992.0, Ordering::Greater),
            (0, -0.0, Ordering::Equal),
            (-1, -1.5, Ordering::Greater),
            (1, 1.5, Ordering::Less),
            (i64::MAX, 1e300, Ordering::Less),
            (i64::MIN, -1e300, Ordering::Greater),
        ];
        for (int, float, want) in cases {
            assert_eq!(Number::Int(int).compare(Number::Float(float)), want, "{int} against {float}");
            assert_eq!(
                Number::Float(float).compare(Number::Int(int)),
                want.reverse(),
                "{float} against {int}"
            );
        }
    }

    #[test]
    fn an_identity_is_integral_and_unambiguous() {
        assert_eq!(Number::Float(-0.0).identity(), Some(0));
        assert_eq!(Number::Float(9_007_199_254_740_992.0).identity(), Some(9_007_199_254_740_992));
        assert_eq!(Number::Float(9_007_199_254_740_994.0).identity(), None);
        assert_eq!(Number::Float(1.5).identity(), None);
        assert_eq!(Number::Int(i64::MIN).identity(), Some(i64::MIN));
    }
}

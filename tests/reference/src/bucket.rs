//! Buckets (section 6): a unit gets one of 100,000, and a choice owns ranges of them.

use serde_json::Value;

use crate::number;
use crate::siphash::siphash_2_4;

/// There are as many buckets as there are thousandths of a percent in 100 percent, so that a
/// percentage in thousandths is a number of buckets.
pub(crate) const BUCKETS: u32 = 100_000;

/// The key of the SipHash paper.
const KEY: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// The hash of a unit under a salt.
pub fn hash(salt: &str, unit: &str) -> u64 {
    siphash_2_4(KEY, &[salt.as_bytes(), &[0], unit.as_bytes()].concat())
}

/// The bucket of a unit under a salt: 0..99999.
pub fn bucket(salt: &str, unit: &str) -> u32 {
    ((u128::from(hash(salt, unit)) * u128::from(BUCKETS)) >> 64) as u32
}

/// Who owns which buckets: `(id, from, to)`, `to` not included.
pub(crate) struct Ranges(Vec<(String, u32, u32)>);

impl Ranges {
    /// Percentages lie contiguously, in the given order of ids; what is not mentioned weighs 0.
    pub(crate) fn of_percentages<'a>(
        percentages: &Value,
        order: impl IntoIterator<Item = &'a str>,
    ) -> Ranges {
        let mut ranges = Vec::new();
        let mut from = 0;
        for id in order {
            let to = from + percentages.get(id).map_or(0, number::thousandths);
            ranges.push((id.to_owned(), from, to));
            from = to;
        }
        Ranges(ranges)
    }

    /// `{id: [[from, to), ...]}`
    pub(crate) fn of_lists(lists: &Value) -> Ranges {
        let mut ranges = Vec::new();
        for (id, list) in lists.as_object().expect("ranges by id") {
            for range in list.as_array().expect("a list of ranges") {
                let end = |index: usize| range[index].as_u64().expect("a bucket") as u32;
                ranges.push((id.clone(), end(0), end(1)));
            }
        }
        Ranges(ranges)
    }

    /// Either form: lists of ranges, or percentages.
    pub(crate) fn of_either<'a>(map: &Value, order: impl IntoIterator<Item = &'a str>) -> Ranges {
        let are_lists = map.as_object().expect("shares by id").values().any(Value::is_array);
        if are_lists { Ranges::of_lists(map) } else { Ranges::of_percentages(map, order) }
    }

    /// The id that owns a bucket. Only the slots of a layer may leave a bucket to nobody.
    pub(crate) fn owner(&self, bucket: u32) -> Option<&str> {
        self.0.iter().find(|(_, from, to)| (*from..*to).contains(&bucket)).map(|(id, _, _)| id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn percentages_lie_in_the_given_order_and_not_in_that_of_the_map() {
        let ranges = Ranges::of_percentages(&json!({"a": 33.333, "b": 66.667}), ["b", "absent", "a"]);
        assert_eq!(ranges.owner(0), Some("b"));
        assert_eq!(ranges.owner(66_666), Some("b"));
        assert_eq!(ranges.owner(66_667), Some("a"));
        assert_eq!(ranges.owner(99_999), Some("a"));
    }

    #[test]
    fn the_slots_of_a_layer_may_leave_gaps() {
        let ranges = Ranges::of_lists(&json!({"e": [[10, 20], [30, 40]]}));
        assert_eq!(ranges.owner(19), Some("e"));
        assert_eq!(ranges.owner(20), None);
        assert_eq!(ranges.owner(30), Some("e"));
    }
}

//! Percentages and ranges -> buckets. Percentages are read as decimals, never calculated as floats.

use crate::document::Node;
use crate::limits;
use crate::model::{BUCKETS, BucketRange, Ranges, Split};
use crate::problem::{Code, Pointer, listed, shown};

use super::fields::{Object, Reader};

impl Reader<'_> {
    /// A percentage in buckets.
    pub(super) fn percentage(&mut self, node: &Node<'_>, path: &Pointer<'_>) -> Option<u32> {
        let buckets = match node {
            Node::Int(percent) => {
                u32::try_from(*percent).ok().filter(|percent| *percent <= 100).map(|percent| percent * 1_000)
            }
            // The shortest decimal that reads back as this float is the one that was written.
            Node::Float(percent) => thousandths(&percent.to_string()),
            _ => None,
        };
        if buckets.is_none() {
            let message = "a percentage is a number from 0 to 100 with at most three decimal places";
            self.problems.add(Code::InvalidPercentage, path, message);
        }
        buckets
    }

    /// `{id: percent}`, laid in the order of `ids`.
    pub(super) fn percentages(
        &mut self,
        object: &Object<'_>,
        ids: &[&str],
        what: &str,
        path: &Pointer<'_>,
    ) -> Option<Ranges> {
        if !self.within(object.len(), limits::VARIATIONS, "ids", path) {
            return None;
        }
        let mut weights = vec![0; ids.len()];
        let mut complete = true;
        for (id, node) in object {
            let path = path.member(id);
            let weight = self.percentage(node, &path);
            let slot = self.position(id, ids, what, &path).and_then(|index| weights.get_mut(index));
            match (slot, weight) {
                (Some(slot), Some(weight)) => *slot = weight,
                _ => complete = false,
            }
        }
        let total: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
        if complete && total != u64::from(BUCKETS) {
            let message = format!("the percentages total {}, not 100", decimal(total));
            self.problems.add(Code::PercentageTotal, path, message);
            complete = false;
        }
        complete.then(|| lay(&weights))
    }

    /// `{id: [[from, to), ...]}`, which must cover every bucket once.
    pub(super) fn ranges(
        &mut self,
        object: &Object<'_>,
        ids: &[&str],
        what: &str,
        path: &Pointer<'_>,
    ) -> Option<Ranges> {
        if !self.within(object.len(), limits::VARIATIONS, "ids", path) || !self.within_ranges(object, path) {
            return None;
        }
        let mut ranges = Vec::new();
        let mut complete = true;
        for (id, node) in object {
            let path = path.member(id);
            let index = self.position(id, ids, what, &path).and_then(|index| u32::try_from(index).ok());
            match (index, self.intervals(node, &path)) {
                (Some(index), Some(intervals)) => {
                    ranges.extend(intervals.iter().map(|(from, to)| BucketRange {
                        from: *from,
                        to: *to,
                        index,
                    }));
                }
                _ => complete = false,
            }
        }
        if !complete {
            return None;
        }
        ranges.sort_by_key(|range| range.from);
        let mut next = 0;
        for range in &ranges {
            if range.from < next {
                let message = format!("bucket {} is in two ranges", range.from);
                self.problems.add(Code::RangeOverlap, path, message);
                return None;
            }
            if range.from > next {
                break;
            }
            next = range.to;
        }
        if next != BUCKETS {
            self.problems.add(Code::RangeGap, path, format!("bucket {next} is in no range"));
            return None;
        }
        Some(Ranges(ranges.into()))
    }

    /// Reports more than the limit of ranges below all ids together; an id has one at least.
    pub(super) fn within_ranges(&mut self, object: &Object<'_>, path: &Pointer<'_>) -> bool {
        let count = |node: &Node<'_>| match node {
            Node::List(ranges) => ranges.len().max(1),
            _ => 1,
        };
        let ranges = object.iter().map(|(_, node)| count(node)).sum();
        self.within(ranges, limits::RANGES, "ranges", path)
    }

    /// `[[from, to), ...]`
    pub(super) fn intervals(&mut self, node: &Node<'_>, path: &Pointer<'_>) -> Option<Vec<(u32, u32)>> {
        let items = self.list(node, path)?;
        let mut intervals = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            match interval(item) {
                Some(interval) => intervals.push(interval),
                None => {
                    let message = format!("a range is `[from, to]`, whole, with 0 <= from < to <= {BUCKETS}");
                    self.problems.add(Code::InvalidRange, &path.item(i), message);
                }
            }
        }
        (intervals.len() == items.len()).then_some(intervals)
    }

    /// The position of an id among those declared.
    pub(super) fn position(
        &mut self,
        id: &str,
        ids: &[&str],
        what: &str,
        path: &Pointer<'_>,
    ) -> Option<usize> {
        let position = ids.iter().position(|known| *known == id);
        if position.is_none() {
            let known =
                if ids.is_empty() { "there are none".to_owned() } else { format!("known: {}", listed(ids)) };
            self.problems.add(Code::UnknownVariation, path, format!("no {what} `{}` ({known})", shown(id)));
        }
        position
    }
}

/// The rollout that `rolloutPercentage` means: this much `on`, the rest `off`.
pub(super) fn on_off(on: u32, on_index: usize, off_index: usize) -> Split {
    let mut weights = vec![0; on_index.max(off_index) + 1];
    for (index, weight) in [(on_index, on), (off_index, BUCKETS - on)] {
        if let Some(slot) = weights.get_mut(index) {
            *slot = weight;
        }
    }
    Split { by: None, salt: None, ranges: lay(&weights), by_percent: true }
}

/// Contiguous ranges of these widths, in order.
fn lay(weights: &[u32]) -> Ranges {
    let mut from = 0;
    let mut ranges = Vec::with_capacity(weights.len());
    for (index, weight) in (0..).zip(weights) {
        if *weight > 0 {
            ranges.push(BucketRange { from, to: from + weight, index });
            from += weight;
        }
    }
    Ranges(ranges.into())
}

/// `[from, to)`
pub(crate) fn interval(node: &Node<'_>) -> Option<(u32, u32)> {
    let Node::List(ends) = node else { return None };
    let [Node::Int(from), Node::Int(to)] = ends else { return None };
    let (from, to) = (u32::try_from(*from).ok()?, u32::try_from(*to).ok()?);
    (from < to && to <= BUCKETS).then_some((from, to))
}

/// Reads `33.333` as 33333.
fn thousandths(text: &str) -> Option<u32> {
    let text = text.strip_prefix('-').filter(|rest| *rest == "0").unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 {
        return None;
    }
    let whole: u32 = whole.parse().ok().filter(|whole| *whole <= 100)?;
    let fraction: u32 = format!("{fraction:0<3}").parse().ok()?;
    Some(whole * 1_000 + fraction).filter(|total| *total <= BUCKETS)
}

/// Writes 33333 as 33.333.
pub(crate) fn decimal(thousandths: u64) -> String {
    let text = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_exact_decimals() {
        assert_eq!(thousandths("33.333"), Some(33_333));
        assert_eq!(thousandths("0.1"), Some(100));
        assert_eq!(thousandths("100"), Some(100_000));
        assert_eq!(thousandths("-0"), Some(0));
        for text in ["100.001", "-1", "33.3333", "1e-7", "NaN", "101"] {
            assert_eq!(thousandths(text), None, "{text}");
        }
        assert_eq!(decimal(99_900), "99.9");
        assert_eq!(decimal(100_000), "100");
    }
}

//! Parts of what may be long: bounded in number, and in bytes too, for a definition or a record may be large.

use sqlx::any::AnyRow;

use super::StoreError;
use super::read::number;

/// Bytes of a part, in definitions and records; one item that is larger is a part of its own.
const PART_BYTES: u64 = 4 << 20;

/// Some items, in order.
#[derive(Debug, Clone)]
pub struct Part<T> {
    /// The items; one at least, if there are any.
    pub items: Vec<T>,
    /// Whether more follow.
    pub more: bool,
}

/// How far a part goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    /// The number of its last item.
    pub(super) last: u64,
    /// Whether more follow.
    pub(super) more: bool,
}

impl Extent {
    /// Of items whose `number` and `bytes` these rows have, one more than `limit`, as far as there are; none of none.
    pub(super) fn of(rows: &[AnyRow], limit: u32) -> Result<Option<Extent>, StoreError> {
        let sizes: Result<Vec<_>, StoreError> =
            rows.iter().map(|row| Ok((number(row, "number")?, number(row, "bytes")?))).collect();
        Ok(Extent::within(&sizes?, limit))
    }

    fn within(sizes: &[(u64, u64)], limit: u32) -> Option<Extent> {
        let mut last = sizes.first()?.0;
        let (mut taken, mut bytes) = (0, 0_u64);
        for (number, size) in sizes {
            bytes = bytes.saturating_add(*size);
            if taken == limit || (taken > 0 && bytes > PART_BYTES) {
                return Some(Extent { last, more: true });
            }
            last = *number;
            taken += 1;
        }
        Some(Extent { last, more: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_ends_at_its_number_or_its_bytes_and_has_one_item_at_least() {
        let within = |sizes: &[(u64, u64)], limit| Extent::within(sizes, limit);
        let extent = |last, more| Some(Extent { last, more });
        assert_eq!(within(&[], 10), None);
        assert_eq!(within(&[(9, 10), (8, 10), (7, 10)], 2), extent(8, true));
        assert_eq!(within(&[(9, 10), (8, 10)], 2), extent(8, false));
        assert_eq!(within(&[(9, PART_BYTES), (8, 0), (7, 1), (6, 0)], 10), extent(8, true));
        assert_eq!(within(&[(9, PART_BYTES * 2), (8, 1)], 10), extent(9, true));
        assert_eq!(within(&[(9, u64::MAX), (8, u64::MAX)], 10), extent(9, true));
    }
}

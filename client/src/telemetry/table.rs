//! How often one thread met each outcome. A table belongs to one thread at a time, which alone writes into it, so that it
//! counts without a lock and without making another processor wait; whoever reports reads along.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use vexil_core::evaluate::Fingerprint;
use vexil_core::{Evaluation, Reason};

/// Slots of a thread's first table; each next one has four times as many.
pub(super) const SMALLEST: usize = 256;
/// How many slots an outcome may be in, from its first one on.
const PROBES: usize = 8;
/// Slots at both ends that are not used, so that no line of memory is shared with anything else.
const EDGE: usize = 4;

/// An odd number whose bits are mixed well: the golden ratio of 2^64.
const MIXED: u64 = 0x9e37_79b9_7f4a_7c15;

/// What is counted, by its names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Names {
    pub(super) key: Box<str>,
    pub(super) variation: Option<Box<str>>,
    pub(super) reason: Reason,
}

impl Names {
    pub(super) fn of(evaluation: &Evaluation<'_>) -> Option<Names> {
        let variation = evaluation.variation().map(Box::from);
        Some(Names { key: evaluation.key()?.into(), variation, reason: evaluation.reason() })
    }
}

/// Two of them share a line of memory.
#[derive(Debug, Default)]
struct Slot {
    /// The outcome's fingerprint as one number; 0 while it is free.
    name: AtomicU64,
    count: AtomicU64,
    names: OnceLock<Box<Names>>,
}

impl Slot {
    #[inline]
    fn count_if(&self, name: u64, times: u64) -> bool {
        let is_it = self.name.load(Ordering::Relaxed) == name;
        if is_it {
            // Nobody else writes: a load and a store take a fraction of the time of an atomic addition.
            self.count.store(self.count.load(Ordering::Relaxed) + times, Ordering::Relaxed);
        }
        is_it
    }
}

/// Counters of outcomes, by fingerprint. They only grow: whoever reports remembers how far it has read.
#[derive(Debug)]
pub(super) struct Table {
    slots: Box<[Slot]>,
    /// How many first slots there are: a power of two, or 0.
    size: usize,
    /// From a fingerprint to its first slot.
    shift: u32,
    filled: AtomicUsize,
    /// Evaluations that no slot was left for.
    dropped: AtomicU64,
    is_claimed: AtomicBool,
    /// Whether its thread may ask for a larger one: it was not refused one since the last report.
    may_grow: AtomicBool,
}

impl Table {
    /// A table that its maker has claimed; its size is a power of two. Without slots it only counts what it drops.
    pub(super) fn claimed(size: usize) -> Table {
        // Probing does not wrap around, and what lies next to it in memory is another thread's.
        let slots = if size == 0 { 0 } else { EDGE + size + PROBES + EDGE };
        Table {
            slots: (0..slots).map(|_| Slot::default()).collect(),
            size,
            shift: if size == 0 { u64::BITS - 1 } else { u64::BITS - size.trailing_zeros() },
            filled: AtomicUsize::new(0),
            dropped: AtomicU64::new(0),
            is_claimed: AtomicBool::new(true),
            may_grow: AtomicBool::new(true),
        }
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Makes it the caller's, if it is nobody's.
    pub(super) fn claim(&self) -> bool {
        // What its last owner has counted is seen by the next one.
        self.is_claimed.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Gives it up; only its owner may.
    pub(super) fn release(&self) {
        self.is_claimed.store(false, Ordering::Release);
    }

    /// Counts so many times more, if the outcome has a slot; only the owner may.
    #[inline]
    pub(super) fn count(&self, fingerprint: Fingerprint, times: u64) -> bool {
        let name = fingerprint.entry ^ fingerprint.outcome;
        self.near(fingerprint).iter().any(|slot| slot.count_if(name, times))
            || self.far(fingerprint).iter().any(|slot| slot.count_if(name, times))
    }

    /// Where an outcome is looked for first. It is a matter of the entry alone, for that is known before the outcome is.
    #[inline]
    fn near(&self, fingerprint: Fingerprint) -> &[Slot] {
        self.probe(fingerprint.entry)
    }

    /// Where it is looked for then: an entry may have many outcomes.
    #[cold]
    fn far(&self, fingerprint: Fingerprint) -> &[Slot] {
        self.probe((fingerprint.entry ^ fingerprint.outcome).wrapping_mul(MIXED))
    }

    #[inline]
    fn probe(&self, hash: u64) -> &[Slot] {
        let first = EDGE + (hash >> self.shift) as usize;
        self.slots.get(first..first + PROBES).unwrap_or_default()
    }

    /// Gives a slot to an outcome that has none, and counts it once; not where there is too little room.
    pub(super) fn insert(&self, fingerprint: Fingerprint, names: Names) -> bool {
        // A table that is half full has hardly anything far from its first slot.
        if self.filled.load(Ordering::Relaxed) * 2 >= self.size {
            return false;
        }
        let slots = self.near(fingerprint).iter().chain(self.far(fingerprint));
        let Some(slot) = slots.into_iter().find(|slot| slot.name.load(Ordering::Relaxed) == 0) else {
            return false;
        };
        if slot.names.set(Box::new(names)).is_err() {
            return false;
        }
        slot.count.store(1, Ordering::Relaxed);
        // Whoever sees it sees its names.
        slot.name.store(fingerprint.entry ^ fingerprint.outcome, Ordering::Release);
        self.filled.fetch_add(1, Ordering::Relaxed);
        true
    }

    /// An evaluation was not counted; only the owner may say so.
    pub(super) fn drop_one(&self) {
        self.dropped.store(self.dropped.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    pub(super) fn may_grow(&self) -> bool {
        self.may_grow.load(Ordering::Relaxed)
    }

    pub(super) fn set_may_grow(&self, may: bool) {
        self.may_grow.store(may, Ordering::Relaxed);
    }

    /// What every slot that is taken counts, with its place.
    pub(super) fn read(&self) -> impl Iterator<Item = (usize, &Names, u64)> {
        self.slots.iter().enumerate().filter_map(|(place, slot)| {
            let is_taken = slot.name.load(Ordering::Acquire) != 0;
            let names = slot.names.get().filter(|_| is_taken)?;
            Some((place, &**names, slot.count.load(Ordering::Relaxed)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(key: &str) -> Names {
        Names { key: key.into(), variation: None, reason: Reason::Default }
    }

    fn counts(table: &Table) -> Vec<(String, u64)> {
        let mut counts: Vec<_> =
            table.read().map(|(_, names, count)| (names.key.to_string(), count)).collect();
        counts.sort();
        counts
    }

    #[test]
    fn outcomes_are_counted_each_by_itself() {
        let table = Table::claimed(SMALLEST);
        // Outcomes of one entry share their first slots, and more of them than there are there.
        let outcomes = 3 * PROBES as u64;
        for (round, outcome) in (0..2).flat_map(|round| (0..outcomes).map(move |outcome| (round, outcome))) {
            let fingerprint = Fingerprint { entry: u64::MAX - 1_000, outcome };
            let known = table.count(fingerprint, 1);
            assert_eq!(known, round == 1, "{outcome}");
            assert!(known || table.insert(fingerprint, names(&format!("{outcome:02}"))));
        }
        let expected: Vec<_> = (0..outcomes).map(|outcome| (format!("{outcome:02}"), 2)).collect();
        assert_eq!(counts(&table), expected);
    }

    #[test]
    fn a_table_is_never_more_than_half_full() {
        let table = Table::claimed(SMALLEST);
        let mut inserted = 0;
        for number in 1..10_000_u64 {
            let fingerprint = Fingerprint { entry: number.wrapping_mul(MIXED), outcome: 0 };
            inserted += usize::from(table.insert(fingerprint, names("a")));
        }
        assert_eq!(inserted, SMALLEST / 2);
    }

    #[test]
    fn without_slots_nothing_is_counted_but_what_is_dropped() {
        let table = Table::claimed(0);
        for hash in [0, 1, u64::MAX] {
            let fingerprint = Fingerprint { entry: hash, outcome: hash };
            assert!(!table.count(fingerprint, 1) && !table.insert(fingerprint, names("a")));
            table.drop_one();
        }
        assert_eq!((table.dropped(), counts(&table)), (3, vec![]));
    }

    #[test]
    fn one_at_a_time_has_it() {
        let table = Table::claimed(SMALLEST);
        assert!(!table.claim());
        table.release();
        assert!(table.claim() && !table.claim());
    }
}

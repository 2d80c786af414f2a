//! Variants in memory, as many as fit.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::StickyStore;
use crate::fork;
use crate::lock::Mutex;

/// Remembers variants as long as the process lives. Beyond its capacity the pairs of an experiment and a unit that were
/// asked for least recently are forgotten, about a half at a time.
pub struct MemoryStore {
    capacity: usize,
    memory: ArcSwap<Memory>,
}

/// With a lock that a thread may hold which is not there after a fork: a child copies it then.
struct Memory {
    forks: u64,
    halves: Mutex<Halves>,
}

/// What was asked for since the young half was last full, and what was before: as good as an order of all pairs, and
/// needs none.
#[derive(Default, Clone)]
struct Halves {
    young: Pairs,
    old: Pairs,
}

/// Variants by experiment and unit.
type Pairs = HashMap<(Box<str>, Box<str>), Box<str>>;

impl MemoryStore {
    /// Room for about so many pairs of an experiment and a unit, at least two; each takes some 200 bytes.
    pub fn new(capacity: usize) -> MemoryStore {
        let memory = Memory { forks: fork::generation(), halves: Mutex::default() };
        fork::watch();
        MemoryStore { capacity: capacity.max(2), memory: ArcSwap::from_pointee(memory) }
    }

    /// How many pairs are remembered.
    pub fn len(&self) -> usize {
        let memory = self.memory();
        let halves = memory.halves.lock();
        halves.young.len() + halves.old.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every pair with its variant, in no order.
    pub(super) fn each(&self, mut take: impl FnMut(&str, &str, &str)) {
        let memory = self.memory();
        let halves = memory.halves.lock();
        for ((experiment, unit), variant) in halves.old.iter().chain(&halves.young) {
            take(experiment, unit, variant);
        }
    }

    fn memory(&self) -> Arc<Memory> {
        let memory = self.memory.load_full();
        let forks = fork::generation();
        if memory.forks == forks {
            return memory;
        }
        // What a lock guards that nobody gives back is forgotten; variants are given out again as they were, but for
        // those that allocation has changed.
        let halves = memory.halves.try_lock().map(|halves| halves.clone()).unwrap_or_default();
        let mine = Arc::new(Memory { forks, halves: Mutex::new(halves) });
        // The parent's lock must not be touched, not even to be freed.
        std::mem::forget(self.memory.swap(Arc::clone(&mine)));
        std::mem::forget(memory);
        mine
    }
}

impl StickyStore for MemoryStore {
    fn get(&self, experiment: &str, unit: &str) -> Option<String> {
        let pair = (Box::from(experiment), Box::from(unit));
        let memory = self.memory();
        let mut halves = memory.halves.lock();
        if let Some(variant) = halves.young.get(&pair) {
            return Some(variant.to_string());
        }
        let variant = halves.old.remove(&pair)?;
        let told = variant.to_string();
        halves.add(pair, variant, self.capacity);
        Some(told)
    }

    fn put(&self, experiment: &str, unit: &str, variant: &str) {
        let pair = (Box::from(experiment), Box::from(unit));
        let memory = self.memory();
        let mut halves = memory.halves.lock();
        halves.old.remove(&pair);
        halves.add(pair, variant.into(), self.capacity);
    }
}

impl Halves {
    fn add(&mut self, pair: (Box<str>, Box<str>), variant: Box<str>, capacity: usize) {
        if self.young.len() >= capacity / 2 && !self.young.contains_key(&pair) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(pair, variant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_makes_room() {
        let store = MemoryStore::new(100);
        store.put("e", "kept", "a");
        for unit in 0..10_000 {
            store.put("e", &unit.to_string(), "b");
            assert_eq!(store.get("e", "kept").as_deref(), Some("a"), "{unit}");
            assert!(store.len() <= 100);
        }
        assert_eq!(store.get("e", "0"), None);
        assert_eq!(store.get("e", "9999").as_deref(), Some("b"));
        assert_eq!(store.get("other", "kept"), None);
        store.put("e", "kept", "c");
        assert_eq!(store.get("e", "kept").as_deref(), Some("c"));
    }
}

//! What a client has had logged. A read that is refused looks here, and waits for nobody.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

/// How many warnings of one client are logged; a program that has more mistakes than that mends some first.
const WARNINGS: usize = 100;
/// A place that nothing is in yet.
const FREE: u64 = 0;

/// Hashes of warnings. It goes with its client: one that is started again has them logged again.
pub(crate) struct Warned {
    places: [AtomicU64; WARNINGS],
}

impl Default for Warned {
    fn default() -> Warned {
        Warned { places: [const { AtomicU64::new(FREE) }; WARNINGS] }
    }
}

impl Warned {
    /// Whether a warning is one for the first time, and there is room for it.
    pub(crate) fn is_new(&self, warning: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        warning.hash(&mut hasher);
        let hash = hasher.finish().max(FREE + 1);
        for place in &self.places {
            let known = match place.load(Ordering::Relaxed) {
                FREE => place.compare_exchange(FREE, hash, Ordering::Relaxed, Ordering::Relaxed),
                known => Err(known),
            };
            match known {
                Ok(_) => return true,
                // Whoever has the same warning looks at the same places, in the same order.
                Err(known) if known == hash => return false,
                Err(_) => {}
            }
        }
        false
    }
}

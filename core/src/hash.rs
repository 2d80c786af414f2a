//! The hash of names inside one process. It decides no bucket and leaves no process: only look-ups use it.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

const STATE: FixedState = FixedState::with_seed(0x7665_7869_6c00_0001);

/// The state for hash maps whose keys are names.
pub(crate) type NameState = foldhash::fast::FixedState;

#[inline]
pub(crate) fn name(text: &str) -> u64 {
    let mut hasher = STATE.build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

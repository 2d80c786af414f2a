//! Names inside one process: their hash, and whether two are the same. Neither decides a bucket nor leaves the process.

use std::hash::{BuildHasher, Hasher};

/// The state of every hash of a name, in hash maps too. One for all processes: tables are filled by the authors of
/// definitions, and callers can only ask them.
pub(crate) type NameState = foldhash::fast::FixedState;

#[inline]
pub(crate) fn name(text: &str) -> u64 {
    let mut hasher = NameState::default().build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// The hash of several names in their order.
pub(crate) fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> u64 {
    let mut hasher = NameState::default().build_hasher();
    for name in names {
        hasher.write(name.as_bytes());
        hasher.write_u8(0xff);
    }
    hasher.finish()
}

/// Whether two texts are the same. Most names have at most 16 bytes: those are compared in two overlapping pieces,
/// which is several times as fast as a call to the library's comparison.
#[inline(always)]
pub(crate) fn same(a: &str, b: &str) -> bool {
    same_bytes(a.as_bytes(), b.as_bytes())
}

/// As [`same`].
#[inline(always)]
pub(crate) fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match a.len() {
        8..=16 => a.first_chunk::<8>() == b.first_chunk() && a.last_chunk::<8>() == b.last_chunk(),
        4..8 => a.first_chunk::<4>() == b.first_chunk() && a.last_chunk::<4>() == b.last_chunk(),
        0..4 => a.iter().zip(b).all(|(a, b)| a == b),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_are_compared_whole() {
        let text: String = ('a'..='z').cycle().take(40).collect();
        for length in 0..text.len() {
            let one: String = text.chars().take(length).collect();
            assert!(same(&one, &one.clone()));
            for position in 0..length {
                let mut other = one.clone();
                other.replace_range(position..=position, "#");
                assert!(!same(&one, &other), "{one} {other}");
            }
            assert!(!same(&one, &format!("{one}a")));
        }
    }
}

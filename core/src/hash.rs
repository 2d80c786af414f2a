//! Names inside one process: their hash, and whether two are the same. Neither decides a bucket nor leaves the process.

use std::fmt;
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

/// By which a name is found among a few: one of up to 15 bytes lies in it whole, and is compared by comparing tags; of a
/// longer one it has the hash, and the text decides.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag(u128);

impl Tag {
    /// In the place of the length.
    const LONG: u8 = u8::MAX;
    /// Of a hash, which is a byte.
    pub(crate) const HASH_BITS: u32 = 5;

    #[inline]
    pub(crate) fn of(text: &str) -> Tag {
        let mut bytes = [0; 16];
        let length = text.len();
        let [place @ .., last] = &mut bytes;
        match place.get_mut(..length) {
            Some(place) => {
                place.copy_from_slice(text.as_bytes());
                *last = length as u8;
            }
            None => {
                if let Some(place) = place.first_chunk_mut() {
                    *place = name(text).to_le_bytes();
                }
                *last = Tag::LONG;
            }
        }
        Tag(u128::from_le_bytes(bytes))
    }

    /// A few bits that mostly differ.
    #[inline]
    pub(crate) fn hash(self) -> u8 {
        // 2^64 over the golden ratio (Knuth, The Art of Computer Programming 3, 6.4): it spreads what differs little.
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let folded = self.0 as u64 ^ (self.0 >> u64::BITS) as u64;
        (folded.wrapping_mul(SPREAD) >> (u64::BITS - Tag::HASH_BITS)) as u8
    }

    /// Whether the name is all in it.
    #[inline]
    pub(crate) fn is_whole(self) -> bool {
        self.0.to_le_bytes().last() != Some(&Tag::LONG)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [text @ .., length] = &self.0.to_le_bytes();
        match text.get(..usize::from(*length)) {
            Some(text) => f.write_str(&String::from_utf8_lossy(text)),
            None => f.write_str("..."),
        }
    }
}

/// Whether two texts are the same. Most names have at most 16 bytes: those are compared in two overlapping pieces,
/// which is several times as fast as a call to the library's comparison.
#[inline(always)]
pub(crate) fn same(a: &str, b: &str) -> bool {
    same_bytes(a.as_bytes(), b.as_bytes())
}

/// Whether two names are the same, as their bytes: for hosts that look for attributes where they lie. It is made for names
/// of up to 16 bytes.
#[inline(always)]
pub fn same_bytes(a: &[u8], b: &[u8]) -> bool {
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
    fn tags_tell_all_short_names_apart_and_say_which_are_long() {
        let short = [
            "",
            "a",
            "a\0",
            "\0",
            "\0\0",
            "b",
            "a.b",
            "ä",
            "aaaaaaaaaaaaaaa",
            "aaaaaaaaaaaaaaä",
            "aaaaaaaaaaaaaä",
        ];
        for (at, name) in short.iter().enumerate() {
            assert_eq!(Tag::of(name).is_whole(), name.len() <= 15, "{name}");
            assert!(short.iter().skip(at + 1).all(|other| Tag::of(name) != Tag::of(other)), "{name}");
            assert!(Tag::of(name).hash() < 1 << Tag::HASH_BITS);
        }
        let long = "aaaaaaaaaaaaaaaa";
        assert!(!Tag::of(long).is_whole());
        assert_ne!(Tag::of(long), Tag::of("aaaaaaaaaaaaaaab"));
    }

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

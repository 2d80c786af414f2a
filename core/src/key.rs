//! What entries are asked for by: text, or text that remembers where its entry was found.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often a [`Key`] takes note of another place: more often than definitions are renumbered in the life of a process,
/// and seldom enough for threads that ask two sets of definitions in turn not to write for ever to what they share.
const MOVES: u32 = 1 << 10;

/// By which an entry is asked for.
pub trait AsKey {
    /// The key.
    fn as_key(&self) -> &str;

    /// Where its entry was found last, if that is remembered.
    #[inline]
    fn place(&self) -> Option<&Place> {
        None
    }
}

impl AsKey for str {
    #[inline]
    fn as_key(&self) -> &str {
        self
    }
}

impl AsKey for String {
    #[inline]
    fn as_key(&self) -> &str {
        self
    }
}

impl AsKey for Cow<'_, str> {
    #[inline]
    fn as_key(&self) -> &str {
        self
    }
}

/// What leads to a key is one.
macro_rules! keys {
    ($($leads:ty),+) => {
        $(
            impl<K: AsKey + ?Sized> AsKey for $leads {
                #[inline]
                fn as_key(&self) -> &str {
                    (**self).as_key()
                }

                #[inline]
                fn place(&self) -> Option<&Place> {
                    (**self).place()
                }
            }
        )+
    };
}

keys!(&K, Box<K>, Rc<K>, Arc<K>);

/// A key for those who ask by it again and again: it remembers where in a snapshot its entry was found, so that the next
/// read need but see that it is still there.
///
/// ```
/// # use vexil_core::{Context, Environment, Key, Request, Snapshot, Timestamp};
/// static CHECKOUT: std::sync::LazyLock<Key> = std::sync::LazyLock::new(|| Key::new("checkout.v2"));
///
/// # let snapshot = Snapshot::load_json(br#"{"key": "checkout.v2", "default": true}"#, Environment::Document)?;
/// # let (context, now) = (Context::new(), Timestamp::from_millis(0));
/// let evaluation = snapshot.evaluate(&*CHECKOUT, &Request::new(&context, now));
/// # assert!(evaluation.value().is_some());
/// # Ok::<(), vexil_core::Problem>(())
/// ```
#[derive(Debug)]
pub struct Key {
    text: Box<str>,
    place: Place,
}

impl Key {
    /// A key.
    pub fn new(text: impl Into<Box<str>>) -> Key {
        Key { text: text.into(), place: Place(AtomicU64::new(u64::from(u32::MAX))) }
    }
}

impl AsKey for Key {
    #[inline]
    fn as_key(&self) -> &str {
        &self.text
    }

    #[inline]
    fn place(&self) -> Option<&Place> {
        Some(&self.place)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The number that a key's entry had when it was last looked for: a guess, which whoever takes it checks. Above it, how
/// often it was another one.
#[derive(Debug)]
pub struct Place(AtomicU64);

impl Place {
    #[inline]
    pub(crate) fn number(&self) -> u32 {
        self.0.load(Ordering::Relaxed) as u32
    }

    #[cold]
    pub(crate) fn note(&self, number: u32) {
        let moves = (self.0.load(Ordering::Relaxed) >> u32::BITS) as u32;
        // It is where it was, but is not there yet, or not any more.
        if moves < MOVES && number != self.number() {
            self.0.store(u64::from(moves + 1) << u32::BITS | u64::from(number), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_noted_so_often_and_then_stays() {
        let key = Key::new("a");
        for number in 0..2 * MOVES {
            for _ in 0..3 {
                key.place.note(number);
            }
            assert_eq!(key.place.number(), number.min(MOVES - 1));
        }
    }
}

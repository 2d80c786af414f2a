//! The attributes that have no slot of their own in a context, found by their paths.

use super::path::Spelled;
use crate::hash::Tag;
use crate::value::Value;

/// Attributes by path. Most contexts have a few of them, and are asked for each with every rule: a look costs little more
/// than to compare one path.
#[derive(Debug, Clone, Default)]
pub(super) struct Others {
    /// For the paths of each hash, where the first one is.
    first: [Place; Others::HASHES],
    /// Parallel to `values`.
    tags: Vec<Tag>,
    values: Vec<Other>,
}

#[derive(Debug, Clone)]
struct Other {
    value: Value,
    /// The path, where the tag does not hold that whole.
    path: Option<Box<str>>,
}

impl Others {
    const HASHES: usize = 1 << Tag::HASH_BITS;

    /// Makes room for exactly so many.
    pub(super) fn reserve_exact(&mut self, count: usize) {
        self.tags.reserve_exact(count);
        self.values.reserve_exact(count);
    }

    #[inline(always)]
    pub(super) fn get(&self, path: &Spelled<impl AsRef<str>>) -> Option<&Value> {
        self.values.get(self.position(path)?).map(|other| &other.value)
    }

    /// Sets what is not there yet.
    pub(super) fn insert(&mut self, path: &Spelled<&str>, value: Value) {
        if let Some(first) = self.first.get_mut(usize::from(path.hash))
            && first.is_nowhere()
        {
            *first = Place::at(self.tags.len());
        }
        self.tags.push(path.tag);
        self.values.push(Other { value, path: (!path.is_whole).then(|| path.text.into()) });
    }

    pub(super) fn remove(&mut self, path: &Spelled<&str>) {
        let Some(position) = self.position(path) else { return };
        self.tags.swap_remove(position);
        self.values.swap_remove(position);
        self.first = Default::default();
        for (position, tag) in self.tags.iter().enumerate().rev() {
            if let Some(first) = self.first.get_mut(usize::from(tag.hash())) {
                *first = Place::at(position);
            }
        }
    }

    #[inline(always)]
    fn position(&self, path: &Spelled<impl AsRef<str>>) -> Option<usize> {
        let first = *self.first.get(usize::from(path.hash))?;
        match self.tags.get(first.position()) {
            Some(tag) if *tag == path.tag && path.is_whole => Some(first.position()),
            None if first.is_nowhere() => None,
            _ => self.position_of_another(path.tag, path.text.as_ref()),
        }
    }

    #[inline(never)]
    fn position_of_another(&self, tag: Tag, path: &str) -> Option<usize> {
        let is_it = |(known, other): (&Tag, &Other)| {
            *known == tag && other.path.as_deref().is_none_or(|known| known == path)
        };
        self.tags.iter().zip(&self.values).position(is_it)
    }
}

/// A position in a byte; what is further back is somewhere, and has to be looked for. What stands at a place is compared,
/// so that a place need not be right: only that there is nothing has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place(u8);

impl Place {
    const NOWHERE: Place = Place(u8::MAX);
    const SOMEWHERE: Place = Place(u8::MAX - 1);

    fn at(position: usize) -> Place {
        Place(u8::try_from(position).map_or(Place::SOMEWHERE.0, |position| position.min(Place::SOMEWHERE.0)))
    }

    #[inline]
    fn is_nowhere(self) -> bool {
        self == Place::NOWHERE
    }

    #[inline]
    fn position(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for Place {
    fn default() -> Place {
        Place::NOWHERE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paths of every length about that up to which a tag holds them whole, and more of them than a byte counts.
    fn paths() -> Vec<String> {
        let lengths: [usize; 7] = [1, 2, 14, 15, 16, 17, 40];
        let path = |length: usize, number: u8| format!("{:a>length$}", char::from(b'0' + number));
        lengths.iter().flat_map(|length| (0..60).map(move |number| path(*length, number))).collect()
    }

    fn found(others: &Others, path: &str) -> Option<Value> {
        others.get(&Spelled::new(path)).cloned()
    }

    #[test]
    fn each_path_is_found_among_few_and_many() {
        for count in [0, 1, 5, 33, 253, 254, 255, 256, 257, 400] {
            let paths = paths();
            let (inserted, missing) = paths.split_at(count);
            let mut others = Others::default();
            for (number, path) in inserted.iter().enumerate() {
                assert_eq!(found(&others, path), None);
                others.insert(&Spelled::new(path), Value::Int(number as i64));
            }
            for (number, path) in inserted.iter().enumerate() {
                assert_eq!(found(&others, path), Some(Value::Int(number as i64)), "{path} among {count}");
            }
            assert!(missing.iter().all(|path| found(&others, path).is_none()));
        }
    }

    #[test]
    fn nothing_has_a_hash_that_no_path_has_however_many_there_are() {
        let of_hash = |wanted: u8| {
            (0..).map(|number| format!("n{number}")).filter(move |path| Tag::of(path).hash() == wanted)
        };
        let mut others = Others::default();
        for path in of_hash(3).take(300) {
            others.insert(&Spelled::new(&path), Value::Null);
        }
        assert!(of_hash(3).take(300).all(|path| found(&others, &path).is_some()));
        assert!(
            of_hash(3)
                .skip(300)
                .take(3)
                .chain(of_hash(4).take(3))
                .all(|path| found(&others, &path).is_none())
        );
    }

    #[test]
    fn what_is_removed_is_gone_and_the_others_stay() {
        let paths = paths();
        let mut others = Others::default();
        for (number, path) in paths.iter().enumerate() {
            others.insert(&Spelled::new(path), Value::Int(number as i64));
        }
        let (removed, kept): (Vec<_>, Vec<_>) =
            paths.iter().enumerate().partition(|(number, _)| number % 3 == 0);
        for (_, path) in &removed {
            others.remove(&Spelled::new(path));
        }
        assert!(removed.iter().all(|(_, path)| found(&others, path).is_none()));
        for (number, path) in kept {
            assert_eq!(found(&others, path), Some(Value::Int(number as i64)));
        }
    }

    #[test]
    fn long_paths_of_one_hash_are_told_apart_by_their_text() {
        let tag = Tag::of("a path of more than 15 bytes");
        let path = |text: &'static str| Spelled {
            tag,
            hash: tag.hash(),
            is_whole: tag.is_whole(),
            ..Spelled::new(text)
        };
        let mut others = Others::default();
        others.insert(&path("one"), Value::Int(1));
        others.insert(&path("another"), Value::Int(2));
        assert_eq!(others.get(&path("one")), Some(&Value::Int(1)));
        assert_eq!(others.get(&path("another")), Some(&Value::Int(2)));
        assert_eq!(others.get(&path("a third")), None);
        others.remove(&path("one"));
        assert_eq!((others.get(&path("one")), others.get(&path("another"))), (None, Some(&Value::Int(2))));
    }
}

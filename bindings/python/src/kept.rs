//! Strings of Python's that are needed again and again, made once: to make one takes longer than to evaluate a flag.

use std::hash::{BuildHasher, Hasher};
use std::sync::OnceLock;

use pyo3::prelude::*;
use pyo3::types::PyString;
use smol_str::SmolStr;
use vexil_core::context::{Path, Route};

/// The way to an attribute, by its names in Python.
pub(crate) type Names = Route<Py<PyString>>;

/// How many paths there is room for, of all that a process ever sees; what finds no room is made anew each time.
const PATH_ROOM: usize = 1_024;
/// How many texts.
const TEXT_ROOM: usize = 2_048;
/// How many places there are for one.
const PLACES: usize = 8;
/// Longer paths are not kept: they are rare, and have names by the square of their parts.
const PARTS: usize = 8;
/// Bytes of a text; longer ones are not kept.
const TEXT_BYTES: usize = 64;

/// A table that is filled and never emptied, so that a look needs no lock.
struct Table<K, V, const ROOM: usize>([OnceLock<(K, V)>; ROOM]);

static NAMES: Table<Path, Names, PATH_ROOM> = Table::new();
static TEXTS: Table<SmolStr, Py<PyString>, TEXT_ROOM> = Table::new();

/// Hands over the names on the way to a path.
#[inline]
pub(crate) fn with_names<R>(py: Python<'_>, path: &Path, take: impl FnOnce(&Names) -> R) -> R {
    match NAMES.get(path.hash(), |known| known == path) {
        Some(names) => take(names),
        None => with_new_names(py, path, take),
    }
}

#[cold]
fn with_new_names<R>(py: Python<'_>, path: &Path, take: impl FnOnce(&Names) -> R) -> R {
    let names = Route::new(path, |name| PyString::intern(py, name).unbind());
    if path.as_str().split('.').count() > PARTS {
        return take(&names);
    }
    match NAMES.keep(path.hash(), (path.clone(), names)) {
        None => with_names(py, path, take),
        Some(made) => take(&made.1),
    }
}

/// A text as Python's string.
#[inline]
pub(crate) fn text<'py>(py: Python<'py>, text: &str) -> Bound<'py, PyString> {
    if text.len() > TEXT_BYTES {
        return PyString::new(py, text);
    }
    let mut hasher = foldhash::fast::FixedState::default().build_hasher();
    hasher.write(text.as_bytes());
    let hash = hasher.finish();
    match TEXTS.get(hash, |known| known == text) {
        Some(kept) => kept.bind(py).clone(),
        None => new_text(py, hash, text),
    }
}

#[cold]
fn new_text<'py>(py: Python<'py>, hash: u64, text: &str) -> Bound<'py, PyString> {
    let made = PyString::new(py, text);
    // Without room it is made anew the next time.
    drop(TEXTS.keep(hash, (text.into(), made.clone().unbind())));
    made
}

impl<K, V, const ROOM: usize> Table<K, V, ROOM> {
    const fn new() -> Self {
        Table([const { OnceLock::new() }; ROOM])
    }

    #[inline]
    fn get(&'static self, hash: u64, is_it: impl Fn(&K) -> bool) -> Option<&'static V> {
        self.places(hash).map_while(OnceLock::get).find(|kept| is_it(&kept.0)).map(|kept| &kept.1)
    }

    /// Keeps what was made, or gives it back where there is no room. Two threads that make the same keep it twice.
    fn keep(&'static self, hash: u64, mut made: (K, V)) -> Option<(K, V)> {
        for place in self.places(hash) {
            // Another thread holds a place for as long as it takes to fill it, and never while Python runs.
            match place.set(made) {
                Ok(()) => return None,
                Err(back) => made = back,
            }
        }
        Some(made)
    }

    #[inline]
    fn places(&'static self, hash: u64) -> impl Iterator<Item = &'static OnceLock<(K, V)>> {
        (0..PLACES).filter_map(move |next| self.0.get((hash as usize).wrapping_add(next) % ROOM))
    }
}

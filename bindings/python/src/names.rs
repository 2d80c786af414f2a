//! Python's strings for the names of attributes, made once per path: to make them takes longer than to evaluate a flag.

use std::sync::OnceLock;

use pyo3::prelude::*;
use pyo3::types::PyString;
use vexil_core::context::{Path, Route};

/// The way to an attribute by its names in Python.
pub(crate) type Names = Route<Py<PyString>>;

/// How many paths are kept: of all definitions that were ever in force in this process, as many as there is room for.
const ROOM: usize = 4_096;
/// How many places there are for one path.
const PLACES: usize = 8;
/// Names of longer paths are made whenever they are needed: they are rare, and have names by the square of their parts.
const PARTS: usize = 8;

/// Filled and never emptied, so that a look needs no lock.
static KEPT: [OnceLock<Box<Kept>>; ROOM] = [const { OnceLock::new() }; ROOM];

struct Kept {
    path: Path,
    names: Names,
}

/// Hands over the names on the way to a path.
#[inline]
pub(crate) fn with<R>(py: Python<'_>, path: &Path, take: impl FnOnce(&Names) -> R) -> R {
    match places(path).map_while(OnceLock::get).find(|kept| kept.path == *path) {
        Some(kept) => take(&kept.names),
        None => with_new(py, path, take),
    }
}

#[cold]
fn with_new<R>(py: Python<'_>, path: &Path, take: impl FnOnce(&Names) -> R) -> R {
    let names = Route::new(path, |name| PyString::intern(py, name).unbind());
    let mut made = Box::new(Kept { path: path.clone(), names });
    if path.as_str().split('.').count() <= PARTS {
        for place in places(path) {
            // Made before: the place is locked for a moment only, in which nobody waits for the interpreter.
            match place.set(made) {
                Ok(()) => return with(py, path, take),
                Err(taken) => made = taken,
            }
        }
    }
    take(&made.names)
}

#[inline]
fn places(path: &Path) -> impl Iterator<Item = &'static OnceLock<Box<Kept>>> + use<> {
    let first = path.hash() as usize;
    (0..PLACES).filter_map(move |next| KEPT.get(first.wrapping_add(next) % ROOM))
}

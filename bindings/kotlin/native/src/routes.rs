//! The ways to attributes, made once for each path.

use std::sync::OnceLock;

use vexil_core::context::{Path, Route};

/// The way to an attribute, by its names.
pub(crate) type Names = Route<Box<str>>;

/// How many paths there is room for, of all that a process ever sees; what finds no room is made anew each time.
const ROOM: usize = 1_024;
/// How many places there are for one.
const PLACES: usize = 8;
/// Longer paths are not kept: they are rare, and have names by the square of their parts.
const PARTS: usize = 8;

/// In one line of the processor's cache: to wait for memory is most of what a look takes.
#[repr(align(64))]
struct Place(OnceLock<(Path, Names)>);

/// A table that is filled and never emptied, so that a look needs no lock.
static KEPT: [Place; ROOM] = [const { Place(OnceLock::new()) }; ROOM];

/// Lends the way to a path.
#[inline]
pub(crate) fn with<R>(path: &Path, take: impl FnOnce(&Names) -> R) -> R {
    let mut kept = places(path).map_while(|place| place.0.get());
    let own;
    take(match kept.find(|(known, _)| known == path).map(|(_, route)| route).or_else(|| keep(path)) {
        Some(route) => route,
        None => {
            own = make(path);
            &own
        }
    })
}

/// Makes the way to a path, and keeps it where there is room.
#[cold]
fn keep(path: &Path) -> Option<&'static Names> {
    let is_short = path.as_str().split('.').count() <= PARTS;
    // Somebody else may have been here first, with this path or another.
    places(path).filter(|place| is_short && place.0.get().is_none()).find_map(|place| {
        let (known, route) = place.0.get_or_init(|| (path.clone(), make(path)));
        (known == path).then_some(route)
    })
}

#[cold]
fn make(path: &Path) -> Names {
    Route::new(path, |name| name.into())
}

#[inline]
fn places(path: &Path) -> impl Iterator<Item = &'static Place> {
    let hash = path.hash() as usize;
    (0..PLACES).filter_map(move |next| KEPT.get(hash.wrapping_add(next) % ROOM))
}

//! The names of attributes, as maps of Elixir's spell them, made once for each path.

use std::sync::OnceLock;

use rustler::{Atom, Env, Term};
use vexil_core::context::{Path, Route};

/// The way to an attribute, by its names.
pub(crate) type Names = Route<Name>;

/// A member's name: an atom and a text.
#[derive(Debug)]
pub(crate) struct Name {
    atom: Option<Atom>,
    text: Box<str>,
}

impl Name {
    /// The atom of this name; none where no map can have it for a key.
    #[inline]
    pub(crate) fn atom(&self) -> Option<Atom> {
        self.atom
    }

    #[inline]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// How many paths there is room for, of all that a process ever sees; what finds no room is made anew each time. Atoms
/// live for ever, and are made only for paths that are kept: they are bounded by this.
const PATH_ROOM: usize = 1_024;
/// How many places there are for one.
const PLACES: usize = 8;
/// Longer paths are not kept: they are rare, and have names by the square of their parts.
const PARTS: usize = 8;

/// In one line of the processor's cache: to wait for memory is most of what a look takes.
#[repr(align(64))]
struct Place(OnceLock<(Path, Names)>);

/// A table that is filled and never emptied, so that a look needs no lock.
static NAMES: [Place; PATH_ROOM] = [const { Place(OnceLock::new()) }; PATH_ROOM];

/// Hands over the names on the way to a path.
#[inline]
pub(crate) fn with_names<R>(env: Env<'_>, path: &Path, take: impl FnOnce(&Names) -> R) -> R {
    let mut kept = places(path).map_while(|place| place.0.get());
    match kept.find(|(known, _)| known == path) {
        Some((_, names)) => take(names),
        None => with_new_names(env, path, take),
    }
}

#[cold]
fn with_new_names<R>(env: Env<'_>, path: &Path, take: impl FnOnce(&Names) -> R) -> R {
    let is_short = path.as_str().split('.').count() <= PARTS;
    let has_room = is_short && places(path).any(|place| place.0.get().is_none());
    let names = Route::new(path, |text| {
        let atom = if has_room { atom(env, text) } else { existing(env, text) };
        Name { atom, text: text.into() }
    });
    if !has_room {
        return take(&names);
    }
    let mut made = (path.clone(), names);
    for place in places(path) {
        // Two threads that make the same keep it twice.
        match place.0.set(made) {
            Ok(()) => return with_names(env, path, take),
            Err(back) => made = back,
        }
    }
    take(&made.1)
}

#[inline]
fn places(path: &Path) -> impl Iterator<Item = &'static Place> {
    let hash = path.hash() as usize;
    (0..PLACES).filter_map(move |next| NAMES.get(hash.wrapping_add(next) % PATH_ROOM))
}

/// The atom of a name, which is made where there is none.
fn atom(env: Env<'_>, text: &str) -> Option<Atom> {
    let made = Atom::from_str(env, text).ok();
    // SAFETY: it is the external format of an atom, whole and of this length.
    made.or_else(|| read(unsafe { env.binary_to_term_trusted(&external(text)?) }))
}

/// The atom of a name, if there is one.
fn existing(env: Env<'_>, text: &str) -> Option<Atom> {
    let known = Atom::existing_from_str(env, text).ok();
    known.or_else(|| read(env.binary_to_term(&external(text)?)))
}

/// An atom in the external format. The plain way to atoms knows Latin-1 alone, this one all of Unicode.
fn external(text: &str) -> Option<Vec<u8>> {
    let [high, low] = u16::try_from(text.len()).ok()?.to_be_bytes();
    Some([&[131, 118, high, low], text.as_bytes()].concat())
}

fn read(found: Option<(Term<'_>, usize)>) -> Option<Atom> {
    Atom::from_term(found?.0).ok()
}

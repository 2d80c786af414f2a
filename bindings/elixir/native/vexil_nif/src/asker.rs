//! Who asks, as the core is told of it: by a map that is read where it is, or by attributes that lie flat.

use std::cell::Cell;

use rustler::sys::ErlNifTerm;
use rustler::types::{ListIterator, MapIterator};
use rustler::{Env, NewBinary, Term};
use vexil_client::Attributes;
use vexil_core::context::{Attribute, List, Path};

use crate::context::Prepared;
use crate::kept::{self, Name};
use crate::scheduler::{SMALL_TERMS, SMALL_TEXT, Turn, is_waited_for};
use crate::shape::{self, OF_CONTEXTS, Refusal, Shape, shape};

/// Who asks.
pub(crate) trait Asker: Attributes {
    /// Why the context is none: of what it was asked for since the last time, the first that no context holds. The core
    /// was told that it is missing.
    fn refusal(&self) -> Option<String>;
}

/// Calls with whoever asks by `context`. Where that is large, it is a part of the process's turn.
macro_rules! with_asker {
    ($env:expr, $context:expr, |$asker:ident| $call:expr) => {
        match $crate::asker::Given::of($env, $context) {
            $crate::asker::Given::Flat(context) => {
                let turn = context.turn();
                let $asker = context.flat();
                let came = $call;
                turn.end($env);
                came
            }
            $crate::asker::Given::InPlace(context) => {
                let $asker = &context;
                let came = $call;
                context.turn().end($env);
                came
            }
        }
    };
}
pub(crate) use with_asker;

/// What a caller gave for a context.
pub(crate) enum Given<'a> {
    Flat(&'a Prepared),
    InPlace(InPlace<'a>),
}

impl<'a> Given<'a> {
    #[inline]
    pub(crate) fn of(env: Env<'a>, given: Term<'a>) -> Given<'a> {
        let is_map = given.is_map();
        if !is_map && let Ok(prepared) = given.decode() {
            return Given::Flat(prepared);
        }
        Given::InPlace(InPlace::new(env, given, is_map))
    }
}

impl Asker for vexil_core::Context {
    #[inline]
    fn refusal(&self) -> Option<String> {
        None
    }
}

/// A map, which lends its attributes for as long as an evaluation takes.
pub(crate) struct InPlace<'a> {
    env: Env<'a>,
    root: Term<'a>,
    has_texts: Cell<Option<bool>>,
    /// It is no map, or a struct: that is told at every question, and nothing is looked for in it.
    is_refused: bool,
    refusal: Cell<Option<Box<Refusal>>>,
    /// How many more bytes may be looked at.
    left: Cell<usize>,
    turn: Turn,
}

/// Bytes that one read looks at where they are, again and again or once. It looks at some hundred megabytes in a second,
/// and processes wait for it.
const IN_PLACE_BYTES: usize = 4 << 20;
/// What an item of a list takes, beside its text.
const ITEM_BYTES: usize = 16;

impl<'a> InPlace<'a> {
    /// What is no map has no attributes, and is refused.
    #[inline]
    fn new(env: Env<'a>, root: Term<'a>, is_map: bool) -> InPlace<'a> {
        let is_refused = !is_map || shape::module(root).is_some();
        InPlace {
            env,
            root,
            has_texts: Cell::new(None),
            is_refused,
            refusal: Cell::new(None),
            left: Cell::new(IN_PLACE_BYTES),
            turn: Turn::default(),
        }
    }

    /// What large attributes take.
    pub(crate) fn turn(&self) -> &Turn {
        &self.turn
    }

    /// Takes so many bytes off those that may be looked at. On a dirty scheduler nobody waits.
    #[inline]
    fn look_at(&self, bytes: usize) -> Result<(), Box<Refusal>> {
        match self.left.get().checked_sub(bytes) {
            Some(left) => self.left.set(left),
            None if is_waited_for() => return Err(too_much()),
            None => {}
        }
        Ok(())
    }

    /// The first one is told.
    #[cold]
    fn refuse(&self, refusal: Box<Refusal>) {
        let before = self.refusal.take();
        self.refusal.set(before.or(Some(refusal)));
    }

    /// The member of a map; nothing where it is missing or `nil`, where `tree` is no map, and, below the root, where it is
    /// a struct. Where a name is there as an atom and as text, the atom is what counts.
    #[inline]
    fn member(&self, tree: Word, name: &Name, path: &Path) -> Option<Word> {
        let is_root = tree == self.root.as_c_arg();
        let tree = self.term(tree);
        // The root is a map, and no struct.
        if !is_root && !tree.is_map() {
            return None;
        }
        if !is_root && shape::module(tree).is_some() {
            if let Err(refusal) = shape(tree, &OF_CONTEXTS) {
                self.refuse(refusal.inside().in_member(path.as_str()));
            }
            return None;
        }
        let found = name.atom().and_then(|atom| tree.map_get(atom).ok()).filter(|found| !is_nil(*found));
        if found.is_some() || (is_root && !self.has_texts()) {
            return found.map(|found| found.as_c_arg());
        }
        let text: Term<'a> = NewBinary::from_slice(self.env, name.text().as_bytes()).into();
        tree.map_get(text).ok().filter(|found| !is_nil(*found)).map(|found| found.as_c_arg())
    }

    #[inline]
    fn term(&self, word: Word) -> Term<'a> {
        // SAFETY: it was read from a term of this environment, which lives as long as that.
        unsafe { Term::new(self.env, word) }
    }

    /// Whether the root may have a name that is text. An attribute that is missing has many spellings, and to ask for one
    /// by text takes as long as to look at a few names.
    #[inline]
    fn has_texts(&self) -> bool {
        self.has_texts.get().unwrap_or_else(|| {
            let has_texts = may_have_texts(self.root);
            self.has_texts.set(Some(has_texts));
            has_texts
        })
    }
}

/// A term, and nothing beside it: that is handed on in a register, where a whole `Option<Term>` is copied in pieces.
type Word = ErlNifTerm;

/// Large maps are not looked through.
const FEW: usize = 16;

fn may_have_texts(map: Term<'_>) -> bool {
    let is_small = map.map_size().is_ok_and(|size| size <= FEW);
    let names = map.decode::<MapIterator<'_>>();
    !is_small || names.is_ok_and(|mut names| names.any(|(name, _)| name.is_binary()))
}

#[inline]
fn is_nil(term: Term<'_>) -> bool {
    crate::atoms::nil() == term
}

#[cold]
fn too_much() -> Box<Refusal> {
    Refusal::new("more than is looked at in place: prepare it with `Vexil.Context`")
}

#[cold]
fn refused_whole(root: Term<'_>) -> Box<Refusal> {
    match shape(root, &OF_CONTEXTS) {
        Err(refusal) => refusal,
        Ok(_) => Refusal::new("no map"),
    }
}

impl Attributes for InPlace<'_> {
    #[inline]
    fn visit<R>(&self, path: &Path, visitor: impl FnOnce(Option<Attribute<'_>>) -> R) -> R {
        if self.is_refused {
            return visitor(None);
        }
        let found = kept::with_names(self.env, path, |names| {
            names.find(&self.root.as_c_arg(), |tree, name| self.member(*tree, name, path))
        });
        let Some(found) = found else { return visitor(None) };
        let (text, items);
        let found = self.term(found);
        let looked_at = self.look_at(shape::text_bytes(found)).and_then(|()| shape(found, &OF_CONTEXTS));
        let attribute = match looked_at {
            Ok(Shape::Text(found)) => {
                text = found;
                if text.len() > SMALL_TEXT {
                    self.turn.is_large();
                }
                Attribute::Str(&text)
            }
            Ok(Shape::Number(number)) => Attribute::Number(number),
            Ok(Shape::Bool(value)) => Attribute::Bool(value),
            Ok(Shape::List(list, len)) => {
                if len > SMALL_TERMS {
                    self.turn.is_large();
                }
                if let Err(refusal) = self.look_at(len.saturating_mul(ITEM_BYTES)) {
                    self.refuse(refusal.in_member(path.as_str()));
                    return visitor(None);
                }
                items = Items { items: list, len, of: self, path };
                Attribute::List(&items)
            }
            Ok(Shape::Map) => Attribute::Object,
            Ok(Shape::Nil) => return visitor(None),
            Err(refusal) => {
                self.refuse(refusal.in_member(path.as_str()));
                return visitor(None);
            }
        };
        visitor(Some(attribute))
    }
}

impl Asker for InPlace<'_> {
    #[inline]
    fn refusal(&self) -> Option<String> {
        let refusal = if self.is_refused { Some(refused_whole(self.root)) } else { self.refusal.take() };
        refusal.map(|refusal| refusal.told("the context"))
    }
}

/// The items of a list.
struct Items<'c, 'a> {
    items: Term<'a>,
    len: usize,
    of: &'c InPlace<'a>,
    path: &'c Path,
}

impl List for Items<'_, '_> {
    fn len(&self) -> usize {
        self.len
    }

    fn any(&self, test: &mut dyn FnMut(Attribute<'_>) -> bool) -> bool {
        let Ok(mut items) = self.items.decode::<ListIterator<'_>>() else { return false };
        let mut look =
            |item| self.of.look_at(shape::text_bytes(item)).and_then(|()| shape::with_item(item, test));
        items.any(|item| match look(item) {
            Ok(is_true) => is_true,
            Err(refusal) => {
                self.of.refuse(refusal.in_member(self.path.as_str()));
                false
            }
        })
    }
}

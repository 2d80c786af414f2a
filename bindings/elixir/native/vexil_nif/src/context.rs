//! A context that is laid flat once.

use std::collections::HashSet;

use rustler::types::{ListIterator, MapIterator};
use rustler::{Env, Resource, ResourceArc, Term, TermType};
use vexil_core::value::number::Number;
use vexil_core::{Arena, Node, limits};
use vexil_ffi::Code;

use crate::atoms;
use crate::errors::{self, Failed, Result};
use crate::scheduler::{self, Turn};
use crate::shape::{self, Bounds, OF_CONTEXTS, OF_VALUES, Refusal, Shape, shape};

/// Attributes that lie flat, for all who ask with them again and again.
pub(crate) struct Prepared {
    flat: vexil_core::Context,
    is_large: bool,
}

#[rustler::resource_impl]
impl Resource for Prepared {}

impl Prepared {
    #[inline]
    pub(crate) fn flat(&self) -> &vexil_core::Context {
        &self.flat
    }

    /// What a read with it takes: a large one may be asked for what is large.
    #[inline]
    pub(crate) fn turn(&self) -> Turn {
        let turn = Turn::default();
        if self.is_large {
            turn.is_large();
        }
        turn
    }
}

/// Laid flat here where it is small; what is large waits for a dirty scheduler.
#[rustler::nif]
fn context_new_here<'a>(env: Env<'a>, attributes: Term<'a>) -> Term<'a> {
    match scheduler::is_small(attributes) {
        true => prepared(env, attributes, false),
        false => atoms::wait().to_term(env),
    }
}

#[rustler::nif(name = "dirty_context_new", schedule = "DirtyCpu")]
fn prepare_large<'a>(env: Env<'a>, attributes: Term<'a>) -> Term<'a> {
    prepared(env, attributes, true)
}

fn prepared<'a>(env: Env<'a>, attributes: Term<'a>, is_large: bool) -> Term<'a> {
    errors::made(env, laid_flat(attributes).map(|flat| ResourceArc::new(Prepared { flat, is_large })))
}

/// A map laid flat, or a copy of what lies flat already.
pub(crate) fn laid_flat(given: Term<'_>) -> Result<vexil_core::Context> {
    if let Ok(prepared) = given.decode::<ResourceArc<Prepared>>() {
        return Ok(prepared.flat.clone());
    }
    flat(given).map_err(|refusal| Failed::new(Code::InvalidContext, refusal.told("the context")))
}

fn flat(map: Term<'_>) -> Result<vexil_core::Context, Box<Refusal>> {
    if map.get_type() != TermType::Map {
        return match shape(map, &OF_CONTEXTS) {
            Err(refusal) => Err(refusal),
            Ok(_) => Err(Refusal::new("no map")),
        };
    }
    let arena = Arena::new();
    let tree = Reading::of_context(&arena).node(map, 0)?;
    vexil_core::Context::from_node(&tree)
        .map_err(|problem| Refusal::new(format!("none: {}", problem.message)))
}

/// Terms on their way to a tree of the core's.
pub(crate) struct Reading<'t> {
    arena: &'t Arena,
    /// Of each term.
    bounds: Bounds,
    /// How many more terms there may be.
    terms: usize,
    /// How many more bytes of text, those of names included.
    text: usize,
    depth: usize,
}

impl<'t> Reading<'t> {
    /// Of a context. One deeper than the core allows, so that it says what is too deep.
    fn of_context(arena: &'t Arena) -> Reading<'t> {
        let (terms, text) = (limits::CONTEXT_ATTRIBUTES + limits::CONTEXT_ITEMS, limits::CONTEXT_BYTES);
        Reading { arena, bounds: OF_CONTEXTS, terms, text, depth: limits::CONTEXT_DEPTH + 1 }
    }

    /// Of a value that a program gives.
    pub(crate) fn of_value(arena: &'t Arena) -> Reading<'t> {
        let (terms, text) = (limits::DOCUMENT_NODES, limits::DOCUMENT_BYTES);
        Reading { arena, bounds: OF_VALUES, terms, text, depth: limits::DOCUMENT_DEPTH }
    }

    pub(crate) fn node(&mut self, term: Term<'_>, depth: usize) -> Result<Node<'t>, Box<Refusal>> {
        self.terms = self.terms.checked_sub(1).ok_or_else(too_large)?;
        if depth > self.depth {
            return Err(Refusal::new("nested too deep"));
        }
        Ok(match shape(term, &self.bounds)? {
            Shape::Nil => Node::Null,
            Shape::Text(text) => Node::Str(self.keep(&text)?),
            Shape::Number(Number::Int(value)) => Node::Int(value),
            Shape::Number(Number::Float(value)) => Node::Float(value),
            Shape::Bool(value) => Node::Bool(value),
            Shape::List(list, _) => {
                let items = list.decode::<ListIterator<'_>>().map_err(|_| Refusal::new("no list"))?;
                let items: Result<Vec<_>, _> = items.map(|item| self.node(item, depth + 1)).collect();
                self.arena.list(items?)
            }
            Shape::Map => self.object(term, depth)?,
        })
    }

    fn object(&mut self, map: Term<'_>, depth: usize) -> Result<Node<'t>, Box<Refusal>> {
        if map.map_size().is_ok_and(|size| size > self.terms) {
            return Err(too_large());
        }
        let pairs = map.decode::<MapIterator<'_>>().map_err(|_| Refusal::new("no map"))?;
        let (atoms, texts): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| name.is_atom());
        let mut members = self.members(atoms, depth)?;
        // Of an atom and a text of the same name the atom is what counts, where it says something.
        let said = members.iter().filter(|(_, node)| *node != Node::Null).map(|(name, _)| *name);
        let said: HashSet<&str> = if texts.is_empty() { HashSet::new() } else { said.collect() };
        let texts = self.members(texts, depth)?;
        if !texts.is_empty() {
            members.retain(|(_, node)| *node != Node::Null);
        }
        members.extend(texts.into_iter().filter(|(name, _)| !said.contains(name)));
        Ok(self.arena.object(members))
    }

    fn members(
        &mut self,
        pairs: Vec<(Term<'_>, Term<'_>)>,
        depth: usize,
    ) -> Result<Vec<(&'t str, Node<'t>)>, Box<Refusal>> {
        let mut members = Vec::with_capacity(pairs.len());
        for (name, value) in pairs {
            let name = self.name(name)?;
            let node = self.node(value, depth + 1).map_err(|refusal| refusal.in_member(name))?;
            members.push((name, node));
        }
        Ok(members)
    }

    fn name(&mut self, name: Term<'_>) -> Result<&'t str, Box<Refusal>> {
        let refused = || Refusal::new("a map with names that are neither atoms nor text");
        match name.get_type() {
            TermType::Binary => self.keep(shape::binary(name).map_err(|_| refused())?),
            TermType::Atom => self.keep(&shape::atom_text(name).map_err(|_| refused())?),
            _ => Err(refused()),
        }
    }

    fn keep(&mut self, text: &str) -> Result<&'t str, Box<Refusal>> {
        self.text = self.text.checked_sub(text.len()).ok_or_else(too_large)?;
        Ok(self.arena.str(text))
    }
}

#[cold]
fn too_large() -> Box<Refusal> {
    Refusal::new("too large")
}

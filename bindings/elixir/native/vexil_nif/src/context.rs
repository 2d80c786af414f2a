//! A context that is laid flat once.

use std::collections::HashSet;

use rustler::types::{ListIterator, MapIterator};
use rustler::{Env, Resource, ResourceArc, Term, TermType};
use vexil_core::value::number::Number;
use vexil_core::{Arena, Node, limits};
use vexil_ffi::Code;

use crate::errors::{self, Failed, Result};
use crate::shape::{self, Refusal, Shape, shape};

/// Attributes that lie flat, for all who ask with them again and again.
pub(crate) struct Prepared {
    flat: vexil_core::Context,
}

#[rustler::resource_impl]
impl Resource for Prepared {}

impl Prepared {
    #[inline]
    pub(crate) fn flat(&self) -> &vexil_core::Context {
        &self.flat
    }
}

#[rustler::nif]
fn context_new<'a>(env: Env<'a>, attributes: Term<'a>) -> Term<'a> {
    let prepared = laid_flat(attributes).map(|flat| ResourceArc::new(Prepared { flat }));
    errors::made(env, prepared)
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
        return match shape(map) {
            Err(refusal) => Err(refusal),
            Ok(_) => Err(Refusal::new("no map")),
        };
    }
    let arena = Arena::new();
    let attributes = limits::CONTEXT_ATTRIBUTES + limits::CONTEXT_ITEMS;
    // One deeper than the core allows, so that it says what is too deep.
    let tree = Reading::new(&arena, attributes, limits::CONTEXT_DEPTH + 1).node(map, 0)?;
    vexil_core::Context::from_node(&tree)
        .map_err(|problem| Refusal::new(format!("none: {}", problem.message)))
}

/// Terms on their way to a tree of the core's.
pub(crate) struct Reading<'t> {
    arena: &'t Arena,
    /// How many more there may be.
    left: usize,
    depth: usize,
}

impl<'t> Reading<'t> {
    /// For at most so many terms, nested so deep.
    pub(crate) fn new(arena: &'t Arena, left: usize, depth: usize) -> Reading<'t> {
        Reading { arena, left, depth }
    }

    pub(crate) fn node(&mut self, term: Term<'_>, depth: usize) -> Result<Node<'t>, Box<Refusal>> {
        self.left = self.left.checked_sub(1).ok_or_else(|| Refusal::new("too large"))?;
        if depth > self.depth {
            return Err(Refusal::new("nested too deep"));
        }
        Ok(match shape(term)? {
            Shape::Nil => Node::Null,
            Shape::Text(text) => Node::Str(self.arena.str(&text)),
            Shape::Number(Number::Int(value)) => Node::Int(value),
            Shape::Number(Number::Float(value)) => Node::Float(value),
            Shape::Bool(value) => Node::Bool(value),
            Shape::List(list) => {
                let items = list.decode::<ListIterator<'_>>().map_err(|_| Refusal::new("no list"))?;
                let items: Result<Vec<_>, _> = items.map(|item| self.node(item, depth + 1)).collect();
                self.arena.list(items?)
            }
            Shape::Map => self.object(term, depth)?,
        })
    }

    fn object(&mut self, map: Term<'_>, depth: usize) -> Result<Node<'t>, Box<Refusal>> {
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

    fn name(&self, name: Term<'_>) -> Result<&'t str, Box<Refusal>> {
        let refused = || Refusal::new("a map with names that are neither atoms nor text");
        match name.get_type() {
            TermType::Binary => shape::binary(name).map(|text| self.arena.str(text)).map_err(|_| refused()),
            TermType::Atom => shape::atom_text(name).map(|text| self.arena.str(&text)).map_err(|_| refused()),
            _ => Err(refused()),
        }
    }
}

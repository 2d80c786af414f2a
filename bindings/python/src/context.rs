//! A context that is laid flat once.

use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3::exceptions::PyTypeError;
use pyo3::ffi::PyTypeObject;
use pyo3::prelude::*;
use pyo3::type_object::PyTypeInfo;
use pyo3::types::{PyMapping, PyString};
use vexil_core::value::number::Number;
use vexil_core::{Arena, Node, limits};
use vexil_ffi::Code;

use crate::errors::{self, Result};
use crate::shape::{Refusal, Shape, shape, type_name};

/// Attributes that lie flat, for all who ask with them again and again.
#[pyclass(frozen, module = "vexil")]
pub(crate) struct Context {
    flat: vexil_core::Context,
}

#[pymethods]
impl Context {
    #[new]
    #[pyo3(signature = (attributes, /))]
    fn new(attributes: &Bound<'_, PyAny>) -> Result<Context> {
        laid_flat(attributes).map(|flat| Context { flat })
    }
}

/// The type of a [`Context`]. PyO3 knows it too, but to ask it takes as long as a third of an evaluation.
static TYPE: AtomicPtr<PyTypeObject> = AtomicPtr::new(std::ptr::null_mut());

impl Context {
    /// Called once, when the module is made.
    pub(crate) fn know_type(py: Python<'_>) {
        TYPE.store(Context::type_object_raw(py), Ordering::Relaxed);
    }

    /// The attributes, if this is a context.
    #[inline]
    pub(crate) fn flat<'c>(object: &'c Bound<'_, PyAny>) -> Option<&'c vexil_core::Context> {
        if object.get_type_ptr() != TYPE.load(Ordering::Relaxed) {
            return None;
        }
        // SAFETY: the type is this one.
        let context = unsafe { object.cast_unchecked::<Context>() };
        Some(&context.get().flat)
    }
}

/// A mapping laid flat, or a copy of what lies flat already.
pub(crate) fn laid_flat(context: &Bound<'_, PyAny>) -> Result<vexil_core::Context> {
    if let Some(flat) = Context::flat(context) {
        return Ok(flat.clone());
    }
    let py = context.py();
    check_mapping(context)?;
    flat(context).map_err(|refusal| match refusal.told(py) {
        Ok(message) => errors::argument(py, Code::InvalidContext, message),
        Err(error) => error,
    })
}

/// What is no mapping is no context: a mistake in the program, and raised.
#[cold]
pub(crate) fn check_mapping(context: &Bound<'_, PyAny>) -> Result<()> {
    if context.cast::<PyMapping>().is_ok() {
        return Ok(());
    }
    let found = type_name(context);
    let message = format!("a context is a mapping or a vexil.Context, not {found}");
    Err(PyTypeError::new_err(message).into())
}

fn flat(mapping: &Bound<'_, PyAny>) -> Result<vexil_core::Context, Box<Refusal>> {
    let arena = Arena::new();
    let mut reading = Reading { arena: &arena, left: limits::CONTEXT_ATTRIBUTES + limits::CONTEXT_ITEMS };
    let tree = reading.node(mapping, 0)?;
    vexil_core::Context::from_node(&tree)
        .map_err(|problem| Refusal::new(format!("none: {}", problem.message)))
}

/// Python's objects on their way to a tree of the core's.
struct Reading<'a> {
    arena: &'a Arena,
    /// How many more there may be: a mapping that holds itself has no end.
    left: usize,
}

impl<'a> Reading<'a> {
    fn node(&mut self, object: &Bound<'_, PyAny>, depth: usize) -> Result<Node<'a>, Box<Refusal>> {
        self.left = self.left.checked_sub(1).ok_or_else(|| Refusal::new("too large"))?;
        // One deeper than the core allows, so that it says what is too deep.
        if depth > limits::CONTEXT_DEPTH + 1 {
            return Err(Refusal::new("nested too deep"));
        }
        if object.is_none() {
            return Ok(Node::Null);
        }
        Ok(match shape(object)? {
            Shape::Text(text) => Node::Str(self.arena.str(text)),
            Shape::Number(Number::Int(value)) => Node::Int(value),
            Shape::Number(Number::Float(value)) => Node::Float(value),
            Shape::Bool(value) => Node::Bool(value),
            Shape::List(list) => self.list(list.iter(), depth)?,
            Shape::Tuple(tuple) => self.list(tuple.iter(), depth)?,
            Shape::Mapping => self.object(object, depth)?,
        })
    }

    fn list<'py>(
        &mut self,
        items: impl Iterator<Item = Bound<'py, PyAny>>,
        depth: usize,
    ) -> Result<Node<'a>, Box<Refusal>> {
        let items: Result<Vec<_>, _> = items.map(|item| self.node(&item, depth + 1)).collect();
        Ok(self.arena.list(items?))
    }

    fn object(&mut self, mapping: &Bound<'_, PyAny>, depth: usize) -> Result<Node<'a>, Box<Refusal>> {
        let mapping = mapping.cast::<PyMapping>().map_err(Refusal::raised)?;
        let mut members = Vec::new();
        for member in mapping.items().map_err(Refusal::raised)? {
            let (name, value) =
                member.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>().map_err(Refusal::raised)?;
            let name = name.cast::<PyString>().ok().and_then(|name| name.to_str().ok());
            let name = name.ok_or_else(|| Refusal::new("a mapping with names that are no text"))?;
            let value = self.node(&value, depth + 1).map_err(|refusal| refusal.in_member(name))?;
            members.push((self.arena.str(name), value));
        }
        Ok(self.arena.object(members))
    }
}

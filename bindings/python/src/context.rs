//! Contexts: dicts of Python, read where they are, or laid flat once.

use std::cell::RefCell;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use vexil_client::Attributes;
use vexil_core::context::{Attribute, List, Path};
use vexil_core::value::number::Number;
use vexil_core::{Arena, Node, limits};

use crate::names;

/// A context that was laid flat once, for all who ask with it again and again.
#[pyclass(frozen, module = "vexil")]
pub(crate) struct Context {
    pub(crate) flat: vexil_core::Context,
}

#[pymethods]
impl Context {
    #[new]
    fn new(attributes: &Bound<'_, PyDict>) -> PyResult<Context> {
        let arena = Arena::new();
        let tree = tree(attributes.as_any(), &arena, 0)?;
        let flat = vexil_core::Context::from_node(&tree);
        flat.map(|flat| Context { flat }).map_err(|problem| PyValueError::new_err(problem.to_string()))
    }
}

fn tree<'a>(value: &Bound<'_, PyAny>, arena: &'a Arena, depth: usize) -> PyResult<Node<'a>> {
    if depth == limits::DOCUMENT_DEPTH || !arena.count() {
        return Err(PyValueError::new_err("the context is too large, or nested too deep"));
    }
    if value.is_none() {
        return Ok(Node::Null);
    }
    if let Ok(members) = value.cast::<PyDict>() {
        let mut made = Vec::with_capacity(members.len());
        for (name, value) in members.iter() {
            let name = name.cast::<PyString>()?;
            made.push((arena.str(name.to_str()?), tree(&value, arena, depth + 1)?));
        }
        return Ok(arena.object(made));
    }
    match lend(value) {
        Ok(Attribute::Str(text)) => Ok(Node::Str(arena.str(text))),
        Ok(Attribute::Bool(value)) => Ok(Node::Bool(value)),
        Ok(Attribute::Number(Number::Int(value))) => Ok(Node::Int(value)),
        Ok(Attribute::Number(Number::Float(value))) => Ok(Node::Float(value)),
        _ => Err(PyValueError::new_err("not of a context")),
    }
}

/// A dict of Python's, which lends its attributes.
pub(crate) struct InPlace<'c, 'py> {
    pub(crate) dict: &'c Bound<'py, PyDict>,
    pub(crate) wrong: RefCell<Option<PyErr>>,
}

impl Attributes for InPlace<'_, '_> {
    #[inline]
    fn visit<R>(&self, path: &Path, visitor: impl FnOnce(Option<Attribute<'_>>) -> R) -> R {
        let py = self.dict.py();
        let found = names::with(py, path, |names| {
            names.find(self.dict.as_any(), |tree, name| {
                let found = tree.cast::<PyDict>().ok()?.get_item(name.bind_borrowed(py));
                found
                    .unwrap_or_else(|error| {
                        self.refuse(error);
                        None
                    })
                    .filter(|found| !found.is_none())
            })
        });
        let Some(found) = found else { return visitor(None) };
        if let Ok(list) = found.cast::<PyList>() {
            return visitor(Some(Attribute::List(&Items(list))));
        }
        match lend(&found) {
            Ok(attribute) => visitor(Some(attribute)),
            Err(error) => {
                self.refuse(error);
                visitor(None)
            }
        }
    }
}

impl InPlace<'_, '_> {
    fn refuse(&self, error: PyErr) {
        self.wrong.replace(Some(error));
    }
}

struct Items<'c, 'py>(&'c Bound<'py, PyList>);

impl List for Items<'_, '_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn any(&self, test: &mut dyn FnMut(Attribute<'_>) -> bool) -> bool {
        self.0.iter().any(|item| test(lend(&item).unwrap_or(Attribute::Object)))
    }
}

#[inline]
fn lend<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<Attribute<'a>> {
    if let Ok(text) = value.cast::<PyString>() {
        return text.to_str().map(Attribute::Str);
    }
    if let Ok(value) = value.cast::<PyBool>() {
        return Ok(Attribute::Bool(value.is_true()));
    }
    if value.is_instance_of::<PyInt>() {
        return value.extract().map(|value| Attribute::Number(Number::Int(value)));
    }
    if let Ok(value) = value.cast::<PyFloat>() {
        return match value.value() {
            value if value.is_finite() => Ok(Attribute::Number(Number::Float(value))),
            value => Err(PyValueError::new_err(format!("{value} is no number in a context"))),
        };
    }
    if value.is_instance_of::<PyDict>() || value.is_instance_of::<PyTuple>() {
        return Ok(Attribute::Object);
    }
    Err(PyTypeError::new_err(format!("a context holds no {}", value.get_type().name()?)))
}

//! One object of Python's, as a context may hold it.

use std::fmt;

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};
use vexil_core::context::Attribute;
use vexil_core::value::number::Number;

use crate::errors::Result;

/// What an object is to a context; borrowed from the object.
pub(crate) enum Shape<'a, 'py> {
    Text(&'a str),
    Number(Number),
    Bool(bool),
    List(&'a Bound<'py, PyList>),
    Tuple(&'a Bound<'py, PyTuple>),
    Mapping,
}

/// Looks at an object that is not `None`. Whether it is of a type is asked before whether it is of a subtype, for almost
/// all are of none.
#[inline(always)]
pub(crate) fn shape<'a, 'py>(object: &'a Bound<'py, PyAny>) -> Result<Shape<'a, 'py>, Box<Refusal>> {
    if let Ok(text) = object.cast_exact::<PyString>() {
        return text.to_str().map(Shape::Text).map_err(|_| Refusal::new("text that is no Unicode"));
    }
    if object.is_exact_instance_of::<PyInt>() {
        return integer(object);
    }
    other_shape(object)
}

#[inline(never)]
fn other_shape<'a, 'py>(object: &'a Bound<'py, PyAny>) -> Result<Shape<'a, 'py>, Box<Refusal>> {
    if let Ok(value) = object.cast::<PyBool>() {
        Ok(Shape::Bool(value.is_true()))
    } else if let Ok(value) = object.cast::<PyFloat>() {
        match value.value() {
            value if value.is_finite() => Ok(Shape::Number(Number::Float(value))),
            value => Err(Refusal::new(format!("{value}, and no finite number"))),
        }
    } else if object.is_instance_of::<PyDict>() {
        Ok(Shape::Mapping)
    } else if let Ok(list) = object.cast::<PyList>() {
        Ok(Shape::List(list))
    } else if let Ok(tuple) = object.cast::<PyTuple>() {
        Ok(Shape::Tuple(tuple))
    } else if let Ok(text) = object.cast::<PyString>() {
        text.to_str().map(Shape::Text).map_err(|_| Refusal::new("text that is no Unicode"))
    } else if object.is_instance_of::<PyInt>() {
        integer(object)
    } else if object.cast::<PyMapping>().is_ok() {
        Ok(Shape::Mapping)
    } else {
        Err(Refusal::new(format!("of type {}, which no context holds", type_name(object))))
    }
}

#[inline]
fn integer<'a, 'py>(object: &'a Bound<'py, PyAny>) -> Result<Shape<'a, 'py>, Box<Refusal>> {
    let value = object.extract::<i64>();
    value
        .map(|value| Shape::Number(Number::Int(value)))
        .map_err(|_| Refusal::new("an integer beyond 64 bits"))
}

/// An item of a list: one that is a list or mapping itself, or nothing, is not looked into.
pub(crate) fn item<'a>(object: &'a Bound<'_, PyAny>) -> Result<Attribute<'a>, Box<Refusal>> {
    if object.is_none() {
        return Ok(Attribute::Object);
    }
    Ok(match shape(object)? {
        Shape::Text(text) => Attribute::Str(text),
        Shape::Number(number) => Attribute::Number(number),
        Shape::Bool(value) => Attribute::Bool(value),
        Shape::List(_) | Shape::Tuple(_) | Shape::Mapping => Attribute::Object,
    })
}

/// The name of an object's type, for messages.
pub(crate) fn type_name(object: &Bound<'_, PyAny>) -> String {
    object.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string())
}

/// Why an object cannot be in a context. Rare, and so in a box: what is handed on again and again stays small.
#[derive(Debug)]
pub(crate) struct Refusal {
    what: String,
    /// Where in the context, the innermost name first.
    names: Vec<String>,
    /// What the object raised when it was asked.
    raised: Option<PyErr>,
}

impl Refusal {
    /// `what` goes on with "it is".
    #[cold]
    pub(crate) fn new(what: impl Into<String>) -> Box<Refusal> {
        Box::new(Refusal { what: what.into(), names: Vec::new(), raised: None })
    }

    pub(crate) fn raised(error: impl Into<PyErr>) -> Box<Refusal> {
        let mut refusal = Refusal::new("not to be read");
        refusal.raised = Some(error.into());
        refusal
    }

    /// The same, seen from the object that it is a member of.
    pub(crate) fn in_member(mut self: Box<Self>, name: &str) -> Box<Refusal> {
        self.names.push(name.to_owned());
        self
    }

    /// What there is to tell; an interrupt, or the end of the program, is no matter of contexts and goes on.
    pub(crate) fn told(self: Box<Self>, py: Python<'_>) -> Result<String> {
        match self.raised {
            Some(error) if !error.is_instance_of::<PyException>(py) => Err(error.into()),
            _ => Ok(self.to_string()),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.names.iter().rev().map(String::as_str).collect();
        match names.as_slice() {
            [] => write!(f, "the context is {}", self.what)?,
            names => write!(f, "`{}` in the context is {}", names.join("."), self.what)?,
        }
        match &self.raised {
            Some(error) => write!(f, ": {error}"),
            None => Ok(()),
        }
    }
}

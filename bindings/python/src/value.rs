//! Values, as Python has them.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyList};
use vexil_client::{Asked, Value};

use crate::errors::Result;
use crate::kept;

/// A value for who asked for a type. Lists and dicts are new ones each time: they are the caller's to change.
#[inline]
pub(crate) fn to_python<'py>(
    py: Python<'py>,
    value: &Value,
    asked: Option<Asked>,
) -> Result<Bound<'py, PyAny>> {
    Ok(match (value, asked) {
        (Value::Bool(value), _) => PyBool::new(py, *value).to_owned().into_any(),
        (Value::Str(value), _) => kept::text(py, value).into_any(),
        (Value::Int(_), Some(Asked::Float)) => match value.as_float() {
            Some(value) => PyFloat::new(py, value).into_any(),
            None => py.None().into_bound(py),
        },
        (Value::Int(value), _) => value.into_pyobject(py)?.into_any(),
        (Value::Float(value), _) => PyFloat::new(py, *value).into_any(),
        (Value::Null, _) => py.None().into_bound(py),
        (Value::List(items), _) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(to_python(py, item, None)?)?;
            }
            list.into_any()
        }
        (Value::Object(members), _) => {
            let dict = PyDict::new(py);
            for (name, value) in members {
                dict.set_item(kept::text(py, name), to_python(py, value, None)?)?;
            }
            dict.into_any()
        }
    })
}

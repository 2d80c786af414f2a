//! Errors of the package, raised from here.

use pyo3::prelude::*;
use vexil_ffi::Code;

/// An argument is not what is asked for; if the error itself is not to be had, that is the error.
pub(crate) fn argument(py: Python<'_>, code: Code, message: String) -> PyErr {
    let made = py
        .import("vexil.errors")
        .and_then(|errors| errors.getattr("ArgumentError"))
        .and_then(|error| error.call1((message, code.number())));
    made.map_or_else(|missing| missing, PyErr::from_value)
}

//! Errors of the package, raised from here.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use serde::Serialize;
use vexil_ffi::Code;

/// An argument is not what is asked for; if the error itself is not to be had, that is the error.
pub(crate) fn argument(py: Python<'_>, code: Code, message: String) -> PyErr {
    let made = py
        .import("vexil.errors")
        .and_then(|errors| errors.getattr("ArgumentError"))
        .and_then(|error| error.call1((message, code.number())));
    made.map_or_else(|missing| missing, PyErr::from_value)
}

pub(crate) fn json(told: &impl Serialize) -> PyResult<String> {
    serde_json::to_string(told).map_err(|error| PyRuntimeError::new_err(error.to_string()))
}

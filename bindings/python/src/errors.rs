//! Errors of the package, raised from here.

use std::convert::Infallible;

use pyo3::prelude::*;
use vexil_ffi::Code;

/// Results that are good are handed on often, and so must be small: what is raised is in a box.
pub(crate) type Result<T, E = Raised> = std::result::Result<T, E>;

/// What is raised.
pub(crate) struct Raised(Box<PyErr>);

impl From<PyErr> for Raised {
    #[cold]
    fn from(error: PyErr) -> Raised {
        Raised(Box::new(error))
    }
}

impl From<Infallible> for Raised {
    fn from(never: Infallible) -> Raised {
        match never {}
    }
}

impl From<Raised> for PyErr {
    fn from(raised: Raised) -> PyErr {
        *raised.0
    }
}

/// An argument is not what is asked for.
#[cold]
pub(crate) fn argument(py: Python<'_>, code: Code, message: String) -> Raised {
    error(py, "ArgumentError", code, message)
}

/// There are no definitions, and the options say that this is an error.
#[cold]
pub(crate) fn not_ready(py: Python<'_>) -> Raised {
    let code = Code::ProviderNotReady;
    error(py, "NotReadyError", code, code.meaning().to_owned())
}

/// If the error is not to be had, that is the error.
fn error(py: Python<'_>, name: &str, code: Code, message: String) -> Raised {
    let made = py
        .import("vexil.errors")
        .and_then(|errors| errors.getattr(name))
        .and_then(|error| error.call1((message, code.number())));
    made.map_or_else(|missing| missing, PyErr::from_value).into()
}

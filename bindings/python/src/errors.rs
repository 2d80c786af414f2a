//! Errors of the package, raised from here.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};

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

/// A fault of this library.
#[cold]
pub(crate) fn internal(py: Python<'_>, message: String) -> Raised {
    error(py, "InternalError", Code::Internal, message)
}

/// If the error is not to be had, that is the error.
fn error(py: Python<'_>, name: &str, code: Code, message: String) -> Raised {
    let made = py
        .import("vexil.errors")
        .and_then(|errors| errors.getattr(name))
        .and_then(|error| error.call1((message, code.number())));
    made.map_or_else(|missing| missing, PyErr::from_value).into()
}

/// How many warnings are logged; a program that has more mistakes than that mends some first.
const WARNINGS: usize = 100;

/// Logs a warning, the first time that it is one. Reads fail for nobody's context, and so would never be heard of.
#[cold]
pub(crate) fn warn_once(py: Python<'_>, warning: String) {
    static WARNED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    {
        let mut warned = WARNED.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.len() == WARNINGS || !warned.insert(warning.clone()) {
            return;
        }
    }
    let message = "%s: defaults are served to whoever asks for it";
    let log = py.import("logging").and_then(|logging| logging.call_method1("getLogger", ("vexil",)));
    let logged = log.and_then(|log| log.call_method1("warning", (message, warning)));
    // Whoever logs in a way that fails has not asked for more of it.
    drop(logged);
}

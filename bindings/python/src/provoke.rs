//! What fails on purpose, for the tests of what happens then. It is in no wheel that is shipped.
#![expect(clippy::panic, reason = "to panic is what it is for")]

use pyo3::prelude::*;
use pyo3::types::PyString;
use vexil_ffi::Code;
use vexil_ffi::c::{Buffer, vexil_provoke_bad_text, vexil_provoke_error, vexil_provoke_panic};

use crate::errors::{self, Result};
use crate::reads::caught;

/// A read of this key panics.
const PANICS: &str = "vexil.provoke.panic";

pub(crate) fn look_at(key: &str) {
    if key == PANICS {
        panic!("a read that panics because it was asked to");
    }
}

/// Panics in the library beneath, whose code comes back.
#[pyfunction]
pub(crate) fn provoke_panic() -> i32 {
    vexil_provoke_panic().number()
}

/// Fails in the library beneath, with this code.
#[pyfunction]
pub(crate) fn provoke_error(code: i32) -> i32 {
    vexil_provoke_error(code).number()
}

/// Takes text from the library beneath that is no UTF-8.
#[pyfunction]
pub(crate) fn provoke_bad_text(py: Python<'_>) -> Result<Bound<'_, PyString>> {
    caught(py, || {
        let mut bytes = [0_u8; 8];
        let mut buffer = Buffer { data: bytes.as_mut_ptr().cast(), capacity: bytes.len(), length: 0 };
        // SAFETY: the buffer is as it says.
        let code = unsafe { vexil_provoke_bad_text(&raw mut buffer) };
        let text = bytes.get(..buffer.length).map(std::str::from_utf8);
        match (code, text) {
            (Code::Ok, Some(Ok(text))) => Ok(PyString::new(py, text)),
            (Code::Ok, Some(Err(error))) => Err(errors::argument(py, Code::InvalidUtf8, error.to_string())),
            _ => Err(errors::internal(py, "no text came".to_owned())),
        }
    })
}

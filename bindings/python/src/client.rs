//! The client, as Python asks it.

use std::sync::{Arc, OnceLock};

use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use uniffi::Lift;
use vexil_client::{Asked, Value};
use vexil_ffi::control::VexilClient;

use crate::context::{Context, InPlace};

/// What every request asks. `vexil.Client` adds what is rare.
#[pyclass(subclass, frozen, module = "vexil._native")]
pub(crate) struct Client {
    client: OnceLock<Arc<VexilClient>>,
}

#[pymethods]
impl Client {
    #[new]
    #[pyo3(signature = (*_args, **_options))]
    fn new(_args: &Bound<'_, PyTuple>, _options: Option<&Bound<'_, PyDict>>) -> Client {
        Client { client: OnceLock::new() }
    }

    /// Takes over the client behind a handle of the other face, which is used up.
    fn _attach(&self, handle: u64) -> PyResult<()> {
        let handle = uniffi::Handle::from_raw_unchecked(handle);
        let client = <Arc<VexilClient> as Lift<vexil_ffi::UniFfiTag>>::try_lift(handle);
        let client = client.map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
        self.client.set(client).map_err(|_| PyRuntimeError::new_err("the client has been started before"))
    }

    /// Whether a flag is on for this context; off where it is none, or is not known.
    #[pyo3(signature = (key, context=None))]
    fn is_enabled(&self, key: &Bound<'_, PyString>, context: Option<&Bound<'_, PyAny>>) -> PyResult<bool> {
        let client =
            self.client.get().ok_or_else(|| PyRuntimeError::new_err("the client was not started"))?.client();
        let key = key.to_str()?;
        let Some(context) = context else {
            return Ok(client.is_enabled(key, &vexil_core::Context::new()));
        };
        if let Ok(dict) = context.cast::<PyDict>() {
            let context = InPlace { dict, wrong: Default::default() };
            let found = client.evaluate(key, Some(Asked::Boolean), &context, |outcome| {
                outcome.evaluation.value().and_then(Value::as_bool)
            });
            return Ok(context.wrong.take().is_none() && found.unwrap_or(false));
        }
        match context.cast::<Context>() {
            Ok(context) => Ok(client.is_enabled(key, &context.get().flat)),
            Err(_) => Err(PyTypeError::new_err("a context is a dict or a vexil.Context")),
        }
    }
}

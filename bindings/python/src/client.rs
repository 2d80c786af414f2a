//! The client, as Python asks it.

use std::sync::OnceLock;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use vexil_client::Asked;
use vexil_ffi::c::ClientHandle;

use crate::asker::{nobody, with_asker};
use crate::details::Details;
use crate::reads::{self, Given, Key, Object};

/// What every request asks. `vexil.Client` inherits it, and adds what is rare.
#[pyclass(subclass, frozen, module = "vexil._native")]
pub(crate) struct Client {
    started: OnceLock<Started>,
}

struct Started {
    client: vexil_client::Client,
    /// Whether a read may have to ask the source first.
    threadless: bool,
}

type Context<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

#[pymethods]
impl Client {
    #[new]
    #[pyo3(signature = (*_args, **_options))]
    fn new(_args: &Bound<'_, PyTuple>, _options: Option<&Bound<'_, PyDict>>) -> Client {
        Client { started: OnceLock::new() }
    }

    /// Takes over the client that the other face knows by this number.
    fn _attach(&self, handle: u64, threadless: bool) -> PyResult<()> {
        let client = ClientHandle { id: handle }.client();
        let client = client.map_err(|fault| PyRuntimeError::new_err(fault.message().to_owned()))?;
        let started = self.started.set(Started { client, threadless });
        started.map_err(|_| PyRuntimeError::new_err("the client was started before"))
    }

    #[pyo3(signature = (key, context=None))]
    fn is_enabled<'py>(&self, key: Key<'_, 'py>, context: Context<'_, 'py>) -> PyResult<Object<'py>> {
        self.value(key, context, Asked::Boolean, Given::NOTHING)
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_bool<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Object<'py>> {
        self.value(key, context, Asked::Boolean, default)
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_int<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Object<'py>> {
        self.value(key, context, Asked::Integer, default)
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_float<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Object<'py>> {
        self.value(key, context, Asked::Float, default)
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_str<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Object<'py>> {
        self.value(key, context, Asked::String, default)
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_json<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Object<'py>> {
        self.value(key, context, Asked::Json, default)
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_bool_details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Details> {
        self.details(key, context, Asked::Boolean, default)
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_int_details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Details> {
        self.details(key, context, Asked::Integer, default)
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_float_details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Details> {
        self.details(key, context, Asked::Float, default)
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_str_details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Details> {
        self.details(key, context, Asked::String, default)
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_json_details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Details> {
        self.details(key, context, Asked::Json, default)
    }

    #[pyo3(signature = (experiment, context=None))]
    fn variant<'py>(
        &self,
        experiment: Key<'_, 'py>,
        context: Context<'_, 'py>,
    ) -> PyResult<Option<Bound<'py, PyString>>> {
        let client = self.ready(experiment.py())?;
        with_asker!(context, |asker| reads::variant(client, experiment, asker))
    }

    #[pyo3(signature = (experiment, context=None))]
    fn variant_config<'py>(
        &self,
        experiment: Key<'_, 'py>,
        context: Context<'_, 'py>,
    ) -> PyResult<Option<Object<'py>>> {
        let client = self.ready(experiment.py())?;
        with_asker!(context, |asker| reads::variant_config(client, experiment, asker))
    }

    #[pyo3(signature = (context=None))]
    fn evaluate_all<'py>(&self, py: Python<'py>, context: Context<'_, 'py>) -> PyResult<Bound<'py, PyDict>> {
        let client = self.ready(py)?;
        with_asker!(context, |asker| reads::all(py, client, asker))
    }

    /// How an evaluation came about: as text, and in JSON.
    #[pyo3(signature = (key, context=None))]
    fn _explain(&self, key: Key<'_, '_>, context: Context<'_, '_>) -> PyResult<(String, String)> {
        let client = self.ready(key.py())?;
        with_asker!(context, |asker| reads::explained(client, key, asker))
    }
}

impl Client {
    #[inline]
    fn value<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        asked: Asked,
        default: Given<'_, 'py>,
    ) -> PyResult<Object<'py>> {
        let client = self.ready(key.py())?;
        with_asker!(context, |asker| reads::value(client, key, asker, asked, default))
    }

    fn details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        asked: Asked,
        default: Given<'_, 'py>,
    ) -> PyResult<Details> {
        let client = self.ready(key.py())?;
        with_asker!(context, |asker| reads::details(client, key, asker, asked, default))
    }

    /// The client, which has asked its source where reads do that: Python runs meanwhile.
    #[inline]
    pub(crate) fn ready(&self, py: Python<'_>) -> PyResult<&vexil_client::Client> {
        let Some(Started { client, threadless }) = self.started.get() else {
            return Err(PyRuntimeError::new_err("the client was not started: `__init__` was not called"));
        };
        if *threadless {
            // Any read refreshes first, one of no flag too.
            py.detach(|| client.is_enabled("", nobody()));
        }
        Ok(client)
    }
}

/// The last one who lets go of a client waits for its thread, which may be waiting for Python.
impl Drop for Client {
    fn drop(&mut self) {
        let started = self.started.take();
        Python::try_attach(|py| py.detach(|| drop(started)));
    }
}

//! A client for one request: whoever asks is known, and what is in force does not change any more.

use pyo3::PyTraverseError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use vexil_client::Asked;
use vexil_ffi::clients;

use crate::asker::with_asker;
use crate::client::Client;
use crate::details::Details;
use crate::errors::{self, Result};
use crate::reads::{self, Given, Key, Object};

/// What one request asks. `vexil.Pinned` inherits it.
#[pyclass(subclass, frozen, module = "vexil._native")]
pub(crate) struct Pinned {
    client: vexil_client::Client,
    context: Option<Py<PyAny>>,
    /// Goes last, for the last one who lets go of a client waits for its thread, which may be waiting for Python; and it
    /// does so with care.
    owner: Py<Client>,
}

#[pymethods]
impl Pinned {
    /// Overrides are an object in JSON, a moment that is not now is as RFC 3339 has it.
    #[new]
    #[pyo3(signature = (client, context=None, overrides=None, at=None))]
    fn new(
        client: &Bound<'_, Client>,
        context: Option<Py<PyAny>>,
        overrides: Option<&str>,
        at: Option<&str>,
    ) -> Result<Pinned> {
        let (py, owner) = (client.py(), client.clone().unbind());
        let client = client.get().ready(py)?;
        // What is no context is a mistake of the program here, and not at the first read.
        with_asker!(context.as_ref().map(|context| context.bind(py)), |_asker| ());
        let client = clients::pinned(client, overrides, at)
            .map_err(|fault| errors::argument(py, fault.code(), fault.message().to_owned()))?;
        Ok(Pinned { client, context, owner })
    }

    /// Whether a flag is on; off where it is none, or is not known.
    fn is_enabled<'py>(&self, key: Key<'_, 'py>) -> Result<Object<'py>> {
        self.value(key, Asked::Boolean, Given::NOTHING)
    }

    /// A flag or config that is `True` or `False`.
    #[pyo3(signature = (key, default=Given::NOTHING))]
    fn get_bool<'py>(&self, key: Key<'_, 'py>, default: Given<'_, 'py>) -> Result<Object<'py>> {
        self.value(key, Asked::Boolean, default)
    }

    /// A flag or config that is an integer.
    #[pyo3(signature = (key, default=Given::NOTHING))]
    fn get_int<'py>(&self, key: Key<'_, 'py>, default: Given<'_, 'py>) -> Result<Object<'py>> {
        self.value(key, Asked::Integer, default)
    }

    /// A flag or config that is a float, or an integer that a float holds exactly.
    #[pyo3(signature = (key, default=Given::NOTHING))]
    fn get_float<'py>(&self, key: Key<'_, 'py>, default: Given<'_, 'py>) -> Result<Object<'py>> {
        self.value(key, Asked::Float, default)
    }

    /// A flag or config that is text.
    #[pyo3(signature = (key, default=Given::NOTHING))]
    fn get_str<'py>(&self, key: Key<'_, 'py>, default: Given<'_, 'py>) -> Result<Object<'py>> {
        self.value(key, Asked::String, default)
    }

    /// A flag or config that is JSON; of an experiment, the configuration of the variant.
    #[pyo3(signature = (key, default=Given::NOTHING))]
    fn get_json<'py>(&self, key: Key<'_, 'py>, default: Given<'_, 'py>) -> Result<Object<'py>> {
        self.value(key, Asked::Json, default)
    }

    /// As `get_bool`, with all that there is to say of it.
    #[pyo3(signature = (key, default=Given::NOTHING))]
    fn get_bool_details<'py>(&self, key: Key<'_, 'py>, default: Given<'_, 'py>) -> Result<Details> {
        self.told(key, Some(Asked::Boolean), default)
    }

    /// As `get_int`, with all that there is to say of it.
    #[pyo3(signature = (key, default=Given::NOTHING))]
    fn get_int_details<'py>(&self, key: Key<'_, 'py>, default: Given<'_, 'py>) -> Result<Details> {
        self.told(key, Some(Asked::Integer), default)
    }

    /// As `get_float`, with all that there is to say of it.
    #[pyo3(signature = (key, default=Given::NOTHING))]
    fn get_float_details<'py>(&self, key: Key<'_, 'py>, default: Given<'_, 'py>) -> Result<Details> {
        self.told(key, Some(Asked::Float), default)
    }

    /// As `get_str`, with all that there is to say of it.
    #[pyo3(signature = (key, default=Given::NOTHING))]
    fn get_str_details<'py>(&self, key: Key<'_, 'py>, default: Given<'_, 'py>) -> Result<Details> {
        self.told(key, Some(Asked::String), default)
    }

    /// As `get_json`, with all that there is to say of it.
    #[pyo3(signature = (key, default=Given::NOTHING))]
    fn get_json_details<'py>(&self, key: Key<'_, 'py>, default: Given<'_, 'py>) -> Result<Details> {
        self.told(key, Some(Asked::Json), default)
    }

    /// What a key comes to, of whatever type it is, with all that there is to say of it.
    #[pyo3(signature = (key, default=Given::NOTHING))]
    fn details<'py>(&self, key: Key<'_, 'py>, default: Given<'_, 'py>) -> Result<Details> {
        self.told(key, None, default)
    }

    /// The id of the variant that an experiment gives; `None` where the context takes no part.
    fn variant<'py>(&self, experiment: Key<'_, 'py>) -> Result<Option<Bound<'py, PyString>>> {
        with_asker!(self.context(experiment.py()), |asker| reads::variant(&self.client, experiment, asker))
    }

    /// The configuration of that variant.
    fn variant_config<'py>(&self, experiment: Key<'_, 'py>) -> Result<Option<Object<'py>>> {
        with_asker!(self.context(experiment.py()), |asker| reads::variant_config(
            &self.client,
            experiment,
            asker
        ))
    }

    /// What every key comes to, with all that there is to say of it.
    fn evaluate_all<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyDict>> {
        with_asker!(self.context(py), |asker| reads::all(py, &self.client, asker))
    }

    /// How an evaluation came about: as text, and in JSON.
    fn _explain(&self, key: Key<'_, '_>) -> Result<(String, String)> {
        with_asker!(self.context(key.py()), |asker| reads::explained(&self.client, key, asker))
    }

    /// The context may be anything that is a mapping.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.context)?;
        visit.call(&self.owner)
    }
}

impl Pinned {
    #[inline]
    fn context<'py>(&self, py: Python<'py>) -> Option<&Bound<'py, PyAny>> {
        self.context.as_ref().map(|context| context.bind(py))
    }

    #[inline]
    fn value<'py>(&self, key: Key<'_, 'py>, asked: Asked, default: Given<'_, 'py>) -> Result<Object<'py>> {
        let context = self.context(key.py());
        with_asker!(context, |asker| reads::value(&self.client, key, asker, asked, default))
    }

    fn told<'py>(&self, key: Key<'_, 'py>, asked: Option<Asked>, default: Given<'_, 'py>) -> Result<Details> {
        let context = self.context(key.py());
        with_asker!(context, |asker| reads::details(&self.client, key, asker, asked, default))
    }
}

//! The client, as Python asks it.

use std::sync::OnceLock;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyDict, PyString, PyTuple};
use vexil_client::{Asked, Keys};
use vexil_ffi::clients;

use crate::asker::{nobody, with_asker};
use crate::context::laid_flat;
use crate::details::Details;
use crate::errors::{Raised, Result};
use crate::reads::{self, Given, Key, Object};
use crate::view::View;

/// What every request asks. `vexil.Client` inherits it, and adds what is rare.
#[pyclass(subclass, frozen, module = "vexil._native")]
pub(crate) struct Client {
    started: OnceLock<vexil_client::Client>,
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
    fn _attach(&self, handle: u64) -> Result<()> {
        let client = clients::client(handle);
        let client = client.map_err(|fault| PyRuntimeError::new_err(fault.message().to_owned()))?;
        let before = self.started.set(client);
        Ok(before.map_err(|_| PyRuntimeError::new_err("the client was started before"))?)
    }

    /// Whether a flag is on for this context; off where it is none, or is not known.
    #[pyo3(signature = (key, context=None))]
    fn is_enabled<'py>(&self, key: Key<'_, 'py>, context: Context<'_, 'py>) -> Result<Object<'py>> {
        self.value(key, context, Asked::Boolean, Given::NOTHING)
    }

    /// A flag or config that is `True` or `False`.
    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_bool<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> Result<Object<'py>> {
        self.value(key, context, Asked::Boolean, default)
    }

    /// A flag or config that is an integer.
    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_int<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> Result<Object<'py>> {
        self.value(key, context, Asked::Integer, default)
    }

    /// A flag or config that is a float, or an integer that a float holds exactly.
    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_float<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> Result<Object<'py>> {
        self.value(key, context, Asked::Float, default)
    }

    /// A flag or config that is text.
    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_str<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> Result<Object<'py>> {
        self.value(key, context, Asked::String, default)
    }

    /// A flag or config that is JSON; of an experiment, the configuration of the variant.
    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_json<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> Result<Object<'py>> {
        self.value(key, context, Asked::Json, default)
    }

    /// As `get_bool`, with all that there is to say of it.
    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_bool_details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> Result<Details> {
        self.told(key, context, Some(Asked::Boolean), default)
    }

    /// As `get_int`, with all that there is to say of it.
    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_int_details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> Result<Details> {
        self.told(key, context, Some(Asked::Integer), default)
    }

    /// As `get_float`, with all that there is to say of it.
    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_float_details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> Result<Details> {
        self.told(key, context, Some(Asked::Float), default)
    }

    /// As `get_str`, with all that there is to say of it.
    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_str_details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> Result<Details> {
        self.told(key, context, Some(Asked::String), default)
    }

    /// As `get_json`, with all that there is to say of it.
    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_json_details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> Result<Details> {
        self.told(key, context, Some(Asked::Json), default)
    }

    /// What a key comes to, of whatever type it is, with all that there is to say of it.
    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> Result<Details> {
        self.told(key, context, None, default)
    }

    /// The id of the variant that an experiment gives this context; `None` where it takes no part.
    #[pyo3(signature = (experiment, context=None))]
    fn variant<'py>(
        &self,
        experiment: Key<'_, 'py>,
        context: Context<'_, 'py>,
    ) -> Result<Option<Bound<'py, PyString>>> {
        let client = self.ready(experiment.py())?;
        with_asker!(context, |asker| reads::variant(client, experiment, asker))
    }

    /// The configuration of that variant.
    #[pyo3(signature = (experiment, context=None))]
    fn variant_config<'py>(
        &self,
        experiment: Key<'_, 'py>,
        context: Context<'_, 'py>,
    ) -> Result<Option<Object<'py>>> {
        let client = self.ready(experiment.py())?;
        with_asker!(context, |asker| reads::variant_config(client, experiment, asker))
    }

    /// What every key comes to, by what is in force at one moment, with all that there is to say of it.
    #[pyo3(signature = (context=None))]
    fn evaluate_all<'py>(&self, py: Python<'py>, context: Context<'_, 'py>) -> Result<Bound<'py, PyDict>> {
        let client = self.ready(py)?;
        with_asker!(context, |asker| reads::all(py, client, asker))
    }

    /// All keys or some, evaluated once for one context, for reads that cost no more than a look-up. Raises
    /// `vexil.ArgumentError` where the context holds what no context holds.
    #[pyo3(signature = (context=None, keys=None))]
    fn view(&self, py: Python<'_>, context: Context<'_, '_>, keys: Option<Vec<PyBackedStr>>) -> Result<View> {
        let client = self.ready(py)?;
        let context = context.map_or_else(|| Ok(nobody().clone()), laid_flat)?;
        let keys = keys.map_or(Keys::All, |keys| Keys::of(keys.iter().map(|key| &**key)));
        Ok(View::new(py.detach(|| client.view(context, keys))))
    }

    /// How an evaluation came about: as text, and in JSON.
    #[pyo3(signature = (key, context=None))]
    fn _explain(&self, key: Key<'_, '_>, context: Context<'_, '_>) -> Result<(String, String)> {
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
    ) -> Result<Object<'py>> {
        let client = self.ready(key.py())?;
        with_asker!(context, |asker| reads::value(client, key, asker, asked, default))
    }

    fn told<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        asked: Option<Asked>,
        default: Given<'_, 'py>,
    ) -> Result<Details> {
        let client = self.ready(key.py())?;
        with_asker!(context, |asker| reads::details(client, key, asker, asked, default))
    }

    /// The client, which has asked its source where reads do that: Python runs meanwhile.
    #[inline(always)]
    pub(crate) fn ready(&self, py: Python<'_>) -> Result<&vexil_client::Client> {
        let Some(client) = self.started.get() else { return Err(not_started()) };
        if client.is_threadless() {
            refresh(py, client);
        }
        Ok(client)
    }
}

/// Any read refreshes first, one of no flag too.
#[cold]
fn refresh(py: Python<'_>, client: &vexil_client::Client) {
    py.detach(|| client.is_enabled("", nobody()));
}

#[cold]
fn not_started() -> Raised {
    PyRuntimeError::new_err("the client was not started: `__init__` was not called").into()
}

/// The last one who lets go of a client waits for its thread, which may be waiting for Python.
impl Drop for Client {
    fn drop(&mut self) {
        let started = self.started.take();
        Python::try_attach(|py| py.detach(|| drop(started)));
    }
}

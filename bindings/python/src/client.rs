//! The client, as Python asks it.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyo3::{Borrowed, IntoPyObjectExt};
use uniffi::Lift;
use vexil_client::{Asked, Outcome};
use vexil_ffi::Code;
use vexil_ffi::control::VexilClient;

use crate::asker::{Asker, nobody, with_asker};
use crate::details::Details;
use crate::errors;
use crate::kept;
use crate::value::to_python;

/// What every request asks. `vexil.Client` inherits it, and adds what is rare.
#[pyclass(subclass, frozen, module = "vexil._native")]
pub(crate) struct Client {
    started: OnceLock<Started>,
}

struct Started {
    client: Arc<VexilClient>,
    /// Whether a read may have to ask the source first.
    threadless: bool,
}

type Key<'a, 'py> = &'a Bound<'py, PyString>;
type Context<'a, 'py> = Option<&'a Bound<'py, PyAny>>;
type Object<'py> = Bound<'py, PyAny>;

#[pymethods]
impl Client {
    #[new]
    #[pyo3(signature = (*_args, **_options))]
    fn new(_args: &Bound<'_, PyTuple>, _options: Option<&Bound<'_, PyDict>>) -> Client {
        Client { started: OnceLock::new() }
    }

    /// Takes over the client behind a handle of the other face, which is used up.
    fn _attach(&self, handle: u64, threadless: bool) -> PyResult<()> {
        let handle = uniffi::Handle::from_raw_unchecked(handle);
        let client = <Arc<VexilClient> as Lift<vexil_ffi::UniFfiTag>>::try_lift(handle);
        let client = client.map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
        let started = self.started.set(Started { client, threadless });
        started.map_err(|_| PyRuntimeError::new_err("the client was started before"))
    }

    #[pyo3(signature = (key, context=None))]
    fn is_enabled<'py>(&self, key: Key<'_, 'py>, context: Context<'_, 'py>) -> PyResult<Object<'py>> {
        self.value(key, context, Asked::Boolean, || Given::NOTHING.or(key.py(), false))
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_bool<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Object<'py>> {
        self.value(key, context, Asked::Boolean, || default.or(key.py(), false))
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_int<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Object<'py>> {
        self.value(key, context, Asked::Integer, || default.or(key.py(), 0))
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_float<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Object<'py>> {
        self.value(key, context, Asked::Float, || default.or(key.py(), 0.0))
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_str<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Object<'py>> {
        self.value(key, context, Asked::String, || default.or(key.py(), ""))
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_json<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Object<'py>> {
        self.value(key, context, Asked::Json, || default.or(key.py(), None::<bool>))
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_bool_details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Details> {
        self.details(key, context, Asked::Boolean, || default.or(key.py(), false))
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_int_details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Details> {
        self.details(key, context, Asked::Integer, || default.or(key.py(), 0))
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_float_details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Details> {
        self.details(key, context, Asked::Float, || default.or(key.py(), 0.0))
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_str_details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Details> {
        self.details(key, context, Asked::String, || default.or(key.py(), ""))
    }

    #[pyo3(signature = (key, context=None, default=Given::NOTHING))]
    fn get_json_details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        default: Given<'_, 'py>,
    ) -> PyResult<Details> {
        self.details(key, context, Asked::Json, || default.or(key.py(), None::<bool>))
    }

    #[pyo3(signature = (experiment, context=None))]
    fn variant<'py>(
        &self,
        experiment: Key<'_, 'py>,
        context: Context<'_, 'py>,
    ) -> PyResult<Option<Bound<'py, PyString>>> {
        let (py, client) = (experiment.py(), self.ready(experiment.py())?);
        with_asker!(context, |asker| {
            let variant = client.variant(text(experiment), asker);
            let known = asker.refusal(py)?.is_none();
            Ok(variant.filter(|_| known).map(|variant| kept::text(py, &variant)))
        })
    }

    #[pyo3(signature = (experiment, context=None))]
    fn variant_config<'py>(
        &self,
        experiment: Key<'_, 'py>,
        context: Context<'_, 'py>,
    ) -> PyResult<Option<Object<'py>>> {
        let (py, client) = (experiment.py(), self.ready(experiment.py())?);
        with_asker!(context, |asker| {
            let config = client.variant_config(text(experiment), asker);
            let known = asker.refusal(py)?.is_none();
            config.filter(|_| known).map(|config| to_python(py, &config, None)).transpose()
        })
    }

    #[pyo3(signature = (context=None))]
    fn evaluate_all<'py>(&self, py: Python<'py>, context: Context<'_, 'py>) -> PyResult<Bound<'py, PyDict>> {
        let client = self.ready(py)?;
        let all = PyDict::new(py);
        let put = |key: &str, outcome: Outcome<'_>, refused: PyResult<Option<String>>| {
            all.set_item(
                kept::text(py, key),
                Details::of(py, &outcome, refused?, None, || Ok(py.None().into_bound(py)))?,
            )
        };
        let mut failed = None;
        with_asker!(context, |asker| {
            client.evaluate_all(asker, |key, outcome| {
                if failed.is_none() {
                    failed = put(key, outcome, asker.refusal(py)).err();
                }
            });
        });
        failed.map_or(Ok(all), Err)
    }

    /// How an evaluation came about: for people, and as JSON.
    #[pyo3(signature = (key, context=None))]
    fn _explain(&self, key: Key<'_, '_>, context: Context<'_, '_>) -> PyResult<(String, String)> {
        let client = self.ready(key.py())?;
        with_asker!(context, |asker| {
            let trace = client.explain(text(key), asker);
            match asker.refusal(key.py())? {
                Some(message) => Err(errors::argument(key.py(), Code::InvalidContext, message)),
                None => Ok((trace.to_string(), errors::json(&trace)?)),
            }
        })
    }
}

impl Client {
    fn value<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        asked: Asked,
        default: impl FnOnce() -> PyResult<Object<'py>>,
    ) -> PyResult<Object<'py>> {
        let py = key.py();
        self.read(key, context, asked, |outcome, refused| match outcome.evaluation.value() {
            Some(value) if refused.is_none() => to_python(py, value, Some(asked)),
            _ => default(),
        })
    }

    fn details<'py>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        asked: Asked,
        default: impl FnOnce() -> PyResult<Object<'py>>,
    ) -> PyResult<Details> {
        let py = key.py();
        self.read(key, context, asked, |outcome, refused| {
            Details::of(py, &outcome, refused, Some(asked), default)
        })
    }

    /// Evaluates; `take` is handed what it came to, and why the context is none if it is none.
    #[inline]
    fn read<'py, R>(
        &self,
        key: Key<'_, 'py>,
        context: Context<'_, 'py>,
        asked: Asked,
        take: impl FnOnce(Outcome<'_>, Option<String>) -> PyResult<R>,
    ) -> PyResult<R> {
        let (py, client) = (key.py(), self.ready(key.py())?);
        with_asker!(context, |asker| {
            client.evaluate(text(key), Some(asked), asker, |outcome| take(outcome, asker.refusal(py)?))
        })
    }

    /// The client, which has asked its source where reads do that: others may run Python meanwhile.
    #[inline]
    fn ready(&self, py: Python<'_>) -> PyResult<&vexil_client::Client> {
        let Some(Started { client, threadless }) = self.started.get() else {
            return Err(PyRuntimeError::new_err("the client was not started: `__init__` was not called"));
        };
        let client = client.client();
        if *threadless {
            // Any read refreshes first, one of no flag too.
            py.detach(|| client.is_enabled("", nobody()));
        }
        Ok(client)
    }
}

/// The last one who holds a client waits for its thread, which may be waiting for the interpreter.
impl Drop for Client {
    fn drop(&mut self) {
        let started = self.started.take();
        Python::try_attach(|py| py.detach(|| drop(started)));
    }
}

/// A key as text. What is no Unicode is no key, and no key is empty.
#[inline]
fn text<'a>(key: Key<'a, '_>) -> &'a str {
    key.to_str().unwrap_or_default()
}

/// What a caller gave, or nothing: `None` is something.
struct Given<'a, 'py>(Option<Borrowed<'a, 'py, PyAny>>);

impl<'py> Given<'_, 'py> {
    const NOTHING: Given<'static, 'py> = Given(None);

    fn or<T: IntoPyObjectExt<'py>>(self, py: Python<'py>, other: T) -> PyResult<Object<'py>> {
        match self.0 {
            Some(given) => Ok(given.to_owned()),
            None => other.into_bound_py_any(py),
        }
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Given<'a, 'py> {
    type Error = Infallible;

    #[inline]
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Given(Some(object)))
    }
}

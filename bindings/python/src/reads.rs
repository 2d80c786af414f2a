//! Reads: what the core says, as objects of Python's.

use std::convert::Infallible;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyString};
use pyo3::{Borrowed, IntoPyObjectExt};
use vexil_client::{Asked, Client, Outcome};
use vexil_ffi::{Code, guard};

use crate::asker::Asker;
use crate::details::Details;
use crate::errors::{self, Raised, Result};
use crate::kept;
use crate::value::to_python;

/// A key, as the caller gave it.
#[derive(Clone, Copy)]
pub(crate) struct Key<'a, 'py>(Borrowed<'a, 'py, PyString>);

impl<'a, 'py> FromPyObject<'a, 'py> for Key<'a, 'py> {
    type Error = Raised;

    /// Almost all are of no subtype.
    #[inline]
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> Result<Self> {
        match object.cast_exact::<PyString>() {
            Ok(key) => Ok(Key(key)),
            Err(_) => object.cast::<PyString>().map(Key).map_err(|error| PyErr::from(error).into()),
        }
    }
}

impl<'py> Key<'_, 'py> {
    #[inline]
    pub(crate) fn py(self) -> Python<'py> {
        self.0.py()
    }

    /// What is no Unicode is no key, and no key is empty.
    #[inline]
    pub(crate) fn text(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

pub(crate) type Object<'py> = Bound<'py, PyAny>;

/// A value, or the caller's default.
#[inline]
pub(crate) fn value<'py>(
    client: &Client,
    key: Key<'_, 'py>,
    asker: &impl Asker,
    asked: Asked,
    default: Given<'_, 'py>,
) -> Result<Object<'py>> {
    let py = key.py();
    read(client, key, asker, Some(asked), |outcome, refused| match outcome.evaluation.value() {
        Some(value) if refused.is_none() => to_python(py, value, Some(asked)),
        _ => default.or_none_of(py, Some(asked)),
    })
}

/// The same, with all that there is to say of it.
pub(crate) fn details<'py>(
    client: &Client,
    key: Key<'_, 'py>,
    asker: &impl Asker,
    asked: Option<Asked>,
    default: Given<'_, 'py>,
) -> Result<Details> {
    let py = key.py();
    read(client, key, asker, asked, |outcome, refused| {
        Details::of(py, &outcome, refused, asked, || default.or_none_of(py, asked))
    })
}

/// The variant that an experiment gives whoever asks.
pub(crate) fn variant<'py>(
    client: &Client,
    experiment: Key<'_, 'py>,
    asker: &impl Asker,
) -> Result<Option<Bound<'py, PyString>>> {
    read(client, experiment, asker, None, |outcome, refused| {
        let variant = outcome.variant(experiment.text()).filter(|_| refused.is_none());
        Ok(variant.map(|variant| kept::text(experiment.py(), variant)))
    })
}

/// The configuration of that variant.
pub(crate) fn variant_config<'py>(
    client: &Client,
    experiment: Key<'_, 'py>,
    asker: &impl Asker,
) -> Result<Option<Object<'py>>> {
    read(client, experiment, asker, None, |outcome, refused| {
        let config = outcome.variant_config(experiment.text()).filter(|_| refused.is_none());
        config.map(|config| to_python(experiment.py(), config, None)).transpose()
    })
}

/// What every key comes to, by what is in force at one moment. Each is refused by itself what it asks for.
pub(crate) fn all<'py>(py: Python<'py>, client: &Client, asker: &impl Asker) -> Result<Bound<'py, PyDict>> {
    let all = PyDict::new(py);
    let put = |key: &str, outcome: Outcome<'_>| {
        let details = Details::of(py, &outcome, asker.refusal(py)?, None, || Ok(py.None().into_bound(py)))?;
        all.set_item(kept::text(py, key), details)
    };
    let mut done = Ok(());
    caught(py, || {
        client.evaluate_all(asker, |key, outcome| {
            if done.is_ok() {
                done = put(key, outcome);
            }
        });
        Ok(())
    })?;
    done?;
    Ok(all)
}

/// How an evaluation came about: as text, and in JSON.
pub(crate) fn explained(client: &Client, key: Key<'_, '_>, asker: &impl Asker) -> Result<(String, String)> {
    let trace = caught(key.py(), || Ok(client.explain(key.text(), asker)))?;
    if let Some(message) = asker.refusal(key.py())? {
        return Err(errors::argument(key.py(), Code::InvalidContext, message));
    }
    let json = serde_json::to_string(&trace).map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    Ok((trace.to_string(), json))
}

/// Evaluates; `take` is handed what it came to, and why the context is none if it is none.
#[inline]
fn read<R>(
    client: &Client,
    key: Key<'_, '_>,
    asker: &impl Asker,
    asked: Option<Asked>,
    take: impl FnOnce(Outcome<'_>, Option<String>) -> Result<R>,
) -> Result<R> {
    caught(key.py(), || {
        #[cfg(feature = "fail-on-purpose")]
        crate::provoke::look_at(key.text());
        client.evaluate(key.text(), asked, asker, |outcome| take(outcome, asker.refusal(key.py())?))
    })
}

/// Whatever panics is an error like others: what PyO3 makes of a panic is none that programs expect.
#[inline]
pub(crate) fn caught<R>(py: Python<'_>, read: impl FnOnce() -> Result<R>) -> Result<R> {
    guard::caught(read).unwrap_or_else(|fault| Err(errors::internal(py, fault.message().to_owned())))
}

/// What a caller gave for a default, or nothing: `None` is something.
pub(crate) struct Given<'a, 'py>(Option<Borrowed<'a, 'py, PyAny>>);

impl<'py> Given<'_, 'py> {
    pub(crate) const NOTHING: Given<'static, 'py> = Given(None);

    /// The default; without one, what is nothing of the type that is asked for.
    #[inline]
    pub(crate) fn or_none_of(self, py: Python<'py>, asked: Option<Asked>) -> Result<Object<'py>> {
        match (self.0, asked) {
            (Some(given), _) => Ok(given.to_owned()),
            (None, Some(Asked::Boolean)) => Ok(PyBool::new(py, false).to_owned().into_any()),
            (None, Some(Asked::Integer)) => Ok(0.into_bound_py_any(py)?),
            (None, Some(Asked::Float)) => Ok(PyFloat::new(py, 0.0).into_any()),
            (None, Some(Asked::String)) => Ok(kept::text(py, "").into_any()),
            (None, Some(Asked::Json) | None) => Ok(py.None().into_bound(py)),
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

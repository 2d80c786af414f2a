//! Views: what keys are for one context at one moment.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use vexil_client::Asked;

use crate::context::laid_flat;
use crate::details::Details;
use crate::errors::Result;
use crate::kept;
use crate::reads::{Given, Key, Object, caught};
use crate::value::to_python;

/// Evaluated once, and read as often as one likes; it never changes.
#[pyclass(frozen, module = "vexil")]
pub(crate) struct View {
    view: vexil_client::View,
}

impl View {
    pub(crate) fn new(view: vexil_client::View) -> View {
        View { view }
    }

    #[inline]
    fn value<'py>(&self, key: Key<'_, 'py>, asked: Asked, default: Given<'_, 'py>) -> Result<Object<'py>> {
        caught(key.py(), || {
            self.view.evaluate(key.text(), Some(asked), |outcome| match outcome.evaluation.value() {
                Some(value) => to_python(key.py(), value, Some(asked)),
                None => default.or_none_of(key.py(), Some(asked)),
            })
        })
    }

    fn told<'py>(&self, key: Key<'_, 'py>, asked: Option<Asked>, default: Given<'_, 'py>) -> Result<Details> {
        let py = key.py();
        caught(py, || {
            self.view.evaluate(key.text(), asked, |outcome| {
                Details::of(py, &outcome, None, asked, || default.or_none_of(py, asked))
            })
        })
    }
}

#[pymethods]
impl View {
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
    fn variant<'py>(&self, experiment: Key<'_, 'py>) -> Option<Bound<'py, PyString>> {
        let outcome = self.view.outcome(experiment.text());
        outcome.variant(experiment.text()).map(|variant| kept::text(experiment.py(), variant))
    }

    /// The configuration of that variant.
    fn variant_config<'py>(&self, experiment: Key<'_, 'py>) -> Result<Option<Object<'py>>> {
        let outcome = self.view.outcome(experiment.text());
        let config = outcome.variant_config(experiment.text());
        config.map(|config| to_python(experiment.py(), config, None)).transpose()
    }

    /// What every key of the view came to, with all that there is to say of it.
    fn evaluate_all<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyDict>> {
        let all = PyDict::new(py);
        for (key, outcome) in self.view.iter() {
            let details = Details::of(py, &outcome, None, None, || Ok(py.None().into_bound(py)))?;
            all.set_item(kept::text(py, key), details)?;
        }
        Ok(all)
    }

    /// A view that is made now: for the same context, or for another one.
    #[pyo3(signature = (context=None))]
    fn renew(&self, py: Python<'_>, context: Option<&Bound<'_, PyAny>>) -> Result<View> {
        let context = match context {
            Some(context) => laid_flat(context)?,
            None => self.view.context().clone(),
        };
        let mut view = self.view.clone();
        Ok(py.detach(move || {
            view.renew_with(context);
            View { view }
        }))
    }

    /// Whether it says what a view that is made now would say: nothing else is in force, and it is younger than the
    /// polling interval.
    #[getter]
    fn is_current(&self) -> bool {
        self.view.is_current()
    }

    /// The version of the definitions that it was made with.
    #[getter]
    fn version(&self) -> u64 {
        self.view.version()
    }

    /// Where they came from.
    #[getter]
    fn origin(&self) -> &'static str {
        self.view.origin().as_str()
    }

    /// How many seconds ago somebody last said that they are the newest; `None` if somebody did so when it was made.
    #[getter]
    fn stale(&self) -> Option<f64> {
        self.view.stale_ms().map(|milliseconds| milliseconds as f64 / 1_000.0)
    }
}

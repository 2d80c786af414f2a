//! A value with all that there is to say of it.

use pyo3::PyTraverseError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::PyString;
use vexil_client::{Asked, ErrorCode, Outcome, Reason};

use crate::errors::Result;
use crate::kept;
use crate::value::to_python;

/// What an evaluation came to, and why.
#[pyclass(frozen, generic, get_all, module = "vexil")]
pub(crate) struct Details {
    value: Py<PyAny>,
    variation: Option<Py<PyString>>,
    reason: Py<PyString>,
    open_feature_reason: Py<PyString>,
    error_code: Option<Py<PyString>>,
    error_message: Option<Py<PyString>>,
    scope: Option<Py<PyString>>,
    rule: Option<Py<PyString>>,
    experiment: Option<Py<PyString>>,
    bucket: Option<u32>,
    overdue: bool,
    version: u64,
    origin: Py<PyString>,
    /// In seconds.
    stale: Option<f64>,
}

impl Details {
    /// Of an outcome; the caller's default is the value where there is none, and where the context was refused.
    pub(crate) fn of<'py>(
        py: Python<'py>,
        outcome: &Outcome<'_>,
        refused: Option<String>,
        asked: Option<Asked>,
        default: impl FnOnce() -> Result<Bound<'py, PyAny>>,
    ) -> Result<Details> {
        let text = |text: &str| kept::text(py, text).unbind();
        let told = Details {
            value: py.None(),
            variation: None,
            reason: text(Reason::Error.as_str()),
            open_feature_reason: text(Reason::Error.open_feature()),
            error_code: None,
            error_message: None,
            scope: None,
            rule: None,
            experiment: None,
            bucket: None,
            overdue: false,
            version: outcome.evaluation.version(),
            origin: text(outcome.origin.as_str()),
            stale: outcome.stale_ms.map(|milliseconds| milliseconds as f64 / 1_000.0),
        };
        if let Some(why) = refused {
            return Ok(Details {
                value: default()?.unbind(),
                error_code: Some(text(ErrorCode::InvalidContext.as_str())),
                error_message: Some(PyString::new(py, &why).unbind()),
                ..told
            });
        }
        let evaluation = &outcome.evaluation;
        let value = match evaluation.value() {
            Some(value) => to_python(py, value, asked)?,
            None => default()?,
        };
        Ok(Details {
            value: value.unbind(),
            variation: evaluation.variation().map(text),
            reason: text(evaluation.reason().as_str()),
            open_feature_reason: text(evaluation.reason().open_feature()),
            error_code: outcome.error().map(|error| text(error.as_str())),
            error_message: outcome.message().map(|message| PyString::new(py, &message).unbind()),
            scope: evaluation.scope().map(|scope| text(scope.as_str())),
            rule: evaluation.rule().map(|rule| text(&rule.to_string())),
            experiment: evaluation.assignment().map(|assignment| text(assignment.experiment())),
            bucket: evaluation.bucket(),
            overdue: evaluation.is_overdue(),
            ..told
        })
    }
}

#[pymethods]
impl Details {
    fn __repr__(slf: &Bound<'_, Self>) -> Result<String> {
        const SHOWN: [&str; 12] = [
            "value",
            "variation",
            "reason",
            "error_code",
            "error_message",
            "scope",
            "rule",
            "experiment",
            "bucket",
            "version",
            "origin",
            "stale",
        ];
        let mut shown = Vec::new();
        for name in SHOWN {
            let value = slf.getattr(name)?;
            if name == "value" || !value.is_none() {
                shown.push(format!("{name}={}", value.repr()?));
            }
        }
        Ok(format!("Details({})", shown.join(", ")))
    }

    /// The value may be the caller's default, and that anything.
    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.value)
    }
}

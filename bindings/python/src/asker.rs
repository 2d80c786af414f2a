//! Who asks, as the core is told of it: by a mapping that is read where it is, or by attributes that lie flat.

use std::cell::RefCell;
use std::sync::LazyLock;

use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};
use vexil_client::Attributes;
use vexil_core::context::{Attribute, List, Path};

use crate::kept;
use crate::shape::{self, Refusal, Shape, shape, type_name};

/// Who asks.
pub(crate) trait Asker: Attributes {
    /// Why the context is none: of what it was asked for since the last time, the first that no context holds. The core
    /// was told that it is missing.
    fn refusal(&self, py: Python<'_>) -> PyResult<Option<String>>;
}

/// Calls with whoever asks by `context`; what is no context at all is a mistake in the program, and raised.
macro_rules! with_asker {
    ($context:expr, |$asker:ident| $call:expr) => {
        match $context {
            None => {
                let $asker = $crate::asker::nobody();
                $call
            }
            Some(context) => match context.cast_exact::<$crate::context::Context>() {
                Ok(context) => {
                    let $asker = &context.get().flat;
                    $call
                }
                Err(_) => {
                    let $asker = &$crate::asker::InPlace::new(context)?;
                    $call
                }
            },
        }
    };
}
pub(crate) use with_asker;

/// Nobody in particular.
#[inline]
pub(crate) fn nobody() -> &'static vexil_core::Context {
    static NOBODY: LazyLock<vexil_core::Context> = LazyLock::new(vexil_core::Context::new);
    &NOBODY
}

impl Asker for vexil_core::Context {
    #[inline]
    fn refusal(&self, _py: Python<'_>) -> PyResult<Option<String>> {
        Ok(None)
    }
}

/// A mapping, which lends its attributes for as long as an evaluation takes.
pub(crate) struct InPlace<'c, 'py> {
    root: &'c Bound<'py, PyAny>,
    refusal: RefCell<Option<Refusal>>,
}

impl<'c, 'py> InPlace<'c, 'py> {
    #[inline]
    pub(crate) fn new(root: &'c Bound<'py, PyAny>) -> PyResult<InPlace<'c, 'py>> {
        if root.is_exact_instance_of::<PyDict>() || root.cast::<PyMapping>().is_ok() {
            return Ok(InPlace { root, refusal: RefCell::new(None) });
        }
        let found = type_name(root);
        Err(PyTypeError::new_err(format!("a context is a mapping or a vexil.Context, not {found}")))
    }

    #[cold]
    fn refuse(&self, refusal: Refusal) {
        self.refusal.borrow_mut().get_or_insert(refusal);
    }
}

impl Attributes for InPlace<'_, '_> {
    #[inline]
    fn visit<R>(&self, path: &Path, visitor: impl FnOnce(Option<Attribute<'_>>) -> R) -> R {
        let py = self.root.py();
        let found = kept::with_names(py, path, |names| {
            names.find(self.root, |tree, name| {
                member(tree, name.bind(py)).unwrap_or_else(|error| {
                    self.refuse(Refusal::raised(error).in_member(path.as_str()));
                    None
                })
            })
        });
        let Some(found) = found else { return visitor(None) };
        let items;
        let attribute = match shape(&found) {
            Ok(Shape::Text(text)) => Attribute::Str(text),
            Ok(Shape::Number(number)) => Attribute::Number(number),
            Ok(Shape::Bool(value)) => Attribute::Bool(value),
            Ok(Shape::List(list)) => {
                items = Items { items: list.as_any(), of: self, path };
                Attribute::List(&items)
            }
            Ok(Shape::Tuple(tuple)) => {
                items = Items { items: tuple.as_any(), of: self, path };
                Attribute::List(&items)
            }
            Ok(Shape::Mapping) => Attribute::Object,
            Err(refusal) => {
                self.refuse(refusal.in_member(path.as_str()));
                return visitor(None);
            }
        };
        visitor(Some(attribute))
    }
}

impl Asker for InPlace<'_, '_> {
    #[inline]
    fn refusal(&self, py: Python<'_>) -> PyResult<Option<String>> {
        self.refusal.take().map(|refusal| refusal.told(py)).transpose()
    }
}

/// The member of a mapping; nothing where it is missing or `None`, and where `tree` is no mapping.
#[inline]
fn member<'py>(tree: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let found = match tree.cast::<PyDict>() {
        Ok(dict) => dict.get_item(name)?,
        Err(_) => member_of_other(tree, name)?,
    };
    Ok(found.filter(|found| !found.is_none()))
}

#[inline(never)]
fn member_of_other<'py>(
    tree: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if !matches!(shape(tree), Ok(Shape::Mapping)) {
        return Ok(None);
    }
    match tree.get_item(name) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_instance_of::<PyKeyError>(tree.py()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The items of a list or tuple.
struct Items<'c, 'py> {
    items: &'c Bound<'py, PyAny>,
    of: &'c InPlace<'c, 'py>,
    path: &'c Path,
}

impl List for Items<'_, '_> {
    fn len(&self) -> usize {
        self.items.len().unwrap_or_default()
    }

    fn any(&self, test: &mut dyn FnMut(Attribute<'_>) -> bool) -> bool {
        // What a test calls may change a list, so each is asked for anew.
        (0..self.len()).map_while(|position| self.items.get_item(position).ok()).any(|object| {
            match shape::item(&object) {
                Ok(item) => test(item),
                Err(refusal) => {
                    self.of.refuse(refusal.in_member(self.path.as_str()));
                    false
                }
            }
        })
    }
}

//! Who asks, as the core is told of it: by a mapping that is read where it is, or by attributes that lie flat.

use std::cell::Cell;
use std::sync::LazyLock;

use pyo3::exceptions::PyKeyError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use vexil_client::Attributes;
use vexil_core::context::{Attribute, List, Path};

use crate::context::check_mapping;
use crate::errors::Result;
use crate::kept;
use crate::shape::{self, Refusal, Shape, shape};

/// Who asks.
pub(crate) trait Asker: Attributes {
    /// Why the context is none: of what it was asked for since the last time, the first that no context holds. The core
    /// was told that it is missing.
    fn refusal(&self, py: Python<'_>) -> Result<Option<String>>;
}

/// Calls with whoever asks by `context`; what is no context at all is a mistake in the program, and raised.
macro_rules! with_asker {
    ($context:expr, |$asker:ident| $call:expr) => {
        match $crate::asker::Context::of($context)? {
            $crate::asker::Context::Flat($asker) => $call,
            $crate::asker::Context::Mapping(mapping) => {
                let $asker = &$crate::asker::InPlace::new(mapping);
                $call
            }
        }
    };
}
pub(crate) use with_asker;

/// What a caller gave for a context.
pub(crate) enum Context<'c, 'py> {
    Flat(&'c vexil_core::Context),
    Mapping(&'c Bound<'py, PyAny>),
}

impl<'c, 'py> Context<'c, 'py> {
    #[inline]
    pub(crate) fn of(given: Option<&'c Bound<'py, PyAny>>) -> Result<Context<'c, 'py>> {
        let Some(given) = given else { return Ok(Context::Flat(nobody())) };
        if given.is_exact_instance_of::<PyDict>() {
            return Ok(Context::Mapping(given));
        }
        match crate::context::Context::flat(given) {
            Some(flat) => Ok(Context::Flat(flat)),
            None => check_mapping(given).map(|()| Context::Mapping(given)),
        }
    }
}

/// Nobody in particular.
#[inline]
pub(crate) fn nobody() -> &'static vexil_core::Context {
    static NOBODY: LazyLock<vexil_core::Context> = LazyLock::new(vexil_core::Context::new);
    &NOBODY
}

impl Asker for vexil_core::Context {
    #[inline]
    fn refusal(&self, _py: Python<'_>) -> Result<Option<String>> {
        Ok(None)
    }
}

/// A mapping, which lends its attributes for as long as an evaluation takes.
pub(crate) struct InPlace<'c, 'py> {
    root: &'c Bound<'py, PyAny>,
    refusal: Cell<Option<Box<Refusal>>>,
}

impl<'c, 'py> InPlace<'c, 'py> {
    #[inline]
    pub(crate) fn new(root: &'c Bound<'py, PyAny>) -> InPlace<'c, 'py> {
        InPlace { root, refusal: Cell::new(None) }
    }

    /// The first one is told.
    #[cold]
    fn refuse(&self, refusal: Box<Refusal>) {
        let before = self.refusal.take();
        self.refusal.set(before.or_else(|| Some(refusal)));
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
    fn refusal(&self, py: Python<'_>) -> Result<Option<String>> {
        match self.refusal.take() {
            None => Ok(None),
            Some(refusal) => refusal.told(py).map(Some),
        }
    }
}

/// The member of a mapping; nothing where it is missing or `None`, and where `tree` is no mapping.
#[inline(always)]
fn member<'py>(tree: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> Result<Option<Bound<'py, PyAny>>> {
    let found = match tree.is_exact_instance_of::<PyDict>() {
        true => member_of_dict(tree, name)?,
        false => member_of_other(tree, name)?,
    };
    Ok(found.filter(|found| !found.is_none()))
}

/// As `PyDict::get_item`, whose result is larger.
#[inline(always)]
fn member_of_dict<'py>(
    dict: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> Result<Option<Bound<'py, PyAny>>> {
    let mut found = std::ptr::null_mut();
    // SAFETY: both are objects, and there is room for the result.
    match unsafe { ffi::compat::PyDict_GetItemRef(dict.as_ptr(), name.as_ptr(), &raw mut found) } {
        0 => Ok(None),
        // SAFETY: this is what it returns where it has found an object, whose reference is ours.
        1 => Ok(Some(unsafe { Bound::from_owned_ptr(dict.py(), found) })),
        _ => Err(PyErr::fetch(dict.py()).into()),
    }
}

#[inline(never)]
fn member_of_other<'py>(
    tree: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> Result<Option<Bound<'py, PyAny>>> {
    if tree.is_instance_of::<PyDict>() {
        return member_of_dict(tree, name);
    }
    if !matches!(shape(tree), Ok(Shape::Mapping)) {
        return Ok(None);
    }
    match tree.get_item(name) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_instance_of::<PyKeyError>(tree.py()) => Ok(None),
        Err(error) => Err(error.into()),
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

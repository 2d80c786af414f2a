//! Who asks, by the tree of a context, which is read where it is. A context that is made for one request is asked for a few
//! attributes; to lay it flat, and to free that again, would take many times as long.

use std::cell::Cell;

use vexil_client::Attributes;
use vexil_core::context::{Attribute, List, Path};
use vexil_ffi::Code;
use vexil_ffi::fault::Fault;

use crate::routes;
use crate::tree::{Broken, Raw};

/// The tree of a context, which lends its attributes for as long as an evaluation takes.
pub(crate) struct InPlace<'a> {
    tree: Raw<'a>,
    /// Whether something that was asked for is none: the core was told that it is missing.
    is_broken: Cell<bool>,
}

impl<'a> InPlace<'a> {
    #[inline]
    pub(crate) fn new(tree: &'a [u8]) -> InPlace<'a> {
        InPlace { tree: Raw::new(tree), is_broken: Cell::new(false) }
    }

    /// Fails where what was asked for could not be read.
    #[inline]
    pub(crate) fn check(&self) -> Result<(), Fault> {
        match self.is_broken.get() {
            true => Err(Fault::new(Code::InvalidContext, "the bytes are no context")),
            false => Ok(()),
        }
    }

    #[inline]
    fn checked<T>(&self, found: Result<T, Broken>) -> Option<T> {
        found.inspect_err(|_| self.is_broken.set(true)).ok()
    }
}

impl<'a> Attributes for InPlace<'a> {
    #[inline]
    fn visit<R>(&self, path: &Path, visitor: impl FnOnce(Option<Attribute<'_>>) -> R) -> R {
        let found = routes::with(path, |route| {
            route.find(&self.tree, |tree, name| self.checked(tree.member(name)).flatten())
        });
        let items;
        visitor(match found {
            Some(list) if list.is_list() => {
                items = Items { list, of: self };
                Some(Attribute::List(&items))
            }
            Some(found) => self.checked(found.attribute()).flatten(),
            None => None,
        })
    }
}

/// The items of a list.
struct Items<'c, 'a> {
    list: Raw<'a>,
    of: &'c InPlace<'a>,
}

impl List for Items<'_, '_> {
    fn len(&self) -> usize {
        self.of.checked(self.list.count()).unwrap_or_default()
    }

    fn any(&self, test: &mut dyn FnMut(Attribute<'_>) -> bool) -> bool {
        let found = self.list.any_item(|item| {
            // What no list of a context holds by itself is there, and that is all.
            Ok(test(if item.is_list() {
                Attribute::Object
            } else {
                item.attribute()?.unwrap_or(Attribute::Object)
            }))
        });
        self.of.checked(found).unwrap_or_default()
    }
}

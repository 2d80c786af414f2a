//! A caller's context, and behind it what the client knows of itself, as one.

use vexil_core::context::{Attribute, Path};
use vexil_core::{Attributes, Context};

/// Asks the caller's context first, as the core does when it evaluates.
pub(crate) struct WithSupplied<'c, A> {
    pub(crate) context: &'c A,
    pub(crate) supplied: &'c Context,
}

impl<A: Attributes> Attributes for WithSupplied<'_, A> {
    fn visit<R>(&self, path: &Path, visitor: impl FnOnce(Option<Attribute<'_>>) -> R) -> R {
        self.context.visit(path, |found| match found {
            Some(attribute) => visitor(Some(attribute)),
            None => self.supplied.visit(path, visitor),
        })
    }
}

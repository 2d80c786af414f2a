//! A caller's context, and behind it what the client knows of itself.

use vexil_core::context::{Attribute, Path};
use vexil_core::{Attributes, Context};

/// Asks the caller's context first.
pub(crate) struct WithSupplied<'c, A> {
    pub(crate) context: &'c A,
    pub(crate) supplied: &'c Context,
}

impl<A: Attributes> Attributes for WithSupplied<'_, A> {
    #[inline(always)]
    fn visit<R>(&self, path: &Path, visitor: impl FnOnce(Option<Attribute<'_>>) -> R) -> R {
        match path.is_supplied() {
            false => self.context.visit(path, visitor),
            true => self.visit_both(path, visitor),
        }
    }
}

impl<A: Attributes> WithSupplied<'_, A> {
    /// Apart, for what a visitor does is compiled anew wherever it is called, and few ask for this.
    #[inline(never)]
    fn visit_both<R>(&self, path: &Path, visitor: impl FnOnce(Option<Attribute<'_>>) -> R) -> R {
        self.context.visit(path, |found| match found {
            Some(attribute) => visitor(Some(attribute)),
            None => self.supplied.visit(path, visitor),
        })
    }
}

//! How an evaluation tells what it does. The fast path tells nothing, and pays nothing: what is told is made by
//! closures that it never calls.

use crate::trace::{Outcome, Step};

/// Whoever listens.
pub(crate) trait Tracer {
    /// A step begins; what follows is part of it.
    fn open(&mut self, step: impl FnOnce() -> Step);
    /// The step that was opened last is done.
    fn close(&mut self, outcome: impl FnOnce() -> Outcome);
    /// A step without parts.
    fn leaf(&mut self, step: impl FnOnce() -> (Step, Outcome));
}

/// Nobody listens.
pub(crate) struct Silent;

impl Tracer for Silent {
    #[inline(always)]
    fn open(&mut self, _: impl FnOnce() -> Step) {}
    #[inline(always)]
    fn close(&mut self, _: impl FnOnce() -> Outcome) {}
    #[inline(always)]
    fn leaf(&mut self, _: impl FnOnce() -> (Step, Outcome)) {}
}

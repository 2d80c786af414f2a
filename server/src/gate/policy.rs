//! What else must agree before a change is committed.

use super::Reviewed;

/// A rule that every change passes, whoever makes it and whichever way it comes.
pub trait Policy: Send + Sync {
    /// A stable name, for refusals and logs.
    fn name(&self) -> &str;

    /// Judges a change of which everything is known: who, what, why, and what differs.
    fn judge(&self, reviewed: &Reviewed) -> Verdict;
}

/// What a policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing against it.
    Allow,
    /// No, and why.
    Refuse(String),
}

//! Who did what, where, why and when, so that nothing of it can be changed unnoticed. Pure: no store, no clock.
//!
//! 1. [`Record`]: what is told of one act;
//! 2. [`Head`] and [`Link`]: records in a chain of hashes;
//! 3. [`conceal`](conceal::conceal): sensitive values as digests;
//! 4. [`export`] and [`verify`]: the chain as a file, and whether it holds.
//!
//! The chain shows that what is there is what was written, in that order, and that nothing is missing before its
//! head. Whoever may write to the store could still cut its end off, or write all of it anew: so heads are told to
//! others as they come about (logs, exports), and a verification takes the one that is expected.

pub mod action;
mod chain;
pub mod conceal;
pub mod export;
pub(crate) mod hex;
mod record;
pub mod verify;

pub use action::{Action, UnknownAction};
pub use chain::{Digest, Head, Link, NotADigest, SealError, TEXT_BYTES};
pub use record::Record;

//! Vexil's core: what a feature flag, a configuration value or an experiment is for the one who asks.
//!
//! Pure: no I/O, no clock, no environment, no threads, no locks, no logging. The stages follow one another:
//!
//! 1. [`document`]: text to a tree, strictly;
//! 2. [`definition`]: the tree, as authors write it, to the model, with every [`problem`] named;
//! 3. [`model`]: what is valid; an illegal one cannot be built;
//! 4. [`snapshot`]: the model compiled, immutable and numbered;
//! 5. [`evaluate`]: a snapshot, a [`context`] and a moment to an evaluation;
//! 6. [`trace`]: the same, with every step told.
//!
//! ```
//! use vexil_core::{Context, Environment, Request, Snapshot, Timestamp};
//!
//! let definitions = br#"{"key": "checkout.v2", "rollout": {"on": 100}}"#;
//! let snapshot = Snapshot::load_json(definitions, Environment::Document)?;
//! let context = Context::new().with("user.id", "u-1");
//! let evaluation = snapshot.evaluate("checkout.v2", &Request::new(&context, Timestamp::from_millis(0)));
//! assert_eq!(evaluation.value().and_then(|value| value.as_bool()), Some(true));
//! assert_eq!(evaluation.reason().as_str(), "ROLLOUT");
//! # Ok::<(), vexil_core::Problem>(())
//! ```
#![forbid(unsafe_code)]

pub mod context;
pub mod definition;
pub mod diff;
pub mod document;
pub mod evaluate;
mod graph;
mod hash;
mod key;
pub mod limits;
pub mod model;
pub mod problem;
pub mod settle;
pub mod snapshot;
mod splits;
pub mod trace;
pub mod value;

pub use context::{Attributes, Context};
pub use document::{Arena, Node};
pub use evaluate::{
    Asked, Clock, ErrorCode, Evaluation, Overrides, Reason, Request, StickyAssignments, bucket_of,
};
pub use key::{AsKey, Key, Place};
pub use problem::{Code, Problem, Severity};
pub use snapshot::{Delta, Environment, Snapshot};
pub use value::Value;
pub use value::timestamp::Timestamp;

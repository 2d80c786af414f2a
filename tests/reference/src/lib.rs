//! The reference interpreter of `docs/DESIGN.md` (sections 3 to 7).
//!
//! It is written from the document alone, walks plain `serde_json` values, clones freely and is
//! slow. Its only use is to be held against the fast engine, so it shares no parser, comparator or
//! hash with it. Read it beside the document, in this order: `document` (what is there),
//! `references` (cycles), `resolution` (the twelve lines of section 4), `action`, `experiment`
//! (section 7), `context` and `condition` (section 5), `bucket` (section 6).
//!
//! Definitions are presupposed to be valid, except where a process loads leniently (section 3):
//! a malformed one may panic. A context never does.

mod action;
mod bucket;
mod condition;
mod context;
mod document;
mod experiment;
mod flag;
pub mod generate;
mod network;
mod number;
mod operators;
mod references;
mod resolution;
mod siphash;
mod text;
mod time;
mod version;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub use bucket::{bucket, hash};
pub use number::read;
pub use operators::OPERATORS;
pub use siphash::siphash_2_4;

/// One question, with everything that its answer depends on besides the document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Request {
    /// What is asked for.
    pub key: String,
    /// Who asks: an object, else the outcome is `INVALID_CONTEXT`.
    pub context: Value,
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub now_nanos: i128,
    /// `--env`: over the bundle's environment, and the context may name another.
    pub environment: Option<String>,
    /// The environment of a control plane's snapshot: nothing changes it.
    pub fixed_environment: Option<String>,
    /// The type that the caller asks for, if any.
    pub asked: Option<Asked>,
    /// Process-local overrides, by key.
    pub overrides: Map<String, Value>,
    /// Request-scoped overrides, by key.
    pub request_overrides: Map<String, Value>,
    /// Stored assignments: experiment -> unit -> variant.
    pub sticky: BTreeMap<String, BTreeMap<String, String>>,
}

/// A type that a caller can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// true or false
    Boolean,
    /// an i64
    Integer,
    /// a number, integers included where they are exact floats
    Float,
    /// text
    String,
    /// any JSON; experiments are of this type
    Json,
}

/// The answer (section 4, after line 12).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// Null where the caller's default would be given, or an experiment has no variant.
    pub value: Value,
    /// The id of the variation or variant.
    pub variation: Option<String>,
    /// Why: a reason of section 4, or a code of section 7.
    pub reason: String,
    /// Whose value it is, for lines 8, 9, 11 and 12.
    pub scope: Option<String>,
    /// The rule's id, else its zero-based position after sorting, for line 10.
    pub rule: Option<String>,
    /// The bucket that chose.
    pub bucket: Option<u32>,
    /// The code, where the reason is `ERROR`.
    pub error: Option<String>,
    /// The assignment to store: (experiment, unit, variant). Only a new one is (section 7).
    pub store: Option<(String, String, String)>,
    /// `on_expiry` is `keep` and the expiry has passed.
    pub overdue: bool,
}

/// Evaluates one key of a document: a definition, a list of them, or a bundle.
pub fn evaluate(document: &Value, request: &Request) -> Outcome {
    resolution::evaluate(document, request)
}

/// Judges a condition on its own, in the three-valued logic of section 5 (`None` is unknown).
/// A context that is none leaves every condition unknown.
pub fn condition(document: &Value, condition: &Value, request: &Request) -> Option<bool> {
    resolution::Evaluation::new(document, request)?.holds(condition)
}

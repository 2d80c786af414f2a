//! Cases by seed: small valid documents that use everything in sections 3 to 7, and requests whose
//! contexts are drawn from the same small pools, so that clauses really become true, false and
//! unknown. What a process loads leniently (unknown operators, missing references, cycles, one key
//! twice) is in them too, now and then.

mod actions;
mod conditions;
mod contexts;
mod dice;
mod entries;
mod experiments;
mod flags;
mod operands;
mod pools;
mod requests;
mod times;
mod values;

use serde_json::Value;

use crate::Request;
pub use dice::Dice;

/// The document of a seed.
pub fn document(seed: u64) -> Value {
    entries::document(&mut Dice::new(seed))
}

/// A request of a seed, for a document that `document` made.
pub fn request(seed: u64, document: &Value) -> Request {
    // Another sequence than that of the document with the same seed.
    requests::request(&mut Dice::new(!seed), document)
}

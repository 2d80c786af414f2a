//! What holds the core to its documents: the corpus of vectors, golden explanations, properties.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that fails should fail at once and loudly"
)]

mod agreement;
mod allocations;
mod amplification;
mod bucketing;
mod clients;
mod corpus;
mod documents;
mod heap;
mod hostile;
mod properties;
mod restarts;
mod settling;
mod snapshots;
mod stack;
mod traces;
mod vectors;

//! The built binary, run as people and scripts run it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that fails should fail at once and loudly"
)]

mod bad_input;
mod control;
mod demo;
mod diff;
mod eval;
mod explain;
mod folders;
mod keys;
mod operations;
mod people;
mod stats;
mod support;
mod transfer;
mod validate;

//! `vexil serve` as a process of its own: faults injected on purpose, and clients that live through them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that fails should fail at once and loudly"
)]

mod clients;
mod crash;
mod support;

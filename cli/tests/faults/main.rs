//! Faults injected on purpose into `vexil serve`, as a process of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that fails should fail at once and loudly"
)]

mod crash;
mod support;

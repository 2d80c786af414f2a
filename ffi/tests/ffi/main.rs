//! The library as hosts see it: its header, its codes, its symbols, and a program in C that uses it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that fails ends by a panic"
)]

mod driver;
mod generated;
mod kotlin;
mod library;
mod python;
mod swift;

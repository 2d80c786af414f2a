//! The client as programs use it: alone, and against servers that behave, misbehave and go away.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that fails should fail at once and loudly"
)]

mod answers;
mod beside;
mod disk;
mod ends;
mod experiments;
mod fork;
mod local;
mod origin;
mod reads;
mod statics;
mod streams;
mod telemetry;
mod testing;
mod tls;
mod views;

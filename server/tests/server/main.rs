//! The server as a whole, in process, over HTTP. One binary, so that it is linked once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that fails should fail at once and loudly"
)]

mod attack;
mod audit;
mod changes;
mod classic;
mod codes;
mod keys;
mod limits;
mod matrix;
mod ofrep;
mod openapi;
mod openfeature;
mod ops;
mod outage;
mod plans;
mod proxy;
mod reading;
mod replicas;
mod search;
mod secrets;
mod sessions;
mod slices;
mod start;
mod streams;
mod support;
mod telemetry;
mod telemetry_store;
mod writes;

//! The server as a whole, in process, over HTTP. One binary, so that it is linked once.

mod attack;
mod changes;
mod openapi;
mod ops;
mod outage;
mod replicas;
mod streams;
mod support;
mod telemetry;
mod telemetry_store;

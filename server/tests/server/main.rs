//! The server as a whole, in process, over HTTP. One binary, so that it is linked once.

mod changes;
mod ops;
mod outage;
mod replicas;
mod support;

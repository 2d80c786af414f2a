//! The server as a whole, in process, over HTTP. One binary, so that it is linked once.

mod attack;
mod changes;
mod classic;
mod ofrep;
mod openapi;
mod openfeature;
mod slices;
mod streams;
mod support;

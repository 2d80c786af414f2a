//! The server as a whole, in process, over HTTP. One binary, so that it is linked once.

mod audit;
mod changes;
mod limits;
mod matrix;
mod sessions;
mod support;

//! The one native library that hosts load, with two faces over the same clients:
//!
//! - [`control`], by uniffi: objects, records, typed errors and listeners, for what is rare and rich;
//! - [`c`], the C ABI: handles, flat buffers and numeric codes, for what every request does. `include/vexil.h` is made
//!   from it.
//!
//! Neither decides anything about a flag. No panic leaves either of them: uniffi catches those of its face, and
//! [`guard`] those of the C ABI. The numbers of [`Code`] mean the same in all hosts.
#![allow(unsafe_code, reason = "this is the boundary: pointers come from hosts and go to them")]

pub mod c;
pub mod clients;
pub mod code;
pub mod contexts;
pub mod control;
pub mod fault;
pub mod guard;
mod handles;
mod json;
pub mod reading;
mod recent;
pub mod utf8;

pub use code::Code;

uniffi::setup_scaffolding!("vexil");

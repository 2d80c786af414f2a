//! The native library of the Kotlin package: what every request does, by JNI, over the same clients that the package
//! starts and watches through uniffi. That face is in this library too; JNA loads it from here.
//!
//! Nothing here decides anything about a flag: keys and contexts are handed to the core, and what it says is handed back.
//! Text and trees cross as bytes, keys and contexts as numbers that are made once.
#![allow(
    unsafe_code,
    reason = "this is the boundary: functions are exported by name, and the virtual machine lends pointers"
)]
#![allow(non_snake_case, reason = "the virtual machine finds functions by the names of Java")]

mod asker;
mod contexts;
mod control;
mod jvm;
mod keys;
mod packed;
#[cfg(feature = "fail-on-purpose")]
mod provoke;
mod reads;
mod routes;
mod texts;
mod tree;
mod views;

vexil_ffi::uniffi_reexport_scaffolding!();

//! The native module of the Elixir package: [`reads`] for what every request asks, with the context read in place, and
//! [`client`], [`local`] and [`listen`] for what is rare. It decides nothing about a flag.
//!
//! Evaluations run on the scheduler that asks. What compiles, or waits for a moment, runs on a dirty one ([`scheduler`]);
//! what waits for a source, on a thread of its own ([`start`], [`refresh`]). A panic becomes an `ErlangError` of the
//! process that called.
#![allow(
    unsafe_code,
    reason = "rustler's macros make the functions that the virtual machine calls, and so does `call`"
)]

mod asker;
mod atoms;
mod call;
mod caller;
mod client;
mod context;
mod details;
mod errors;
mod kept;
mod large;
mod listen;
mod local;
#[cfg(feature = "fail-on-purpose")]
mod provoke;
mod reads;
mod refresh;
mod scheduler;
mod shape;
mod start;
mod state;
mod sticky;
mod value;
mod view;
mod warned;

rustler::init!("Elixir.Vexil.Native");

//! The face for what is rare and rich: to start, to watch, to override, to explain. Made for hosts by uniffi.
//!
//! All of it can fail, if by nothing else then by a panic: in Swift one in a function without an error ends the process.
//! Only those that hand out what is there already say that they cannot.

mod client;
mod error;
mod listeners;
mod local;
mod options;
mod state;

pub use client::VexilClient;
pub use error::VexilError;
pub use listeners::{
    ChangeListener, GenerationListener, ListenerError, StateListener, StickyStore, Subscription,
};
pub use options::{ClientOptions, Fallback, SourceOptions, Streaming, TrustedKeyOptions};
pub use state::{Assignment, ClientState, ConnectionStatus, Explanation, SourceFailure, ValueChange};

use crate::Code;

/// A row of the table of codes, for hosts that hold their list against it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CodeRow {
    /// The number, as it crosses.
    pub number: i32,
    /// The stable name.
    pub name: String,
    /// What it means, for a person.
    pub meaning: String,
}

/// Every code there is.
#[uniffi::export]
pub fn codes() -> Vec<CodeRow> {
    let row = |code: &Code| CodeRow {
        number: code.number(),
        name: code.name().to_owned(),
        meaning: code.meaning().to_owned(),
    };
    Code::ALL.iter().map(row).collect()
}

/// The version of this library.
#[uniffi::export]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

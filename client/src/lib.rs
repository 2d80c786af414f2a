//! What surrounds the core in a process: where definitions come from, the last known good on disk, refresh in the
//! background, overrides, events, telemetry. The core decides; nothing here does.
//!
//! ```
//! use vexil_client::{Client, Context, Options, Source};
//!
//! let definitions = r#"{"schema": 1, "version": 1, "entries": [{"key": "checkout.v2", "default": true}]}"#;
//! let client = Client::start(Options::new(Source::Memory(definitions.into())))?;
//! let context = Context::new().with("user.id", "u-1");
//! assert!(client.is_enabled("checkout.v2", &context));
//! # Ok::<(), vexil_client::StartError>(())
//! ```
//!
//! Readers take no lock: a snapshot is swapped whole, and a read holds the one that it began with. One thread refreshes;
//! a process that forks starts its own at the first read of the child, and a process that must not have threads
//! refreshes while it reads ([`Options::threadless`]).

mod cache;
mod certificates;
mod changes;
mod client;
mod clock;
mod fork;
mod held;
pub mod limits;
mod lock;
mod message;
mod options;
mod outcome;
mod registrations;
mod runtime;
mod seen;
mod source;
mod state;
mod sticky;
mod supplied;
mod sync;
mod telemetry;
pub mod testing;
mod threads;
mod variables;
mod view;

pub use certificates::{Certificates, CertificatesError};
pub use changes::{Change, Subscription};
pub use client::{Client, OverridesNotAllowed, StartError, ThreadClient};
pub use message::{KeyError, TrustedKey};
pub use options::{Cache, Fallback, Options, Retry, Source, Streaming, Supplied, Telemetry};
pub use outcome::{Assigned, Details, Origin, Outcome};
pub use runtime::RuntimeError;
pub use seen::Seen;
pub use state::{ConnectionStatus, Failure, FailureCode, State};
pub use sticky::{FileStore, MemoryStore, StickyStore};
pub use telemetry::TelemetryState;
pub use variables::OptionsError;
pub use vexil_core::{
    AsKey, Asked, Attributes, Context, ErrorCode, Evaluation, Key, Overrides, Problem, Reason, Timestamp,
    Value,
};
pub use view::{Keys, View};

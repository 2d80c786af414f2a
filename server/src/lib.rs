//! The control plane: it holds the definitions of every environment, guards their changes, and delivers them to every
//! process.
//!
//! 1. [`store`]: the database, and the only transaction that changes what is in force;
//! 2. [`catalog`]: what is in force, in memory;
//! 3. [`gate`]: the one write path: permission, validation, diff, policy, transaction, broadcast;
//! 4. [`delivery`]: signed snapshots and deltas for processes;
//! 5. [`access`] and [`directory`]: who may do what, and who is known;
//! 6. [`audit`]: what was done, in a chain of hashes;
//! 7. [`telemetry`]: what processes tell of themselves;
//! 8. [`api`]: all of that over HTTP;
//! 9. [`server`]: starting, running and stopping, of what `services` hold;
//! 10. [`observe`]: metrics, logs and traces of all that.
#![forbid(unsafe_code)]

pub mod access;
pub mod api;
pub mod audit;
pub mod catalog;
pub mod delivery;
pub mod directory;
mod follow;
pub mod gate;
mod listener;
pub mod observe;
mod relay;
pub mod server;
mod services;
pub mod settings;
pub mod store;
pub mod telemetry;
mod turns;

pub use server::{Server, StartError};
pub use settings::Settings;

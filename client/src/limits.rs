//! What is too much. Beyond a limit there is an error, and what was there before stays.

use std::time::Duration;

/// The shortest polling interval: what is asked more often is asked without a pause.
pub const POLLING_INTERVAL: Duration = Duration::from_millis(1);
/// Namespaces that a host may name for its own runtime values.
pub const RUNTIME_NAMESPACES: usize = 100;
/// Runtime values in one namespace.
pub const RUNTIME_VALUES: usize = 1_000;
/// Bytes of one runtime value, about as they would be in JSON.
pub const RUNTIME_VALUE_BYTES: usize = 64 << 10;
/// Bytes of a namespace, and of a key in it.
pub const NAME_BYTES: usize = 200;
/// Entries that are registered at one time, segments and layers among them.
pub const REGISTERED_ENTRIES: usize = 1_000;
/// Bytes of all that is registered, as it is written.
pub const REGISTERED_BYTES: usize = 4 << 20;

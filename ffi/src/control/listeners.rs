//! Listeners of hosts. One that throws is passed over: it harms neither the client nor other listeners.

use std::sync::Arc;

use parking_lot::Mutex;

use super::state::{ClientState, ValueChange};

/// What a listener of a host failed with. Nobody here can do anything about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum ListenerError {
    /// It threw.
    #[error("{reason}")]
    Threw {
        /// What the host says of it.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for ListenerError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> ListenerError {
        ListenerError::Threw { reason: error.reason }
    }
}

/// Hears of every change of a client's state, on the thread that makes it.
#[uniffi::export(with_foreign)]
pub trait StateListener: Send + Sync {
    /// The state is another.
    fn on_state(&self, state: ClientState) -> Result<(), ListenerError>;
}

/// Hears of a key whose value is another, on the thread that makes it so.
#[uniffi::export(with_foreign)]
pub trait ChangeListener: Send + Sync {
    /// The value is another.
    fn on_change(&self, change: ValueChange) -> Result<(), ListenerError>;
}

/// Listens until it is cancelled or dropped.
#[derive(uniffi::Object)]
pub struct Subscription {
    held: Mutex<Option<vexil_client::Subscription>>,
}

impl Subscription {
    pub(super) fn new(held: vexil_client::Subscription) -> Arc<Subscription> {
        Arc::new(Subscription { held: Mutex::new(Some(held)) })
    }
}

#[uniffi::export]
impl Subscription {
    /// Listens no more. What is being told just now is still heard.
    pub fn cancel(&self) {
        drop(self.held.lock().take());
    }
}

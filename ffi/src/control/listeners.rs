//! Listeners of hosts. One that throws is passed over: it harms neither the client nor other listeners.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use super::error::VexilError;
use super::state::{ClientState, ValueChange};
use crate::guard::caught;

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

/// Hears of every change of a client's state, on the thread that makes it or on one that is telling of another just then.
#[uniffi::export(with_foreign)]
pub trait StateListener: Send + Sync {
    /// The state is another.
    fn on_state(&self, state: ClientState) -> Result<(), ListenerError>;
}

/// Hears of a key whose value is another, likewise.
#[uniffi::export(with_foreign)]
pub trait ChangeListener: Send + Sync {
    /// The value is another.
    fn on_change(&self, change: ValueChange) -> Result<(), ListenerError>;
}

/// Hears whenever what a read may come to is another, likewise.
#[uniffi::export(with_foreign)]
pub trait GenerationListener: Send + Sync {
    /// It is another; the number is the new one's.
    fn on_generation(&self, generation: u64) -> Result<(), ListenerError>;
}

/// Listens until it is cancelled or dropped.
#[derive(uniffi::Object)]
pub struct Subscription {
    held: ArcSwapOption<vexil_client::Subscription>,
}

impl Subscription {
    pub(super) fn to(
        listen: impl FnOnce() -> vexil_client::Subscription,
    ) -> Result<Arc<Subscription>, VexilError> {
        Ok(caught(|| Arc::new(Subscription { held: ArcSwapOption::from_pointee(listen()) }))?)
    }
}

#[uniffi::export]
impl Subscription {
    /// Listens no more. What is being told just now is still heard.
    pub fn cancel(&self) -> Result<(), VexilError> {
        Ok(caught(|| drop(self.held.swap(None)))?)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // What a listener has captured goes with it.
        drop(caught(|| self.held.store(None)));
    }
}

/// Where variants are remembered that units were given in experiments that are `sticky`. It is asked by reads, in the
/// thread that reads; one that throws is taken for one that knows nothing.
#[uniffi::export(with_foreign)]
pub trait StickyStore: Send + Sync {
    /// The id of the variant that a unit was given.
    fn get(&self, experiment: String, unit: String) -> Result<Option<String>, ListenerError>;

    /// Remembers the variant that a unit was given.
    fn put(&self, experiment: String, unit: String, variant: String) -> Result<(), ListenerError>;
}

/// A host's store, as the client asks it.
pub(super) struct HostStore(pub(super) Arc<dyn StickyStore>);

impl vexil_client::StickyStore for HostStore {
    fn get(&self, experiment: &str, unit: &str) -> Option<String> {
        self.0.get(experiment.to_owned(), unit.to_owned()).ok().flatten()
    }

    fn put(&self, experiment: &str, unit: &str, variant: &str) {
        drop(self.0.put(experiment.to_owned(), unit.to_owned(), variant.to_owned()));
    }
}

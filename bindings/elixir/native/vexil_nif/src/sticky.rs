//! Where it is remembered which variants units were given, as the client asks it.

use std::sync::Arc;

use rustler::{Atom, Encoder, Env, Resource, ResourceArc, Term};
use vexil_client::{MemoryStore, StickyStore};
use vexil_ffi::control::{self, ListenerError};

use crate::atoms;
use crate::value::text_or_nil;

/// Variants in memory, which a program may know already, and look at.
pub(crate) struct Store {
    memory: Arc<MemoryStore>,
}

#[rustler::resource_impl]
impl Resource for Store {}

impl Store {
    /// The same store, as a client takes it.
    pub(crate) fn shared(&self) -> Arc<dyn control::StickyStore> {
        Arc::new(Shared(Arc::clone(&self.memory)))
    }
}

struct Shared(Arc<MemoryStore>);

impl control::StickyStore for Shared {
    fn get(&self, experiment: String, unit: String) -> Result<Option<String>, ListenerError> {
        Ok(self.0.get(&experiment, &unit))
    }

    fn put(&self, experiment: String, unit: String, variant: String) -> Result<(), ListenerError> {
        self.0.put(&experiment, &unit, &variant);
        Ok(())
    }
}

/// A store with room for about so many pairs of an experiment and a unit.
#[rustler::nif]
fn sticky_new(capacity: usize) -> ResourceArc<Store> {
    ResourceArc::new(Store { memory: Arc::new(MemoryStore::new(capacity)) })
}

/// The variant that a unit was given in an experiment, or `nil`.
#[rustler::nif]
fn sticky_get<'a>(env: Env<'a>, store: ResourceArc<Store>, experiment: &str, unit: &str) -> Term<'a> {
    text_or_nil(env, store.memory.get(experiment, unit).as_deref())
}

/// Remembers the variant that a unit was given.
#[rustler::nif]
fn sticky_put(store: ResourceArc<Store>, experiment: &str, unit: &str, variant: &str) -> Atom {
    store.memory.put(experiment, unit, variant);
    atoms::ok()
}

/// How many pairs are remembered.
#[rustler::nif]
fn sticky_size<'a>(env: Env<'a>, store: ResourceArc<Store>) -> Term<'a> {
    store.memory.len().encode(env)
}

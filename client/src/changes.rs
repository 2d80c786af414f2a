//! Who wants to hear of what: of the client's state, and of keys whose value is another.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use vexil_core::Value;

use crate::outcome::Origin;
use crate::state::State;

/// A key whose value is another, evaluated for nobody in particular: with what the client supplies alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// `features`, `configs`, `experiments`, or what the host has named.
    pub namespace: String,
    /// The key.
    pub key: String,
    /// What it was; none where there was nothing.
    pub old: Option<Value>,
    /// What it is.
    pub new: Option<Value>,
    /// Where the new one came from.
    pub origin: Origin,
}

type Listener<T> = Arc<dyn Fn(&T) + Send + Sync>;

/// What the namespaces of a snapshot are called; all others are the host's.
pub(crate) const FEATURES: &str = "features";
pub(crate) const CONFIGS: &str = "configs";
pub(crate) const EXPERIMENTS: &str = "experiments";

#[derive(Default)]
struct Listeners {
    next: u64,
    of_state: BTreeMap<u64, Listener<State>>,
    of_keys: BTreeMap<u64, (String, String, Listener<Change>)>,
}

/// All who listen.
#[derive(Default)]
pub(crate) struct Changes {
    listeners: Arc<Mutex<Listeners>>,
}

/// Listens for as long as it lives.
#[must_use = "whoever drops it hears nothing"]
pub struct Subscription {
    id: u64,
    listeners: Weak<Mutex<Listeners>>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(listeners) = self.listeners.upgrade() {
            let mut listeners = listeners.lock();
            listeners.of_state.remove(&self.id);
            listeners.of_keys.remove(&self.id);
        }
    }
}

impl Changes {
    /// The same listeners, in a child of a fork: whoever dropped a subscription there is heard of no more.
    pub(crate) fn after_fork(&self) -> Changes {
        match self.listeners.try_lock() {
            Some(_) => Changes { listeners: Arc::clone(&self.listeners) },
            None => Changes::default(),
        }
    }

    pub(crate) fn on_state(&self, listener: impl Fn(&State) + Send + Sync + 'static) -> Subscription {
        self.add(|listeners, id| drop(listeners.of_state.insert(id, Arc::new(listener))))
    }

    pub(crate) fn on_key(
        &self,
        namespace: &str,
        key: &str,
        listener: impl Fn(&Change) + Send + Sync + 'static,
    ) -> Subscription {
        let (namespace, key) = (namespace.to_owned(), key.to_owned());
        self.add(|listeners, id| drop(listeners.of_keys.insert(id, (namespace, key, Arc::new(listener)))))
    }

    fn add(&self, insert: impl FnOnce(&mut Listeners, u64)) -> Subscription {
        let mut listeners = self.listeners.lock();
        listeners.next += 1;
        let id = listeners.next;
        insert(&mut listeners, id);
        Subscription { id, listeners: Arc::downgrade(&self.listeners) }
    }

    /// The keys that somebody listens to, each once.
    pub(crate) fn keys(&self) -> Vec<(String, String)> {
        let listeners = self.listeners.lock();
        let mut keys: Vec<_> =
            listeners.of_keys.values().map(|(namespace, key, _)| (namespace.clone(), key.clone())).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    pub(crate) fn tell_state(&self, state: &State) {
        // Outside the lock, so that a listener may subscribe and unsubscribe.
        let listeners: Vec<_> = self.listeners.lock().of_state.values().cloned().collect();
        for listener in listeners {
            tell(&listener, state);
        }
    }

    pub(crate) fn tell_change(&self, change: &Change) {
        let is_meant = |(namespace, key, _): &&(String, String, Listener<Change>)| {
            *namespace == change.namespace && *key == change.key
        };
        let listeners: Vec<_> = {
            let listeners = self.listeners.lock();
            listeners.of_keys.values().filter(is_meant).map(|(_, _, listener)| Arc::clone(listener)).collect()
        };
        for listener in listeners {
            tell(&listener, change);
        }
    }
}

/// A listener that panics harms nobody else.
fn tell<T>(listener: &Listener<T>, told: &T) {
    drop(catch_unwind(AssertUnwindSafe(|| listener(told))));
}

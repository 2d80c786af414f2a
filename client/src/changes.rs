//! Who wants to hear of what: of the client's state, of everything that is put in force, and of keys whose value is
//! another.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};

use vexil_core::{Context, Value};

use crate::lock::Mutex;
use crate::outcome::Origin;
use crate::state::State;
use crate::threads;

/// A key whose value is another.
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
    /// Where the new one came from: [`Origin::Runtime`] where the program set it as an override or runtime value, else
    /// the definitions that are in force.
    pub origin: Origin,
}

type Listener<T> = Arc<dyn Fn(&T) + Send + Sync>;

/// Whether a namespace is of what the definitions serve; all others are the host's. The three names are for people: keys
/// are one set, whatever they are of.
pub(crate) fn is_served(namespace: &str) -> bool {
    ["features", "configs", "experiments"].contains(&namespace)
}

/// What somebody listens to.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) namespace: String,
    pub(crate) key: String,
    /// Whom it is evaluated for; nobody in particular where there is none.
    pub(crate) context: Option<Context>,
}

#[derive(Default)]
struct Listeners {
    next: u64,
    of_state: BTreeMap<u64, Listener<State>>,
    of_generations: BTreeMap<u64, Listener<u64>>,
    of_keys: BTreeMap<u64, (Arc<Watched>, Listener<Change>)>,
}

/// All who listen.
#[derive(Default)]
pub(crate) struct Changes {
    listeners: Arc<Mutex<Listeners>>,
    /// Held while something is put in force, so that what has changed is noted in the order in which it did.
    pub(crate) writing: Mutex<()>,
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
            let mut locked = listeners.lock();
            let of_state = locked.of_state.remove(&self.id);
            let of_generations = locked.of_generations.remove(&self.id);
            let of_keys = locked.of_keys.remove(&self.id);
            drop(locked);
            // Outside the lock: what a listener has captured may cancel other subscriptions, or ask the client.
            drop((of_state, of_generations, of_keys));
        }
    }
}

impl Changes {
    /// The same listeners, in a child of a fork: whoever dropped a subscription there is heard of no more.
    pub(crate) fn after_fork(&self) -> Changes {
        match self.listeners.try_lock() {
            Some(_) => Changes { listeners: Arc::clone(&self.listeners), writing: Mutex::default() },
            None => Changes::default(),
        }
    }

    pub(crate) fn on_state(&self, listener: impl Fn(&State) + Send + Sync + 'static) -> Subscription {
        self.add(|listeners, id| drop(listeners.of_state.insert(id, Arc::new(listener))))
    }

    pub(crate) fn on_generation(&self, listener: impl Fn(&u64) + Send + Sync + 'static) -> Subscription {
        self.add(|listeners, id| drop(listeners.of_generations.insert(id, Arc::new(listener))))
    }

    pub(crate) fn on_key(
        &self,
        namespace: &str,
        key: &str,
        context: Option<Context>,
        listener: impl Fn(&Change) + Send + Sync + 'static,
    ) -> Subscription {
        let watched = Watched { namespace: namespace.to_owned(), key: key.to_owned(), context };
        self.add(|listeners, id| drop(listeners.of_keys.insert(id, (Arc::new(watched), Arc::new(listener)))))
    }

    fn add(&self, insert: impl FnOnce(&mut Listeners, u64)) -> Subscription {
        let mut listeners = self.listeners.lock();
        listeners.next += 1;
        let id = listeners.next;
        insert(&mut listeners, id);
        Subscription { id, listeners: Arc::downgrade(&self.listeners) }
    }

    /// What everybody listens to who listens to a key.
    pub(crate) fn watched(&self) -> Vec<(u64, Arc<Watched>)> {
        let listeners = self.listeners.lock();
        listeners.of_keys.iter().map(|(id, (watched, _))| (*id, Arc::clone(watched))).collect()
    }

    // Listeners are told outside the lock, so that they may subscribe and unsubscribe.

    pub(crate) fn tell_state(&self, state: &State) {
        let listeners: Vec<_> = self.listeners.lock().of_state.values().cloned().collect();
        listeners.iter().for_each(|listener| tell(listener, state));
    }

    pub(crate) fn tell_generation(&self, generation: u64) {
        let listeners: Vec<_> = self.listeners.lock().of_generations.values().cloned().collect();
        listeners.iter().for_each(|listener| tell(listener, &generation));
    }

    /// Tells one who listens to a key, if they still do.
    pub(crate) fn tell_change(&self, id: u64, change: &Change) {
        let listener = self.listeners.lock().of_keys.get(&id).map(|(_, listener)| Arc::clone(listener));
        if let Some(listener) = listener {
            tell(&listener, change);
        }
    }
}

/// A listener that panics harms nobody else.
fn tell<T>(listener: &Listener<T>, told: &T) {
    TELLING.set(TELLING.get() + 1);
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| threads::lend(|| listener(told)))) {
        // To drop it may panic again.
        std::mem::forget(panic);
    }
    TELLING.set(TELLING.get() - 1);
}

thread_local! {
    /// How many listeners this thread is within.
    static TELLING: Cell<usize> = const { Cell::new(0) };
}

/// Whether a listener is being told on this thread.
pub(crate) fn is_telling() -> bool {
    TELLING.get() > 0
}

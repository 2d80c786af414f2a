//! What a program says beside the definitions: overrides, runtime values, and what it registers. It is of this process
//! alone, and of as long as it runs.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use thiserror::Error;
use vexil_core::{Overrides, Problem, Reason, Request, Value};

use super::{Client, Shared};
use crate::changes::{Change, Watched, is_served};
use crate::clock::Moment;
use crate::held::Held;
use crate::outcome::Origin;
use crate::registrations::Registrations;
use crate::runtime::RuntimeError;
use crate::sync::Machinery;

/// Why an override is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("overrides are not allowed here; `allow_overrides` allows them (OVERRIDES_NOT_ALLOWED)")]
pub struct OverridesNotAllowed;

impl Client {
    /// Sets what a key is in this process, whatever is in force: for tests and debugging. Of an experiment it is the id
    /// of a variant. A value of another type than the key's does not apply.
    ///
    /// # Errors
    ///
    /// The options do not allow overrides.
    pub fn set_override(&self, key: &str, value: impl Into<Value>) -> Result<(), OverridesNotAllowed> {
        if !self.shared().options.allow_overrides {
            return Err(OverridesNotAllowed);
        }
        let value = value.into();
        self.shared().change_overrides(|overrides| overrides.set(key, value));
        Ok(())
    }

    /// The override of a key.
    pub fn get_override(&self, key: &str) -> Option<Value> {
        self.shared().held.load().overrides.as_ref()?.get(key).cloned()
    }

    /// Every override, by ascending key.
    pub fn overrides(&self) -> Vec<(String, Value)> {
        let held = self.shared().held.load();
        let all = held.overrides.iter().flat_map(|overrides| overrides.iter());
        let mut all: Vec<_> = all.map(|(key, value)| (key.to_owned(), value.clone())).collect();
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        all
    }

    /// Removes an override.
    pub fn remove_override(&self, key: &str) {
        self.shared().change_overrides(|overrides| {
            overrides.remove(key);
        });
    }

    /// Removes all overrides.
    pub fn clear_overrides(&self) {
        self.shared().change_overrides(Overrides::clear);
    }

    /// Sets a value while the program runs. In a namespace of the host's own it is that value, for whoever asks for it
    /// and whoever listens. In `features`, `configs` and `experiments` it is an override of the key, under the same
    /// permission.
    ///
    /// # Errors
    ///
    /// It would be an override and the options allow none; or it is over a limit ([`crate::limits`]).
    pub fn set_runtime(
        &self,
        namespace: &str,
        key: &str,
        value: impl Into<Value>,
    ) -> Result<(), RuntimeError> {
        if is_served(namespace) {
            return Ok(self.set_override(key, value)?);
        }
        let value = value.into();
        self.shared().change(|held| {
            let runtime = Arc::new(held.runtime.with(namespace, key, value)?);
            Ok(Held { runtime, ..held.clone() })
        })
    }

    /// The runtime value of a key: what was set, not what the key is without it.
    pub fn get_runtime(&self, namespace: &str, key: &str) -> Option<Value> {
        if is_served(namespace) {
            return self.get_override(key);
        }
        self.shared().held.load().runtime.get(namespace, key).cloned()
    }

    /// Every runtime value of a namespace, by ascending key.
    pub fn runtime_values(&self, namespace: &str) -> Vec<(String, Value)> {
        if is_served(namespace) {
            return self.overrides();
        }
        let held = self.shared().held.load();
        held.runtime.of(namespace).map(|(key, value)| (key.to_owned(), value.clone())).collect()
    }

    /// Removes a runtime value.
    pub fn remove_runtime(&self, namespace: &str, key: &str) {
        if is_served(namespace) {
            return self.remove_override(key);
        }
        self.shared().change_surely(|held| {
            let runtime = Arc::new(held.runtime.without(namespace, key));
            Held { runtime, ..held.clone() }
        });
    }

    /// Registers definitions for keys that the control plane may not know yet: one, a list, or a bundle, as an author
    /// writes them. Each stands where what is in force has no such key, in the same environment and with the same roles,
    /// and takes the place of what was registered for its key before. Among them they may refer to each other, in any
    /// order; what is in force sees none of them, so that all processes evaluate it alike.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with them, or that they are over a limit ([`crate::limits`]). Then none of them is
    /// registered.
    pub fn register(&self, definitions: &str) -> Result<(), Problem> {
        self.shared().change(|held| {
            let registered = Registrations::with(held.registered.as_deref(), definitions, &held.snapshot)?;
            Ok(Held { registered: Some(Arc::new(registered)), ..held.clone() })
        })
    }

    /// Takes back what was registered for a key.
    pub fn unregister(&self, key: &str) {
        self.shared().change_surely(|held| {
            let registered = held.registered.as_ref();
            let registered = registered.and_then(|registered| registered.without(key, &held.snapshot));
            Held { registered, ..held.clone() }
        });
    }

    /// Every key that is registered, ascending, whether or not what is in force has it by now.
    pub fn registered(&self) -> Vec<String> {
        let held = self.shared().held.load();
        held.registered.iter().flat_map(|registered| registered.keys()).map(str::to_owned).collect()
    }

    /// Whether the definitions that are in force have a key, rather than what is registered.
    pub(crate) fn defines(&self, key: &str) -> bool {
        self.shared().held.load().snapshot.key(key).is_some()
    }
}

impl Shared {
    fn change_overrides(self: &Arc<Shared>, edit: impl FnOnce(&mut Overrides)) {
        self.change_surely(|held| {
            let mut overrides = held.overrides.as_deref().cloned().unwrap_or_default();
            edit(&mut overrides);
            let is_any = overrides.iter().next().is_some();
            Held { overrides: is_any.then(|| Arc::new(overrides)), ..held.clone() }
        });
    }

    fn change_surely(self: &Arc<Shared>, edit: impl FnOnce(&Held) -> Held) {
        let Ok(()) = self.change::<Infallible>(|held| Ok(edit(held)));
    }

    /// Puts something else in force beside the definitions, and tells who listens.
    fn change<E>(self: &Arc<Shared>, edit: impl FnOnce(&Held) -> Result<Held, E>) -> Result<(), E> {
        let machinery = self.machinery();
        self.swap(&machinery, edit)?;
        machinery.tell();
        Ok(())
    }

    /// Puts something else in force, one thing after the other. What has changed for those who listen is noted;
    /// whoever calls this tells it when no lock is held.
    pub(crate) fn swap<E>(
        &self,
        machinery: &Machinery,
        edit: impl FnOnce(&Held) -> Result<Held, E>,
    ) -> Result<(), E> {
        let _one_at_a_time = machinery.changes.writing.lock();
        let before = self.held.load_full();
        let generation = before.generation + 1;
        let next = Arc::new(Held { generation, ..edit(&before)? });
        self.held.store(Arc::clone(&next));
        self.generation.store(generation, Ordering::Release);
        machinery.change(|state| next.describe(state));
        machinery.note_generation(generation);
        for (id, watched) in machinery.changes.watched() {
            let (old, new) = (self.watch(&before, &watched), self.watch(&next, &watched));
            if old.0 != new.0 {
                let Watched { namespace, key, .. } = &*watched;
                let (namespace, key, origin) = (namespace.clone(), key.clone(), new.1);
                machinery.note_change(id, Change { namespace, key, old: old.0, new: new.0, origin });
            }
        }
        Ok(())
    }

    /// What somebody listens to, and where that came from.
    fn watch(&self, held: &Held, watched: &Watched) -> (Option<Value>, Origin) {
        if !is_served(&watched.namespace) {
            return (held.runtime.get(&watched.namespace, &watched.key).cloned(), Origin::Runtime);
        }
        let moment = Moment::default();
        let mut request = Request::new(watched.context.as_ref().unwrap_or(&self.supplied), &moment);
        request.supplied = Some(&self.supplied);
        request.overrides = held.overrides.as_deref();
        let mut found = held.snapshot.not_asked();
        let origin = held.evaluate_into(&mut found, &*watched.key, None, &request);
        let origin = if found.reason() == Reason::Override { Origin::Runtime } else { origin };
        (found.value().cloned(), origin)
    }
}

//! Values that a program sets while it runs, by namespace and key: `set_runtime("ui", "theme", "dark")`. They are the
//! program's own; no flag is evaluated with them.

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;
use vexil_core::Value;

use crate::limits;

/// Why a runtime value is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RuntimeError {
    /// It would be an override, and the options allow none.
    #[error(transparent)]
    NotAllowed(#[from] crate::OverridesNotAllowed),
    /// The namespace or the key is empty or too long.
    #[error("a namespace and a key have 1 to {} bytes", limits::NAME_BYTES)]
    Name,
    /// There are as many namespaces, or as many values in this one, as there may be.
    #[error(
        "there are at most {} namespaces with {} values each",
        limits::RUNTIME_NAMESPACES,
        limits::RUNTIME_VALUES
    )]
    TooMany,
    /// The value is too large.
    #[error("a value has at most {} bytes", limits::RUNTIME_VALUE_BYTES)]
    TooLarge,
}

/// The values of one namespace. Changed by copying, and so shared where they are copied.
type Namespace = BTreeMap<Arc<str>, Arc<Value>>;

/// All of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct RuntimeValues(BTreeMap<Arc<str>, Arc<Namespace>>);

impl RuntimeValues {
    pub(crate) fn get(&self, namespace: &str, key: &str) -> Option<&Value> {
        self.0.get(namespace)?.get(key).map(|value| &**value)
    }

    /// Those of a namespace, by ascending key.
    pub(crate) fn of(&self, namespace: &str) -> impl Iterator<Item = (&str, &Value)> {
        let values = self.0.get(namespace).into_iter().flat_map(|values| values.iter());
        values.map(|(key, value)| (&**key, &**value))
    }

    /// The same with one value set, in the place of what was there.
    pub(crate) fn with(
        &self,
        namespace: &str,
        key: &str,
        value: Value,
    ) -> Result<RuntimeValues, RuntimeError> {
        let is_name = |name: &str| (1..=limits::NAME_BYTES).contains(&name.len());
        if !is_name(namespace) || !is_name(key) {
            return Err(RuntimeError::Name);
        }
        if size_of(&value) > limits::RUNTIME_VALUE_BYTES {
            return Err(RuntimeError::TooLarge);
        }
        let mut next = self.clone();
        if next.0.len() >= limits::RUNTIME_NAMESPACES && !next.0.contains_key(namespace) {
            return Err(RuntimeError::TooMany);
        }
        let values = Arc::make_mut(next.0.entry(namespace.into()).or_default());
        if values.len() >= limits::RUNTIME_VALUES && !values.contains_key(key) {
            return Err(RuntimeError::TooMany);
        }
        values.insert(key.into(), Arc::new(value));
        Ok(next)
    }

    /// The same without one value. A namespace without values is none.
    pub(crate) fn without(&self, namespace: &str, key: &str) -> RuntimeValues {
        let mut next = self.clone();
        if let Some(values) = next.0.get_mut(namespace) {
            Arc::make_mut(values).remove(key);
            if values.is_empty() {
                next.0.remove(namespace);
            }
        }
        next
    }
}

/// About how many bytes a value has in JSON.
fn size_of(value: &Value) -> usize {
    const PUNCTUATION: usize = 4;
    match value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => 8,
        Value::Str(text) => text.len() + PUNCTUATION,
        Value::List(items) => items.iter().map(size_of).sum::<usize>() + PUNCTUATION,
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| name.len() + PUNCTUATION + size_of(value))
            .sum::<usize>()
            .saturating_add(PUNCTUATION),
    }
}

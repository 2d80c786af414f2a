//! What a caller brings to an evaluation: overrides, and variants that were assigned before.

use hashbrown::HashMap;

use crate::hash::NameState;
use crate::value::Value;

/// Values that stand for the snapshot's, by key. For an experiment the value is the id of a variant.
#[derive(Debug, Clone, Default)]
pub struct Overrides(HashMap<Box<str>, Value, NameState>);

impl Overrides {
    /// None.
    pub fn new() -> Overrides {
        Overrides::default()
    }

    /// Sets one, replacing what was there.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.into(), value.into());
    }

    /// Removes one; whether it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        self.0.remove(key).is_some()
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The value for a key.
    #[inline]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (&**key, value))
    }
}

/// Where the variants that units were given before are kept. The core only asks; what is to be stored is in the
/// evaluation.
pub trait StickyAssignments {
    /// The id of the variant that this unit was given.
    fn stored(&self, experiment: &str, unit: &str) -> Option<&str>;
}

//! What a program says beside the definitions: overrides, runtime values, and what it registers. Values are JSON.

use std::collections::HashMap;

use super::client::VexilClient;
use super::error::VexilError;
use crate::guard::caught;
use crate::json;

#[uniffi::export]
impl VexilClient {
    /// Sets what a key is in this process, whatever is in force.
    pub fn set_override(&self, key: String, value_json: String) -> Result<(), VexilError> {
        caught(|| Ok(self.client().set_override(&key, json::value(&value_json)?)?))?
    }

    /// The override of a key.
    pub fn get_override(&self, key: String) -> Result<Option<String>, VexilError> {
        Ok(caught(|| self.client().get_override(&key).map(|value| value.to_string()))?)
    }

    /// Every override.
    pub fn overrides(&self) -> Result<HashMap<String, String>, VexilError> {
        Ok(caught(|| written(self.client().overrides()))?)
    }

    /// Removes an override.
    pub fn remove_override(&self, key: String) -> Result<(), VexilError> {
        Ok(caught(|| self.client().remove_override(&key))?)
    }

    /// Removes all overrides.
    pub fn clear_overrides(&self) -> Result<(), VexilError> {
        Ok(caught(|| self.client().clear_overrides())?)
    }

    /// Sets a value while the program runs: in a namespace of the host's own for whoever asks or listens; in `features`,
    /// `configs` and `experiments` it is an override of the key, under the same permission.
    pub fn set_runtime(&self, namespace: String, key: String, value_json: String) -> Result<(), VexilError> {
        caught(|| Ok(self.client().set_runtime(&namespace, &key, json::value(&value_json)?)?))?
    }

    /// The runtime value of a key: what was set, not what the key is without it.
    pub fn get_runtime(&self, namespace: String, key: String) -> Result<Option<String>, VexilError> {
        Ok(caught(|| self.client().get_runtime(&namespace, &key).map(|value| value.to_string()))?)
    }

    /// Every runtime value of a namespace.
    pub fn runtime_values(&self, namespace: String) -> Result<HashMap<String, String>, VexilError> {
        Ok(caught(|| written(self.client().runtime_values(&namespace)))?)
    }

    /// Removes a runtime value.
    pub fn remove_runtime(&self, namespace: String, key: String) -> Result<(), VexilError> {
        Ok(caught(|| self.client().remove_runtime(&namespace, &key))?)
    }

    /// Registers definitions, in JSON, for keys that the control plane may not know yet; each stands where what is in
    /// force has no such key. All of them, or none where one is wrong.
    pub fn register(&self, definitions: String) -> Result<(), VexilError> {
        Ok(caught(|| self.client().register(&definitions))??)
    }

    /// Takes back what was registered for a key.
    pub fn unregister(&self, key: String) -> Result<(), VexilError> {
        Ok(caught(|| self.client().unregister(&key))?)
    }

    /// Every key that is registered, ascending.
    pub fn registered(&self) -> Result<Vec<String>, VexilError> {
        Ok(caught(|| self.client().registered())?)
    }
}

fn written(values: Vec<(String, vexil_core::Value)>) -> HashMap<String, String> {
    values.into_iter().map(|(key, value)| (key, value.to_string())).collect()
}

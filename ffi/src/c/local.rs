//! What a program says beside the definitions: overrides, runtime values, and what it registers.

use std::collections::BTreeMap;

use super::client::ClientHandle;
use super::text::{Buffer, Text};
use crate::control::VexilError;
use crate::guard::guarded;
use crate::{Code, json};

/// Sets what a key is in this process, whatever is in force; the value in JSON.
///
/// # Safety
///
/// `key` and `value` are as they say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_override_set(client: ClientHandle, key: Text, value: Text) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let (key, value) = unsafe { (key.read("the key")?, value.read("the value")?) };
        let value = json::value(value)?;
        Ok(client.client()?.set_override(key, value).map_err(VexilError::from)?)
    })
}

/// The override of a key, in JSON; empty where there is none.
///
/// # Safety
///
/// `key` is as it says; `value` is null, or leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_override_get(client: ClientHandle, key: Text, value: *mut Buffer) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let key = unsafe { key.read("the key") }?;
        let found = client.client()?.get_override(key).map(|value| value.to_string());
        // SAFETY: as the caller promises.
        unsafe { Buffer::fill(value, &found.unwrap_or_default()) }
    })
}

/// Every override, in JSON: an object of values by key.
///
/// # Safety
///
/// `overrides` is null, or leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_override_all(client: ClientHandle, overrides: *mut Buffer) -> Code {
    guarded(|| {
        let all: BTreeMap<_, _> = client.client()?.overrides().into_iter().collect();
        // SAFETY: as the caller promises.
        unsafe { Buffer::fill(overrides, &json::written(&all)?) }
    })
}

/// Removes an override; one that is not there is none.
///
/// # Safety
///
/// `key` is as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_override_remove(client: ClientHandle, key: Text) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let key = unsafe { key.read("the key") }?;
        client.client()?.remove_override(key);
        Ok(())
    })
}

/// Removes all overrides.
#[unsafe(no_mangle)]
pub extern "C" fn vexil_override_clear(client: ClientHandle) -> Code {
    guarded(|| {
        client.client()?.clear_overrides();
        Ok(())
    })
}

/// Sets a value while the program runs, in JSON: in a namespace of the host's own for whoever asks or listens; in
/// `features`, `configs` and `experiments` it is an override of the key, under the same permission.
///
/// # Safety
///
/// The texts are as they say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_runtime_set(
    client: ClientHandle,
    namespace: Text,
    key: Text,
    value: Text,
) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let (namespace, key) = unsafe { (namespace.read("the namespace")?, key.read("the key")?) };
        // SAFETY: as the caller promises.
        let value = json::value(unsafe { value.read("the value") }?)?;
        Ok(client.client()?.set_runtime(namespace, key, value).map_err(VexilError::from)?)
    })
}

/// The runtime value of a key, in JSON: what was set, not what the key is without it; empty where there is none.
///
/// # Safety
///
/// The texts are as they say; `value` is null, or leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_runtime_get(
    client: ClientHandle,
    namespace: Text,
    key: Text,
    value: *mut Buffer,
) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let (namespace, key) = unsafe { (namespace.read("the namespace")?, key.read("the key")?) };
        let found = client.client()?.get_runtime(namespace, key).map(|value| value.to_string());
        // SAFETY: as the caller promises.
        unsafe { Buffer::fill(value, &found.unwrap_or_default()) }
    })
}

/// Every runtime value of a namespace, in JSON: an object of values by key.
///
/// # Safety
///
/// `namespace` is as it says; `values` is null, or leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_runtime_all(
    client: ClientHandle,
    namespace: Text,
    values: *mut Buffer,
) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let namespace = unsafe { namespace.read("the namespace") }?;
        let all: BTreeMap<_, _> = client.client()?.runtime_values(namespace).into_iter().collect();
        // SAFETY: as the caller promises.
        unsafe { Buffer::fill(values, &json::written(&all)?) }
    })
}

/// Removes a runtime value; one that is not there is none.
///
/// # Safety
///
/// The texts are as they say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_runtime_remove(client: ClientHandle, namespace: Text, key: Text) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let (namespace, key) = unsafe { (namespace.read("the namespace")?, key.read("the key")?) };
        client.client()?.remove_runtime(namespace, key);
        Ok(())
    })
}

/// Registers definitions, in JSON, for keys that the control plane may not know yet; each stands where what is in force
/// has no such key. All of them, or none where one is wrong.
///
/// # Safety
///
/// `definitions` is as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_register(client: ClientHandle, definitions: Text) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let definitions = unsafe { definitions.read("the definitions") }?;
        Ok(client.client()?.register(definitions).map_err(VexilError::from)?)
    })
}

/// Takes back what was registered for a key.
///
/// # Safety
///
/// `key` is as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_unregister(client: ClientHandle, key: Text) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let key = unsafe { key.read("the key") }?;
        client.client()?.unregister(key);
        Ok(())
    })
}

/// Every key that is registered, ascending: a list in JSON.
///
/// # Safety
///
/// `keys` is null, or leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_registered(client: ClientHandle, keys: *mut Buffer) -> Code {
    guarded(|| {
        let all = json::written(&client.client()?.registered())?;
        // SAFETY: as the caller promises.
        unsafe { Buffer::fill(keys, &all) }
    })
}

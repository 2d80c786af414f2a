//! Listeners: functions of the host, called on the thread that makes a change.

use std::ffi::c_void;

use super::client::{ClientHandle, json};
use super::give;
use super::guard::{Fault, guarded};
use super::handles::{Handles, Kind};
use super::text::Text;
use crate::Code;
use crate::control::{ClientState, ValueChange};

static SUBSCRIPTIONS: Handles<vexil_client::Subscription> = Handles::new(Kind::Subscription);

/// A subscription. It is cancelled by `vexil_subscription_cancel`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionHandle {
    /// The number that names it; 0 names nothing.
    pub id: u64,
}

/// Is told, in JSON that lives for the time of the call. It must not throw: what crosses this boundary in another way
/// than by returning ends the process.
pub type Listener = Option<unsafe extern "C" fn(user: *mut c_void, json: Text)>;

/// Frees what the host has handed over with a listener, once nobody will call it any more.
pub type Release = Option<unsafe extern "C" fn(user: *mut c_void)>;

/// A host's function with what it was handed over with.
struct Host {
    listener: unsafe extern "C" fn(*mut c_void, Text),
    user: *mut c_void,
    release: Release,
}

// SAFETY: the host promises that its function may be called, and what belongs to it freed, on any thread.
unsafe impl Send for Host {}
// SAFETY: as above; a client tells of one change at a time.
unsafe impl Sync for Host {}

impl Host {
    fn new(listener: Listener, user: *mut c_void, release: Release) -> Result<Host, Fault> {
        let listener = listener.ok_or_else(|| Fault::null("the listener"))?;
        Ok(Host { listener, user, release })
    }

    fn tell(&self, json: &str) {
        let text = Text { data: json.as_ptr().cast(), length: json.len() };
        // SAFETY: the host promises that this may be called on any thread, and that it does not throw.
        unsafe { (self.listener)(self.user, text) };
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: as the host promises; nobody calls the listener any more.
            unsafe { release(self.user) };
        }
    }
}

/// Hears of every change of a client's state, as `vexil_client_state` gives it. `release` may be null.
///
/// # Safety
///
/// The functions may be called on any thread, with `user`; `subscription` is null, or leads to room for a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_on_state(
    client: ClientHandle,
    listener: Listener,
    user: *mut c_void,
    release: Release,
    subscription: *mut SubscriptionHandle,
) -> Code {
    guarded(|| {
        if subscription.is_null() {
            return Err(Fault::null("the place for the result"));
        }
        let host = Host::new(listener, user, release)?;
        let held = client.with(|client| {
            client.on_state(move |state| {
                if let Ok(json) = json(&ClientState::from(state)) {
                    host.tell(&json);
                }
            })
        })?;
        // SAFETY: as the caller promises.
        unsafe { give(subscription, SubscriptionHandle { id: SUBSCRIPTIONS.insert(held)? }) }
    })
}

/// Hears when a key's value is another, in JSON: `namespace`, `key`, `old_json`, `new_json`, `origin`. The namespaces
/// are `features`, `configs` and `experiments`. `release` may be null.
///
/// # Safety
///
/// The texts are as they say; the functions may be called on any thread, with `user`; `subscription` is null, or leads
/// to room for a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_on_change(
    client: ClientHandle,
    namespace: Text,
    key: Text,
    listener: Listener,
    user: *mut c_void,
    release: Release,
    subscription: *mut SubscriptionHandle,
) -> Code {
    guarded(|| {
        if subscription.is_null() {
            return Err(Fault::null("the place for the result"));
        }
        // SAFETY: as the caller promises.
        let (namespace, key) = unsafe { (namespace.read("the namespace")?, key.read("the key")?) };
        let host = Host::new(listener, user, release)?;
        let held = client.with(|client| {
            client.on_change(namespace, key, move |change| {
                if let Ok(json) = json(&ValueChange::from(change)) {
                    host.tell(&json);
                }
            })
        })?;
        // SAFETY: as the caller promises.
        unsafe { give(subscription, SubscriptionHandle { id: SUBSCRIPTIONS.insert(held)? }) }
    })
}

/// Listens no more. What is being told on another thread just now is still heard; `release` is called after it.
#[unsafe(no_mangle)]
pub extern "C" fn vexil_subscription_cancel(subscription: SubscriptionHandle) -> Code {
    guarded(|| SUBSCRIPTIONS.remove(subscription.id))
}

//! Listeners: functions of the host.

use std::ffi::c_void;
use std::sync::Arc;

use super::client::ClientHandle;
use super::context::ContextHandle;
use super::give;
use super::handed::{Handed, Release};
use super::text::Text;
use crate::control::{ClientState, ValueChange};
use crate::fault::Fault;
use crate::guard::guarded;
use crate::handles::{Handles, Kind};
use crate::{Code, json};

static SUBSCRIPTIONS: Handles<vexil_client::Subscription> = Handles::new(Kind::Subscription);

/// A subscription. It is cancelled by `vexil_subscription_cancel`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionHandle {
    /// The number that names it; 0 names nothing.
    pub id: u64,
}

/// Is told, in JSON that lives for the time of the call, on the thread that makes a change or on one that is telling of
/// another just then; of one client it is told one thing after the other. It may call any function of this library. It
/// must return: an exception, a `longjmp` or the end of its thread within it is undefined behaviour.
pub type Listener = Option<unsafe extern "C" fn(user: *mut c_void, json: Text)>;

/// A host's function with what it was handed over with; a client tells of one change at a time.
struct Host {
    listener: unsafe extern "C" fn(*mut c_void, Text),
    handed: Handed,
}

impl Host {
    fn new(listener: Listener, user: *mut c_void, release: Release) -> Result<Host, Fault> {
        let listener = listener.ok_or_else(|| Fault::null("the listener"))?;
        Ok(Host { listener, handed: Handed::new(user, release) })
    }

    fn tell(&self, told: &impl serde::Serialize) {
        let Ok(json) = json::written(told) else { return };
        // SAFETY: the host promises that this may be called on any thread, and that it does not throw.
        unsafe { (self.listener)(self.handed.user, Text::lent(&json)) };
    }
}

/// Has a host listen: `listen` subscribes it.
///
/// # Safety
///
/// `subscription` is null, or leads to room for a handle.
unsafe fn subscribe(
    client: ClientHandle,
    host: Result<Host, Fault>,
    subscription: *mut SubscriptionHandle,
    listen: impl FnOnce(&vexil_client::Client, Arc<Host>) -> Result<vexil_client::Subscription, Fault>,
) -> Result<(), Fault> {
    if subscription.is_null() {
        return Err(Fault::null("the place for the result"));
    }
    let host = Arc::new(host?);
    let held = listen(&client.client()?, Arc::clone(&host))?;
    let id = SUBSCRIPTIONS.insert(held)?;
    host.handed.take_over();
    // SAFETY: as the caller promises.
    unsafe { give(subscription, SubscriptionHandle { id }) }
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
        let host = Host::new(listener, user, release);
        let listen = |client: &vexil_client::Client, host: Arc<Host>| {
            Ok(client.on_state(move |state| host.tell(&ClientState::from(state))))
        };
        // SAFETY: as the caller promises.
        unsafe { subscribe(client, host, subscription, listen) }
    })
}

/// Hears whenever `vexil_generation` is another, in JSON: the number. `release` may be null.
///
/// # Safety
///
/// As of `vexil_on_state`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_on_generation(
    client: ClientHandle,
    listener: Listener,
    user: *mut c_void,
    release: Release,
    subscription: *mut SubscriptionHandle,
) -> Code {
    guarded(|| {
        let host = Host::new(listener, user, release);
        let listen = |client: &vexil_client::Client, host: Arc<Host>| {
            Ok(client.on_generation(move |generation| host.tell(generation)))
        };
        // SAFETY: as the caller promises.
        unsafe { subscribe(client, host, subscription, listen) }
    })
}

/// Hears when a key's value is another, in JSON: `namespace`, `key`, `old_json`, `new_json`, `origin`. The namespaces
/// `features`, `configs` and `experiments` are of what is in force, evaluated for this context; others are the host's
/// own. `release` may be null.
///
/// # Safety
///
/// The texts are as they say; else as of `vexil_on_state`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_on_change(
    client: ClientHandle,
    namespace: Text,
    key: Text,
    context: ContextHandle,
    listener: Listener,
    user: *mut c_void,
    release: Release,
    subscription: *mut SubscriptionHandle,
) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let (namespace, key) = unsafe { (namespace.read("the namespace")?, key.read("the key")?) };
        let context = context.with(Clone::clone)?;
        let host = Host::new(listener, user, release);
        let listen = |client: &vexil_client::Client, host: Arc<Host>| {
            let tell = move |change: &vexil_client::Change| host.tell(&ValueChange::from(change));
            Ok(client.on_change_for(namespace, key, context, tell))
        };
        // SAFETY: as the caller promises.
        unsafe { subscribe(client, host, subscription, listen) }
    })
}

/// Listens no more. What is being told on another thread just now is still heard; `release` is called after it.
#[unsafe(no_mangle)]
pub extern "C" fn vexil_subscription_cancel(subscription: SubscriptionHandle) -> Code {
    guarded(|| SUBSCRIPTIONS.remove(subscription.id))
}

//! Clients: to start, to watch, to override, to close.

use std::sync::Arc;

use vexil_client::{Client, Options};

use super::give;
use super::sticky::{HostStore, Store};
use super::text::{Buffer, Text};
use crate::control::{ClientOptions, ClientState, VexilError};
use crate::fault::Fault;
use crate::guard::guarded;
use crate::reading::with_client;
use crate::{Code, clients, json};

/// A client. It is closed by `vexil_client_close`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientHandle {
    /// The number that names it; 0 names nothing.
    pub id: u64,
}

impl ClientHandle {
    #[inline]
    pub(super) fn with<R>(self, take: impl FnOnce(&Client) -> R) -> Result<R, Fault> {
        with_client(self.id, |client| take(client.client()))
    }

    /// The client itself: what is closed while a call waits is closed without waiting for it.
    pub(super) fn client(self) -> Result<Client, Fault> {
        clients::client(self.id)
    }
}

/// Starts a client, and waits for the first definitions as long as the options say.
///
/// `options` is JSON, such as `{"source": {"http": {"url": "https://flags.example.com", "key": "..."}}}`; the table of
/// options in docs/clients.md has its members. Where it is empty, environment variables name the options. Without definitions the client starts all the same, unless the option
/// `fallback` is `throw`.
///
/// # Safety
///
/// `options` is as it says; `client` is null, or leads to room for a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_client_open(options: Text, client: *mut ClientHandle) -> Code {
    // SAFETY: as the caller promises.
    guarded(|| unsafe { open(options, None, client) })
}

/// As `vexil_client_open`, with the host's own store of the variants that units were given; it takes the place of the
/// file that the options may name.
///
/// # Safety
///
/// `options` is as it says; `store` is null, or leads to a store whose functions may be called on any thread, with its
/// `user`; `client` is null, or leads to room for a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_client_open_with_store(
    options: Text,
    store: *const Store,
    client: *mut ClientHandle,
) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let store = unsafe { store.as_ref() }.ok_or_else(|| Fault::null("the store"))?;
        let store = Arc::new(HostStore::new(store)?);
        // SAFETY: as the caller promises.
        unsafe { open(options, Some(Arc::clone(&store)), client) }?;
        store.handed.take_over();
        Ok(())
    })
}

/// # Safety
///
/// As of `vexil_client_open`.
unsafe fn open(options: Text, store: Option<Arc<HostStore>>, client: *mut ClientHandle) -> Result<(), Fault> {
    if client.is_null() {
        return Err(Fault::null("the place for the result"));
    }
    // SAFETY: as the caller promises.
    let options = unsafe { options.read("the options") }?;
    let mut options = if options.is_empty() {
        Options::from_env().map_err(VexilError::from)?
    } else {
        let options: ClientOptions = serde_json::from_str(options)
            .map_err(|error| Fault::new(Code::InvalidOptions, format!("the options: {error}")))?;
        options.into_options()?
    };
    if let Some(store) = store {
        options.sticky = Some(store);
    }
    let started = Client::start(options).map_err(VexilError::from)?;
    let handle = ClientHandle { id: clients::insert(started)? };
    // SAFETY: as the caller promises.
    unsafe { give(client, handle) }
}

/// Stops a client: nobody is asked any more, and its handle names nothing. Calls that are under way on other threads
/// end as they would have. It waits for a listener that is being told just now, unless that listener calls it.
#[unsafe(no_mangle)]
pub extern "C" fn vexil_client_close(client: ClientHandle) -> Code {
    guarded(|| clients::close(client.id))
}

/// A client of one moment, for one request: all reads are by what is in force now, whatever comes meanwhile, and as they
/// are at a moment. Everything else is the client's own, such as its state. It holds on to those definitions; close it by
/// `vexil_client_close`, which leaves the other one open.
///
/// `request_overrides` is a JSON object of what the request says itself that keys are, below kills; empty where it says
/// nothing. Whether somebody may ask for them is the host's matter. `at` is a moment as RFC 3339 has it; empty is now.
///
/// # Safety
///
/// `request_overrides` and `at` are as they say; `pinned` is null, or leads to room for a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_client_pin(
    client: ClientHandle,
    request_overrides: Text,
    at: Text,
    pinned: *mut ClientHandle,
) -> Code {
    guarded(|| {
        if pinned.is_null() {
            return Err(Fault::null("the place for the result"));
        }
        // SAFETY: as the caller promises.
        let overrides = unsafe { request_overrides.read("the request's overrides") }?;
        // SAFETY: as the caller promises.
        let at = unsafe { at.read("the moment") }?;
        let [overrides, at] = [overrides, at].map(|text| Some(text).filter(|text| !text.is_empty()));
        let made = clients::pinned(&client.client()?, overrides, at)?;
        // SAFETY: as the caller promises.
        unsafe { give(pinned, ClientHandle { id: clients::insert(made)? }) }
    })
}

/// How a client stands, in JSON: `initialized`, `syncing`, `connection`, `last_sync_ms`, `last_error`, `version`,
/// `origin`, `stale_since_ms`, `restart_required`, `overrides`.
///
/// # Safety
///
/// `state` is null, or leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_client_state(client: ClientHandle, state: *mut Buffer) -> Code {
    guarded(|| {
        let json = json::written(&ClientState::from(&client.client()?.state()))?;
        // SAFETY: as the caller promises.
        unsafe { Buffer::fill(state, &json) }
    })
}

/// Asks the source now, and waits for the answer. The code says what went wrong, and so does the state.
#[unsafe(no_mangle)]
pub extern "C" fn vexil_client_refresh(client: ClientHandle) -> Code {
    guarded(|| Ok(client.client()?.force_refresh().map_err(VexilError::from)?))
}

/// Puts other definitions in force, where the source is the program itself; what cannot be read changes nothing.
///
/// # Safety
///
/// `definitions` is as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_client_put(client: ClientHandle, definitions: Text) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        let definitions = unsafe { definitions.read("the definitions") }?;
        Ok(client.client()?.put(definitions).map_err(VexilError::from)?)
    })
}

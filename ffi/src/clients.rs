//! Clients by the numbers that hosts know them by.

use vexil_client::Client;

use crate::fault::Fault;
use crate::handles::{Handles, Kind};

static CLIENTS: Handles<Client> = Handles::new(Kind::Client);

/// Gives a client a number, which holds it until it is removed.
pub(crate) fn insert(client: Client) -> Result<u64, Fault> {
    CLIENTS.insert(client)
}

/// Takes the number away.
pub(crate) fn remove(handle: u64) -> Result<(), Fault> {
    CLIENTS.remove(handle)
}

/// The client of a number, for a moment.
#[inline]
pub(crate) fn with<R>(handle: u64, take: impl FnOnce(&Client) -> R) -> Result<R, Fault> {
    CLIENTS.with(handle, take)
}

/// The client of a number, to keep: for calls that wait, and for shims in Rust that evaluate for other hosts.
pub fn client(handle: u64) -> Result<Client, Fault> {
    CLIENTS.with(handle, Client::clone)
}

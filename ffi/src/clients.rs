//! Clients by the numbers that hosts know them by.

use vexil_client::{Client, Timestamp};

use crate::Code;
use crate::fault::Fault;
use crate::handles::{Handles, Kind};
use crate::json;

static CLIENTS: Handles<Client> = Handles::new(Kind::Client);

/// Gives a client a number, which holds it until it is removed.
pub(crate) fn insert(client: Client) -> Result<u64, Fault> {
    CLIENTS.insert(client)
}

/// Takes the number away.
pub(crate) fn remove(handle: u64) -> Result<(), Fault> {
    CLIENTS.remove(handle)
}

/// Takes the number away and stops the client, unless it is a moment of another one, which goes on.
pub(crate) fn close(handle: u64) -> Result<(), Fault> {
    let client = client(handle)?;
    remove(handle)?;
    if !client.is_pinned() {
        client.close();
    }
    Ok(())
}

/// The client as it is now, or at a moment (RFC 3339), with what a request says itself about keys, in JSON.
pub fn pinned(client: &Client, request_overrides: Option<&str>, at: Option<&str>) -> Result<Client, Fault> {
    let pinned = match at {
        Some(text) => client.pinned_at(Timestamp::parse(text).ok_or_else(|| {
            Fault::new(Code::InvalidValue, format!("`{text}` is no moment with an offset from UTC"))
        })?),
        None => client.pinned(),
    };
    Ok(match request_overrides {
        Some(overrides) => pinned.with_request_overrides(json::overrides(overrides)?),
        None => pinned,
    })
}

/// The client of a number, for a moment: for reads, of the shims in Rust for other hosts too.
#[inline]
pub fn with<R>(handle: u64, take: impl FnOnce(&Client) -> R) -> Result<R, Fault> {
    CLIENTS.with(handle, take)
}

/// The client of a number, to keep: for calls that wait.
pub fn client(handle: u64) -> Result<Client, Fault> {
    CLIENTS.with(handle, Client::clone)
}

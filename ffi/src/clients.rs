//! Clients by the numbers that hosts know them by.

use arc_swap::ArcSwapOption;
use vexil_client::{Client, Timestamp};

use crate::Code;
use crate::fault::Fault;
use crate::handles::{Handles, Kind};
use crate::json;
use crate::reading::with_thread;
use crate::recent::Recent;

static CLIENTS: Handles<Known> = Handles::new(Kind::Client);

/// A client that has a number.
pub(crate) struct Known {
    /// For reads. Threads hold on to it: neither does it keep the client from stopping, nor does it stop it.
    reader: Client,
    /// The client itself; nothing once the number is taken away.
    owner: ArcSwapOption<Client>,
}

/// Gives a client a number, which holds it until it is removed.
pub(crate) fn insert(client: Client) -> Result<u64, Fault> {
    CLIENTS.insert(Known { reader: client.reader(), owner: ArcSwapOption::from_pointee(client) })
}

/// Takes the number away.
pub(crate) fn remove(handle: u64) -> Result<(), Fault> {
    let removed = CLIENTS.take(handle)?;
    // If this was the last one, the client stops here and now.
    drop(removed.value().owner.swap(None));
    with_thread(|thread| thread.clients.forget(handle));
    Ok(())
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

/// The client of a number, for a moment: for reads.
#[inline]
pub(crate) fn with_recent<R>(
    recent: &Recent<Known>,
    handle: u64,
    take: impl FnOnce(&Client) -> R,
) -> Result<R, Fault> {
    // A store of the host's is to be let go of when its client is.
    recent.with(&CLIENTS, handle, |known| !known.reader.is_sticky(), |known| take(&known.reader))
}

/// The client of a number, to keep: for calls that wait.
pub fn client(handle: u64) -> Result<Client, Fault> {
    let client = CLIENTS.with(handle, |known| known.owner.load_full())?;
    client.map(|client| Client::clone(&client)).ok_or_else(|| CLIENTS.gone(handle))
}

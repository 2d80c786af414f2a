//! What each thread saw in force when it last looked. To look takes two operations that all processors have to agree on;
//! that nothing has changed since is seen without any. So a thread keeps what it saw, and its reads borrow that.
//!
//! A thread that reads no more keeps it until it ends, or until another client takes the place.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::held::Held;

/// Clients that one thread can ask in turn without looking each time.
const PLACES: usize = 4;

thread_local! {
    static SEEN: [Cell<Option<Arc<Held>>>; PLACES] = const { [const { Cell::new(None) }; PLACES] };
}

/// A number that no other client of this process has.
pub(crate) fn next_client() -> u64 {
    static CLIENTS: AtomicU64 = AtomicU64::new(0);
    CLIENTS.fetch_add(1, Ordering::Relaxed)
}

/// Lends what is pinned, or else what is in force: what the thread saw, if that is of this client and this generation, and
/// otherwise what a look brings.
#[inline]
pub(crate) fn lend<R>(
    pinned: Option<&Arc<Held>>,
    client: u64,
    generation: u64,
    look: impl FnOnce() -> Arc<Held>,
    take: impl FnOnce(&Arc<Held>) -> R,
) -> R {
    let mut own = None;
    let held = match pinned {
        Some(pinned) => pinned,
        // While it is lent its place is empty: a read within a read looks for itself.
        None => own.insert(match place(client, Cell::take).flatten() {
            Some(seen) if seen.client == client && seen.generation == generation => seen,
            _ => look(),
        }),
    };
    let result = take(held);
    if own.is_some() {
        place(client, |place| place.set(own));
    }
    result
}

/// Forgets what this thread saw of a client.
pub(crate) fn forget(client: u64) {
    place(client, |place| place.set(place.take().filter(|seen| seen.client != client)));
}

/// The place of a client; nothing where the thread is about to end.
#[inline]
fn place<R>(client: u64, with: impl FnOnce(&Cell<Option<Arc<Held>>>) -> R) -> Option<R> {
    SEEN.try_with(|places| places.get(client as usize % PLACES).map(with)).ok().flatten()
}

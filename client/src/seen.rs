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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Origin;
    use vexil_core::{Environment, Snapshot};

    fn held(client: u64, generation: u64) -> Arc<Held> {
        let nothing = Snapshot::load_json(crate::held::NOTHING.as_bytes(), Environment::Document).unwrap();
        Arc::new(Held { generation, ..Held::new(client, nothing, Origin::Nowhere) })
    }

    #[test]
    fn a_thread_looks_where_it_has_not_seen_this_generation_of_this_client() {
        let first = next_client();
        // They share a place.
        let second = first + PLACES as u64;
        let looks = Cell::new(0);
        let read = |client: u64, generation: u64| {
            let look = || {
                looks.set(looks.get() + 1);
                held(client, generation)
            };
            lend(None, client, generation, look, |held| {
                assert_eq!((held.client, held.generation), (client, generation));
            });
            looks.take()
        };
        assert_eq!([read(first, 1), read(first, 1), read(first, 2), read(first, 2)], [1, 0, 1, 0]);
        assert_eq!([read(second, 2), read(first, 2)], [1, 1]);
        forget(second);
        assert_eq!(read(first, 2), 0, "what is another's stays");
        forget(first);
        assert_eq!(read(first, 2), 1);
    }

    #[test]
    fn what_is_pinned_is_lent_and_what_was_seen_stays() {
        let client = next_client();
        let (seen, pinned) = (held(client, 7), held(client, 3));
        lend(None, client, 7, || Arc::clone(&seen), |_| ());
        lend(Some(&pinned), client, 7, || unreachable!(), |held| assert_eq!(held.generation, 3));
        lend(None, client, 7, || unreachable!(), |held| assert!(Arc::ptr_eq(held, &seen)));
        assert_eq!(Arc::strong_count(&seen), 2, "lent, not copied");
        forget(client);
        assert_eq!(Arc::strong_count(&seen), 1);
    }
}

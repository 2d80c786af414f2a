//! What each thread saw in force when it last looked. To look takes two operations that all processors have to agree on;
//! that nothing has changed since is seen without any. So a thread keeps what it saw, and its reads borrow that.
//!
//! A thread that reads no more keeps it until it ends, or until another client takes the place. One that goes on reading
//! lets go of all that it saw when it next finds a change, once a client has ended: threads of a host may never end.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::held::Held;

/// Clients that one thread can ask in turn without looking each time.
const PLACES: usize = 4;

/// How many clients have ended.
static ENDED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// How many had when this thread last looked.
    static ENDED_WHEN_LOOKED: Cell<u64> = const { Cell::new(0) };
    static SEEN: [Seen; PLACES] = const { [const { Seen::new() }; PLACES] };
}

/// What one thread saw, for who keeps that beside something else of the thread's: [`Client::by_thread`].
///
/// [`Client::by_thread`]: crate::Client::by_thread
#[derive(Default)]
pub struct Seen(Cell<Option<Arc<Held>>>);

impl Seen {
    /// Nothing yet.
    pub const fn new() -> Seen {
        Seen(Cell::new(None))
    }

    /// Lets go of it.
    pub fn forget(&self) {
        self.0.set(None);
    }

    /// Lends what is pinned, or else what is in force: what was seen, if that is of this client and this generation, and
    /// otherwise what a look brings.
    #[inline(always)]
    pub(crate) fn lend<R>(
        &self,
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
            None => own.insert(match self.0.take() {
                Some(seen) if seen.client == client && seen.generation == generation => seen,
                _ => look(),
            }),
        };
        let result = take(held);
        if own.is_some() {
            self.0.set(own);
        }
        result
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seen = self.0.take();
        let number = seen.as_ref().map(|seen| (seen.client, seen.generation));
        self.0.set(seen);
        f.debug_tuple("Seen").field(&number).finish()
    }
}

/// A number that no other client of this process has.
pub(crate) fn next_client() -> u64 {
    static CLIENTS: AtomicU64 = AtomicU64::new(0);
    CLIENTS.fetch_add(1, Ordering::Relaxed)
}

/// Lends what is pinned, or else what is in force: [`Seen::lend`] of what this thread saw.
#[inline(always)]
pub(crate) fn lend<R>(
    pinned: Option<&Arc<Held>>,
    client: u64,
    generation: u64,
    look: impl FnOnce() -> Arc<Held>,
    take: impl FnOnce(&Arc<Held>) -> R,
) -> R {
    let spare = Seen::new();
    if pinned.is_none() {
        place(client, |seen| spare.0.set(seen.0.take()));
    }
    let look = || {
        let_go_of_the_ended();
        look()
    };
    let result = spare.lend(pinned, client, generation, look, take);
    if pinned.is_none() {
        place(client, |seen| seen.0.set(spare.0.take()));
    }
    result
}

/// Forgets what this thread saw of a client, which has ended; other threads do so when they next look.
pub(crate) fn forget(client: u64) {
    ENDED.fetch_add(1, Ordering::Relaxed);
    place(client, |Seen(seen)| seen.set(seen.take().filter(|seen| seen.client != client)));
}

/// What is still of use is seen anew with the next read.
#[cold]
fn let_go_of_the_ended() {
    let ended = ENDED.load(Ordering::Relaxed);
    if ENDED_WHEN_LOOKED.try_with(|known| known.replace(ended)) != Ok(ended) {
        // Nothing is let go of where the thread is about to end.
        let _ = SEEN.try_with(|places| places.each_ref().map(Seen::forget));
    }
}

/// The place of a client; nowhere where the thread is about to end.
#[inline]
fn place(client: u64, with: impl FnOnce(&Seen)) {
    let _ = SEEN.try_with(|places| places.get(client as usize % PLACES).map(with));
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

    #[test]
    fn a_thread_lets_go_of_a_client_that_ended_in_another_when_it_next_looks() {
        let (ended, other) = (next_client(), next_client());
        let seen = held(ended, 1);
        lend(None, ended, 1, || Arc::clone(&seen), |_| ());
        std::thread::scope(|scope| drop(scope.spawn(|| forget(ended)).join()));
        assert_eq!(Arc::strong_count(&seen), 2);
        lend(None, other, 1, || held(other, 1), |_| ());
        assert_eq!(Arc::strong_count(&seen), 1);
    }
}

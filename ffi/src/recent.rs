//! What a thread read by lately: it keeps that, and sees by one look at it that its handle was not closed meanwhile. It
//! need not tell other processors, as whoever looks into a slot must.
//!
//! What was closed stays in a thread's place until the thread asks by another handle that has the same place, closes it
//! itself, or ends; clients, which are large, until the thread reads at all. Of each kind it keeps no more than it has
//! places.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::fault::Fault;
use crate::handles::{Handles, Held};

/// Handles of one kind that one thread can ask by in turn without looking each time.
pub(crate) const PLACES: usize = 4;

/// What one thread keeps of one kind.
pub(crate) struct Recent<T>([Place<T>; PLACES]);

struct Place<T> {
    /// Lent while it is read, and then not replaced: a read within a read looks for itself.
    held: RefCell<Option<Arc<Held<T>>>>,
    /// Which handle was looked up last. What is looked up again is kept: many contexts are asked with once.
    looked: Cell<u64>,
}

impl<T> Recent<T> {
    pub(crate) const fn new() -> Recent<T> {
        Recent([const { Place { held: RefCell::new(None), looked: Cell::new(0) } }; PLACES])
    }

    /// What a handle names, for as long as `take` looks at it. `may_keep` says whether a thread may hold on to it.
    #[inline]
    pub(crate) fn with<R>(
        &self,
        handles: &Handles<T>,
        handle: u64,
        may_keep: impl FnOnce(&T) -> bool,
        take: impl FnOnce(&T) -> R,
    ) -> Result<R, Fault> {
        let Some(place) = self.place(handle) else { return Err(handles.gone(handle)) };
        let held = place.held.try_borrow().ok();
        let lent;
        let named = match held.as_ref().and_then(|held| held.as_ref()?.named(handle)) {
            Some(named) => named,
            None => {
                drop(held);
                self.forget(handle);
                lent = handles.look(handle)?;
                let named = lent.as_ref().and_then(|lent| lent.named(handle));
                let named = named.ok_or_else(|| handles.gone(handle))?;
                if place.looked.replace(handle) == handle && may_keep(named) {
                    place.keep(lent.clone());
                }
                named
            }
        };
        Ok(take(named))
    }

    /// Lets go of what this handle, or one that has the same place, named before it was closed.
    #[inline]
    pub(crate) fn forget(&self, handle: u64) {
        if let Some(place) = self.place(handle) {
            place.let_go_of_closed();
        }
    }

    /// Lets go of all that is closed; false where some place is lent just now, and so not looked at.
    pub(crate) fn let_go_of_closed(&self) -> bool {
        self.0.iter().filter(|place| !place.let_go_of_closed()).count() == 0
    }

    #[inline]
    fn place(&self, handle: u64) -> Option<&Place<T>> {
        self.0.get(handle as usize % PLACES)
    }
}

impl<T> Place<T> {
    /// False where it is lent.
    #[inline]
    fn let_go_of_closed(&self) -> bool {
        let Ok(mut held) = self.held.try_borrow_mut() else { return false };
        let closed = held.take_if(|held| !held.is_named());
        // What goes with it may read by its turn.
        drop(held);
        drop(closed);
        true
    }

    /// Keeps this in the place of what was here, unless that is lent.
    #[cold]
    fn keep(&self, held: Option<Arc<Held<T>>>) {
        let Ok(mut place) = self.held.try_borrow_mut() else { return };
        let before = std::mem::replace(&mut *place, held);
        // What goes with it may read by its turn.
        drop(place);
        drop(before);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use super::*;
    use crate::Code;
    use crate::handles::Kind;

    fn read<T: Clone>(recent: &Recent<T>, handles: &Handles<T>, handle: u64) -> Result<T, Code> {
        recent.with(handles, handle, |_| true, T::clone).map_err(|fault| fault.code())
    }

    #[test]
    fn what_is_asked_by_again_is_kept_until_it_is_closed() {
        let (recent, handles) = (Recent::new(), Handles::new(Kind::Context));
        let value = Arc::new(7);
        let handle = handles.insert(Arc::clone(&value)).unwrap();
        assert_eq!(read(&recent, &handles, handle).as_deref(), Ok(&7));
        assert_eq!(Arc::strong_count(&value), 2, "it was asked by once");
        for _ in 0..3 {
            assert_eq!(read(&recent, &handles, handle).as_deref(), Ok(&7));
        }
        handles.remove(handle).unwrap();
        assert_eq!(Arc::strong_count(&value), 2, "this thread holds on to it, and nobody else");
        assert_eq!(read(&recent, &handles, handle), Err(Code::Closed));
        assert_eq!(Arc::strong_count(&value), 1, "and not once it has seen that it is closed");
    }

    #[test]
    fn a_place_is_taken_by_what_is_asked_by_again() {
        let (recent, handles) = (Recent::new(), Handles::new(Kind::Context));
        let values: Vec<_> = (0..=PLACES).map(Arc::new).collect();
        let all: Vec<_> = values.iter().map(|value| handles.insert(Arc::clone(value)).unwrap()).collect();
        let count = |number: usize| Arc::strong_count(&values[number]);
        for _ in 0..3 {
            read(&recent, &handles, all[0]).unwrap();
        }
        // The last one shares a place with the first one.
        read(&recent, &handles, all[PLACES]).unwrap();
        handles.remove(all[0]).unwrap();
        assert_eq!((count(0), count(PLACES)), (2, 2), "to be asked by once takes no place");
        read(&recent, &handles, all[PLACES]).unwrap();
        assert_eq!(count(0), 1);
        handles.remove(all[PLACES]).unwrap();
        recent.forget(all[PLACES]);
        assert_eq!(count(PLACES), 1);
    }

    #[test]
    fn all_that_is_closed_is_let_go_of_at_once() {
        let (recent, handles) = (Recent::new(), Handles::new(Kind::Context));
        let values: Vec<_> = (0..PLACES).map(Arc::new).collect();
        let all: Vec<_> = values.iter().map(|value| handles.insert(Arc::clone(value)).unwrap()).collect();
        for handle in &all {
            for _ in 0..2 {
                read(&recent, &handles, *handle).unwrap();
            }
        }
        all.iter().skip(1).for_each(|handle| handles.remove(*handle).unwrap());
        let counts = || values.iter().map(Arc::strong_count).collect::<Vec<_>>();
        assert_eq!(counts(), [2; PLACES]);
        recent.let_go_of_closed();
        assert_eq!(counts(), [2, 1, 1, 1]);
        assert_eq!(read(&recent, &handles, all[0]).as_deref(), Ok(&0));
    }

    #[test]
    fn a_number_that_is_of_another_kind_or_none_is_never_kept() {
        let (recent, handles) = (Recent::new(), Handles::new(Kind::Context));
        let handle = handles.insert(7).unwrap();
        for _ in 0..3 {
            assert_eq!(read(&recent, &handles, handle), Ok(7));
            for wrong in [0, u64::MAX, handle + PLACES as u64, handle + (1 << 32), handle ^ (1 << 63)] {
                assert_eq!(read(&recent, &handles, wrong), Err(Code::InvalidHandle));
            }
        }
        let not_to_keep = || recent.with(&handles, handle, |_| unreachable!(), |value| *value);
        assert_eq!(not_to_keep().unwrap(), 7, "what is kept is not judged again");
    }

    #[test]
    fn a_read_within_a_read_sees_the_same_and_may_close_it() {
        let (recent, handles) = (Recent::new(), Handles::new(Kind::Context));
        let value = Arc::new(7);
        let handle = handles.insert(Arc::clone(&value)).unwrap();
        for _ in 0..3 {
            let nested = recent.with(&handles, handle, |_| true, |_| read(&recent, &handles, handle));
            assert_eq!(nested.unwrap().as_deref(), Ok(&7));
        }
        let within = |value: &Arc<i32>| {
            handles.remove(handle).unwrap();
            recent.forget(handle);
            assert_eq!(read(&recent, &handles, handle), Err(Code::Closed));
            **value
        };
        assert_eq!(recent.with(&handles, handle, |_| true, within).unwrap(), 7);
        recent.forget(handle);
        assert_eq!(Arc::strong_count(&value), 1);
    }

    #[test]
    fn what_is_closed_while_it_is_lent_is_let_go_of_later() {
        let (recent, handles) = (Recent::new(), Handles::new(Kind::Client));
        let value = Arc::new(7);
        let handle = handles.insert(Arc::clone(&value)).unwrap();
        for _ in 0..2 {
            read(&recent, &handles, handle).unwrap();
        }
        let within = |_: &Arc<i32>| {
            handles.remove(handle).unwrap();
            recent.let_go_of_closed()
        };
        assert!(!recent.with(&handles, handle, |_| true, within).unwrap(), "it was lent");
        assert_eq!(Arc::strong_count(&value), 2);
        assert!(recent.let_go_of_closed());
        assert_eq!(Arc::strong_count(&value), 1);
    }

    #[test]
    fn a_read_that_panics_gives_back_what_it_was_lent() {
        let (recent, handles) = (Recent::new(), Handles::new(Kind::Context));
        let value = Arc::new(7);
        let handle = handles.insert(Arc::clone(&value)).unwrap();
        for _ in 0..3 {
            read(&recent, &handles, handle).unwrap();
        }
        let panic = || recent.with(&handles, handle, |_| true, |_| panic!("on purpose"));
        assert!(crate::guard::caught(panic).is_err());
        assert_eq!(read(&recent, &handles, handle).as_deref(), Ok(&7));
        handles.remove(handle).unwrap();
        recent.forget(handle);
        assert_eq!(Arc::strong_count(&value), 1);
    }

    /// Each value is alive as long as somebody reads it, and none is found once it is closed.
    #[test]
    fn handles_are_closed_while_threads_read_by_what_they_keep() {
        struct Value {
            number: usize,
            dropped: Arc<AtomicUsize>,
        }
        impl Drop for Value {
            fn drop(&mut self) {
                self.number = usize::MAX;
                self.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
        const ROUNDS: usize = 100;
        const PATIENCE: Duration = Duration::from_secs(120);
        let begin = Instant::now();
        let handles = Handles::<Value>::new(Kind::Context);
        let dropped = Arc::new(AtomicUsize::new(0));
        let (current, closed) = (AtomicU64::new(0), AtomicU64::new(0));
        let (seen, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let recent = Recent::new();
                    while !is_over.load(Ordering::Acquire) {
                        let gone = closed.load(Ordering::Acquire);
                        let handle = current.load(Ordering::Acquire);
                        let found = recent.with(&handles, handle, |_| true, |value: &Value| value.number);
                        assert_ne!(found.as_ref().ok(), Some(&usize::MAX), "it was dropped");
                        assert!(found.is_err() || handle != gone, "it was closed before");
                        seen.fetch_add(usize::from(found.is_ok()), Ordering::Relaxed);
                    }
                });
            }
            for number in 0..ROUNDS {
                let handle = handles.insert(Value { number, dropped: Arc::clone(&dropped) }).unwrap();
                current.store(handle, Ordering::Release);
                let before = seen.load(Ordering::Relaxed);
                while seen.load(Ordering::Relaxed) < before + 100 {
                    assert!(begin.elapsed() < PATIENCE, "nobody reads");
                    std::thread::yield_now();
                }
                handles.remove(handle).unwrap();
                closed.store(handle, Ordering::Release);
            }
            is_over.store(true, Ordering::Release);
        });
        assert_eq!(dropped.load(Ordering::Relaxed), ROUNDS, "threads that have ended hold nothing");
    }
}

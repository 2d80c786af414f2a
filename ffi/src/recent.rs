//! What a thread read by lately: it keeps that, and sees by one look at it that its handle was not closed meanwhile. It
//! need not tell other processors, as whoever looks into a slot must.
//!
//! What was closed stays in a thread's place until the thread asks by another handle that has the same place, closes it
//! itself, or ends; clients, which are large, until the thread reads at all. Of each kind it keeps no more than it has
//! places.

use std::cell::{Cell, UnsafeCell};
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::fault::Fault;
use crate::handles::{self, Handles, Held};

/// Handles of one kind that one thread can ask by in turn without looking each time.
pub(crate) const PLACES: usize = 4;

/// What one thread keeps of one kind.
pub(crate) struct Recent<T> {
    places: [Place<T>; PLACES],
    /// How many are lent just now. As long as there are any, no place is written to: a read within a read looks for
    /// itself.
    lent: Cell<usize>,
}

struct Place<T> {
    held: UnsafeCell<Option<Arc<Held<T>>>>,
    /// Which handle was looked up last. What is looked up again is kept: many contexts are asked with once.
    looked: Cell<u64>,
}

/// What a handle names, for as long as a read looks at it.
pub(crate) struct Lent<'r, T> {
    from: &'r Recent<T>,
    value: NonNull<T>,
    /// Whose it is, where no place has it.
    _own: Option<handles::Lent<T>>,
}

impl<T> Recent<T> {
    pub(crate) const fn new() -> Recent<T> {
        Recent {
            places: [const { Place { held: UnsafeCell::new(None), looked: Cell::new(0) } }; PLACES],
            lent: Cell::new(0),
        }
    }

    /// What a handle names. `may_keep` says whether a thread may hold on to it.
    #[inline]
    pub(crate) fn lend(
        &self,
        handles: &Handles<T>,
        handle: u64,
        may_keep: impl FnOnce(&T) -> bool,
    ) -> Result<Lent<'_, T>, Fault> {
        Ok(match self.place(handle).and_then(|place| place.held()?.named(handle)) {
            // SAFETY: it is in a place.
            Some(named) => unsafe { self.lend_out(named, None) },
            None => self.look(handles, handle, may_keep)?,
        })
    }

    /// Something that is there for ever.
    #[inline]
    pub(crate) fn lend_static(&self, value: &'static T) -> Lent<'_, T> {
        // SAFETY: it is there for ever.
        unsafe { self.lend_out(value, None) }
    }

    #[cold]
    fn look(
        &self,
        handles: &Handles<T>,
        handle: u64,
        may_keep: impl FnOnce(&T) -> bool,
    ) -> Result<Lent<'_, T>, Fault> {
        self.forget(handle);
        let own = handles.look(handle)?;
        let named = own.as_ref().and_then(|own| own.named(handle)).ok_or_else(|| handles.gone(handle))?;
        if let Some(place) = self.place(handle)
            && place.looked.replace(handle) == handle
            && may_keep(named)
        {
            self.replace(place, own.clone());
        }
        let named = NonNull::from(named);
        // SAFETY: `own` goes with it, and holds it.
        Ok(unsafe { self.lend_out(named.as_ref(), Some(own)) })
    }

    /// # Safety
    ///
    /// The value is in a place of this, is what `own` holds, or is there for ever.
    #[inline]
    unsafe fn lend_out(&self, value: &T, own: Option<handles::Lent<T>>) -> Lent<'_, T> {
        self.lent.set(self.lent.get() + 1);
        Lent { from: self, value: value.into(), _own: own }
    }

    /// Lets go of what this handle, or one that has the same place, named before it was closed.
    #[inline]
    pub(crate) fn forget(&self, handle: u64) {
        if let Some(place) = self.place(handle)
            && place.held().is_some_and(|held| !held.is_named())
        {
            self.replace(place, None);
        }
    }

    /// Lets go of all that is closed; false where something is lent just now.
    pub(crate) fn let_go_of_closed(&self) -> bool {
        (0..PLACES).for_each(|handle| self.forget(handle as u64));
        self.lent.get() == 0
    }

    /// Puts something in a place, unless anything is lent.
    #[cold]
    fn replace(&self, place: &Place<T>, held: Option<Arc<Held<T>>>) {
        if self.lent.get() == 0 {
            // SAFETY: nothing is lent, and whoever looks into a place without lending it is done with that before anything
            // else of the thread's comes here.
            let before = unsafe { std::mem::replace(&mut *place.held.get(), held) };
            // What goes with it may read by its turn.
            drop(before);
        }
    }

    #[inline]
    fn place(&self, handle: u64) -> Option<&Place<T>> {
        self.places.get(handle as usize % PLACES)
    }
}

impl<T> Place<T> {
    /// What is in it, for a look that nothing of the thread's interrupts.
    #[inline]
    fn held(&self) -> Option<&Held<T>> {
        // SAFETY: it is this thread's alone, and written to by `Recent::replace`, which sees whether it is lent.
        unsafe { &*self.held.get() }.as_deref()
    }
}

impl<T> Deref for Lent<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: it is in a place that is not written to as long as this is there, is held by this, or is there for ever.
        unsafe { self.value.as_ref() }
    }
}

impl<T> Drop for Lent<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.from.lent.set(self.from.lent.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use super::*;
    use crate::Code;
    use crate::handles::Kind;

    fn with<T, R>(
        recent: &Recent<T>,
        handles: &Handles<T>,
        handle: u64,
        take: impl FnOnce(&T) -> R,
    ) -> Result<R, Code> {
        let lent = recent.lend(handles, handle, |_| true).map_err(|fault| fault.code())?;
        Ok(take(&lent))
    }

    fn read<T: Clone>(recent: &Recent<T>, handles: &Handles<T>, handle: u64) -> Result<T, Code> {
        with(recent, handles, handle, T::clone)
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
        let lent = recent.lend(&handles, handle, |_| unreachable!()).unwrap();
        assert_eq!(*lent, 7, "what is kept is not judged again");
    }

    #[test]
    fn a_read_within_a_read_sees_the_same_and_may_close_it() {
        let (recent, handles) = (Recent::new(), Handles::new(Kind::Context));
        let value = Arc::new(7);
        let handle = handles.insert(Arc::clone(&value)).unwrap();
        for _ in 0..3 {
            let nested = with(&recent, &handles, handle, |_| read(&recent, &handles, handle));
            assert_eq!(nested.unwrap().as_deref(), Ok(&7));
        }
        let within = |value: &Arc<i32>| {
            handles.remove(handle).unwrap();
            recent.forget(handle);
            assert_eq!(read(&recent, &handles, handle), Err(Code::Closed));
            **value
        };
        assert_eq!(with(&recent, &handles, handle, within).unwrap(), 7);
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
        assert!(!with(&recent, &handles, handle, within).unwrap(), "it was lent");
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
        let panic = || with(&recent, &handles, handle, |_| panic!("on purpose"));
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
                        let found = with(&recent, &handles, handle, |value| value.number);
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

//! What hosts hold: numbers, not pointers. A number that was never given out, is of another kind, or names what was
//! closed is an error and never a read of memory that is gone.
//!
//! A handle is the kind of what it names, the generation of its slot, and the slot's position. Slots lie in pieces that
//! double in size and never move; what a slot holds is swapped in and out whole, so that whoever closes it need not wait
//! for who reads it. Nothing here waits for another thread: in a child of a fork that thread may not be there.
//!
//! To look into a slot takes two operations that all processors have to agree on. Who reads by the same few handles again
//! and again keeps what they name: [`Recent`](crate::recent::Recent).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};

use arc_swap::{ArcSwapOption, Guard};
use once_cell::race::OnceBox;

use crate::Code;
use crate::fault::Fault;

/// Slots of the first piece, as a power of two.
const FIRST: u32 = 5;
/// How many pieces there can be: more than four billion slots.
const PIECES: usize = (32 - FIRST) as usize;
/// The bits of a generation, between kind and position. A slot that has been through all of them is not used again.
const GENERATION_BITS: u32 = 28;
/// No position: the end of the list of free slots.
const NOWHERE: u32 = u32::MAX;

/// What a handle names; the first digit of its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Client = 1,
    Context = 2,
    Subscription = 3,
    View = 4,
}

/// All that one kind of handles names.
pub(crate) struct Handles<T> {
    kind: Kind,
    pieces: [OnceBox<Box<[Slot<T>]>>; PIECES],
    /// How many positions were ever given out.
    next: AtomicU32,
    /// The free slot that is used next, and before it how often that has changed: a list that has come back to the same
    /// slot is another one.
    free: AtomicU64,
}

struct Slot<T> {
    /// Of what it holds, or of what it held last; 0 before the first.
    generation: AtomicU32,
    held: ArcSwapOption<Held<T>>,
    /// Where that lies, for those who know that it stays: to hold on to it takes longer than to look.
    lies_at: AtomicPtr<Held<T>>,
    /// The free slot after this one, while this is free.
    next_free: AtomicU32,
}

/// What a handle names, with all that is needed to tell whether it still does.
pub(crate) struct Held<T> {
    handle: u64,
    is_closed: AtomicBool,
    value: T,
}

impl<T> Held<T> {
    /// What it is, as long as this handle names it.
    #[inline]
    pub(crate) fn named(&self, handle: u64) -> Option<&T> {
        (self.handle == handle && self.is_named()).then_some(&self.value)
    }

    /// Whether its handle still names it.
    #[inline]
    pub(crate) fn is_named(&self) -> bool {
        !self.is_closed.load(Ordering::Acquire)
    }

    /// What it is, closed or not.
    pub(crate) fn value(&self) -> &T {
        &self.value
    }
}

/// What a slot lends for a moment.
pub(crate) type Lent<T> = Guard<Option<Arc<Held<T>>>>;

impl<T> Handles<T> {
    pub(crate) const fn new(kind: Kind) -> Handles<T> {
        Handles {
            kind,
            pieces: [const { OnceBox::new() }; PIECES],
            next: AtomicU32::new(0),
            free: AtomicU64::new(NOWHERE as u64),
        }
    }

    /// Gives out a handle.
    pub(crate) fn insert(&self, value: T) -> Result<u64, Fault> {
        let position = match self.take_free() {
            Some(position) => position,
            None => self.fresh()?,
        };
        let slot = self.make_slot(position);
        // Nobody else has this position. The generation first: a number that was guessed must not find what is put here
        // under it before it is given out.
        let generation = slot.generation.load(Ordering::Relaxed) + 1;
        slot.generation.store(generation, Ordering::Release);
        let handle = u64::from(self.kind as u8) << 60 | u64::from(generation) << 32 | u64::from(position);
        let held = Arc::new(Held { handle, is_closed: AtomicBool::new(false), value });
        let lies_at = Arc::as_ptr(&held).cast_mut();
        slot.held.store(Some(held));
        slot.lies_at.store(lies_at, Ordering::Release);
        Ok(handle)
    }

    /// What a handle names, for as long as `take` looks at it.
    pub(crate) fn with<R>(&self, handle: u64, take: impl FnOnce(&T) -> R) -> Result<R, Fault> {
        let lent = self.look(handle)?;
        lent.as_ref().and_then(|held| held.named(handle)).map(take).ok_or_else(|| self.gone(handle))
    }

    /// What is in the slot of a handle, which may be nothing, or what another handle names.
    #[inline(always)]
    pub(crate) fn look(&self, handle: u64) -> Result<Lent<T>, Fault> {
        Ok(self.slot(handle)?.0.held.load())
    }

    /// What a handle names, where the caller knows that it is not closed meanwhile.
    ///
    /// # Safety
    ///
    /// Nobody closes it, or what else has its slot, as long as this is looked at.
    #[inline]
    pub(crate) unsafe fn peek(&self, handle: u64) -> Result<&T, Fault> {
        let (slot, generation) = self.slot(handle)?;
        // SAFETY: it is null, or what was put there, which is held until it is closed: the caller knows that it is not.
        let found = unsafe { slot.lies_at.load(Ordering::Acquire).as_ref() };
        found.and_then(|held| held.named(handle)).ok_or_else(|| gone(slot, generation))
    }

    /// Closes a handle. Whoever looks at what it named may go on; the last one drops it.
    pub(crate) fn remove(&self, handle: u64) -> Result<(), Fault> {
        self.take(handle).map(drop)
    }

    /// Closes a handle, and hands over what it named.
    pub(crate) fn take(&self, handle: u64) -> Result<Arc<Held<T>>, Fault> {
        let (slot, generation) = self.slot(handle)?;
        let held = slot.held.load_full().filter(|held| held.handle == handle);
        // Of two that close at once, one does.
        let Some(held) = held.filter(|held| !held.is_closed.swap(true, Ordering::AcqRel)) else {
            return Err(gone(slot, generation));
        };
        slot.lies_at.store(std::ptr::null_mut(), Ordering::Relaxed);
        slot.held.store(None);
        if generation < (1 << GENERATION_BITS) - 1 {
            self.give_free(slot, position(handle));
        }
        Ok(held)
    }

    /// Why a handle names nothing.
    #[cold]
    pub(crate) fn gone(&self, handle: u64) -> Fault {
        match self.slot(handle) {
            Ok((slot, generation)) => gone(slot, generation),
            Err(fault) => fault,
        }
    }

    #[inline]
    fn slot(&self, handle: u64) -> Result<(&Slot<T>, u32), Fault> {
        let invalid = || Fault::new(Code::InvalidHandle, "the handle names nothing of this kind");
        if handle >> 60 != u64::from(self.kind as u8) {
            return Err(invalid());
        }
        let generation = (handle >> 32) as u32 & ((1 << GENERATION_BITS) - 1);
        let (piece, offset) = place(position(handle));
        let slot = self.pieces.get(piece).and_then(OnceBox::get).and_then(|piece| piece.get(offset));
        slot.map(|slot| (slot, generation)).ok_or_else(invalid)
    }

    fn make_slot(&self, position: u32) -> &Slot<T> {
        let (piece, offset) = place(position);
        let empty = |_| Slot {
            generation: AtomicU32::new(0),
            held: ArcSwapOption::empty(),
            lies_at: AtomicPtr::default(),
            next_free: AtomicU32::new(NOWHERE),
        };
        let slots = || Box::new((0..1_u64 << (piece as u32 + FIRST)).map(empty).collect());
        #[expect(
            clippy::indexing_slicing,
            reason = "`place` gives a piece there can be, and an offset within it"
        )]
        &self.pieces[piece].get_or_init(slots)[offset]
    }

    fn fresh(&self) -> Result<u32, Fault> {
        // The last numbers are never given out: where they are reached, none is left.
        let next = self.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
            (next < NOWHERE - (1 << FIRST)).then_some(next + 1)
        });
        next.map_err(|_| Fault::new(Code::System, "there are as many handles as there can be"))
    }

    /// Takes the first slot off the list of free ones (R. K. Treiber, "Systems Programming: Coping with Parallelism",
    /// 1986, with a count of changes against ABA).
    fn take_free(&self) -> Option<u32> {
        let mut free = self.free.load(Ordering::Acquire);
        loop {
            let first = free as u32;
            if first == NOWHERE {
                return None;
            }
            let after = self.make_slot(first).next_free.load(Ordering::Relaxed);
            let changed = (free >> 32).wrapping_add(1) << 32 | u64::from(after);
            match self.free.compare_exchange_weak(free, changed, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Some(first),
                Err(now) => free = now,
            }
        }
    }

    fn give_free(&self, slot: &Slot<T>, position: u32) {
        let mut free = self.free.load(Ordering::Acquire);
        loop {
            slot.next_free.store(free as u32, Ordering::Relaxed);
            let changed = (free >> 32).wrapping_add(1) << 32 | u64::from(position);
            match self.free.compare_exchange_weak(free, changed, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return,
                Err(now) => free = now,
            }
        }
    }
}

fn gone<T>(slot: &Slot<T>, generation: u32) -> Fault {
    if generation != 0 && generation <= slot.generation.load(Ordering::Acquire) {
        Fault::new(Code::Closed, "what the handle named was closed")
    } else {
        Fault::new(Code::InvalidHandle, "the handle was never given out")
    }
}

#[inline]
fn position(handle: u64) -> u32 {
    handle as u32
}

/// The piece of a position, and where in it: piece `n` holds `2^(FIRST + n)` slots.
#[inline]
fn place(position: u32) -> (usize, usize) {
    let shifted = u64::from(position) + (1 << FIRST);
    let piece = shifted.ilog2() - FIRST;
    (piece as usize, (shifted - (1 << (piece + FIRST))) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_names_what_it_was_given_out_for_until_it_is_closed() {
        let handles = Handles::new(Kind::Context);
        let all: Vec<u64> = (0..1_000).map(|number| handles.insert(number).unwrap()).collect();
        for (number, handle) in all.iter().enumerate() {
            assert_eq!(handles.with(*handle, |value| *value).unwrap(), number);
        }
        handles.remove(all[7]).unwrap();
        let code = |handle| handles.with(handle, |_| ()).unwrap_err();
        assert!(format!("{:?}", code(all[7])).contains("Closed"));
        assert!(handles.remove(all[7]).is_err());
        // Its slot is used again, under another number.
        let again = handles.insert(7_000).unwrap();
        assert_ne!(again, all[7]);
        assert_eq!(position(again), position(all[7]));
        assert!(format!("{:?}", code(all[7])).contains("Closed"));
    }

    #[test]
    fn what_was_never_given_out_names_nothing() {
        let handles = Handles::new(Kind::Context);
        let handle = handles.insert(()).unwrap();
        let others = Handles::<()>::new(Kind::Client);
        for wrong in [0, 1, u64::MAX, handle + 1, handle + (1 << 20), handle + (1 << 32), handle ^ (1 << 63)]
        {
            assert!(format!("{:?}", handles.with(wrong, |()| ()).unwrap_err()).contains("InvalidHandle"));
            assert!(others.with(handle, |()| ()).is_err());
        }
    }

    #[test]
    fn who_knows_that_a_handle_stays_is_shown_the_same() {
        let peek = |handles: &Handles<u8>, handle: u64| {
            // SAFETY: nobody else has them.
            unsafe { handles.peek(handle) }.copied().map_err(|fault| fault.code())
        };
        let handles = Handles::new(Kind::Context);
        let (one, another) = (handles.insert(1).unwrap(), handles.insert(2).unwrap());
        assert_eq!([peek(&handles, one), peek(&handles, another)], [Ok(1), Ok(2)]);
        handles.remove(one).unwrap();
        assert_eq!([peek(&handles, one), peek(&handles, another)], [Err(Code::Closed), Ok(2)]);
        let again = handles.insert(3).unwrap();
        assert_eq!(position(again), position(one));
        assert_eq!([peek(&handles, one), peek(&handles, again)], [Err(Code::Closed), Ok(3)]);
        for wrong in [0, u64::MAX, another + 1, another + (1 << 20), another + (1 << 32), another ^ (1 << 63)]
        {
            assert_eq!(peek(&handles, wrong), Err(Code::InvalidHandle));
        }
    }

    #[test]
    fn pieces_follow_one_another() {
        assert_eq!(place(0), (0, 0));
        assert_eq!(place(31), (0, 31));
        assert_eq!(place(32), (1, 0));
        assert_eq!(place(95), (1, 63));
        assert_eq!(place(NOWHERE - (1 << FIRST) - 1).0, PIECES - 1);
    }

    #[test]
    fn what_is_closed_while_it_is_read_lives_until_then() {
        let handles = Handles::new(Kind::Context);
        let value = Arc::new(());
        let handle = handles.insert(Arc::clone(&value)).unwrap();
        handles
            .with(handle, |_| {
                handles.remove(handle).unwrap();
                assert_eq!(Arc::strong_count(&value), 2);
            })
            .unwrap();
        assert_eq!(Arc::strong_count(&value), 1);
    }

    #[test]
    fn many_threads_share_a_table() {
        let handles = Handles::new(Kind::Context);
        std::thread::scope(|scope| {
            for thread in 0..8_u64 {
                let handles = &handles;
                scope.spawn(move || {
                    for number in 0..2_000 {
                        let value = thread << 32 | number;
                        let handle = handles.insert(value).unwrap();
                        assert_eq!(handles.with(handle, |value| *value).unwrap(), value);
                        handles.remove(handle).unwrap();
                        assert!(handles.with(handle, |_| ()).is_err());
                    }
                });
            }
        });
        // Each thread has one at a time, and what is closed is used again.
        assert!(handles.next.load(Ordering::Relaxed) <= 8);
    }
}

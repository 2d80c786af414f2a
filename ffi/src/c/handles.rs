//! What hosts hold: numbers, not pointers. A number that was never given out, is of another kind, or names what was
//! closed is an error and never a read of memory that is gone.
//!
//! A handle is the kind of what it names, the generation of its slot, and the slot's position. Slots lie in pieces that
//! double in size and never move, so that a reader needs no lock; what a slot holds is swapped in and out whole, so
//! that whoever closes it need not wait for who reads it.

use std::hint::spin_loop;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arc_swap::ArcSwapOption;
use once_cell::sync::OnceCell;
use parking_lot::Mutex;

use super::guard::Fault;
use crate::Code;

/// Slots of the first piece, as a power of two.
const FIRST: u32 = 5;
/// How many pieces there can be: more than four billion slots.
const PIECES: usize = (32 - FIRST) as usize;
/// The bits of a generation, between kind and position. A slot that has been through all of them is not used again.
const GENERATION_BITS: u32 = 28;
/// How often the list of free slots is tried. In a child of a fork somebody may hold its lock who is not there any more.
const TRIES: u32 = 1_000;

/// What a handle names; the first digit of its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Client = 1,
    Context = 2,
    Subscription = 3,
    View = 4,
}

/// All that one kind of handles names.
pub(super) struct Handles<T> {
    kind: Kind,
    pieces: [OnceCell<Box<[Slot<T>]>>; PIECES],
    next: AtomicU32,
    free: Mutex<Vec<u32>>,
}

struct Slot<T> {
    /// Of what it holds, or of what it held last; 0 before the first.
    generation: AtomicU32,
    held: ArcSwapOption<Held<T>>,
}

struct Held<T> {
    generation: u32,
    value: T,
}

impl<T> Handles<T> {
    pub(super) const fn new(kind: Kind) -> Handles<T> {
        Handles {
            kind,
            pieces: [const { OnceCell::new() }; PIECES],
            next: AtomicU32::new(0),
            free: Mutex::new(Vec::new()),
        }
    }

    /// Gives out a handle.
    pub(super) fn insert(&self, value: T) -> Result<u64, Fault> {
        let position = match self.free_list(|free| free.pop()).flatten() {
            Some(position) => position,
            None => self.fresh()?,
        };
        let slot = self.make_slot(position);
        // Nobody else has this position, neither from the list nor from the counter.
        let generation = slot.generation.load(Ordering::Relaxed) + 1;
        slot.held.store(Some(Arc::new(Held { generation, value })));
        slot.generation.store(generation, Ordering::Release);
        Ok(u64::from(self.kind as u8) << 60 | u64::from(generation) << 32 | u64::from(position))
    }

    /// What a handle names, for as long as `take` looks at it.
    #[inline]
    pub(super) fn with<R>(&self, handle: u64, take: impl FnOnce(&T) -> R) -> Result<R, Fault> {
        let (slot, generation) = self.slot(handle)?;
        match &*slot.held.load() {
            Some(held) if held.generation == generation => Ok(take(&held.value)),
            _ => Err(gone(slot, generation)),
        }
    }

    /// Closes a handle. Whoever looks at what it named may go on; the last one drops it.
    pub(super) fn remove(&self, handle: u64) -> Result<(), Fault> {
        let (slot, generation) = self.slot(handle)?;
        let held = slot.held.load_full();
        let Some(held) = held.filter(|held| held.generation == generation) else {
            return Err(gone(slot, generation));
        };
        // Of two that close at once, one does.
        let before = slot.held.compare_and_swap(&Some(Arc::clone(&held)), None);
        if !before.as_ref().is_some_and(|before| Arc::ptr_eq(before, &held)) {
            return Err(gone(slot, generation));
        }
        if generation < (1 << GENERATION_BITS) - 1 {
            let position = position(handle);
            // Without the list the slot stays unused.
            self.free_list(|free| free.push(position));
        }
        Ok(())
    }

    #[inline]
    fn slot(&self, handle: u64) -> Result<(&Slot<T>, u32), Fault> {
        let invalid = || Fault::new(Code::InvalidHandle, "the handle names nothing of this kind");
        if handle >> 60 != u64::from(self.kind as u8) {
            return Err(invalid());
        }
        let generation = (handle >> 32) as u32 & ((1 << GENERATION_BITS) - 1);
        let (piece, offset) = place(position(handle));
        let slot = self.pieces.get(piece).and_then(OnceCell::get).and_then(|piece| piece.get(offset));
        slot.map(|slot| (slot, generation)).ok_or_else(invalid)
    }

    fn make_slot(&self, position: u32) -> &Slot<T> {
        let (piece, offset) = place(position);
        let empty = |_| Slot { generation: AtomicU32::new(0), held: ArcSwapOption::empty() };
        #[expect(
            clippy::indexing_slicing,
            reason = "`place` gives a piece there can be, and an offset within it"
        )]
        &self.pieces[piece].get_or_init(|| (0..1_u64 << (piece as u32 + FIRST)).map(empty).collect())[offset]
    }

    fn fresh(&self) -> Result<u32, Fault> {
        // The last numbers are never given out: where they are reached, none is left.
        let next = self.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
            (next < u32::MAX - (1 << FIRST)).then_some(next + 1)
        });
        next.map_err(|_| Fault::new(Code::TooLong, "there are as many handles as there can be"))
    }

    fn free_list<R>(&self, change: impl FnOnce(&mut Vec<u32>) -> R) -> Option<R> {
        for _ in 0..TRIES {
            if let Some(mut free) = self.free.try_lock() {
                return Some(change(&mut free));
            }
            spin_loop();
        }
        None
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
    fn pieces_follow_one_another() {
        assert_eq!(place(0), (0, 0));
        assert_eq!(place(31), (0, 31));
        assert_eq!(place(32), (1, 0));
        assert_eq!(place(95), (1, 63));
        assert_eq!(place(u32::MAX - (1 << FIRST)).0, PIECES - 1);
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
    }
}

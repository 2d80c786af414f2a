//! Counts what the code under test takes from the heap, by thread: tests run side by side.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What a piece of code took from the heap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// How many times it asked for memory.
    pub(crate) allocations: usize,
    /// How many bytes it held at most at one time.
    pub(crate) peak: isize,
    held: isize,
}

thread_local! {
    static TAKEN: Cell<Taken> = const { Cell::new(Taken { allocations: 0, peak: 0, held: 0 }) };
}

/// Runs a piece of code, and tells what it took in this thread.
pub(crate) fn measure<R>(run: impl FnOnce() -> R) -> (R, Taken) {
    TAKEN.set(Taken::default());
    let result = run();
    (result, TAKEN.get())
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

fn count(allocations: usize, bytes: isize) {
    // A thread that ends may still free memory when its counters are gone.
    let _ = TAKEN.try_with(|taken| {
        let Taken { allocations: before, peak, held } = taken.get();
        let held = held + bytes;
        taken.set(Taken { allocations: before + allocations, peak: peak.max(held), held });
    });
}

fn signed(bytes: usize) -> isize {
    isize::try_from(bytes).unwrap_or(isize::MAX)
}

#[allow(unsafe_code, reason = "an allocator is unsafe by its trait; every call is handed on to the system's")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, signed(layout.size()));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(0, -signed(layout.size()));
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, signed(size) - signed(layout.size()));
        unsafe { System.realloc(memory, layout, size) }
    }
}

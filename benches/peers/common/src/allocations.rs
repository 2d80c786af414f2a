//! The system allocator, with counters that run only while [`counted`] runs, so that timed code
//! pays one predictable branch per allocation and nothing else.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static COUNTING: AtomicBool = AtomicBool::new(false);
static CALLS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);
static LIVE: AtomicI64 = AtomicI64::new(0);

/// What a piece of code did on the heap, on all threads.
pub struct Allocations {
    pub calls: u64,
    pub bytes: u64,
    /// Bytes allocated and not yet freed.
    pub live: i64,
}

/// Runs `work` with the counters on.
pub fn counted<R>(work: impl FnOnce() -> R) -> (R, Allocations) {
    CALLS.store(0, Relaxed);
    BYTES.store(0, Relaxed);
    LIVE.store(0, Relaxed);
    COUNTING.store(true, Relaxed);
    let result = work();
    COUNTING.store(false, Relaxed);
    let allocations =
        Allocations { calls: CALLS.load(Relaxed), bytes: BYTES.load(Relaxed), live: LIVE.load(Relaxed) };
    (result, allocations)
}

struct Counting;

fn on_allocate(bytes: usize) {
    if COUNTING.load(Relaxed) {
        CALLS.fetch_add(1, Relaxed);
        BYTES.fetch_add(bytes as u64, Relaxed);
        LIVE.fetch_add(bytes as i64, Relaxed);
    }
}

fn on_free(bytes: usize) {
    if COUNTING.load(Relaxed) {
        LIVE.fetch_sub(bytes as i64, Relaxed);
    }
}

// SAFETY: every call goes to `System` with its arguments unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        on_allocate(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        on_allocate(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        on_free(layout.size());
        on_allocate(size);
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        on_free(layout.size());
        unsafe { System.dealloc(pointer, layout) }
    }
}

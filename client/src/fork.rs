//! Whether this process is a child of the one that a client was started in: threads do not survive a fork.
//!
//! To ask for the process id at every read would be a system call at every read. Instead the C library is asked once
//! to count forks in each child; a read compares two numbers.
//!
//! What nobody can mend is what the C library and the standard library lock for themselves: a process that forks in the
//! very moment in which another of its threads begins, ends or looks a name up may leave a child in which no thread
//! begins. Then what is held is served, and says that it is stale.

use std::sync::atomic::{AtomicU64, Ordering};

static FORKS: AtomicU64 = AtomicU64::new(0);

/// How often this process and its ancestors have forked since they loaded this library.
#[inline]
pub(crate) fn generation() -> u64 {
    FORKS.load(Ordering::Relaxed)
}

/// Begins to count. Whoever forks without the C library (`clone` by hand) is not noticed.
pub(crate) fn watch() {
    #[cfg(unix)]
    {
        static WATCHED: std::sync::Once = std::sync::Once::new();
        WATCHED.call_once(|| {
            extern "C" fn forked() {
                FORKS.fetch_add(1, Ordering::Relaxed);
            }
            #[expect(unsafe_code, reason = "there is no safe way to hear of forks")]
            // SAFETY: the handler runs in the child between fork and the return from it, where only what is
            // async-signal-safe may be called: it adds to an atomic number and calls nothing. It lives as long as the
            // process, for it is a function.
            let registered = unsafe { libc::pthread_atfork(None, None, Some(forked)) };
            // It fails without memory only; then a child goes on with what its parent had, and says that it is stale.
            debug_assert_eq!(registered, 0);
        });
    }
}

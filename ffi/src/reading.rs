//! What every request does: to find a client, and a context, by their numbers.

use std::cell::Cell;

use vexil_client::{Client, Context};

use crate::clients::{self, Known};
use crate::contexts;
use crate::fault::Fault;
use crate::recent::Recent;

/// What a thread read by lately. It lies in one place: to find what is a thread's own takes as long as to look into it.
pub(crate) struct Thread {
    pub(crate) clients: Recent<Known>,
    /// How many clients were closed when it last let go of those.
    pub(crate) closed: Cell<u64>,
    pub(crate) contexts: Recent<Context>,
}

thread_local! {
    static THREAD: Thread = const { Thread::new() };
}

/// Calls with a client and a context, for as long as a read lasts.
#[inline]
pub fn with_both<R>(
    client: u64,
    context: u64,
    read: impl FnOnce(&Client, &Context) -> R,
) -> Result<R, Fault> {
    with_thread(|thread| {
        clients::with_recent(thread, client, |client| {
            contexts::with_recent(&thread.contexts, context, |context| read(client, context))
        })?
    })
}

/// Calls with a client, for as long as a read lasts.
#[inline]
pub fn with_client<R>(client: u64, read: impl FnOnce(&Client) -> R) -> Result<R, Fault> {
    with_thread(|thread| clients::with_recent(thread, client, read))
}

/// Lends what this thread read by lately.
#[inline]
pub(crate) fn with_thread<R>(with: impl FnOnce(&Thread) -> R) -> R {
    let spare;
    let thread = match THREAD.try_with(std::ptr::from_ref) {
        // SAFETY: it was there just now, and is until this thread ends; it does not end while it is within this call. It is
        // lent shared, and each of its places is a cell.
        Ok(thread) => unsafe { &*thread },
        // The thread is about to end, and keeps nothing any more.
        Err(_) => {
            spare = Thread::new();
            &spare
        }
    };
    with(thread)
}

impl Thread {
    const fn new() -> Thread {
        Thread { clients: Recent::new(), closed: Cell::new(0), contexts: Recent::new() }
    }
}

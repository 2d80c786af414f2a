//! What every request does: to find a client, and a context, by their numbers.

use std::cell::Cell;

use vexil_client::{Context, Seen, ThreadClient};

use crate::clients::{self, Known};
use crate::contexts;
use crate::fault::Fault;
use crate::recent::{PLACES, Recent};

/// What a thread read by lately. It lies in one place: to find what is a thread's own takes as long as to look into it.
pub(crate) struct Thread {
    pub(crate) clients: Recent<Known>,
    /// What it saw of the client in each place.
    pub(crate) seen: [Seen; PLACES],
    pub(crate) contexts: Recent<Context>,
    /// How many clients were closed when it last let go of those.
    pub(crate) closed: Cell<u64>,
    /// How many had ended when it last let go of what it saw.
    pub(crate) ended: Cell<u64>,
}

thread_local! {
    static THREAD: Thread = const { Thread::new() };
}

/// Calls with a client and a context, for as long as a read lasts.
#[inline]
pub fn with_both<R>(
    client: u64,
    context: u64,
    read: impl FnOnce(ThreadClient<'_>, &Context) -> R,
) -> Result<R, Fault> {
    with_thread(|thread| {
        let known = clients::lend(thread, client)?;
        let context = contexts::lend(thread, context)?;
        Ok(read(known.reader().by_thread(thread.seen(client)), &context))
    })
}

/// As [`with_both`], where the host itself sees to it that the context is there, so that nobody need hold on to it.
///
/// # Safety
///
/// Nobody frees a context of this number, or another one in its place, as long as the call lasts. A number that is none is
/// an error all the same.
#[inline]
pub unsafe fn with_owned_context<R>(
    client: u64,
    context: u64,
    read: impl FnOnce(ThreadClient<'_>, &Context) -> R,
) -> Result<R, Fault> {
    // SAFETY: as the caller promises.
    let context = unsafe { contexts::peek(context) }?;
    with_client(client, |client| read(client, context))
}

/// Calls with a client, for as long as a read lasts.
#[inline]
pub fn with_client<R>(client: u64, read: impl FnOnce(ThreadClient<'_>) -> R) -> Result<R, Fault> {
    with_thread(|thread| {
        let known = clients::lend(thread, client)?;
        Ok(read(known.reader().by_thread(thread.seen(client))))
    })
}

/// Lends what this thread read by lately.
#[inline]
pub(crate) fn with_thread<R>(with: impl FnOnce(&Thread) -> R) -> R {
    let spare;
    let thread = match THREAD.try_with(std::ptr::from_ref) {
        // SAFETY: it was there just now, and is until this thread ends; it does not end while it is within this call. It is
        // lent shared, and all that is written to it is in cells.
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
        Thread {
            clients: Recent::new(),
            seen: [const { Seen::new() }; PLACES],
            contexts: Recent::new(),
            closed: Cell::new(0),
            ended: Cell::new(0),
        }
    }

    /// Where it keeps what it saw of a client. Another one may have the same place: what was seen knows whose it is.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "the remainder is less than there are places")]
    fn seen(&self, client: u64) -> &Seen {
        &self.seen[client as usize % PLACES]
    }
}

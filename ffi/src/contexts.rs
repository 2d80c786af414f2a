//! Contexts by the numbers that hosts know them by.

use once_cell::race::OnceBox;
use vexil_client::Context;

use crate::fault::Fault;
use crate::handles::{Handles, Kind};
use crate::reading::{Thread, with_thread};
use crate::recent::Lent;

/// The number of a context without attributes, which nobody makes or frees.
const NOBODY: u64 = 0;

static CONTEXTS: Handles<Context> = Handles::new(Kind::Context);
static WITHOUT_ATTRIBUTES: OnceBox<Context> = OnceBox::new();

/// Gives a context a number, which holds it until it is removed.
pub fn insert(context: Context) -> Result<u64, Fault> {
    CONTEXTS.insert(context)
}

/// Takes the number away. Who has been lent the context goes on with it.
pub fn remove(handle: u64) -> Result<(), Fault> {
    if handle != NOBODY {
        CONTEXTS.remove(handle)?;
        with_thread(|thread| thread.contexts.forget(handle));
    }
    Ok(())
}

/// The context of a number, for a moment.
#[inline]
pub fn with<R>(handle: u64, take: impl FnOnce(&Context) -> R) -> Result<R, Fault> {
    with_thread(|thread| Ok(take(&*lend(thread, handle)?)))
}

/// The context of a number that stays for a while.
///
/// # Safety
///
/// As of [`Handles::peek`].
#[inline]
pub(crate) unsafe fn peek<'c>(handle: u64) -> Result<&'c Context, Fault> {
    match handle {
        NOBODY => Ok(WITHOUT_ATTRIBUTES.get_or_init(Box::default)),
        // SAFETY: as the caller promises.
        _ => unsafe { CONTEXTS.peek(handle) },
    }
}

#[inline]
pub(crate) fn lend(thread: &Thread, handle: u64) -> Result<Lent<'_, Context>, Fault> {
    Ok(match handle {
        NOBODY => thread.contexts.lend_static(WITHOUT_ATTRIBUTES.get_or_init(Box::default)),
        _ => thread.contexts.lend(&CONTEXTS, handle, |_| true)?,
    })
}

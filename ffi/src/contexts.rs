//! Contexts by the numbers that hosts know them by.

use once_cell::race::OnceBox;
use vexil_client::Context;

use crate::fault::Fault;
use crate::handles::{Handles, Kind};
use crate::reading::with_thread;
use crate::recent::Recent;

/// The number of a context without attributes, which nobody makes or frees.
const NOBODY: u64 = 0;

static CONTEXTS: Handles<Context> = Handles::new(Kind::Context);
static WITHOUT_ATTRIBUTES: OnceBox<Context> = OnceBox::new();

/// Gives a context a number, which holds it until it is removed.
pub fn insert(context: Context) -> Result<u64, Fault> {
    CONTEXTS.insert(context)
}

/// Takes the number away. Who reads the context just now goes on with it.
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
    with_thread(|thread| with_recent(&thread.contexts, handle, take))
}

#[inline]
pub(crate) fn with_recent<R>(
    recent: &Recent<Context>,
    handle: u64,
    take: impl FnOnce(&Context) -> R,
) -> Result<R, Fault> {
    if handle == NOBODY {
        return Ok(take(WITHOUT_ATTRIBUTES.get_or_init(Box::default)));
    }
    recent.with(&CONTEXTS, handle, |_| true, take)
}

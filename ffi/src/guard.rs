//! No panic leaves this library: each entry runs in here, and answers with a code.

use std::any::Any;
use std::borrow::Cow;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::Code;
use crate::fault::Fault;

thread_local! {
    static LAST: RefCell<Cow<'static, str>> = const { RefCell::new(Cow::Borrowed("")) };
}

/// Runs an entry. What it says when it fails can be asked for on the same thread.
pub fn guarded(entry: impl FnOnce() -> Result<(), Fault>) -> Code {
    // What was half done when it panicked is dropped with it, or guarded by locks that are not poisoned: no reader can
    // see it.
    match caught(entry).flatten() {
        Ok(()) => Code::Ok,
        Err(fault) => {
            let code = fault.code();
            remember(fault.into_message());
            code
        }
    }
}

/// Runs something; that it panics is a fault, too. For the shims of hosts that have errors of their own.
#[inline]
pub fn caught<R>(entry: impl FnOnce() -> R) -> Result<R, Fault> {
    let entry = || {
        #[cfg(feature = "fail-on-purpose")]
        crate::c::panic_if_asked();
        entry()
    };
    catch_unwind(AssertUnwindSafe(entry)).map_err(|panic| {
        let fault = Fault::new(Code::Internal, format!("a fault of this library: {}", told(&*panic)));
        // Dropping it may panic again, and nobody is left to catch that.
        std::mem::forget(panic);
        fault
    })
}

/// Runs an evaluation: as [`guarded`], but a code is no fault, and there is nothing to remember of it.
#[inline]
pub fn evaluating(entry: impl FnOnce() -> Result<Code, Fault>) -> Code {
    let mut found = Code::Ok;
    match guarded(|| entry().map(|code| found = code)) {
        Code::Ok => found,
        code => code,
    }
}

/// What the last fault on this thread said. It is kept by whoever asks for it in vain, too.
pub(crate) fn last_message(fill: impl FnOnce(&str) -> Result<(), Fault>) -> Code {
    let last = LAST.try_with(|last| last.borrow().clone()).unwrap_or_default();
    let filled = catch_unwind(AssertUnwindSafe(|| fill(&last)));
    filled.map_or(Code::Internal, |filled| filled.map_or_else(|fault| fault.code(), |()| Code::Ok))
}

fn remember(message: Cow<'static, str>) {
    // While a thread ends, its own values may be gone already.
    let _ = LAST.try_with(|last| *last.borrow_mut() = message);
}

fn told(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no more is known")
}

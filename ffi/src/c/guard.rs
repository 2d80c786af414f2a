//! No panic leaves this library: each entry runs in here, and answers with a code.

use std::any::Any;
use std::borrow::Cow;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::Code;
use crate::control::VexilError;

/// Why an entry failed.
#[derive(Debug)]
pub struct Fault {
    code: Code,
    message: Cow<'static, str>,
}

impl Fault {
    /// A fault, and what exactly it is.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Fault {
        Fault { code, message: message.into() }
    }

    /// Which.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What exactly, for a person.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// `what` is null.
    pub fn null(what: &str) -> Fault {
        Fault::new(Code::NullArgument, format!("{what} is null"))
    }
}

impl From<VexilError> for Fault {
    fn from(error: VexilError) -> Fault {
        let (code, reason) = error.parts();
        Fault::new(code, reason.to_owned())
    }
}

thread_local! {
    static LAST: RefCell<Cow<'static, str>> = const { RefCell::new(Cow::Borrowed("")) };
}

/// Runs an entry. What it says when it fails can be asked for on the same thread.
pub fn guarded(entry: impl FnOnce() -> Result<(), Fault>) -> Code {
    // What was half done when it panicked is dropped with it, or guarded by locks that are not poisoned: no reader can
    // see it.
    match catch_unwind(AssertUnwindSafe(entry)) {
        Ok(Ok(())) => Code::Ok,
        Ok(Err(fault)) => {
            remember(fault.message);
            fault.code
        }
        Err(panic) => {
            remember(format!("a fault of this library: {}", told(&*panic)).into());
            // Dropping it may panic again, and nobody is left to catch that.
            std::mem::forget(panic);
            Code::Internal
        }
    }
}

/// Runs an evaluation: as [`guarded`], but what it answers with is a code and nothing to remember.
#[inline]
pub fn evaluating(entry: impl FnOnce() -> Result<Code, Fault>) -> Code {
    match catch_unwind(AssertUnwindSafe(entry)) {
        Ok(Ok(code)) => code,
        failed => guarded(|| match failed {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(fault)) => Err(fault),
            Err(panic) => std::panic::resume_unwind(panic),
        }),
    }
}

/// What the last fault on this thread said.
pub(super) fn last_message<R>(take: impl FnOnce(&str) -> R) -> R {
    LAST.with_borrow(|last| take(last))
}

fn remember(message: Cow<'static, str>) {
    // While a thread ends, its own values may be gone already.
    let _ = LAST.try_with(|last| *last.borrow_mut() = message);
}

fn told(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no more is known")
}

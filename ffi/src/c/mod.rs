//! The C ABI: handles, flat buffers, numeric codes. What every request does crosses here, and the shims of hosts (JNI,
//! NIF, Swift) call the same functions.
//!
//! A function returns a [`Code`](crate::Code), writes what it found through pointers, and never panics outward.
//! Arguments are checked: null, length, UTF-8, handles of another kind and of what was closed. What cannot be checked
//! is that a pointer which is not null leads to as much memory as it says, and that no memory which a function writes to
//! is also memory that it reads. That is the caller's promise, and the one safety requirement of every function here.

mod client;
mod context;
mod details;
mod handed;
mod listen;
mod local;
#[cfg(feature = "fail-on-purpose")]
mod provoke;
mod read;
mod sticky;
mod text;
mod view;

pub use client::*;
pub use context::*;
pub use details::*;
pub use handed::Release;
pub use listen::*;
pub use local::*;
#[cfg(feature = "fail-on-purpose")]
pub use provoke::*;
pub use read::*;
pub use sticky::{StickyGet, StickyPut, Store};
pub use text::{Buffer, Text};
pub use view::*;

use std::ffi::c_char;

use crate::Code;
use crate::fault::Fault;
use crate::guard;

/// The version of this library, as `1.2.3`; it lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn vexil_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// The stable name of a code, such as `FLAG_NOT_FOUND`; null where there is no such code. It lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn vexil_code_name(code: i32) -> *const c_char {
    Code::from_number(code).map_or(std::ptr::null(), |code| code.c_name().as_ptr())
}

/// What a code means, for a person; null where there is no such code. It lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn vexil_code_meaning(code: i32) -> *const c_char {
    Code::from_number(code).map_or(std::ptr::null(), |code| code.c_meaning().as_ptr())
}

/// What the last call that failed on this thread said, for a person; it stays until the next one fails. Of an evaluation
/// that has no value (`VEXIL_CODE_FLAG_NOT_FOUND`, ...) nothing is kept: its code is all there is to say, and
/// `vexil_evaluate` says more.
///
/// # Safety
///
/// `message` is null, or leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_last_error(message: *mut Buffer) -> Code {
    // SAFETY: as the caller promises.
    guard::last_message(|last| unsafe { Buffer::fill(message, last) })
}

/// Writes a result where the caller wants it.
///
/// # Safety
///
/// `into` is null, or leads to room for one `T`.
unsafe fn give<T>(into: *mut T, value: T) -> Result<(), Fault> {
    if into.is_null() {
        return Err(Fault::null("the place for the result"));
    }
    // SAFETY: it is not null, and the caller promises that there is room. What was there is not dropped: hosts hand over
    // memory that nobody wrote to.
    unsafe { into.write(value) };
    Ok(())
}

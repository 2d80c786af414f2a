//! Functions that fail on purpose, for the hosts' tests of what happens then. They are in no library that is shipped.

#![expect(clippy::panic, reason = "to panic is what it is for")]

use std::cell::Cell;
use std::ffi::c_char;

use super::text::Buffer;
use crate::Code;
use crate::fault::Fault;
use crate::guard::guarded;

/// Fails with this code, or with `INTERNAL` where there is no such code.
#[unsafe(no_mangle)]
pub extern "C" fn vexil_provoke_error(code: i32) -> Code {
    guarded(|| {
        let code = Code::from_number(code).unwrap_or(Code::Internal);
        Err(Fault::new(code, "it fails because it was asked to"))
    })
}

/// Panics, and the panic's value panics again when it is dropped.
#[unsafe(no_mangle)]
pub extern "C" fn vexil_provoke_panic() -> Code {
    guarded(|| std::panic::panic_any(PanicsAgain))
}

/// Has the next call on this thread panic so, whichever it is: also one that comes by the other face.
#[unsafe(no_mangle)]
pub extern "C" fn vexil_provoke_panic_in_next() -> Code {
    guarded(|| {
        IS_ASKED_TO_PANIC.set(true);
        Ok(())
    })
}

struct PanicsAgain;

impl Drop for PanicsAgain {
    fn drop(&mut self) {
        std::panic::panic_any("a panic within a panic");
    }
}

thread_local! {
    static IS_ASKED_TO_PANIC: Cell<bool> = const { Cell::new(false) };
}

/// Panics where the call before this one has asked for it.
pub(crate) fn panic_if_asked() {
    if IS_ASKED_TO_PANIC.try_with(Cell::take).unwrap_or_default() {
        std::panic::panic_any(PanicsAgain);
    }
}

/// Gives text that is no UTF-8, as no other function does: two bytes.
///
/// # Safety
///
/// `text` is null, or leads to a buffer as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vexil_provoke_bad_text(text: *mut Buffer) -> Code {
    guarded(|| {
        // SAFETY: as the caller promises.
        unsafe { Buffer::fill(text, "??") }?;
        // SAFETY: it was filled: it is not null and has room for two bytes.
        unsafe {
            let bytes = (*text).data.cast::<c_char>();
            bytes.write(0xc3_u8 as c_char);
            bytes.add(1).write(0x28);
        }
        Ok(())
    })
}

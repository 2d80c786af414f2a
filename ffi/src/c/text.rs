//! Text that crosses: borrowed inward, copied into the caller's buffer outward.

use std::ffi::c_char;
use std::str::Utf8Error;

use crate::fault::Fault;
use crate::{Code, utf8};

/// Bytes of a text that is taken; what is longer is some mistake.
const TEXT_BYTES: usize = vexil_core::limits::DOCUMENT_BYTES;

/// Text that the caller lends for the time of a call: UTF-8, without a zero at its end.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// Its first byte; may be null where the length is 0.
    pub data: *const c_char,
    /// How many bytes it has.
    pub length: usize,
}

impl Text {
    /// Text of ours, lent to a host.
    pub(super) fn lent(text: &str) -> Text {
        Text { data: text.as_ptr().cast(), length: text.len() }
    }

    /// The text, for as long as the call lasts.
    ///
    /// # Safety
    ///
    /// Where `data` is not null, `length` bytes can be read there, and nobody writes to them during the call.
    #[inline]
    pub(super) unsafe fn read<'a>(self, what: &str) -> Result<&'a str, Fault> {
        if self.data.is_null() || self.length > TEXT_BYTES {
            return self.none(what);
        }
        // SAFETY: neither null nor longer than an allocation can be; the rest is the caller's promise.
        let bytes = unsafe { std::slice::from_raw_parts(self.data.cast::<u8>(), self.length) };
        utf8::text(bytes).or_else(|error| not_text(what, error))
    }

    /// What is there where nothing can be read: no bytes at all, or some mistake.
    #[cold]
    fn none<'a>(self, what: &str) -> Result<&'a str, Fault> {
        match self.length {
            0 => Ok(""),
            _ if self.data.is_null() => Err(Fault::null(what)),
            length => {
                let message = format!("{what} is said to have {length} bytes, and {TEXT_BYTES} are taken");
                Err(Fault::new(Code::TooLong, message))
            }
        }
    }
}

#[cold]
fn not_text<'a>(what: &str, error: Utf8Error) -> Result<&'a str, Fault> {
    let message = format!("{what} is not UTF-8 from byte {}", error.valid_up_to());
    Err(Fault::new(Code::InvalidUtf8, message))
}

/// Where the caller wants text: its own memory, which is no text that it lends.
#[repr(C)]
#[derive(Debug)]
pub struct Buffer {
    /// The memory; may be null where the capacity is 0.
    pub data: *mut c_char,
    /// How many bytes it has.
    pub capacity: usize,
    /// Is set to how many bytes there are to be had. Where that is more than the capacity the code is
    /// `VEXIL_CODE_BUFFER_TOO_SMALL`, and what is in the memory does not count.
    pub length: usize,
}

impl Buffer {
    /// A buffer to fill, empty to begin with.
    ///
    /// # Safety
    ///
    /// `buffer` is null, or leads to a buffer whose `data` has room for `capacity` bytes.
    pub(super) unsafe fn emptied<'b>(buffer: *mut Buffer) -> Result<&'b mut Buffer, Fault> {
        // SAFETY: as the caller promises.
        let buffer = unsafe { buffer.as_mut() }.ok_or_else(|| Fault::null("the buffer"))?;
        buffer.length = 0;
        Ok(buffer)
    }

    /// Copies text into a buffer.
    ///
    /// # Safety
    ///
    /// `buffer` is null, or leads to a buffer whose `data` has room for `capacity` bytes.
    pub(super) unsafe fn fill(buffer: *mut Buffer, text: &str) -> Result<(), Fault> {
        // SAFETY: as the caller promises.
        let buffer = unsafe { Buffer::emptied(buffer) }?;
        buffer.length = text.len();
        if text.len() > buffer.capacity {
            let message = format!("{} bytes do not fit into {}", text.len(), buffer.capacity);
            return Err(Fault::new(Code::BufferTooSmall, message));
        }
        if !text.is_empty() {
            if buffer.data.is_null() {
                return Err(Fault::null("the buffer's memory"));
            }
            // SAFETY: there is room for `capacity` bytes, which are not fewer; nobody lends us text from a buffer that
            // is to be filled.
            unsafe { std::ptr::copy_nonoverlapping(text.as_ptr(), buffer.data.cast::<u8>(), text.len()) };
        }
        Ok(())
    }
}

//! Text that crosses: borrowed inward, copied into the caller's buffer outward.

use std::ffi::c_char;
use std::ops::RangeInclusive;

use crate::Code;
use crate::fault::Fault;

/// Bytes of a text that is taken; what is longer is some mistake.
const TEXT_BYTES: usize = vexil_core::limits::DOCUMENT_BYTES;

/// Bytes of most keys, which are seen to be text with a few looks.
const SHORT: RangeInclusive<usize> = 1..=32;

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
        if !self.data.is_null() && SHORT.contains(&self.length) {
            // SAFETY: as the caller promises.
            let bytes = unsafe { std::slice::from_raw_parts(self.data.cast::<u8>(), self.length) };
            if is_short_ascii(bytes) {
                // SAFETY: what is ASCII is UTF-8.
                return Ok(unsafe { std::str::from_utf8_unchecked(bytes) });
            }
        }
        // SAFETY: as the caller promises.
        unsafe { self.read_any(what) }
    }

    /// As [`Text::read`], of text that is long, in other letters, or none.
    #[inline(never)]
    unsafe fn read_any<'a>(self, what: &str) -> Result<&'a str, Fault> {
        if self.length == 0 {
            return Ok("");
        }
        if self.data.is_null() {
            return Err(Fault::null(what));
        }
        if self.length > TEXT_BYTES {
            let message = format!("{what} is said to have {} bytes, and {TEXT_BYTES} are taken", self.length);
            return Err(Fault::new(Code::TooLong, message));
        }
        // SAFETY: neither null nor longer than an allocation can be; the rest is the caller's promise.
        let bytes = unsafe { std::slice::from_raw_parts(self.data.cast::<u8>(), self.length) };
        std::str::from_utf8(bytes).map_err(|error| {
            let message = format!("{what} is not UTF-8 from byte {}", error.valid_up_to());
            Fault::new(Code::InvalidUtf8, message)
        })
    }
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

/// Whether each of up to 32 bytes is of ASCII, by pieces that overlap.
#[inline]
fn is_short_ascii(bytes: &[u8]) -> bool {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let Some(last) = bytes.len().checked_sub(8) else { return bytes.iter().all(u8::is_ascii) };
    let piece = |start: usize| {
        let piece = bytes.get(start.min(last)..).and_then(<[u8]>::first_chunk);
        piece.map_or(HIGH, |piece| u64::from_ne_bytes(*piece))
    };
    (piece(0) | piece(8) | piece(16) | piece(last)) & HIGH == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_of_a_short_text_is_looked_at() {
        for length in SHORT {
            let mut bytes = vec![b'a'; length];
            assert!(is_short_ascii(&bytes));
            for position in 0..length {
                bytes[position] = 0x80;
                assert!(!is_short_ascii(&bytes), "{position} of {length}");
                bytes[position] = 0x7f;
                assert!(is_short_ascii(&bytes));
            }
        }
    }
}

//! Text that hosts hand over as bytes. Most of it is short and ASCII, and seen to be that with a few looks.

use std::str::Utf8Error;

/// Bytes of a text that few looks are enough for.
const SHORT: usize = 32;

/// The text that the bytes are.
///
/// # Errors
///
/// They are not UTF-8; the error says from where on.
#[inline]
pub fn text(bytes: &[u8]) -> Result<&str, Utf8Error> {
    if bytes.len() <= SHORT && is_ascii(bytes) {
        // SAFETY: what is ASCII is UTF-8.
        return Ok(unsafe { std::str::from_utf8_unchecked(bytes) });
    }
    any_text(bytes)
}

#[inline(never)]
fn any_text(bytes: &[u8]) -> Result<&str, Utf8Error> {
    std::str::from_utf8(bytes)
}

/// Whether each of up to 32 bytes is of ASCII, by pieces that overlap.
#[inline]
fn is_ascii(bytes: &[u8]) -> bool {
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
        for length in 0..=SHORT + 1 {
            let mut bytes = vec![b'a'; length];
            assert!(text(&bytes).is_ok() && is_ascii(&bytes[..length.min(SHORT)]));
            for position in 0..length {
                bytes[position] = 0x80;
                let error = text(&bytes).unwrap_err();
                assert_eq!(error.valid_up_to(), position, "of {length}");
                bytes[position] = 0x7f;
                assert!(text(&bytes).is_ok());
            }
        }
    }

    #[test]
    fn text_in_other_letters_is_text() {
        for whole in ["ä", "aaaaaaaä", "ΣΊΣΥΦΟΣ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaä", "😀"] {
            assert_eq!(text(whole.as_bytes()), Ok(whole));
            assert!(text(&whole.as_bytes()[..whole.len() - 1]).is_err());
        }
    }
}

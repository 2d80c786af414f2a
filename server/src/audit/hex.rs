//! 32 bytes as text. Lower case only: a digest has one spelling, and another one is a change.

/// The text of 32 bytes.
pub(crate) fn encode(bytes: &[u8; 32]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.filter_map(|half| DIGITS.get(usize::from(half))).collect()
}

/// The bytes of a text of 64 digits.
pub(crate) fn decode(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    if pairs.len() != bytes.len() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

fn digit(text: u8) -> Option<u8> {
    match text {
        b'0'..=b'9' => Some(text - b'0'),
        b'a'..=b'f' => Some(text - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back_and_nothing_else_is_read() {
        for first in 0..=u8::MAX {
            let mut bytes = [7; 32];
            bytes[0] = first;
            assert!(encode(&bytes).starts_with(&format!("{first:02x}07")));
            assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
        let text = encode(&[0xab; 32]);
        for refused in [
            text.trim_start_matches('a'),
            &text.to_uppercase(),
            &format!("{text}00"),
            &text.replace('a', "g"),
            "",
        ] {
            assert_eq!(decode(refused), None, "{refused}");
        }
    }
}

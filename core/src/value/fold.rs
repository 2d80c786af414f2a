//! Comparison without regard to case: simple case folding (statuses C and S of Unicode's CaseFolding.txt), of the
//! Unicode version of the pinned table crate. One character folds to one character, so nothing is allocated.

use std::hash::{BuildHasher, Hasher};

use crate::hash::NameState;

fn fold(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    unicode_case_mapping::case_folded(character)
        .and_then(|folded| char::from_u32(folded.get()))
        .unwrap_or(character)
}

/// The folded characters of a text.
fn folded(text: &str) -> impl DoubleEndedIterator<Item = char> + Clone + '_ {
    text.chars().map(fold)
}

pub(crate) fn equal(a: &str, b: &str) -> bool {
    folded(a).eq(folded(b))
}

/// The same for all texts that are [`equal`].
pub(crate) fn hash(text: &str) -> u64 {
    let mut hasher = NameState::default().build_hasher();
    folded(text).for_each(|character| hasher.write_u32(character.into()));
    hasher.finish()
}

pub(crate) fn starts_with(text: &str, prefix: &str) -> bool {
    leads(folded(text), folded(prefix))
}

pub(crate) fn ends_with(text: &str, suffix: &str) -> bool {
    leads(folded(text).rev(), folded(suffix).rev())
}

/// A part to look for in texts, by the method of Knuth, Morris and Pratt: whatever the text, each of its characters is
/// read once. Every folded character, with how many characters the part begins with also end there: so much is found
/// already when the next one differs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part(Box<[(char, u32)]>);

impl Part {
    pub(crate) fn new(part: &str) -> Part {
        let mut known = Vec::with_capacity(part.len());
        let mut again = 0;
        for character in folded(part) {
            if !known.is_empty() {
                again = found(&known, again, character);
            }
            // A document is far smaller than 4 GiB, so this never saturates.
            known.push((character, u32::try_from(again).unwrap_or(u32::MAX)));
        }
        Part(known.into())
    }

    pub(crate) fn is_in(&self, text: &str) -> bool {
        let mut count = 0;
        self.0.is_empty()
            || folded(text).any(|character| {
                count = found(&self.0, count, character);
                count == self.0.len()
            })
    }
}

/// How many characters of the part are found with this one, when `count` were before it.
fn found(part: &[(char, u32)], mut count: usize, character: char) -> usize {
    loop {
        if part.get(count).is_some_and(|(wanted, _)| *wanted == character) {
            return count + 1;
        }
        match count.checked_sub(1).and_then(|last| part.get(last)) {
            Some((_, again)) => count = *again as usize,
            None => return 0,
        }
    }
}

fn leads(mut text: impl Iterator<Item = char>, mut prefix: impl Iterator<Item = char>) -> bool {
    prefix.all(|wanted| text.next() == Some(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_one_character_to_one() {
        assert!(equal("ΣΊΣΥΦΟΣ", "σίσυφος"));
        assert!(equal("\u{212A}elvin", "kelvin"), "the Kelvin sign is a k");
        assert!(equal("Straẞe", "straße"));
        assert!(!equal("straße", "strasse"), "that would be full folding");
        assert!(!equal("I", "ı") && !equal("i", "İ"), "Turkish folding is not used");
    }

    #[test]
    fn finds_parts() {
        let contains = |text: &str, part: &str| Part::new(part).is_in(text);
        assert!(contains("xxAbC", "aBc") && contains("", "") && !contains("ab", "abc"));
        assert!(contains("ÄA\u{212A}", "äak") && !contains("", "a"));
        assert!(starts_with("ÄPFEL", "äp") && ends_with("ÄPFEL", "El") && !ends_with("l", "el"));
    }

    /// Parts that begin again within themselves, against the plain search.
    #[test]
    fn finds_parts_as_the_plain_search_does() {
        let texts: Vec<String> = (1..=8_u32)
            .flat_map(|length| {
                (0..1 << length).map(move |bits: u32| {
                    (0..length).map(|at| if bits >> at & 1 == 0 { 'a' } else { 'b' }).collect()
                })
            })
            .collect();
        for part in texts.iter().filter(|part| part.len() <= 5) {
            let ready = Part::new(&part.to_uppercase());
            for text in &texts {
                assert_eq!(ready.is_in(text), text.contains(part.as_str()), "{part} in {text}");
            }
        }
    }

    #[test]
    fn equal_texts_have_one_hash() {
        assert_eq!(hash("ΣΊΣΥΦΟΣ\u{212A}"), hash("σίσυφοςk"));
        assert_ne!(hash("ab"), hash("ba"));
    }
}

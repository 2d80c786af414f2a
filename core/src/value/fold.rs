//! Comparison without regard to case: simple case folding (statuses C and S of Unicode's CaseFolding.txt), of the
//! Unicode version of the pinned table crate. One character folds to one character, so nothing is allocated.

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

pub(crate) fn starts_with(text: &str, prefix: &str) -> bool {
    leads(folded(text), folded(prefix))
}

pub(crate) fn ends_with(text: &str, suffix: &str) -> bool {
    leads(folded(text).rev(), folded(suffix).rev())
}

pub(crate) fn contains(text: &str, part: &str) -> bool {
    let mut rest = folded(text);
    loop {
        if leads(rest.clone(), folded(part)) {
            return true;
        }
        if rest.next().is_none() {
            return false;
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
        assert!(contains("xxAbC", "aBc") && contains("", "") && !contains("ab", "abc"));
        assert!(starts_with("ÄPFEL", "äp") && ends_with("ÄPFEL", "El") && !ends_with("l", "el"));
    }
}

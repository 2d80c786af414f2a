//! Text: case folding, patterns and sealed digests (section 5).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use icu_casemap::CaseMapper;
use regex::RegexBuilder;
use sha2::{Digest, Sha256};

/// Simple case folding (statuses C and S of CaseFolding.txt): one character for one character.
pub(crate) fn folded(text: &str, ignore_case: bool) -> String {
    if !ignore_case {
        return text.to_owned();
    }
    let cases = CaseMapper::new();
    text.chars().map(|character| cases.simple_fold(character)).collect()
}

/// Whether the pattern is found anywhere. The crate's own case-insensitivity is simple folding.
pub(crate) fn matches(text: &str, pattern: &str, ignore_case: bool) -> bool {
    RegexBuilder::new(pattern)
        .case_insensitive(ignore_case)
        .build()
        .expect("a pattern that compiles")
        .is_match(text)
}

/// The digest under which `sealedIn` hides a string.
pub(crate) fn sealed(salt: &str, text: &str) -> String {
    let digest = Sha256::digest([salt.as_bytes(), &[0], text.as_bytes()].concat());
    URL_SAFE_NO_PAD.encode(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_simple() {
        assert_eq!(folded("ΣΊΣΥΦΟΣ", true), folded("σίσυφος", true));
        assert_eq!(folded("\u{212a}elvin", true), "kelvin");
        // Status F (ß to ss) and T (İ to i) are no part of it; status S is (ẞ to ß).
        assert_ne!(folded("straße", true), folded("STRASSE", true));
        assert_eq!(folded("STRAẞE", true), "straße");
        assert_eq!(folded("İ", true), "İ");
        assert_eq!(folded("Ab", false), "Ab");
    }

    #[test]
    fn a_sealed_string_is_a_salted_digest() {
        // printf 'salt\0text' | sha256sum, in base64url without padding.
        assert_eq!(sealed("salt", "text"), "iEu5Y_sQT6XOOCQAQCie3Zr7h8HMJhEn-YqT4QDFSQ4");
    }
}

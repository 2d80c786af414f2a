//! Records in a chain: each link's hash covers the hash before it.
//!
//! The hash of a link is the SHA-256 of the previous one's 32 bytes, a zero byte, and the record's text. The text is
//! the record as compact JSON, byte for byte as it was written and is stored: nothing is ever serialised again to be
//! verified, so no library's way to write a number or to order members can break a chain. Before the first link there
//! are 32 zero bytes.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use super::hex;
use super::record::Record;

/// Bytes of a record's text at most.
pub const TEXT_BYTES: usize = 16 << 20;
/// Bytes of a record's text up to which it tells old and new values whole, and not as digests: a log that keeps every
/// large value twice for each change of it outgrows what it tells of.
const WHOLE_BYTES: usize = 1 << 20;

/// A SHA-256; as text 64 hexadecimal digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// What the first link follows.
    pub const GENESIS: Digest = Digest([0; 32]);

    /// What a link with this text has for a hash.
    pub fn of_link(previous: &Digest, text: &str) -> Digest {
        Digest(Sha256::new().chain_update(previous.0).chain_update([0]).chain_update(text).finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text is no digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 hexadecimal digits in lower case")]
pub struct NotADigest;

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Digest, NotADigest> {
        hex::decode(text).map(Digest).ok_or(NotADigest)
    }
}

/// Where a chain ends: what its next link follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Head {
    /// The number of the last link; 0 where there is none.
    pub sequence: u64,
    /// Its hash.
    pub hash: Digest,
}

/// A record in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its number, from 1, without gaps; the text has it too.
    pub sequence: u64,
    /// The hash of the link before.
    pub previous: Digest,
    /// Its own.
    pub hash: Digest,
    /// The record as it was written.
    pub text: String,
}

/// A record cannot become a link.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Over [`TEXT_BYTES`].
    #[error("a record of {0} bytes; at most {TEXT_BYTES} fit")]
    TooLarge(usize),
    /// It has no text.
    #[error("the record has no text: {0}")]
    Unwritable(#[from] serde_json::Error),
    /// The chain has as many links as there are numbers that every store can hold.
    #[error("the chain is full")]
    Full,
}

impl SealError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            SealError::TooLarge(_) => "AUDIT_RECORD_TOO_LARGE",
            SealError::Unwritable(_) => "AUDIT_RECORD_UNWRITABLE",
            SealError::Full => "AUDIT_FULL",
        }
    }
}

impl Head {
    /// Of a chain without links.
    pub const GENESIS: Head = Head { sequence: 0, hash: Digest::GENESIS };

    /// Makes a record the next link; its number is the chain's to give.
    ///
    /// # Errors
    ///
    /// The record is too large, or the chain is full; then it is as it was.
    pub fn seal(self, mut record: Record) -> Result<Link, SealError> {
        // Stores have signed numbers.
        let sequence = self.sequence.checked_add(1).filter(|next| i64::try_from(*next).is_ok());
        record.sequence = sequence.ok_or(SealError::Full)?;
        let mut text = serde_json::to_string(&record)?;
        if text.len() > WHOLE_BYTES {
            record.shorten();
            text = serde_json::to_string(&record)?;
        }
        if text.len() > TEXT_BYTES {
            return Err(SealError::TooLarge(text.len()));
        }
        let hash = Digest::of_link(&self.hash, &text);
        Ok(Link { sequence: record.sequence, previous: self.hash, hash, text })
    }
}

impl Link {
    /// Where the chain ends with it.
    pub fn head(&self) -> Head {
        Head { sequence: self.sequence, hash: self.hash }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vexil_core::Timestamp;

    use super::super::action::Action;
    use super::*;

    fn record(reason: &str) -> Record {
        let mut record =
            Record::new(Timestamp::from_millis(1), "system:guardrails".into(), Action::EntryUpdate);
        record.reason = Some(reason.to_owned());
        record
    }

    #[test]
    fn a_hash_is_what_any_other_program_computes() {
        let first = Head::GENESIS.seal(record("a")).unwrap();
        assert_eq!(
            first.text,
            r#"{"sequence":1,"at":"1970-01-01T00:00:00.001Z","actor":"system:guardrails","action":"entry.update","reason":"a"}"#
        );
        // { head -c 33 /dev/zero; printf %s "$text"; } | sha256sum
        assert_eq!(
            first.hash.to_string(),
            "5205ec5da670680d2536297378bc92c6e17cdc3d4b171598f0d5e466f1baf424"
        );
        let second = first.head().seal(record("b")).unwrap();
        assert_eq!((second.sequence, second.previous), (2, first.hash));
        assert_eq!(second.hash, Digest::of_link(&first.hash, &second.text));
        assert_ne!(Digest::of_link(&Digest::GENESIS, &second.text), second.hash);
    }

    #[test]
    fn large_values_are_told_as_digests() {
        let fits = |record: Record| Head::GENESIS.seal(record).unwrap().text.len() <= WHOLE_BYTES;
        let mut small = record("");
        small.new = Some(json!("x".repeat(WHOLE_BYTES / 2)));
        let text = Head::GENESIS.seal(small.clone()).unwrap().text;
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap().new, small.new);
        let mut large = small;
        large.old = Some(json!("y".repeat(TEXT_BYTES)));
        large.new = Some(json!("x".repeat(TEXT_BYTES)));
        let text = Head::GENESIS.seal(large.clone()).unwrap().text;
        let told: Record = serde_json::from_str(&text).unwrap();
        // printf '"%s"' "$(head -c 16777216 /dev/zero | tr '\0' y)" | sha256sum
        let digest = "cd4cb015ee4626fe28ca264161e77c529d789519ec5e4766a9035a0647b38d47";
        assert_eq!(told.old, Some(json!({"bytes": TEXT_BYTES + 2, "sha256": digest})));
        assert_ne!(told.old, told.new);
        assert!(fits(large));
    }

    #[test]
    fn what_could_not_be_verified_is_not_sealed() {
        let fits = TEXT_BYTES - Head::GENESIS.seal(record("")).unwrap().text.len();
        assert_eq!(Head::GENESIS.seal(record(&"x".repeat(fits))).unwrap().text.len(), TEXT_BYTES);
        let error = Head::GENESIS.seal(record(&"x".repeat(fits + 1))).unwrap_err();
        assert_eq!(error.code(), "AUDIT_RECORD_TOO_LARGE");
        let last = Head { sequence: i64::MAX as u64, hash: Digest::GENESIS };
        assert_eq!(last.seal(record("")).unwrap_err().code(), "AUDIT_FULL");
    }
}

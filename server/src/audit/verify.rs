//! Whether an exported chain holds, and where it first does not.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;

use super::chain::{Digest, Head, TEXT_BYTES};
use super::export::{HEADER, LINK, VERSION};

/// Bytes of a line at most: a record's text, and room for what stands around it.
pub const LINE_BYTES: usize = TEXT_BYTES + 1_024;

/// A chain that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// What the first link follows: the beginning of the chain, or the end of an earlier export, which has then to be
    /// compared with it.
    pub after: Head,
    /// Where it ends.
    pub head: Head,
    /// How many links it has.
    pub count: u64,
}

/// Where a chain first does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The number of the link that should be there.
    pub sequence: u64,
    /// The line, from 1.
    pub line: u64,
    /// What is wrong.
    pub why: Why,
}

/// What is wrong with a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The first line is not the header of an export.
    #[error("this is no header of an audit export")]
    NoHeader,
    /// It is one of a format that this version does not know.
    #[error("format {0} is not known; this version reads {VERSION}")]
    UnknownVersion(u64),
    /// The header begins the chain with another hash than all chains begin with.
    #[error("a chain does not begin with this hash")]
    WrongGenesis,
    /// A line is not of the form that links have.
    #[error("this is no link")]
    NotALink,
    /// A record is not JSON, or without a number.
    #[error("the record is not JSON with a sequence")]
    NotJson,
    /// A line is longer than any may be.
    #[error("the line is over {LINE_BYTES} bytes")]
    TooLong,
    /// Links are missing before this one.
    #[error("links are missing: link {found} stands here")]
    Gap {
        /// The number of the link that is there.
        found: u64,
    },
    /// A link is there again, or was before.
    #[error("out of order: link {found} stands here")]
    OutOfOrder {
        /// The number of the link that is there.
        found: u64,
    },
    /// The record has another number than its link.
    #[error("the record says that it is {found}")]
    WrongSequence {
        /// The number in the record.
        found: u64,
    },
    /// It follows another link than the one before.
    #[error("it follows another link than the one before it")]
    WrongPrevious,
    /// It is not what was hashed.
    #[error("its text is not what was hashed")]
    HashMismatch,
    /// The end is missing: the last line is cut off.
    #[error("the line is cut off")]
    CutOff,
    /// The end is missing, or is another one: the chain does not end with the head that is expected.
    #[error("the chain ends here with {head}, which is not the expected head")]
    Truncated {
        /// With which it does end.
        head: Digest,
    },
}

impl Why {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Why::NoHeader => "AUDIT_NO_HEADER",
            Why::UnknownVersion(_) => "AUDIT_UNKNOWN_VERSION",
            Why::WrongGenesis => "AUDIT_WRONG_GENESIS",
            Why::NotALink => "AUDIT_NOT_A_LINK",
            Why::NotJson => "AUDIT_NOT_JSON",
            Why::TooLong => "AUDIT_LINE_TOO_LONG",
            Why::Gap { .. } => "AUDIT_GAP",
            Why::OutOfOrder { .. } => "AUDIT_OUT_OF_ORDER",
            Why::WrongSequence { .. } => "AUDIT_WRONG_SEQUENCE",
            Why::WrongPrevious => "AUDIT_WRONG_PREVIOUS",
            Why::HashMismatch => "AUDIT_HASH_MISMATCH",
            Why::CutOff => "AUDIT_CUT_OFF",
            Why::Truncated { .. } => "AUDIT_TRUNCATED",
        }
    }
}

/// A chain does not hold, or nobody can tell.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It does not.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// It could not be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
}

impl std::error::Error for Broken {}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: link {} is broken: {} ({})", self.line, self.sequence, self.why, self.why.code())
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verified { after, head, count } = self;
        match count {
            0 => write!(f, "no links after {}", after.sequence)?,
            _ => write!(f, "{count} links hold, {} to {}", after.sequence + 1, head.sequence)?,
        }
        if after.sequence > 0 {
            write!(f, "; they follow {}", after.hash)?;
        }
        write!(f, "; head {}", head.hash)
    }
}

/// Verifies the file of an export, as `vexil audit verify FILE [--head HASH]` does.
///
/// # Errors
///
/// The first link that is broken, or why the file cannot be read.
pub fn verify_file(path: &Path, expected_head: Option<Digest>) -> Result<Verified, VerifyError> {
    verify(BufReader::new(File::open(path)?), expected_head)
}

/// Verifies an export, line by line; one line at a time is in memory. Without an expected head a chain whose end is
/// missing holds as far as it goes.
///
/// # Errors
///
/// The first link that is broken, or why it cannot be read.
pub fn verify(reader: impl BufRead, expected_head: Option<Digest>) -> Result<Verified, VerifyError> {
    let mut lines = Lines { reader, bytes: Vec::new(), number: 0 };
    let broken = |sequence, line, why| VerifyError::Broken(Broken { sequence, line, why });
    let after = match lines.next()? {
        Some(line) => line.and_then(read_header).map_err(|why| broken(0, 1, why))?,
        None => return Err(broken(0, 1, Why::NoHeader)),
    };
    let (mut head, mut count) = (after, 0);
    loop {
        let sequence = head.sequence.saturating_add(1);
        let number = lines.number + 1;
        let Some(line) = lines.next()? else {
            return match expected_head {
                Some(expected) if expected != head.hash => {
                    Err(broken(sequence, number, Why::Truncated { head: head.hash }))
                }
                _ => Ok(Verified { after, head, count }),
            };
        };
        let link = line.and_then(|line| follow(&head, sequence, line));
        head = link.map_err(|why| broken(sequence, number, why))?;
        count += 1;
    }
}

/// Lines of bounded length, each without its line feed.
struct Lines<R> {
    reader: R,
    bytes: Vec<u8>,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> io::Result<Option<Result<&[u8], Why>>> {
        self.bytes.clear();
        let limit = LINE_BYTES as u64 + 1;
        if self.reader.by_ref().take(limit).read_until(b'\n', &mut self.bytes)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let line = self.bytes.strip_suffix(b"\n");
        let why = if self.bytes.len() > LINE_BYTES { Why::TooLong } else { Why::CutOff };
        Ok(Some(line.ok_or(why)))
    }
}

/// Where the header says that the chain begins.
fn read_header(line: &[u8]) -> Result<Head, Why> {
    let [begin, after, previous, end] = HEADER;
    let text = str::from_utf8(line).map_err(|_| Why::NoHeader)?;
    let mut scan = Scan(text);
    let version = scan.expect(begin).and_then(|()| scan.number()).ok_or(Why::NoHeader)?;
    if version != VERSION {
        return Err(Why::UnknownVersion(version));
    }
    let mut read = || {
        scan.expect(after)?;
        let sequence = scan.number()?;
        scan.expect(previous)?;
        let head = Head { sequence, hash: scan.digest()? };
        (scan.0 == end).then_some(head)
    };
    match read() {
        Some(head) if head.sequence == 0 && head.hash != Digest::GENESIS => Err(Why::WrongGenesis),
        Some(head) => Ok(head),
        None => Err(Why::NoHeader),
    }
}

/// The head that a line's link makes, if it follows.
fn follow(head: &Head, sequence: u64, line: &[u8]) -> Result<Head, Why> {
    let [begin, previous, hash, record, end] = LINK;
    let text = str::from_utf8(line).map_err(|_| Why::NotALink)?;
    let mut scan = Scan(text);
    let mut read = || {
        scan.expect(begin)?;
        let found = scan.number()?;
        scan.expect(previous)?;
        let previous = scan.digest()?;
        scan.expect(hash)?;
        let hash = scan.digest()?;
        scan.expect(record)?;
        Some((found, previous, hash, scan.0.strip_suffix(end)?))
    };
    let (found, previous, hash, text) = read().ok_or(Why::NotALink)?;
    if found > sequence {
        return Err(Why::Gap { found });
    } else if found < sequence {
        return Err(Why::OutOfOrder { found });
    } else if previous != head.hash {
        return Err(Why::WrongPrevious);
    } else if Digest::of_link(&previous, text) != hash {
        return Err(Why::HashMismatch);
    }
    let numbered: Numbered = serde_json::from_str(text).map_err(|_| Why::NotJson)?;
    if numbered.sequence != sequence {
        return Err(Why::WrongSequence { found: numbered.sequence });
    }
    Ok(Head { sequence, hash })
}

/// A record, as far as the chain has to understand it: records of later versions verify too.
#[derive(Deserialize)]
struct Numbered {
    sequence: u64,
}

/// What is left of a line.
struct Scan<'t>(&'t str);

impl Scan<'_> {
    fn expect(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// A number as it is written: without a sign or a leading zero.
    fn number(&mut self) -> Option<u64> {
        let end = self.0.find(|c: char| !c.is_ascii_digit())?;
        let (digits, rest) = self.0.split_at_checked(end)?;
        let plain = digits == "0" || !digits.starts_with('0');
        self.0 = rest;
        digits.parse().ok().filter(|_| plain)
    }

    fn digest(&mut self) -> Option<Digest> {
        let (digits, rest) = self.0.split_at_checked(64)?;
        self.0 = rest;
        digits.parse().ok()
    }
}

#[cfg(test)]
mod tests;

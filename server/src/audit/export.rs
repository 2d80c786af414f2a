//! The chain as a file: JSON Lines, so that `jq` and a short script can read and verify it too.
//!
//! The first line is the header, every further one a link; each ends with a line feed:
//!
//! ```text
//! {"vexil_audit":1,"after":0,"previous":"<64 digits>"}
//! {"sequence":1,"previous":"<64 digits>","hash":"<64 digits>","record":{...}}
//! ```
//!
//! `after` is the number of the link that the first one follows, 0 for the beginning of the chain, and `previous` its
//! hash. A record is the link's text, byte for byte: what stands between `"record":` and the last brace is what was
//! hashed. Lines have exactly this form, without spaces, so that no byte of a file can change unnoticed.

use super::chain::{Head, Link};

/// The version of the format.
pub const VERSION: u64 = 1;

pub(super) const HEADER: [&str; 4] = ["{\"vexil_audit\":", ",\"after\":", ",\"previous\":\"", "\"}"];
pub(super) const LINK: [&str; 5] =
    ["{\"sequence\":", ",\"previous\":\"", "\",\"hash\":\"", "\",\"record\":", "}"];

/// The first line, of an export that begins after this head.
pub fn header(after: &Head) -> String {
    let [version, sequence, previous, end] = HEADER;
    format!("{version}{VERSION}{sequence}{}{previous}{}{end}\n", after.sequence, after.hash)
}

/// The line of a link.
pub fn line(link: &Link) -> String {
    let [sequence, previous, hash, record, end] = LINK;
    format!(
        "{sequence}{}{previous}{}{hash}{}{record}{}{end}\n",
        link.sequence, link.previous, link.hash, link.text
    )
}

//! A message, encoded once for all who get it.

use std::io::Write;
use std::sync::OnceLock;

use bytes::Bytes;

/// A good compromise for text that is compressed once and sent often.
const GZIP_LEVEL: u32 = 6;
const ZSTD_LEVEL: i32 = 6;

/// One message in every encoding that somebody has asked for.
#[derive(Debug)]
pub struct Encoded {
    identity: Bytes,
    gzip: OnceLock<Bytes>,
    zstd: OnceLock<Bytes>,
}

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// Not at all.
    Identity,
    /// RFC 1952
    Gzip,
    /// RFC 8878
    Zstd,
}

impl Coding {
    /// The best that a client accepts (`Accept-Encoding`, RFC 9110 section 12.5.3).
    pub fn accepted(header: &str) -> Coding {
        let accepts = |name: &str| {
            header.split(',').any(|item| {
                let mut parts = item.split(';').map(str::trim);
                let is_named = parts.next().is_some_and(|coding| coding.eq_ignore_ascii_case(name));
                let refused = parts.any(|part| {
                    part.strip_prefix("q=")
                        .is_some_and(|weight| weight.parse::<f32>().is_ok_and(|q| q <= 0.0))
                });
                is_named && !refused
            })
        };
        if accepts("zstd") {
            Coding::Zstd
        } else if accepts("gzip") {
            Coding::Gzip
        } else {
            Coding::Identity
        }
    }

    /// The name in `Content-Encoding`, where there is one.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Coding::Identity => None,
            Coding::Gzip => Some("gzip"),
            Coding::Zstd => Some("zstd"),
        }
    }
}

impl Encoded {
    /// A message: `{"type": ..., "signature": ..., "payload": ...}`. The payload stands in it byte for byte as it was
    /// signed.
    pub(super) fn new(kind: &str, signature: &str, payload: &str) -> Encoded {
        // Neither the kind nor base64url has anything to escape.
        let text = format!("{{\"type\":\"{kind}\",\"signature\":\"{signature}\",\"payload\":{payload}}}");
        Encoded::of(Bytes::from(text))
    }

    /// A message that is made already.
    pub(super) fn of(text: Bytes) -> Encoded {
        Encoded { identity: text, gzip: OnceLock::new(), zstd: OnceLock::new() }
    }

    /// The signature and payload of a message of a kind.
    pub(super) fn parts<'t>(text: &'t str, kind: &str) -> Option<(&'t str, &'t str)> {
        let rest = text.strip_prefix("{\"type\":\"")?.strip_prefix(kind)?;
        let (signature, rest) = rest.strip_prefix("\",\"signature\":\"")?.split_once("\",\"payload\":")?;
        Some((signature, rest.strip_suffix('}')?))
    }

    /// The message as JSON.
    pub fn plain(&self) -> &Bytes {
        &self.identity
    }

    /// The message in a coding. The first who asks for one waits until it is made; large ones take a moment, so ask
    /// where waiting is allowed.
    pub fn in_coding(&self, coding: Coding) -> Bytes {
        match coding {
            Coding::Identity => self.identity.clone(),
            Coding::Gzip => self.gzip.get_or_init(|| gzip(&self.identity)).clone(),
            Coding::Zstd => self.zstd.get_or_init(|| zstd(&self.identity)).clone(),
        }
    }

    /// Whether a coding is there already.
    pub fn has(&self, coding: Coding) -> bool {
        match coding {
            Coding::Identity => true,
            Coding::Gzip => self.gzip.get().is_some(),
            Coding::Zstd => self.zstd.get().is_some(),
        }
    }
}

/// Writing into memory does not fail.
fn gzip(plain: &[u8]) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(GZIP_LEVEL));
    let written = encoder.write_all(plain);
    written.and_then(|()| encoder.finish()).map_or_else(|_| Bytes::new(), Bytes::from)
}

fn zstd(plain: &[u8]) -> Bytes {
    zstd::bulk::compress(plain, ZSTD_LEVEL).map_or_else(|_| Bytes::new(), Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_accepted_coding_is_chosen() {
        assert_eq!(Coding::accepted("gzip, deflate, zstd"), Coding::Zstd);
        assert_eq!(Coding::accepted("GZIP;q=0.5"), Coding::Gzip);
        assert_eq!(Coding::accepted("zstd;q=0, gzip;q=0.0"), Coding::Identity);
        assert_eq!(Coding::accepted(""), Coding::Identity);
    }

    #[test]
    fn a_message_comes_apart_as_it_was_put_together() {
        let message = Encoded::new("put", "a..b", r#"{"payload":"\",\"payload\":"}"#);
        let text = std::str::from_utf8(message.plain()).unwrap();
        assert_eq!(Encoded::parts(text, "put"), Some(("a..b", r#"{"payload":"\",\"payload\":"}"#)));
        assert_eq!(Encoded::parts(text, "delta"), None);
    }

    #[test]
    fn codings_hold_the_same() {
        let message = Encoded::new("put", "a..b", r#"{"x":1}"#);
        let mut gunzipped = String::new();
        let gzipped = message.in_coding(Coding::Gzip);
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&gzipped[..]), &mut gunzipped)
            .unwrap();
        assert_eq!(gunzipped.as_bytes(), message.plain());
        assert_eq!(
            zstd::bulk::decompress(&message.in_coding(Coding::Zstd), 1000).unwrap(),
            &message.plain()[..]
        );
    }
}

//! Seals: what browsers keep for the server is given under a code that only the server can make. What somebody made up
//! is told from what was given without asking the database: the checksum of a credential anybody can compute.
//!
//! `<text>.<code>`, an HMAC-SHA-256 (RFC 2104) with a secret that all replicas share.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What codes are for, so that none of them means anything elsewhere.
const PURPOSE: &[u8] = b"vexil session cookie\0";

/// Makes seals, and knows its own again.
pub struct Seals(Zeroizing<Vec<u8>>);

impl Seals {
    /// From a secret that all replicas share.
    pub fn new(secret: &str) -> Seals {
        Seals(Zeroizing::new(secret.as_bytes().to_vec()))
    }

    /// A text under its code.
    pub fn seal(&self, text: &str) -> Zeroizing<String> {
        let code = self.code(text).map(|code| code.finalize().into_bytes());
        let code = code.map(|code| Base64UrlUnpadded::encode_string(&code)).unwrap_or_default();
        Zeroizing::new(format!("{text}.{code}"))
    }

    /// The text, if the code is the one that was made for it.
    pub fn open<'s>(&self, sealed: &'s str) -> Option<&'s str> {
        let (text, code) = sealed.rsplit_once('.')?;
        let code = Base64UrlUnpadded::decode_vec(code).ok()?;
        // Takes as long whatever the answer.
        self.code(text)?.verify_slice(&code).is_ok().then_some(text)
    }

    /// There always is one, as keys of any length will do.
    fn code(&self, text: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(PURPOSE);
        mac.update(text.as_bytes());
        Some(mac)
    }
}

impl std::fmt::Debug for Seals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seals(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_sealed_opens() {
        let seals = Seals::new("secret");
        let sealed = seals.seal("vx_ses_abc");
        assert_eq!(seals.open(&sealed), Some("vx_ses_abc"));
        assert_eq!(Seals::new("other").open(&sealed), None);
        let (text, code) = sealed.split_once('.').unwrap();
        for forged in [
            text.to_owned(),
            format!("{text}."),
            format!("{text}x.{code}"),
            format!("{text}.{}", code.to_lowercase()),
            format!("{text}.{code}."),
            format!(".{code}"),
            String::new(),
        ] {
            assert_eq!(seals.open(&forged), None, "{forged}");
        }
    }
}

//! Tickets: what stands for an SDK key in the URL of a stream. Browsers set no headers when they open one, and a key in
//! a URL would end up in logs.
//!
//! A ticket names its key and a window of time, under an HMAC-SHA-256 (RFC 2104) with a secret that all replicas share,
//! so none of them has to remember it. Within a window a key's ticket is always the same: whoever is given it again goes
//! on with the stream that it has. It opens a stream that tells of new versions and no values, and it ends with its key.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// How long a ticket is given out, in milliseconds: an hour. It opens streams as long again.
pub const WINDOW: i64 = 3_600_000;
/// What codes are for, so that none of them means anything elsewhere.
const PURPOSE: &[u8] = b"vexil stream ticket\0";

/// Makes tickets, and knows its own again.
pub struct Tickets(Zeroizing<Vec<u8>>);

impl Tickets {
    /// From a secret that all replicas share.
    pub fn new(secret: &str) -> Tickets {
        Tickets(Zeroizing::new(secret.as_bytes().to_vec()))
    }

    /// The ticket of a key at a moment, in milliseconds since the epoch: `<key>.<window>.<code>`, nothing of which needs
    /// escaping in a URL.
    pub fn issue(&self, key: &str, now: i64) -> String {
        let window = now.div_euclid(WINDOW);
        let code = self.code(key, window).map(|code| code.finalize().into_bytes());
        let code = code.map(|code| Base64UrlUnpadded::encode_string(&code)).unwrap_or_default();
        format!("{key}.{window}.{code}")
    }

    /// The key that a ticket stands for, if it is one and has not expired.
    pub fn holder<'t>(&self, ticket: &'t str, now: i64) -> Option<&'t str> {
        let mut parts = ticket.split('.');
        let (Some(key), Some(number), Some(code), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let window: i64 = number.parse().ok()?;
        let is_open = (0..=1).contains(&now.div_euclid(WINDOW).checked_sub(window)?);
        let code = Base64UrlUnpadded::decode_vec(code).ok()?;
        // Takes as long whatever the answer.
        let is_ours = self.code(key, window)?.verify_slice(&code).is_ok();
        (is_open && is_ours).then_some(key)
    }

    /// There always is one, as keys of any length will do.
    fn code(&self, key: &str, window: i64) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(PURPOSE);
        mac.update(key.as_bytes());
        mac.update(&[0]);
        mac.update(&window.to_be_bytes());
        Some(mac)
    }
}

impl std::fmt::Debug for Tickets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tickets(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000_000;

    #[test]
    fn a_ticket_leads_to_its_key_for_one_to_two_windows() {
        let tickets = Tickets::new("secret");
        let ticket = tickets.issue("abc", NOW);
        assert_eq!(ticket, tickets.issue("abc", NOW - NOW % WINDOW));
        assert_ne!(ticket, tickets.issue("abc", NOW + WINDOW));
        let end = NOW - NOW % WINDOW + 2 * WINDOW;
        for (moment, holder) in [(NOW, Some("abc")), (end - 1, Some("abc")), (end, None)] {
            assert_eq!(tickets.holder(&ticket, moment), holder, "{moment}");
        }
        assert_eq!(tickets.holder(&ticket, NOW - WINDOW), None);
        assert_eq!(Tickets::new("other").holder(&ticket, NOW), None);
    }

    #[test]
    fn nothing_that_was_changed_is_a_ticket() {
        let tickets = Tickets::new("secret");
        let ticket = tickets.issue("abc", NOW);
        let (key, rest) = ticket.split_once('.').unwrap();
        let (window, code) = rest.split_once('.').unwrap();
        let later = window.parse::<i64>().unwrap() + 1;
        for forged in [
            format!("abd.{window}.{code}"),
            format!("{key}.{later}.{code}"),
            format!("{key}.{window}."),
            format!("{key}.{window}.{code}.x"),
            format!("{key}.{window}.{}", code.to_lowercase()),
            format!("{key}.{}.{code}", i64::MIN),
            format!("{key}.{code}"),
            String::new(),
        ] {
            assert_eq!(tickets.holder(&forged, NOW), None, "{forged}");
        }
    }
}

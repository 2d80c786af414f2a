//! Keys and tokens: secrets that are shown once, when they are made.
//!
//! `vx_srv_<id>_<secret><checksum>`: the kind, 16 characters that name it, 43 random ones, and 6 that tell a typing
//! error from a key that was revoked. Letters, digits and `_` only, so that a double click selects all of it and a
//! secret scanner finds it by `vx_(srv|cli|tok|ses)_[a-z2-7]{16}_[0-9A-Za-z]{49}`.
//!
//! What is stored is a SHA-256 of the whole text. A password needs a slow, salted hash because people choose it; a
//! secret of 256 random bits cannot be guessed, and every request pays for its check. The whole text, because then a
//! client key does not pass for a server key under another prefix.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Characters of an id: 80 bits in base32, so never given twice and readable in any case.
pub const ID_LENGTH: usize = 16;
/// Characters of a secret: the fewest of base62 that hold 256 bits.
pub const SECRET_LENGTH: usize = 43;
/// Characters of a checksum: the fewest of base62 that hold 32 bits.
pub const CHECKSUM_LENGTH: usize = 6;
/// Characters that a token of somebody else's making has at least. It should hold 128 bits of chance or more: nothing
/// here can tell.
pub const OPAQUE_MIN_LENGTH: usize = 32;
/// Characters that a presented credential has at most.
pub const MAX_LENGTH: usize = 512;

/// The alphabet of RFC 4648, section 6, in lower case.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// What every credential of our making begins with, and no other may.
const BRAND: &str = "vx_";

/// What a credential is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CredentialKind {
    /// A process of the company reads one environment.
    ServerKey,
    /// A device of anybody reads what is visible to clients in one environment.
    ClientKey,
    /// A program uses the API.
    ApiToken,
    /// A person who logged in.
    Session,
}

impl CredentialKind {
    /// All of them.
    pub const ALL: [CredentialKind; 4] = [
        CredentialKind::ServerKey,
        CredentialKind::ClientKey,
        CredentialKind::ApiToken,
        CredentialKind::Session,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            CredentialKind::ServerKey => "server_key",
            CredentialKind::ClientKey => "client_key",
            CredentialKind::ApiToken => "api_token",
            CredentialKind::Session => "session",
        }
    }

    /// The kind of this stable name.
    pub fn from_name(name: &str) -> Option<CredentialKind> {
        CredentialKind::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// How it is written in a credential.
    fn label(self) -> &'static str {
        match self {
            CredentialKind::ServerKey => "srv",
            CredentialKind::ClientKey => "cli",
            CredentialKind::ApiToken => "tok",
            CredentialKind::Session => "ses",
        }
    }
}

/// What a credential is called: no secret, unique, good to look it up by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CredentialId(String);

impl CredentialId {
    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A credential's text. It shows itself only when asked to, and leaves nothing in memory.
pub struct Plaintext(Zeroizing<String>);

impl Plaintext {
    /// The text, for the one who asked for the credential to be made.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plaintext(..)")
    }
}

/// What is stored of a credential beside its id: enough to know it again, too little to make it.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    fn of(text: &str) -> SecretHash {
        SecretHash(Sha256::digest(text).into())
    }

    /// As it was stored.
    pub fn from_hex(text: &str) -> Option<SecretHash> {
        crate::audit::hex::decode(text).map(SecretHash)
    }

    /// As it is stored.
    pub fn to_hex(self) -> String {
        crate::audit::hex::encode(&self.0)
    }

    /// Whether both are of one secret; takes as long whatever the answer.
    pub fn matches(&self, other: &SecretHash) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}

/// A new credential.
#[derive(Debug)]
pub struct Minted {
    /// What to look it up by.
    pub id: CredentialId,
    /// To show once.
    pub plaintext: Plaintext,
    /// To store.
    pub hash: SecretHash,
}

/// Makes a credential.
///
/// # Errors
///
/// The operating system gives no random bytes.
pub fn mint(kind: CredentialKind) -> Result<Minted, getrandom::Error> {
    let mut of_id = [0; 10];
    getrandom::fill(&mut of_id)?;
    let id = base32(&of_id);
    let whole = BRAND.len() + 3 + 1 + ID_LENGTH + 1 + SECRET_LENGTH + CHECKSUM_LENGTH;
    // With room for all of it: a string that grows would leave a part of the secret where it was.
    let mut text = Zeroizing::new(String::with_capacity(whole));
    text.push_str(BRAND);
    text.push_str(kind.label());
    text.push('_');
    text.push_str(&id);
    text.push('_');
    let mut drawn = Zeroizing::new([0; 2 * SECRET_LENGTH]);
    let mut missing = SECRET_LENGTH;
    while missing > 0 {
        getrandom::fill(drawn.as_mut())?;
        // Of 64 equally likely numbers the two that are no digit are drawn again, so that no digit is likelier.
        let digits = drawn.iter().filter_map(|byte| BASE62.get(usize::from(byte & 63)));
        for digit in digits.take(missing) {
            text.push(char::from(*digit));
            missing -= 1;
        }
    }
    let checksum = checksum(&text);
    text.push_str(&checksum);
    Ok(Minted { id: CredentialId(id), hash: SecretHash::of(&text), plaintext: Plaintext(text) })
}

/// A credential as somebody presents it; of the secret only the hash is kept.
#[derive(Debug)]
pub enum Presented {
    /// One of our making, if its id is known.
    Minted {
        /// What it says that it is for.
        kind: CredentialKind,
        /// What to look it up by.
        id: CredentialId,
        /// Of what was presented.
        hash: SecretHash,
    },
    /// One of somebody else's making: an administrator's token from the server's own settings. Its id is the
    /// beginning of its hash.
    Opaque {
        /// What to look it up by.
        id: CredentialId,
        /// Of what was presented.
        hash: SecretHash,
    },
}

/// What was presented is no credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCredential {
    /// Of another form than any has.
    #[error("this is no key and no token")]
    Malformed,
    /// Of our form, but not as it was made: the checksum is of something else.
    #[error("the key or token is mistyped or cut off: its checksum is of another")]
    Mistyped,
}

impl BadCredential {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            BadCredential::Malformed => "CREDENTIAL_MALFORMED",
            BadCredential::Mistyped => "CREDENTIAL_MISTYPED",
        }
    }
}

impl Presented {
    /// Reads what somebody presents. Whether it is valid shows only beside what is stored under its id.
    ///
    /// # Errors
    ///
    /// It cannot be a credential, whatever is stored.
    pub fn parse(text: &str) -> Result<Presented, BadCredential> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if !visible || text.len() > MAX_LENGTH {
            return Err(BadCredential::Malformed);
        }
        let Some(own) = text.strip_prefix(BRAND) else { return Presented::opaque(text) };
        let mut parts = own.split('_');
        let (Some(label), Some(id), Some(secret), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(BadCredential::Malformed);
        };
        let kind = CredentialKind::ALL.into_iter().find(|kind| kind.label() == label);
        let is_id = id.len() == ID_LENGTH && id.bytes().all(|byte| BASE32.contains(&byte));
        let (Some(kind), true) = (kind, is_id) else {
            return Err(BadCredential::Malformed);
        };
        let end = text.len().saturating_sub(CHECKSUM_LENGTH);
        match text.split_at_checked(end) {
            Some((body, sum)) if secret.len() == SECRET_LENGTH + CHECKSUM_LENGTH && checksum(body) == sum => {
                Ok(Presented::Minted { kind, id: CredentialId(id.to_owned()), hash: SecretHash::of(text) })
            }
            _ => Err(BadCredential::Mistyped),
        }
    }

    fn opaque(text: &str) -> Result<Presented, BadCredential> {
        if text.len() < OPAQUE_MIN_LENGTH {
            return Err(BadCredential::Malformed);
        }
        let hash = SecretHash::of(text);
        let mut id = base32(&hash.0);
        id.truncate(ID_LENGTH);
        Ok(Presented::Opaque { id: CredentialId(id), hash })
    }

    /// What to look it up by.
    pub fn id(&self) -> &CredentialId {
        match self {
            Presented::Minted { id, .. } | Presented::Opaque { id, .. } => id,
        }
    }

    /// Of what was presented.
    pub fn hash(&self) -> &SecretHash {
        match self {
            Presented::Minted { hash, .. } | Presented::Opaque { hash, .. } => hash,
        }
    }

    /// Whether it is the credential that was stored; takes as long whatever the answer.
    pub fn is(&self, stored: &SecretHash) -> bool {
        self.hash().matches(stored)
    }
}

/// The beginning of a SHA-256 of what comes before it. It guards against slips and not against people: whoever knows
/// a secret can compute it, and whoever does not learns 32 bits of nothing.
fn checksum(body: &str) -> String {
    let hash = Sha256::digest(body);
    let mut rest = hash.iter().take(4).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let mut digits = [0; CHECKSUM_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62.get((rest % 62) as usize).copied().unwrap_or_default();
        rest /= 62;
    }
    digits.map(char::from).iter().collect()
}

/// Whole groups of five bytes as eight characters each; what is left over is not written.
fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks_exact(5) {
        let bits = group.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let digits = (0..8).rev().map(|place| (bits >> (5 * place) & 31) as usize);
        text.extend(digits.filter_map(|digit| BASE32.get(digit)).map(|digit| char::from(*digit)));
    }
    text
}

#[cfg(test)]
mod tests;

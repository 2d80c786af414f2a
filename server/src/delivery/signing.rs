//! Signatures of what is delivered: detached JWS (RFC 7515 appendix F) over the payload as it is (RFC 7797), with
//! Ed25519 (RFC 8037). What must not be swapped for something else is in the protected header.

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use serde_json::json;

use crate::store::{SigningKeyRow, now};

/// The key that signs.
#[derive(Debug)]
pub struct Signer {
    id: String,
    key: SigningKey,
    public: Vec<PublicKey>,
}

/// A key that signatures can be verified with.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct PublicKey {
    /// The id that signatures name (`kid`).
    pub id: String,
    /// 32 bytes in base64url without padding.
    pub public: String,
    /// `next`, `active` or `retired`.
    pub state: String,
}

impl From<&SigningKeyRow> for PublicKey {
    fn from(row: &SigningKeyRow) -> PublicKey {
        PublicKey { id: row.id.clone(), public: row.public.clone(), state: row.state.clone() }
    }
}

/// What a signature vouches for beside the payload's bytes.
pub(super) struct Claims<'c> {
    pub(super) kind: &'static str,
    pub(super) project: &'c str,
    pub(super) environment: &'c str,
    pub(super) version: u64,
    pub(super) from: Option<u64>,
    /// For whom it is: a server key, a client key, one tenant.
    pub(super) audience: String,
    /// When the version came to be, in seconds since the epoch, so that all replicas sign the same.
    pub(super) issued_at: i64,
    /// Until when it holds, likewise; for what is handed on.
    pub(super) expires_at: Option<i64>,
}

impl Signer {
    /// The active one of the stored keys.
    pub fn of(keys: &[SigningKeyRow]) -> Option<Signer> {
        let active = keys.iter().find(|key| key.state == "active")?;
        let mut seed = [0; 32];
        Base64UrlUnpadded::decode(&active.secret, &mut seed).ok()?;
        let public = keys.iter().map(PublicKey::from).collect();
        Some(Signer { id: active.id.clone(), key: SigningKey::from_bytes(&seed), public })
    }

    /// The id that signatures name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Every key that clients may trust: the active one, the next one, and those before.
    pub fn public(&self) -> &[PublicKey] {
        &self.public
    }

    /// `<protected header>..<signature>`
    pub(super) fn sign(&self, claims: &Claims<'_>, payload: &[u8]) -> String {
        let protected = self.protected(claims);
        let signature = self.key.sign(&signed(&protected, payload));
        format!("{protected}..{}", Base64UrlUnpadded::encode_string(&signature.to_bytes()))
    }

    /// Whether a signature is what [`Signer::sign`] would have made.
    pub(super) fn has_signed(&self, claims: &Claims<'_>, payload: &[u8], signature: &str) -> bool {
        let protected = self.protected(claims);
        let bytes = signature.strip_prefix(&protected).and_then(|rest| rest.strip_prefix(".."));
        let mut decoded = [0; Signature::BYTE_SIZE];
        let bytes = bytes.and_then(|bytes| Base64UrlUnpadded::decode(bytes, &mut decoded).ok());
        bytes.and_then(|bytes| Signature::from_slice(bytes).ok()).is_some_and(|signature| {
            self.key.verifying_key().verify_strict(&signed(&protected, payload), &signature).is_ok()
        })
    }

    /// The protected header, in base64url.
    fn protected(&self, claims: &Claims<'_>) -> String {
        let mut header = json!({
            "alg": "EdDSA",
            "kid": self.id,
            "b64": false,
            "crit": ["b64"],
            "typ": claims.kind,
            "project": claims.project,
            "environment": claims.environment,
            "version": claims.version,
            "audience": claims.audience,
            "iat": claims.issued_at,
        });
        if let (Some(from), Some(header)) = (claims.from, header.as_object_mut()) {
            header.insert("from".to_owned(), from.into());
        }
        if let (Some(end), Some(header)) = (claims.expires_at, header.as_object_mut()) {
            header.insert("exp".to_owned(), end.into());
        }
        Base64UrlUnpadded::encode_string(header.to_string().as_bytes())
    }
}

/// What is signed: RFC 7515 section 5.1 with the payload as it is.
fn signed(protected: &str, payload: &[u8]) -> Vec<u8> {
    let mut input = Vec::with_capacity(protected.len() + 1 + payload.len());
    input.extend_from_slice(protected.as_bytes());
    input.push(b'.');
    input.extend_from_slice(payload);
    input
}

/// Makes a key from the operating system's randomness.
pub fn new_signing_key(state: &str) -> Result<SigningKeyRow, getrandom::Error> {
    let (mut seed, mut id) = ([0; 32], [0; 9]);
    getrandom::fill(&mut seed)?;
    getrandom::fill(&mut id)?;
    let key = SigningKey::from_bytes(&seed);
    Ok(SigningKeyRow {
        id: Base64UrlUnpadded::encode_string(&id),
        secret: Base64UrlUnpadded::encode_string(&seed),
        public: Base64UrlUnpadded::encode_string(key.verifying_key().as_bytes()),
        state: state.to_owned(),
        created_at: now(),
        revision: 1,
    })
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Verifier, VerifyingKey};

    use super::*;

    #[test]
    fn a_signature_verifies_and_covers_header_and_payload() {
        let row = new_signing_key("active").unwrap();
        let signer = Signer::of(std::slice::from_ref(&row)).unwrap();
        let claims = Claims {
            kind: "put",
            project: "p",
            environment: "e",
            version: 7,
            from: None,
            audience: "server".to_owned(),
            issued_at: 1,
            expires_at: None,
        };
        let signature = signer.sign(&claims, b"{}");
        let (protected, bytes) = signature.split_once("..").unwrap();
        let header = String::from_utf8(Base64UrlUnpadded::decode_vec(protected).unwrap()).unwrap();
        assert!(header.contains(r#""version":7"#) && header.contains(&row.id), "{header}");
        let public: [u8; 32] = Base64UrlUnpadded::decode_vec(&row.public).unwrap().try_into().unwrap();
        let key = VerifyingKey::from_bytes(&public).unwrap();
        let bytes = Signature::from_slice(&Base64UrlUnpadded::decode_vec(bytes).unwrap()).unwrap();
        assert!(key.verify(format!("{protected}.{{}}").as_bytes(), &bytes).is_ok());
        assert!(key.verify(format!("{protected}.{{ }}").as_bytes(), &bytes).is_err());

        assert!(signer.has_signed(&claims, b"{}", &signature));
        assert!(!signer.has_signed(&claims, b"{ }", &signature));
        assert!(!signer.has_signed(&Claims { version: 8, ..claims }, b"{}", &signature));
    }
}

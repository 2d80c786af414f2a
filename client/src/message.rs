//! What a control plane sends: `{"type": "put" | "delta", "signature": "<protected>..<signature>", "payload": {...}}`,
//! where the signature is a detached JWS (RFC 7515 appendix F, RFC 7797) over the payload byte for byte, with Ed25519
//! (RFC 8037).

use std::borrow::Cow;

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signature, VerifyingKey};
use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::state::{Failure, FailureCode};

/// A key that snapshots are signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    id: String,
    key: VerifyingKey,
}

/// What is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a public key is 32 bytes of Ed25519 in base64url without padding")]
pub struct KeyError;

impl TrustedKey {
    /// A key as `vexil keys signing list` and `GET /sdk/v1/keys` show it: its id, and 32 bytes in base64url.
    ///
    /// # Errors
    ///
    /// The text is no key.
    pub fn new(id: &str, public: &str) -> Result<TrustedKey, KeyError> {
        let mut bytes = [0; 32];
        let decoded = Base64UrlUnpadded::decode(public, &mut bytes).map_err(|_| KeyError)?;
        if decoded.len() != bytes.len() {
            return Err(KeyError);
        }
        Ok(TrustedKey { id: id.to_owned(), key: VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError)? })
    }

    /// The id that signatures name.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// Whether a message is the whole, or what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Put,
    Delta,
}

/// A message whose signature is right, or which nobody asks to be signed.
#[derive(Debug)]
pub(crate) struct Message<'m> {
    pub(crate) kind: Kind,
    pub(crate) project: String,
    pub(crate) environment: String,
    pub(crate) version: u64,
    pub(crate) from: Option<u64>,
    pub(crate) payload: &'m str,
}

#[derive(Deserialize)]
struct Envelope<'m> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'m, str>,
    #[serde(borrow)]
    signature: Cow<'m, str>,
    #[serde(borrow)]
    payload: &'m RawValue,
}

/// The protected header: what must not be swapped for something else.
#[derive(Deserialize)]
struct Claims {
    alg: String,
    kid: String,
    typ: String,
    project: String,
    environment: String,
    version: u64,
    from: Option<u64>,
    #[serde(default)]
    b64: Option<bool>,
    #[serde(default)]
    crit: Vec<String>,
}

/// The id of the key that a message names, before anybody has looked whether it is signed by it.
pub(crate) fn key_id(text: &str) -> Option<String> {
    let envelope: Envelope<'_> = serde_json::from_str(text).ok()?;
    Some(claims(&envelope.signature).ok()?.0.kid)
}

/// Reads a message and verifies it.
pub(crate) fn verify<'m>(text: &'m str, keys: &[TrustedKey]) -> Result<Message<'m>, Failure> {
    let envelope: Envelope<'_> = serde_json::from_str(text)
        .map_err(|error| Failure::new(FailureCode::Malformed, format!("the message is none: {error}")))?;
    let payload: &'m RawValue = envelope.payload;
    let payload = payload.get();
    let (claims, protected, signature) = claims(&envelope.signature)?;
    if claims.typ != envelope.kind {
        return Err(bad("the type is not the one that is signed"));
    }
    let key = keys.iter().find(|key| key.id == claims.kid).ok_or_else(|| {
        Failure::new(FailureCode::UntrustedKey, format!("nobody trusts the key `{}`", claims.kid))
    })?;
    let signed = [protected.as_bytes(), b".", payload.as_bytes()].concat();
    key.key.verify_strict(&signed, &signature).map_err(|_| bad("the signature is not of this message"))?;
    let kind = match claims.typ.as_str() {
        "put" => Kind::Put,
        "delta" => Kind::Delta,
        other => return Err(bad(&format!("a `{other}` is neither a put nor a delta"))),
    };
    let Claims { project, environment, version, from, .. } = claims;
    Ok(Message { kind, project, environment, version, from, payload })
}

fn claims(signature: &str) -> Result<(Claims, &str, Signature), Failure> {
    let (protected, bytes) =
        signature.split_once("..").ok_or_else(|| bad("the signature is no detached JWS"))?;
    let header = Base64UrlUnpadded::decode_vec(protected).map_err(|_| bad("the header is no base64url"))?;
    let claims: Claims =
        serde_json::from_slice(&header).map_err(|error| bad(&format!("the header is none: {error}")))?;
    // What is critical and not known makes a signature invalid (RFC 7515, section 4.1.11).
    let is_known = claims.alg == "EdDSA" && claims.b64 == Some(false) && claims.crit == ["b64"];
    if !is_known {
        return Err(bad("the header asks for what is not done here"));
    }
    let mut decoded = [0; Signature::BYTE_SIZE];
    let bytes = Base64UrlUnpadded::decode(bytes, &mut decoded).ok();
    let signature = bytes.and_then(|bytes| Signature::from_slice(bytes).ok());
    Ok((claims, protected, signature.ok_or_else(|| bad("the signature has 64 bytes"))?))
}

fn bad(message: &str) -> Failure {
    Failure::new(FailureCode::BadSignature, message)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};

    use super::*;

    fn signed(key: &SigningKey, header: &str, kind: &str, payload: &str) -> String {
        let protected = Base64UrlUnpadded::encode_string(header.as_bytes());
        let signature = key.sign(format!("{protected}.{payload}").as_bytes());
        let signature = Base64UrlUnpadded::encode_string(&signature.to_bytes());
        format!(r#"{{"type":"{kind}","signature":"{protected}..{signature}","payload":{payload}}}"#)
    }

    const HEADER: &str = r#"{"alg":"EdDSA","kid":"k1","b64":false,"crit":["b64"],"typ":"put","project":"default","environment":"production","version":7,"audience":"server","iat":1}"#;

    fn keys() -> (SigningKey, Vec<TrustedKey>) {
        let key = SigningKey::from_bytes(&[7; 32]);
        let public = Base64UrlUnpadded::encode_string(key.verifying_key().as_bytes());
        (key, vec![TrustedKey::new("k1", &public).unwrap()])
    }

    #[test]
    fn a_message_says_what_was_signed() {
        let (key, trusted) = keys();
        let text = signed(&key, HEADER, "put", r#"{"a": 1}"#);
        let message = verify(&text, &trusted).unwrap();
        assert_eq!((message.kind, message.version, message.payload), (Kind::Put, 7, r#"{"a": 1}"#));
        assert_eq!(message.environment, "production");
        assert_eq!(key_id(&text).as_deref(), Some("k1"));
    }

    #[test]
    fn whatever_is_not_signed_so_is_refused() {
        let (key, trusted) = keys();
        let good = signed(&key, HEADER, "put", r#"{"a":1}"#);
        let code = |text: &str, keys: &[TrustedKey]| verify(text, keys).unwrap_err().code;
        assert_eq!(code(&good.replace(r#"{"a":1}"#, r#"{"a":2}"#), &trusted), FailureCode::BadSignature);
        assert_eq!(
            code(&good.replace(r#""type":"put""#, r#""type":"delta""#), &trusted),
            FailureCode::BadSignature
        );
        assert_eq!(code(&good, &[]), FailureCode::UntrustedKey);
        for (was, is) in
            [("EdDSA", "none"), (r#""crit":["b64"]"#, r#""crit":["b64","x"]"#), ("false", "true")]
        {
            let forged = signed(&key, &HEADER.replace(was, is), "put", "{}");
            assert_eq!(code(&forged, &trusted), FailureCode::BadSignature, "{is}");
        }
        for text in ["", "{}", r#"{"type":"put","signature":"x","payload":{}}"#, "[]"] {
            assert!(verify(text, &trusted).is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_is_32_bytes() {
        assert_eq!(TrustedKey::new("k", "AAAA"), Err(KeyError));
        assert_eq!(TrustedKey::new("k", "=="), Err(KeyError));
    }
}

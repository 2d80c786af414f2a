//! Answers that are put together by hand, as the OpenAPI document describes them.
#![expect(dead_code, reason = "they describe answers, and are none")]

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// An SDK key, as it is shown once.
#[derive(ToSchema)]
pub(super) struct KeyShown {
    /// The id.
    id: String,
    /// What to show as `Authorization: Bearer`.
    key: String,
}

/// An API token, as it is shown once.
#[derive(ToSchema)]
pub(super) struct TokenShown {
    /// The id.
    id: String,
    /// What to show as `Authorization: Bearer`.
    token: String,
}

/// What the change of one definition came to.
#[derive(ToSchema)]
struct Stands {
    /// The environment.
    environment: String,
    /// The environment's version, which has it.
    version: u64,
    /// The definition's revision.
    revision: u64,
    /// The change's id; null when all was as asked for already.
    change: Option<String>,
    /// What there is to say of it.
    #[schema(required = false)]
    notes: Vec<String>,
}

/// A configuration that was set.
#[derive(ToSchema)]
pub(super) struct ConfigSet {
    /// The key.
    key: String,
    #[serde(flatten)]
    stands: Stands,
}

/// A flag that was switched.
#[derive(ToSchema)]
pub(super) struct FlagToggled {
    /// The key.
    name: String,
    /// On or off.
    enabled: bool,
    #[serde(flatten)]
    stands: Stands,
}

/// An entry that was made.
#[derive(ToSchema)]
pub(super) struct FlagCreated {
    /// The key.
    name: String,
    /// The change's id.
    change: Option<String>,
    /// The version of each environment.
    versions: BTreeMap<String, u64>,
    /// The revision of each definition, by environment and key.
    revisions: BTreeMap<String, BTreeMap<String, u64>>,
    /// What there is to say of it.
    #[schema(required = false)]
    notes: Vec<String>,
}

/// What a key sees of configurations.
#[derive(ToSchema)]
pub(super) struct AppConfig {
    /// The environment.
    environment: String,
    /// Its version.
    version: u64,
    /// Values by key.
    #[schema(value_type = Object)]
    config: BTreeMap<String, serde_json::Value>,
}

/// Definitions as files have them.
#[derive(ToSchema)]
pub(super) struct Exported {
    /// The project.
    project: String,
    /// A bundle for each environment.
    #[schema(value_type = Object)]
    environments: BTreeMap<String, serde_json::Value>,
}

/// Something that is signed.
#[derive(ToSchema)]
pub(super) struct Signed {
    /// `put` or `slice`.
    r#type: String,
    /// A detached JWS (RFC 7515, appendix F) over the bytes of `payload`.
    signature: String,
    /// What is signed.
    #[schema(value_type = Object)]
    payload: serde_json::Value,
}

/// Public keys, as a JWK set.
#[derive(ToSchema)]
pub(super) struct KeySet {
    keys: Vec<Jwk>,
}

/// A public key (RFC 8037).
#[derive(ToSchema)]
struct Jwk {
    /// `OKP`.
    kty: String,
    /// `Ed25519`.
    crv: String,
    /// `sig`.
    r#use: String,
    /// `EdDSA`.
    alg: String,
    /// The id, as in signatures.
    kid: String,
    /// The key, in base64url.
    x: String,
    /// `next`, `active` or `retired`.
    state: String,
}

/// What was evaluated.
#[derive(ToSchema)]
pub(super) struct Evaluated {
    /// The key.
    key: String,
    /// The value; absent where the default in the caller's code stands.
    #[schema(required = false)]
    value: serde_json::Value,
    /// As OpenFeature names it.
    reason: String,
    /// The variation; empty where the value is none.
    variant: String,
    /// `version`, `reason` and what decided.
    #[schema(value_type = Object)]
    metadata: serde_json::Value,
}

/// All that the key sees.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EvaluatedAll {
    /// What was evaluated, or why it was not, by ascending key.
    #[schema(value_type = Vec<Object>)]
    flags: Vec<serde_json::Value>,
    /// `environment` and `version`.
    #[schema(value_type = Object)]
    metadata: serde_json::Value,
    /// Where changes are told.
    #[schema(value_type = Vec<Object>)]
    event_streams: Vec<serde_json::Value>,
}

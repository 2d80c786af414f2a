//! Why an entry that is marked for clients does not reach them.

use thiserror::Error;

/// Why a client key does not get an entry that is `client_visible`. Unless it is sensitive, remote evaluation still
/// answers for it. Places are JSON Pointers (RFC 6901) into the entry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Withheld {
    /// It is a secret, which no mark makes visible.
    #[error("it is sensitive")]
    Sensitive,
    /// `scopes.user` and `scopes.session` name people, and have no sealed form.
    #[error("{place}: names people")]
    PersonalScope {
        /// Where.
        place: String,
    },
    /// It is different for some tenants, and the key is bound to none.
    #[error("{place}: is different for some tenants, and the key is bound to none")]
    TenantOverride {
        /// Where.
        place: String,
    },
    /// A clause compares what may be an identity in a way that cannot be sealed.
    #[error("{place}: may name a person or a tenant, and cannot be sealed")]
    Unsealable {
        /// Where the operator stands.
        place: String,
    },
    /// Sealed, a condition would be over the limits of conditions.
    #[error("{place}: the condition is too large to be sealed")]
    TooLarge {
        /// Where.
        place: String,
    },
    /// It needs an experiment or prerequisite that clients do not see.
    #[error("{place}: `{key}` is not client_visible")]
    HiddenReference {
        /// Where it is named.
        place: String,
        /// What is named.
        key: String,
    },
    /// It needs an entry that is itself withheld.
    #[error("{place}: `{key}` is withheld from clients")]
    WithheldReference {
        /// Where it is named.
        place: String,
        /// What is named.
        key: String,
    },
    /// It is no valid definition.
    #[error("{place}: is not as a definition should be")]
    Malformed {
        /// Where.
        place: String,
    },
}

impl Withheld {
    /// The stable code (`docs/errors.md`).
    pub fn code(&self) -> &'static str {
        match self {
            Withheld::Sensitive => "SENSITIVE",
            Withheld::PersonalScope { .. } => "PERSONAL_SCOPE",
            Withheld::TenantOverride { .. } => "TENANT_OVERRIDE",
            Withheld::Unsealable { .. } => "UNSEALABLE",
            Withheld::TooLarge { .. } => "SEALED_TOO_LARGE",
            Withheld::HiddenReference { .. } => "HIDDEN_REFERENCE",
            Withheld::WithheldReference { .. } => "WITHHELD_REFERENCE",
            Withheld::Malformed { .. } => "MALFORMED",
        }
    }
}

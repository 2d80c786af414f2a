//! Why an entry that is marked for clients does not reach them.

use serde_json::{Map, Value};
use thiserror::Error;

use super::graph::{Entries, Graph};
use super::{ClientAudience, fields};

/// Tenants with a part of their own in an entry that its author is told of.
const TENANTS_TOLD: usize = 20;
/// The tenant that nothing names: keys are bound to tenants whose names have at least one character.
const ANY_TENANT: &str = "";

/// The definitions of an environment as their authors see them, who are to know what does not reach clients.
pub struct Writing<'e>(Entries<'e>);

impl<'e> Writing<'e> {
    /// All definitions of an environment, each with its key.
    pub fn of(entries: impl Iterator<Item = (&'e str, &'e Map<String, Value>)>) -> Writing<'e> {
        Writing(entries.collect())
    }

    /// From whom an entry that is `client_visible` is withheld, and why: from keys of no tenant (`client`), from those
    /// of tenants that nothing names (`client:*`), and from those of tenants with a part of their own in it where that
    /// is otherwise (`client:<tenant>`).
    pub fn withheld(&self, key: &str) -> Vec<(String, Withheld)> {
        let Some((key, entry)) = self.0.get_key_value(key).map(|(key, entry)| (*key, *entry)) else {
            return Vec::new();
        };
        if !fields::is_client_visible(entry) {
            return Vec::new();
        }
        let reason = |tenant| {
            // Salts are of no account here.
            let audience = ClientAudience { tenant, secret: &[] };
            let mut graph = Graph::from(vec![(key, entry)], &self.0, &audience);
            graph.withhold_dependents();
            graph.into_slice().withheld.into_iter().next().map(|(_, reason)| reason)
        };
        let (of_none, of_any) = (reason(None), reason(Some(ANY_TENANT)));
        let own = entry.get("scopes").and_then(|scopes| scopes.get("tenant")).and_then(Value::as_object);
        let own = own.into_iter().flat_map(Map::keys).take(TENANTS_TOLD);
        let own = own.filter_map(|tenant| {
            let reason = reason(Some(tenant)).filter(|reason| Some(reason) != of_any.as_ref())?;
            Some((format!("client:{tenant}"), reason))
        });
        let own: Vec<_> = own.collect();
        let of_none = of_none.map(|reason| ("client".to_owned(), reason));
        let of_any = of_any.map(|reason| ("client:*".to_owned(), reason));
        of_none.into_iter().chain(of_any).chain(own).collect()
    }
}

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn authors_are_told_from_whom_and_why() {
        let entries = json!({
            "hidden": {"key": "hidden", "type": "experiment"},
            "plain": {"key": "plain", "client_visible": true},
            "unmarked": {"key": "unmarked", "scopes": {"user": {"u": {"serve": "on"}}}},
            "people": {"key": "people", "client_visible": true, "scopes": {"user": {"u": {"serve": "on"}}}},
            "tenants": {"key": "tenants", "client_visible": true, "scopes": {"tenant": {
                "acme": {"serve": "on"}, "other": {"experiment": "hidden"}}}},
            "needs": {"key": "needs", "client_visible": true,
                "prerequisites": [{"flag": "people", "variation": "on"}]},
        });
        let entries = entries.as_object().unwrap().iter();
        let writing = Writing::of(entries.map(|(key, entry)| (key.as_str(), entry.as_object().unwrap())));
        let told = |key| -> Vec<(String, &str)> {
            writing.withheld(key).into_iter().map(|(audience, reason)| (audience, reason.code())).collect()
        };
        let named = |told: &[(&str, &'static str)]| -> Vec<(String, &str)> {
            told.iter().map(|(audience, code)| ((*audience).to_owned(), *code)).collect()
        };
        for key in ["hidden", "plain", "unmarked", "absent"] {
            assert_eq!(told(key), [], "{key}");
        }
        assert_eq!(told("people"), named(&[("client", "PERSONAL_SCOPE"), ("client:*", "PERSONAL_SCOPE")]));
        let wanted = named(&[("client", "TENANT_OVERRIDE"), ("client:other", "HIDDEN_REFERENCE")]);
        assert_eq!(told("tenants"), wanted);
        let wanted = named(&[("client", "WITHHELD_REFERENCE"), ("client:*", "WITHHELD_REFERENCE")]);
        assert_eq!(told("needs"), wanted);
    }
}

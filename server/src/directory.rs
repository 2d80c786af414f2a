//! Who is known, in memory: keys, tokens and people. It follows the store, so that keys go on working when the
//! database is away.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::access::credential::{Presented, SecretHash};
use crate::access::{Actor, Authority};
use crate::delivery::{Audience, Signer};
use crate::store::{CredentialRow, PersonRow, SigningKeyRow, Store, StoreError};

/// The kinds of credentials in the store.
pub(crate) const SERVER: &str = "server";
pub(crate) const CLIENT: &str = "client";
pub(crate) const TOKEN: &str = "token";

/// Everybody who is known.
#[derive(Debug, Default)]
pub struct Directory {
    known: RwLock<Arc<Known>>,
    /// Whoever reads the store later also takes it over later: what was read first must not come last.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    credentials: HashMap<String, Credential>,
    people: HashMap<String, PersonRow>,
    signing_keys: Vec<SigningKeyRow>,
}

/// A key or token, read once: requests only compare.
#[derive(Debug)]
struct Credential {
    row: CredentialRow,
    /// None is nobody's.
    hash: Option<SecretHash>,
    sdk: Option<Arc<SdkKey>>,
}

impl Credential {
    fn of(row: CredentialRow) -> Credential {
        Credential { hash: SecretHash::from_hex(&row.hash), sdk: sdk_key(&row).map(Arc::new), row }
    }
}

/// What an SDK key is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SdkKey {
    /// The key's id.
    pub id: Arc<str>,
    /// The project.
    pub project: Arc<str>,
    /// The environment.
    pub environment: Arc<str>,
    /// For whom what it gets is made.
    pub audience: Audience,
    /// The tenant that it is bound to.
    pub tenant: Option<Arc<str>>,
}

impl Directory {
    /// Takes over what the store has.
    pub async fn refresh(&self, store: &Store) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let credentials = store.credentials().await?;
        let known = Known {
            credentials: credentials.into_iter().map(|row| (row.id.clone(), Credential::of(row))).collect(),
            people: store.people().await?.into_iter().map(|row| (row.id.clone(), row)).collect(),
            signing_keys: store.signing_keys().await?,
        };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
        Ok(())
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The SDK key that somebody presents, if it is theirs and works.
    pub fn sdk_key(&self, presented: &Presented, now: i64) -> Option<Arc<SdkKey>> {
        self.known().credential(presented, now)?.sdk.clone()
    }

    /// The SDK key of this id, if it works: for those who have shown in another way that they hold it.
    pub fn sdk_key_of(&self, id: &str, now: i64) -> Option<Arc<SdkKey>> {
        let known = self.known();
        known.credentials.get(id).filter(|known| known.row.works_at(now))?.sdk.clone()
    }

    /// Whether an SDK key still works.
    pub fn works(&self, key: &SdkKey, now: i64) -> bool {
        self.known().credentials.get(&*key.id).is_some_and(|known| known.row.works_at(now))
    }

    /// What the holder of an API token may.
    pub fn token(&self, presented: &Presented, now: i64) -> Option<Authority> {
        let known = self.known();
        let row = &known.credential(presented, now).filter(|known| known.row.kind == TOKEN)?.row;
        let actor = Actor::Token { id: row.id.clone(), name: row.name.clone() };
        Some(Authority { actor, grants: row.grants.clone() })
    }

    /// What somebody who has signed in may.
    pub fn person(&self, id: &str) -> Option<Authority> {
        let known = self.known();
        let row = known.people.get(id).filter(|row| row.disabled_at.is_none())?;
        let actor = Actor::Person { id: row.id.clone(), name: row.name.clone() };
        Some(Authority { actor, grants: row.grants.clone() })
    }

    /// Every key and token, oldest first.
    pub fn credentials(&self) -> Vec<CredentialRow> {
        let known = self.known();
        let mut rows: Vec<_> = known.credentials.values().map(|known| known.row.clone()).collect();
        rows.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        rows
    }

    /// Everybody, oldest first.
    pub fn people(&self) -> Vec<PersonRow> {
        let mut rows: Vec<_> = self.known().people.values().cloned().collect();
        rows.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        rows
    }

    /// The key that signs, with all that may be trusted.
    pub fn signer(&self) -> Option<Signer> {
        Signer::of(&self.known().signing_keys)
    }

    /// The keys that sign, did or will, oldest first.
    pub fn signing_keys(&self) -> Vec<SigningKeyRow> {
        self.known().signing_keys.clone()
    }

    /// Whether anybody is known who may do everything.
    pub fn has_administrator(&self, now: i64) -> bool {
        let known = self.known();
        known.credentials.values().any(|known| known.row.is_administrator_at(now))
            || known.people.values().any(PersonRow::is_administrator)
    }
}

impl Known {
    /// What is known of what somebody presents, if it is theirs and works.
    fn credential(&self, presented: &Presented, now: i64) -> Option<&Credential> {
        let known = self.credentials.get(presented.id().as_str())?;
        let is_theirs = known.hash.as_ref().is_some_and(|hash| presented.is(hash));
        (is_theirs && known.row.works_at(now)).then_some(known)
    }
}

fn sdk_key(row: &CredentialRow) -> Option<SdkKey> {
    let tenant: Option<Arc<str>> = row.tenant.as_deref().map(Arc::from);
    let audience = match row.kind.as_str() {
        SERVER => Audience::Server,
        CLIENT => Audience::Client(tenant.clone()),
        _ => return None,
    };
    Some(SdkKey {
        id: row.id.as_str().into(),
        project: row.project.as_deref()?.into(),
        environment: row.environment.as_deref()?.into(),
        audience,
        tenant,
    })
}

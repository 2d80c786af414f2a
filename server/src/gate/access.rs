//! Changes of keys and people. They pass the same gate as definitions: whoever may read or change what is in force is
//! part of what is in force.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Draft, Gate, Refusal};
use crate::access::{Authority, EnvironmentClass, Grant, Permission};
use crate::audit::Action;
use crate::store::{CredentialRow, PersonRow, SigningKeyRow, WriteTx, now};

/// What is to be done with keys or people. Secrets stay with whoever made them: only hashes come here.
#[derive(Debug, Clone)]
pub enum AccessOperation {
    /// A new SDK key or API token.
    CreateCredential(Box<CredentialRow>),
    /// Another secret for a key or token; the old one works for a while.
    RotateCredential {
        /// The old one.
        id: String,
        /// The public part of the new one.
        new_id: String,
        /// The hash of the new one's secret.
        new_hash: String,
        /// Until when the old one works.
        overlap_until: i64,
    },
    /// A key or token that does not work from now on.
    RevokeCredential {
        /// Which.
        id: String,
    },
    /// Somebody new.
    CreatePerson(Box<PersonRow>),
    /// Somebody as they are to be. Where a field is absent it stays.
    EditPerson {
        /// Who.
        id: String,
        /// A name to show.
        name: Option<String>,
        /// The hash of a new password.
        password: Option<String>,
        /// What they may.
        grants: Option<Vec<Grant>>,
        /// Whether they may sign in.
        enabled: Option<bool>,
    },
    /// A new key that signs: at once, or once it has been published for a while.
    CreateSigningKey(Box<SigningKeyRow>),
    /// Another state for a key that signs.
    SetSigningKey {
        /// Which.
        id: String,
        /// `active` or `retired`.
        state: String,
    },
}

impl AccessOperation {
    /// The name that the audit log has for it.
    pub fn action(&self) -> Action {
        match self {
            AccessOperation::CreateCredential(_) => Action::KeyCreate,
            AccessOperation::RotateCredential { .. } => Action::KeyRotate,
            AccessOperation::RevokeCredential { .. } => Action::KeyRevoke,
            AccessOperation::CreatePerson(_) => Action::PersonCreate,
            AccessOperation::EditPerson { .. } => Action::PersonUpdate,
            AccessOperation::CreateSigningKey(_) => Action::SigningKeyCreate,
            AccessOperation::SetSigningKey { state, .. } if state == "retired" => Action::SigningKeyRetire,
            AccessOperation::SetSigningKey { .. } => Action::SigningKeyRotate,
        }
    }
}

/// The rows that a change of keys or people writes.
#[derive(Debug, Clone)]
pub struct AccessDraft {
    rows: Vec<AccessRow>,
    needs: Permission,
    /// The environment of an SDK key, and whether it is production.
    place: Option<(Arc<str>, EnvironmentClass)>,
    /// Roles that are given.
    gives: Vec<Grant>,
    project: Option<String>,
    target: String,
    old: Option<Value>,
    new: Option<Value>,
    made: Option<String>,
}

#[derive(Debug, Clone)]
enum AccessRow {
    Credential(CredentialRow),
    Person { row: PersonRow, sign_out: bool },
    SigningKey(SigningKeyRow),
}

/// Where a record belongs, and what it says: target, project, environment, old and new.
pub(super) type Told = (String, Option<String>, Option<String>, Option<Value>, Option<Value>);

impl AccessDraft {
    fn new(needs: Permission, target: &str) -> AccessDraft {
        AccessDraft {
            rows: Vec::new(),
            needs,
            place: None,
            gives: Vec::new(),
            project: None,
            target: target.to_owned(),
            old: None,
            new: None,
            made: None,
        }
    }

    pub(super) fn permit(&self, by: &Authority) -> Result<(), Refusal> {
        let place = self.place.as_ref().map(|(environment, class)| (&**environment, *class));
        by.may(self.needs, place, None)?;
        if !self.gives.is_empty() {
            by.may(Permission::RoleGrant, None, None)?;
        }
        Ok(())
    }

    pub(super) async fn write(&self, tx: &mut WriteTx<'_>, _at: i64) -> Result<(), Refusal> {
        for row in &self.rows {
            match row {
                AccessRow::Credential(row) => tx.credential(row).await?,
                AccessRow::Person { row, sign_out } => tx.person(row, *sign_out).await?,
                AccessRow::SigningKey(row) => tx.signing_key(row).await?,
            }
        }
        Ok(())
    }

    /// The id of what was made.
    pub(super) fn made(&self) -> Option<String> {
        self.made.clone()
    }

    pub(super) fn told(&self) -> Told {
        let environment = self.place.as_ref().map(|(environment, _)| environment.to_string());
        (self.target.clone(), self.project.clone(), environment, self.old.clone(), self.new.clone())
    }
}

impl Gate {
    pub(super) async fn plan_access(
        &self,
        operation: &AccessOperation,
        by: &Authority,
    ) -> Result<Draft, Refusal> {
        let mut draft = Draft::new(operation.action(), None);
        draft.access = Some(match operation {
            AccessOperation::CreateCredential(row) => self.create_credential(row, by)?,
            AccessOperation::RotateCredential { id, new_id, new_hash, overlap_until } => {
                let old = self.credential(id).await?;
                let mut new = old.clone();
                new.id.clone_from(new_id);
                new.hash.clone_from(new_hash);
                new.created_at = now();
                new.created_by = by.actor.to_string();
                let mut ending = old.clone();
                ending.expires_at =
                    Some(old.expires_at.map_or(*overlap_until, |end| end.min(*overlap_until)));
                ending.successor = Some(new_id.clone());
                let mut access = self.of_credential(&old)?;
                access.old = Some(shown(&old));
                access.new = Some(shown(&new));
                access.made = Some(new.id.clone());
                access.rows.extend([AccessRow::Credential(new), AccessRow::Credential(ending)]);
                access
            }
            AccessOperation::RevokeCredential { id } => {
                let old = self.credential(id).await?;
                let mut access = self.of_credential(&old)?;
                access.old = Some(shown(&old));
                let revoked = CredentialRow { revoked_at: Some(old.revoked_at.unwrap_or_else(now)), ..old };
                access.new = Some(shown(&revoked));
                access.rows.push(AccessRow::Credential(revoked));
                access
            }
            AccessOperation::CreatePerson(row) => {
                if self.store.people().await?.iter().any(|known| known.email == row.email) {
                    return Err(Refusal::Exists { what: "person", name: row.email.clone() });
                }
                let mut access = AccessDraft::new(Permission::PeopleManage, &row.id);
                access.gives.clone_from(&row.grants);
                access.new = Some(person_shown(row));
                access.made = Some(row.id.clone());
                access.rows.push(AccessRow::Person { row: PersonRow::clone(row), sign_out: false });
                access
            }
            AccessOperation::EditPerson { id, name, password, grants, enabled } => {
                let old = self.store.people().await?.into_iter().find(|person| person.id == *id);
                let old = old.ok_or_else(|| Refusal::NotFound { what: "person", name: id.clone() })?;
                let mut row = old.clone();
                row.revision += 1;
                if let Some(name) = name {
                    row.name.clone_from(name);
                }
                if let Some(password) = password {
                    row.password.clone_from(password);
                }
                if let Some(enabled) = enabled {
                    row.disabled_at = (!enabled).then(now);
                }
                // Everybody may have another name or password.
                let own = by.actor.is_person(id) && grants.is_none() && enabled.is_none();
                let needs = if own { Permission::ProjectRead } else { Permission::PeopleManage };
                let mut access = AccessDraft::new(needs, id);
                if let Some(grants) = grants.as_ref().filter(|grants| **grants != old.grants) {
                    row.grants.clone_from(grants);
                    // To take a role away is as weighty as to give it.
                    access.gives = grants.iter().chain(&old.grants).cloned().collect();
                }
                access.old = Some(person_shown(&old));
                access.new = Some(person_shown(&row));
                let sign_out = password.is_some() || row.disabled_at.is_some();
                access.rows.push(AccessRow::Person { row, sign_out });
                access
            }
            AccessOperation::CreateSigningKey(row) => {
                let mut access = AccessDraft::new(Permission::SigningKeyManage, &row.id);
                if row.state == "active" {
                    access.retire_active(self.store.signing_keys().await?);
                }
                access.new = Some(json!({ "state": row.state, "public": row.public }));
                access.made = Some(row.id.clone());
                access.rows.push(AccessRow::SigningKey(SigningKeyRow::clone(row)));
                access
            }
            AccessOperation::SetSigningKey { id, state } => {
                let keys = self.store.signing_keys().await?;
                let old = keys.iter().find(|key| key.id == *id).cloned();
                let old = old.ok_or_else(|| Refusal::NotFound { what: "signing key", name: id.clone() })?;
                if old.state == "active" && state == "retired" {
                    let message = "the active key signs; make another one active first";
                    return Err(Refusal::invalid("SIGNING_KEY_ACTIVE", message));
                }
                let mut access = AccessDraft::new(Permission::SigningKeyManage, id);
                if state == "active" {
                    access.retire_active(keys);
                }
                access.old = Some(json!({ "state": old.state }));
                access.new = Some(json!({ "state": state }));
                access.rows.push(AccessRow::SigningKey(SigningKeyRow { state: state.clone(), ..old }));
                access
            }
        });
        Ok(draft)
    }

    fn create_credential(&self, row: &CredentialRow, by: &Authority) -> Result<AccessDraft, Refusal> {
        let mut access = self.of_credential(row)?;
        let row = CredentialRow { created_by: by.actor.to_string(), ..row.clone() };
        access.gives.clone_from(&row.grants);
        access.new = Some(shown(&row));
        access.made = Some(row.id.clone());
        access.rows.push(AccessRow::Credential(row));
        Ok(access)
    }

    /// A draft about a key or token, with where it belongs.
    fn of_credential(&self, row: &CredentialRow) -> Result<AccessDraft, Refusal> {
        let needs = if row.kind == "token" { Permission::TokenManage } else { Permission::KeyManage };
        let mut access = AccessDraft::new(needs, &row.id);
        if let (Some(project), Some(environment)) = (&row.project, &row.environment) {
            let not_found = |what, name: &str| Refusal::NotFound { what, name: name.to_owned() };
            let known = self.catalog.project(project).ok_or_else(|| not_found("project", project))?;
            let known =
                known.environment(environment).ok_or_else(|| not_found("environment", environment))?;
            access.place = Some((Arc::clone(&known.row.key), EnvironmentClass::of(known.row.production)));
        }
        access.project.clone_from(&row.project);
        Ok(access)
    }

    async fn credential(&self, id: &str) -> Result<CredentialRow, Refusal> {
        let found = self.store.credentials().await?.into_iter().find(|row| row.id == id);
        found.ok_or_else(|| Refusal::NotFound { what: "key", name: id.to_owned() })
    }
}

impl AccessDraft {
    /// One key signs; the one that did goes on being trusted.
    fn retire_active(&mut self, keys: Vec<SigningKeyRow>) {
        for key in keys.into_iter().filter(|key| key.state == "active") {
            self.rows.push(AccessRow::SigningKey(SigningKeyRow { state: "retired".to_owned(), ..key }));
        }
    }
}

/// What the audit log says of a key or token: everything but its hash.
fn shown(row: &CredentialRow) -> Value {
    let mut shown = json!(row);
    if let Some(members) = shown.as_object_mut() {
        members.shift_remove("hash");
        members.retain(|_, value| !value.is_null());
    }
    shown
}

/// What the audit log says of somebody: everything but the hash of their password.
fn person_shown(row: &PersonRow) -> Value {
    json!({ "email": row.email, "name": row.name, "grants": row.grants, "enabled": row.disabled_at.is_none() })
}

//! Changes of keys and people. They pass the same gate as definitions: whoever may read or change what is in force is
//! part of what is in force.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Draft, Expected, Gate, Refusal};
use crate::access::{Authority, EnvironmentClass, Grant, Permission};
use crate::audit::Action;
use crate::directory::TOKEN;
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
        /// The revision that the author saw.
        expected: Expected,
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
    /// The name that the audit log has for it, as far as it can be told without what is stored.
    pub fn action(&self) -> Action {
        match self {
            AccessOperation::CreateCredential(row) if row.kind == TOKEN => Action::TokenCreate,
            AccessOperation::CreateCredential(_) => Action::KeyCreate,
            AccessOperation::RotateCredential { .. } => Action::KeyRotate,
            AccessOperation::RevokeCredential { .. } => Action::KeyRevoke,
            AccessOperation::CreatePerson(_) => Action::PersonCreate,
            AccessOperation::EditPerson { password: Some(_), .. } => Action::PersonPassword,
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
    /// None where it is one's own.
    needs: Option<Permission>,
    /// The environment of an SDK key, and whether it is production.
    place: Option<(Arc<str>, EnvironmentClass)>,
    /// Roles that are given.
    gives: Vec<Grant>,
    project: Option<String>,
    target: String,
    told: Vec<Told>,
    made: Option<String>,
}

/// One act, as the audit log is told of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    pub(super) action: Action,
    pub(super) old: Option<Value>,
    pub(super) new: Option<Value>,
}

#[derive(Debug, Clone)]
enum AccessRow {
    Credential(CredentialRow),
    Person { row: PersonRow, sign_out: bool },
    SigningKey(SigningKeyRow),
}

impl AccessDraft {
    fn new(needs: Permission, target: &str) -> AccessDraft {
        AccessDraft {
            rows: Vec::new(),
            needs: Some(needs),
            place: None,
            gives: Vec::new(),
            project: None,
            target: target.to_owned(),
            told: Vec::new(),
            made: None,
        }
    }

    pub(super) fn permit(&self, by: &Authority) -> Result<(), Refusal> {
        let place = self.place.as_ref().map(|(environment, class)| (&**environment, *class));
        if let Some(needs) = self.needs {
            by.may(needs, place, None)?;
        }
        if !self.gives.is_empty() {
            by.may(Permission::RoleGrant, None, None)?;
        }
        Ok(())
    }

    pub(super) async fn write(&self, tx: &mut WriteTx) -> Result<(), Refusal> {
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

    /// Every act that it is, at least one.
    pub(super) fn told(&self) -> &[Told] {
        &self.told
    }

    /// Where it belongs: target, project and environment.
    pub(super) fn place(&self) -> (String, Option<String>, Option<String>) {
        let environment = self.place.as_ref().map(|(environment, _)| environment.to_string());
        (self.target.clone(), self.project.clone(), environment)
    }

    fn tell(&mut self, action: Action, old: Option<Value>, new: Option<Value>) {
        self.told.push(Told { action, old, new });
    }
}

impl Gate {
    pub(super) async fn plan_access(
        &self,
        operation: &AccessOperation,
        by: &Authority,
    ) -> Result<Draft, Refusal> {
        let access = match operation {
            AccessOperation::CreateCredential(row) => self.create_credential(row, by)?,
            AccessOperation::RotateCredential { id, new_id, new_hash, overlap_until } => {
                let old = self.credential(id).await?;
                if !old.works_at(now()) || old.successor.is_some() {
                    let message = format!("`{id}` has expired, was revoked or was rotated before");
                    return Err(Refusal::invalid("KEY_ENDED", message));
                }
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
                // Whoever gets the new secret can do all that it may.
                access.gives.clone_from(&old.grants);
                let action = if old.kind == TOKEN { Action::TokenRotate } else { Action::KeyRotate };
                access.tell(action, Some(shown(&old)), Some(shown(&new)));
                access.made = Some(new.id.clone());
                access.rows.extend([AccessRow::Credential(new), AccessRow::Credential(ending)]);
                access
            }
            AccessOperation::RevokeCredential { id } => {
                let old = self.credential(id).await?;
                let mut access = self.of_credential(&old)?;
                let before = shown(&old);
                let action = if old.kind == TOKEN { Action::TokenRevoke } else { Action::KeyRevoke };
                let revoked = CredentialRow { revoked_at: Some(old.revoked_at.unwrap_or_else(now)), ..old };
                access.tell(action, Some(before), Some(shown(&revoked)));
                access.rows.push(AccessRow::Credential(revoked));
                access
            }
            AccessOperation::CreatePerson(row) => self.create_person(row).await?,
            AccessOperation::EditPerson { .. } => self.edit_person(operation, by).await?,
            AccessOperation::CreateSigningKey(row) => {
                let mut access = AccessDraft::new(Permission::SigningKeyManage, &row.id);
                if row.state == "active" {
                    access.retire_active(self.store.signing_keys().await?);
                }
                let new = json!({ "state": row.state, "public": row.public });
                access.tell(operation.action(), None, Some(new));
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
                let (before, after) = (json!({ "state": old.state }), json!({ "state": state }));
                access.tell(operation.action(), Some(before), Some(after));
                access.rows.push(AccessRow::SigningKey(SigningKeyRow { state: state.clone(), ..old }));
                access
            }
        };
        let action = access.told.first().map_or_else(|| operation.action(), |told| told.action);
        let mut draft = Draft::new(action, None);
        draft.access = Some(access);
        Ok(draft)
    }

    async fn create_person(&self, row: &PersonRow) -> Result<AccessDraft, Refusal> {
        if self.store.people().await?.iter().any(|known| known.email == row.email) {
            return Err(Refusal::Exists { what: "person", name: row.email.clone() });
        }
        let mut access = AccessDraft::new(Permission::PeopleManage, &row.id);
        access.gives.clone_from(&row.grants);
        access.tell(Action::PersonCreate, None, Some(person_shown(row)));
        if !row.grants.is_empty() {
            access.tell(Action::RoleGrant, None, Some(json!(row.grants)));
        }
        access.made = Some(row.id.clone());
        access.rows.push(AccessRow::Person { row: PersonRow::clone(row), sign_out: false });
        Ok(access)
    }

    async fn edit_person(&self, operation: &AccessOperation, by: &Authority) -> Result<AccessDraft, Refusal> {
        let AccessOperation::EditPerson { id, expected, name, password, grants, enabled } = operation else {
            return Err(Refusal::invalid("INVALID_BODY", "this edits nobody"));
        };
        let old = self.store.people().await?.into_iter().find(|person| person.id == *id);
        let old = old.ok_or_else(|| Refusal::NotFound { what: "person", name: id.clone() })?;
        let mut access = AccessDraft::new(Permission::PeopleManage, id);
        // Everybody may have another name or password.
        let is_own = by.actor.is_person(id);
        if is_own && grants.is_none() && enabled.is_none() {
            access.needs = None;
        }
        if matches!(expected, Expected::Number(seen) if *seen != old.revision) {
            let (what, changed) = (format!("person `{id}`"), person_shown(&old));
            return Err(Refusal::Stale { what, current: old.revision, changed });
        }
        let mut row = PersonRow { revision: old.revision + 1, ..old.clone() };
        if let Some(password) = password {
            row.password.clone_from(password);
            access.tell(Action::PersonPassword, None, None);
            if !is_own {
                // Whoever sets somebody's password can act as them.
                access.gives.clone_from(&old.grants);
            }
        }
        if let Some(name) = name {
            row.name.clone_from(name);
        }
        match enabled {
            Some(true) => row.disabled_at = None,
            Some(false) => row.disabled_at = Some(old.disabled_at.unwrap_or_else(now)),
            None => {}
        }
        if let Some(grants) = grants.as_ref().filter(|grants| **grants != old.grants) {
            row.grants.clone_from(grants);
            // To take a role away is as weighty as to give it.
            access.gives = grants.iter().chain(&old.grants).cloned().collect();
            let beyond = |some: &[Grant], others: &[Grant]| -> Vec<Grant> {
                some.iter().filter(|grant| !others.contains(grant)).cloned().collect()
            };
            let (given, taken) = (beyond(grants, &old.grants), beyond(&old.grants, grants));
            if !given.is_empty() {
                access.tell(Action::RoleGrant, None, Some(json!(given)));
            }
            if !taken.is_empty() {
                access.tell(Action::RoleRevoke, Some(json!(taken)), None);
            }
        }
        let is_other = row.name != old.name || row.disabled_at.is_some() != old.disabled_at.is_some();
        if is_other || access.told.is_empty() {
            access.tell(Action::PersonUpdate, Some(person_shown(&old)), Some(person_shown(&row)));
        }
        let sign_out = password.is_some() || row.disabled_at.is_some();
        access.rows.push(AccessRow::Person { row, sign_out });
        Ok(access)
    }

    fn create_credential(&self, row: &CredentialRow, by: &Authority) -> Result<AccessDraft, Refusal> {
        let mut access = self.of_credential(row)?;
        let row = CredentialRow { created_by: by.actor.to_string(), ..row.clone() };
        access.gives.clone_from(&row.grants);
        let action = if row.kind == TOKEN { Action::TokenCreate } else { Action::KeyCreate };
        access.tell(action, None, Some(shown(&row)));
        access.made = Some(row.id.clone());
        access.rows.push(AccessRow::Credential(row));
        Ok(access)
    }

    /// A draft about a key or token, with where it belongs.
    fn of_credential(&self, row: &CredentialRow) -> Result<AccessDraft, Refusal> {
        let needs = if row.kind == TOKEN { Permission::TokenManage } else { Permission::KeyManage };
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

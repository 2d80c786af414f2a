//! Changes of keys and people. They pass the same gate as definitions: whoever may read or change what is in force is
//! part of what is in force.

mod credentials;
mod people;
mod signing;

use std::sync::Arc;

use serde_json::Value;

use super::{Draft, Expected, Gate, Refusal};
use crate::access::{Authority, EnvironmentClass, Grant, Permission};
use crate::audit::Action;
use crate::directory::TOKEN;
use crate::store::{CredentialRow, PersonRow, SigningKeyRow, WriteTx, now};

pub use signing::ring_revision;

/// What is to be done with keys or people. Secrets stay with whoever made them: only hashes come here.
#[derive(Debug, Clone)]
pub enum AccessOperation {
    /// A new SDK key or API token.
    CreateCredential(Box<CredentialRow>),
    /// Another secret for a key or token; the old one works for a while.
    RotateCredential {
        /// The old one.
        id: String,
        /// The revision of the old one that the author saw.
        expected: Expected,
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
        /// The revision that the author saw.
        expected: Expected,
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
    CreateSigningKey {
        /// The key.
        row: Box<SigningKeyRow>,
        /// What the author saw of all keys that sign ([`ring_revision`]).
        expected: Expected,
    },
    /// Another state for a key that signs.
    SetSigningKey {
        /// Which.
        id: String,
        /// What the author saw of all keys that sign ([`ring_revision`]).
        expected: Expected,
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
            AccessOperation::CreateSigningKey { .. } => Action::SigningKeyCreate,
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
    /// Whether somebody ends who may do everything, which is judged beside what is stored when this is written.
    ends_administrator: bool,
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
            ends_administrator: false,
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

    /// Whether everything is as asked for already.
    pub(super) fn changes_nothing(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) async fn write(&self, tx: &mut WriteTx) -> Result<(), Refusal> {
        for row in &self.rows {
            match row {
                AccessRow::Credential(row) => tx.credential(row).await?,
                AccessRow::Person { row, sign_out } => tx.person(row, *sign_out).await?,
                AccessRow::SigningKey(row) => tx.signing_key(row).await?,
            }
        }
        // Here, where no other replica writes meanwhile: two who end each other would both find another one left.
        if self.ends_administrator && !tx.has_administrator(now()).await? {
            let message = "nobody would be left who may do everything; make another super admin first";
            return Err(Refusal::conflict("LAST_ADMINISTRATOR", message));
        }
        Ok(())
    }

    /// The id of what was made.
    pub(super) fn made(&self) -> Option<String> {
        self.made.clone()
    }

    /// Every act that it is, at least one where it changes something.
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
    /// What a change of keys or people comes to. Where all is as asked for already, nothing.
    pub(super) async fn plan_access(
        &self,
        operation: &AccessOperation,
        by: &Authority,
    ) -> Result<Draft, Refusal> {
        let access = match operation {
            AccessOperation::CreateCredential(row) => self.create_credential(row, by).await?,
            AccessOperation::RotateCredential { .. } => self.rotate_credential(operation, by).await?,
            AccessOperation::RevokeCredential { id, expected } => {
                self.revoke_credential(id, *expected).await?
            }
            AccessOperation::CreatePerson(row) => self.create_person(row).await?,
            AccessOperation::EditPerson { .. } => self.edit_person(operation, by).await?,
            AccessOperation::CreateSigningKey { row, expected } => {
                self.create_signing_key(row, *expected).await?
            }
            AccessOperation::SetSigningKey { id, expected, state } => {
                self.set_signing_key(id, *expected, state).await?
            }
        };
        let action = access.told.first().map_or_else(|| operation.action(), |told| told.action);
        let mut draft = Draft::new(action, None);
        draft.access = Some(access);
        Ok(draft)
    }
}
